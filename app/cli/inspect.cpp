// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/checkpoint_text.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "app/cli/tensor_look.h"
#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/security_remark.h"

namespace ulpscope {
namespace {

constexpr const char* kEstimates =
    "±: an estimate from the histogram of the one read, not further than this from the exact value; --exact reads "
    "again";
constexpr const char* kOctaves = "Absolute maxima of blocks along a row: 2^e stands for [2^e, 2^(e+1))";

class InspectCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.option("--tensor", "GLOB", m_pattern, "Only the tensors whose whole name matches (* and ?)");
    options.flag("--statistics", m_look.statistics,
                 "Count, extremes, mean, deviation, NaN, infinities, zeros, subnormals");
    options.option("--histogram", "BINS", m_look.bins, "Equal bins from the smallest to the largest finite value");
    options.list("--quantiles", "SHARE,...", m_shares,
                 "The values below which these shares (0 to 1) of the finite values lie");
    options.flag("--exact", m_look.exact, "Quantiles of types wider than 16 bits exactly, by further reads");
    options.flag("--columns", m_look.columns, "Absolute maxima of columns and rows, and the outliers among them");
    options.flag("--blocks", m_look.blocks, "Absolute maxima of blocks of 16, 32, 64, 128 and 256 elements, by octave");
  }

  Result<> run(CommandContext& context) override {
    if (m_look.bins && (*m_look.bins == 0 || *m_look.bins > 1'000'000))
      return fail(Errc::Usage, "--histogram takes 1 to 1000000 bins");
    auto shares = sharesOf(m_shares);
    if (!shares) return tl::unexpected(shares.error());
    m_look.shares = std::move(*shares);
    if (m_look.exact && m_look.shares.empty()) return fail(Errc::Usage, "--exact goes with --quantiles");
    auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    m_checkpoint = std::move(*checkpoint);
    const auto tensors = tensorsMatching(*m_checkpoint, m_pattern, Parts::Include);
    if (!tensors) return tl::unexpected(tensors.error());
    if (m_look.readValues()) context.job.expect(bytesOf(*tensors));
    return context.json ? printDocument(context, *tensors) : printText(context, *tensors);
  }

 private:
  std::uint64_t bytesOf(const std::vector<std::size_t>& indices) const {
    std::uint64_t bytes = 0;
    for (const std::size_t index : indices) {
      const TensorInfo& info = m_checkpoint->tensors[index];
      if (info.isReadable()) bytes += m_look.reads(*info.type) * byteSize(*info.type, info.elements).value_or(0);
    }
    return bytes;
  }

  /// "3 of 6 tensors cannot be read: F8_E8M0", beside the warnings of opening, where values are asked for.
  std::vector<std::string> allWarnings(const std::vector<std::size_t>& indices) const {
    std::vector<std::string> warnings = warningsOf(*m_checkpoint);
    warnings.insert(warnings.end(), m_failures.begin(), m_failures.end());
    std::size_t unreadable = 0;
    std::set<std::string> types;
    for (const std::size_t index : indices) {
      const TensorInfo& info = m_checkpoint->tensors[index];
      if (info.isReadable()) continue;
      ++unreadable;
      types.insert(printable(typeTitle(info)));
    }
    if (m_look.readValues() && unreadable > 0)
      warnings.push_back(fmt::format("{} of {} cannot be read: {}", groupedDigits(unreadable),
                                     counted(indices.size(), "tensor"), fmt::join(types, ", ")));
    return warnings;
  }

  /// nullopt where the elements cannot be read; that is listed with a warning, not an error.
  Result<std::optional<Looked>> look(const CommandContext& context, std::size_t index) {
    const TensorInfo& info = m_checkpoint->tensors[index];
    if (!info.isReadable()) return std::nullopt;
    auto looked = read(context, index);
    if (looked) return std::move(*looked);
    if (!concernsOneTensor(looked.error().code)) return tl::unexpected(std::move(looked.error()));
    m_failures.push_back(fmt::format("{}: {}", printable(info.name), describe(looked.error())));
    return std::nullopt;
  }

  Result<Looked> read(const CommandContext& context, std::size_t index) const {
    const auto source = m_checkpoint->source(index);
    if (!source) return tl::unexpected(source.error());
    return lookAt(*source, m_look, context.backend, context.job);
  }

  Result<Json> tensorJson(const CommandContext& context, std::size_t index) {
    const TensorInfo& info = m_checkpoint->tensors[index];
    Json tensor = toJson(*m_checkpoint, index);
    tensor["file"] = m_checkpoint->files[info.file]->name();
    tensor["offset"] = info.offset;
    if (!m_look.readValues()) return tensor;
    const auto looked = look(context, index);
    if (!looked) return tl::unexpected(looked.error());
    setKeys(tensor, *looked, m_look);
    return tensor;
  }

