// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/checkpoint_text.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/security_remark.h"

namespace ulpscope {
namespace {

std::string shortNumber(double value) { return fmt::format("{:.4g}", value); }

class InspectCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.option("--tensor", "GLOB", m_pattern, "Only the tensors whose whole name matches (* and ?)");
    options.flag("--statistics", m_statistics, "Count, extremes, mean, deviation, NaN, infinities, zeros, subnormals");
    options.option("--histogram", "BINS", m_bins, "Equal bins from the smallest to the largest finite value");
    options.flag("--columns", m_columns, "Absolute maximum of each column, and the outlier columns");
  }

  Result<> run(CommandContext& context) override {
    if (m_bins && (*m_bins == 0 || *m_bins > 1'000'000))
      return fail(Errc::Usage, "--histogram takes 1 to 1000000 bins");
    auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    m_checkpoint = std::move(*checkpoint);
    const auto tensors = tensorsMatching(*m_checkpoint, m_pattern, Parts::Include);
    if (!tensors) return tl::unexpected(tensors.error());
    if (readsValues()) context.job.expect(bytesOf(*tensors));
    return context.json ? printDocument(context, *tensors) : printText(context, *tensors);
  }

 private:
  struct Looked {
    TensorProfile profile;
    std::optional<Histogram> histogram;
    std::optional<Outliers> outliers;
  };

  std::uint64_t bytesOf(const std::vector<std::size_t>& indices) const {
    std::uint64_t bytes = 0;
    for (const std::size_t index : indices) {
      const TensorInfo& info = m_checkpoint->tensors[index];
      if (info.isReadable()) bytes += byteSize(*info.type, info.elements).value_or(0);
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
    if (readsValues() && unreadable > 0)
      warnings.push_back(fmt::format("{} of {} cannot be read: {}", groupedDigits(unreadable),
                                     counted(indices.size(), "tensor"), fmt::join(types, ", ")));
    return warnings;
  }

  bool readsValues() const { return m_statistics || m_columns || m_bins; }

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
    auto profile = profileTensor(*source, context.backend, context.job);
    if (!profile) return tl::unexpected(profile.error());
    Looked looked{std::move(*profile), {}, {}};
    const Statistics& statistics = looked.profile.statistics;
    if (m_bins && statistics.finite > 0) {
      auto histogram = linearHistogram(*source, looked.profile, statistics.min, statistics.max, *m_bins, context.job);
      if (!histogram) return tl::unexpected(histogram.error());
      looked.histogram = std::move(*histogram);
    }
    if (m_columns) looked.outliers = columnOutliers(looked.profile);
    return looked;
  }

  Json columnsJson(const Looked& looked) const {
    Json maxima = Json::array();
    for (const float value : looked.profile.columnAbsMax) maxima.push_back(jsonNumber(value));
    Json columns{{"absMax", std::move(maxima)}};
    columns.update(toJson(*looked.outliers));
    return columns;
  }

  Result<Json> tensorJson(const CommandContext& context, std::size_t index) {
    const TensorInfo& info = m_checkpoint->tensors[index];
    Json tensor = toJson(*m_checkpoint, index);
    tensor["file"] = m_checkpoint->files[info.file]->name();
    tensor["offset"] = info.offset;
    if (!readsValues()) return tensor;
    const auto looked = look(context, index);
    if (!looked) return tl::unexpected(looked.error());
    const bool isRead = looked->has_value();
    if (m_statistics) tensor["statistics"] = isRead ? toJson((*looked)->profile.statistics) : Json();
    if (m_bins) tensor["histogram"] = isRead && (*looked)->histogram ? toJson(*(*looked)->histogram) : Json();
    if (m_columns) tensor["columns"] = isRead ? columnsJson(**looked) : Json();
    if (isRead) tensor["backend"] = (*looked)->profile.backend;
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
    if (m_statistics) {
      table.header.insert(table.header.end(),
                          {"min", "max", "mean", "deviation", "kurtosis", "zero", "subnormal", "NaN", "Inf"});
      alignment += "rrrrrrrrr";
    }
    if (m_columns) {
      table.header.insert(table.header.end(), {"median |max|", "outlier columns"});
      alignment += "rl";
    }
    std::string histograms;
    for (const auto& [index, isBelow] : withPartsBelow(indices)) {
      const TensorInfo& info = m_checkpoint->tensors[index];
      std::vector<std::string> row{(isBelow ? "  " : "") + printable(info.name), printable(typeTitle(info)),
                                   bracketed(info.shape), humanBytes(info.bytes)};
      if (readsValues()) {
        const auto looked = look(context, index);
        if (!looked) return tl::unexpected(looked.error());
        appendCells(row, *looked);
        if (*looked && (*looked)->histogram) histograms += histogramText(context.terminal, info, *(*looked)->histogram);
      }
      table.rows.push_back(std::move(row));
    }
    for (const std::string& warning : allWarnings(indices)) context.warn(warning);
    const Terminal& terminal = context.terminal;
    context.output = heading(terminal) + (indices.empty() ? "" : "\n" + terminal.table(table, alignment)) + histograms +
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

  void appendCells(std::vector<std::string>& row, const std::optional<Looked>& looked) const {
    if (m_statistics) {
      if (!looked) {
        row.insert(row.end(), 9, "—");
      } else {
        const Statistics& s = looked->profile.statistics;
        row.insert(row.end(),
                   {shortNumber(s.min), shortNumber(s.max), shortNumber(s.mean), shortNumber(s.standardDeviation),
                    shortNumber(s.kurtosis), groupedDigits(s.kinds.zero), groupedDigits(s.kinds.subnormal),
                    groupedDigits(s.kinds.nan), groupedDigits(s.kinds.positiveInfinity + s.kinds.negativeInfinity)});
      }
    }
    if (m_columns)
      row.insert(row.end(), {looked ? shortNumber(looked->outliers->median) : "—",
                             looked ? countAndIndices({}, looked->outliers->indices, 8) : "—"});
  }

  static std::string histogramText(const Terminal& terminal, const TensorInfo& info, const Histogram& histogram) {
    constexpr std::uint64_t kBarWidth = 50;
    std::uint64_t largest = 1;
    for (const std::uint64_t count : histogram.counts) largest = std::max(largest, count);
    Table table{{"from", "to", "count", ""}, {}};
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      std::string bar;
      const auto length = static_cast<std::uint64_t>(static_cast<double>(histogram.counts[i]) /
                                                     static_cast<double>(largest) * kBarWidth);
      for (std::uint64_t j = 0; j < length; ++j) bar += "█";
      table.rows.push_back({shortNumber(histogram.edges[i]), shortNumber(histogram.edges[i + 1]),
                            groupedDigits(histogram.counts[i]), bar});
    }
    return "\n" + terminal.strong(printable(info.name)) + "\n" + terminal.table(table, "rrrl");
  }

  CheckpointArgument m_argument;
  std::string m_pattern;
  bool m_statistics = false;
  std::optional<std::uint64_t> m_bins;
  bool m_columns = false;
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