  Result<> printDocument(CommandContext& context, const std::vector<std::size_t>& indices) {
    Json metadata = Json::object();
    for (const auto& [key, value] : m_checkpoint->metadata) metadata[key] = value;
    Json tensors = Json::array();
    for (const std::size_t index : indices) {
      auto tensor = tensorJson(context, index);
      if (!tensor) return tl::unexpected(tensor.error());
      tensors.push_back(std::move(*tensor));
    }
    Json objects = Json::array();
    for (const InertObject& object : m_checkpoint->objects) objects.push_back(toJson(object));
    context.output = documentText({{"path", m_argument.path()},
                                   {"container", m_checkpoint->container},
                                   {"metadata", std::move(metadata)},
                                   {"model", toJson(m_checkpoint->model)},
                                   {"tensors", std::move(tensors)},
                                   {"objects", std::move(objects)},
                                   {"totals", totalsJson(*m_checkpoint)},
                                   {"warnings", allWarnings(indices)}});
    return {};
  }

  Result<> printText(CommandContext& context, const std::vector<std::size_t>& indices) {
    Table table{{"tensor", "type", "shape", "size"}, {}};
    std::string alignment = "llrr";
    appendHeaders(table, alignment, m_look);
    std::string below;
    bool hasEstimates = false;
    for (const auto& [index, isBelow] : withPartsBelow(indices)) {
      const TensorInfo& info = m_checkpoint->tensors[index];
      std::vector<std::string> row{(isBelow ? "  " : "") + printable(info.name), printable(typeTitle(info)),
                                   bracketed(info.shape), humanBytes(info.bytes)};
      if (m_look.readValues()) {
        const auto looked = look(context, index);
        if (!looked) return tl::unexpected(looked.error());
        appendCells(row, *looked, m_look);
        if (*looked) {
          below += textBelow(context.terminal, info, **looked, m_look);
          hasEstimates = hasEstimates || !std::ranges::all_of((*looked)->quantiles, &Quantile::isExact);
        }
      }
      table.rows.push_back(std::move(row));
    }
    for (const std::string& warning : allWarnings(indices)) context.warn(warning);
    const Terminal& terminal = context.terminal;
    if (hasEstimates) below = terminal.muted(kEstimates) + "\n" + below;
    if (m_look.blocks) below += "\n" + terminal.muted(kOctaves) + "\n";
    context.output = heading(terminal) + (indices.empty() ? "" : "\n" + terminal.table(table, alignment)) + below +
                     remarksText(terminal, *m_checkpoint, indices) + objectsText(terminal, *m_checkpoint);
    return {};
  }

  /// The tensors in the order of their data, but those that a packed weight is stored in below it.
  struct Line {
    std::size_t tensor;
    bool isBelow;
  };
  std::vector<Line> withPartsBelow(const std::vector<std::size_t>& indices) const {
    std::vector<bool> isWanted(m_checkpoint->tensors.size());
    for (const std::size_t index : indices) isWanted[index] = true;
    std::vector<Line> lines;
    for (const std::size_t index : indices) {
      const std::optional<std::size_t>& whole = m_checkpoint->tensors[index].partOf;
      const std::size_t weight = whole && isWanted[*whole] ? *whole : index;
      if (!isWanted[weight]) continue;  // listed with another of its parts
      lines.push_back({weight, false});
      isWanted[weight] = false;
      if (const auto& packing = m_checkpoint->tensors[weight].packing)
        for (const std::size_t part : packing->parts) {
          if (isWanted[part]) lines.push_back({part, true});
          isWanted[part] = false;
        }
    }
    return lines;
  }

  std::string heading(const Terminal& terminal) const {
    std::string out = headline(terminal, *m_checkpoint);
    for (const auto& [key, value] : m_checkpoint->metadata)
      out += terminal.muted(fmt::format("  {}: {}", printable(key), printable(value))) + "\n";
    return out;
  }

  CheckpointArgument m_argument;
  std::string m_pattern;
  std::vector<std::string> m_shares;
  LookOptions m_look;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::vector<std::string> m_failures;  ///< of tensors whose values should be readable, but are not
};

}  // namespace

const CommandInfo& inspect_entry() {
  static const CommandInfo info{"inspect", "What is in a checkpoint",
                                "ulp inspect model.safetensors --tensor '*.weight' --statistics --columns",
                                makeCommand<InspectCommand>};
  return info;
}

}  // namespace ulpscope
