// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "app/cli/calibration_option.h"
#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/diff_errors.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/analysis/checkpoint_diff.h"
#include "core/base/text.h"
#include "core/report/published_errors.h"

namespace ulpscope {
namespace {

class DiffCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("A", m_paths[0], "A checkpoint: file, index or folder");
    options.argument("B", m_paths[1], "Another, whose values are measured against those of A");
    m_flags.declare(options);
    options.repeated(
        "--rename", "FROM=TO", m_rules,
        "Names of B as A has them; a * in FROM is the same text in TO. The first rule that matches counts");
    options.flag("--all", m_all, "List the identical tensors too");
    options.flag("--errors", m_wantsErrors, "What B's types lose, as schemes: bits and errors, the worst first");
    m_calibration.declare(options);
    options.flag("--rivals", m_wantsRivals, "Beside each the best scheme of at most as many bits (implies --errors)");
    options.option("--csv", "OUT.csv", m_csv, "Write the errors as a table (implies --errors)");
    options.flag("--force", m_force, "Replace the file if it exists");
  }

  Result<> run(CommandContext& context) override {
    std::vector<RenameRule> rules;
    for (const std::string& text : m_rules) {
      auto rule = RenameRule::parse(text);
      if (!rule) return tl::unexpected(std::move(rule.error()));
      rules.push_back(std::move(*rule));
    }
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < 2; ++i) {
      auto opened = m_flags.open(m_paths[i], context.job);
      if (!opened) return tl::unexpected(std::move(opened.error()));
      m_checkpoints[i] = std::move(*opened);
      for (const std::string& warning : m_checkpoints[i]->warnings)
        context.warn(fmt::format("{}: {}", printable(m_paths[i]), warning));
      for (std::string& file : filesReadBy(*m_checkpoints[i])) inputs.push_back(std::move(file));
    }
    if (m_calibration.text()) inputs.push_back(*m_calibration.text());
    if (m_csv)
      if (auto free = checkFree(*m_csv, m_force, inputs); !free) return free;
    const auto calibration = m_calibration.open(context.job);
    if (!calibration) return tl::unexpected(calibration.error());
    const auto diff = diffCheckpoints(*m_checkpoints[0], *m_checkpoints[1], rules, context.job);
    if (!diff) return tl::unexpected(diff.error());
    if (m_wantsErrors || m_wantsRivals || *calibration || m_csv) return showErrors(*diff, calibration->get(), context);
    context.output = context.json ? documentText(document(*diff)) : text(context.terminal, *diff) + counts(*diff);
    return {};
  }

 private:
  Result<> showErrors(const CheckpointDiff& diff, const Calibration* calibration, CommandContext& context) const {
    const auto errors =
        publishedErrors(*m_checkpoints[0], *m_checkpoints[1], diff,
                        {.calibration = calibration, .rivals = m_wantsRivals}, context.backend, context.job);
    if (!errors) return tl::unexpected(errors.error());
    const ComparedErrors compared{*m_checkpoints[0], *m_checkpoints[1], diff, *errors};
    for (const PublishedError& error : errors->tensors)
      if (!error.remark.empty())
        context.warn(fmt::format("{}: {}", printable(diff.tensors[error.diff].name), error.remark));
    if (m_csv) {
      const std::string csv = toCsv(errorTable(*m_checkpoints[1], diff, *errors));
      if (auto written = writeFile(*m_csv, csv, existing(m_force)); !written) return written;
    }
    if (context.json) {
      Json json = document(diff);
      json["errors"] = errorsJson(compared);
      json["types"] = typesJson(*errors);
      context.output = documentText(json);
    } else {
      context.output = errorsText(compared, m_all, context.terminal) + counts(diff);
    }
    return {};
  }

  static Json summaryJson(const CheckpointDiff& diff) {
    Json summary = Json::object();
    for (std::size_t i = 0; i < kDiffStates; ++i)
      summary[std::string(idOf(static_cast<DiffState>(i)))] = diff.summary[i];
    return summary;
  }

  const TensorInfo* tensorOf(std::size_t side, std::optional<std::size_t> index) const {
    return index ? &m_checkpoints[side]->tensors[*index] : nullptr;
  }

  Json tensorJson(const TensorDiff& diff) const {
    Json tensor{{"name", diff.name}, {"state", idOf(diff.state)}};
    const TensorInfo* const sides[] = {tensorOf(0, diff.first), tensorOf(1, diff.second)};
    constexpr const char* kSides[] = {"a", "b"};
    for (std::size_t i = 0; i < 2; ++i)
      tensor[kSides[i]] =
          sides[i] ? Json{{"name", sides[i]->name}, {"dtype", sides[i]->storedType}, {"shape", sides[i]->shape}}
                   : Json();
    tensor["different"] = diff.different;
    tensor["firstDifferent"] = diff.firstDifferent ? Json(*diff.firstDifferent) : Json();
    if (diff.metrics) {
      tensor["metrics"] = toJson(*diff.metrics);
      tensor["metrics"].erase("percentiles");
    } else {
      tensor["metrics"] = Json();
    }
    if (!diff.remark.empty()) tensor["remark"] = diff.remark;
    return tensor;
  }

  Json document(const CheckpointDiff& diff) const {
    Json tensors = Json::array();
    for (const TensorDiff& tensor : diff.tensors) tensors.push_back(tensorJson(tensor));
    return {{"a", m_paths[0]}, {"b", m_paths[1]}, {"summary", summaryJson(diff)}, {"tensors", std::move(tensors)}};
  }

  /// "FP32, FP16" where the two sides differ, else one of them.
  template <class Describe>
  std::string both(const TensorDiff& diff, Describe describe) const {
    std::string text;
    for (std::size_t side = 0; side < 2; ++side) {
      const TensorInfo* const tensor = tensorOf(side, side == 0 ? diff.first : diff.second);
      const std::string each = tensor ? describe(*tensor) : std::string();
      if (each.empty() || each == text) continue;
      text += (text.empty() ? "" : " \u2192 ") + each;
    }
    return text;
  }

  std::string text(const Terminal& terminal, const CheckpointDiff& diff) const {
    Table table{{"tensor", "state", "type", "shape", "differ", "max |error|", "relative RMSE"}, {}};
    for (const TensorDiff& tensor : diff.tensors) {
      if (tensor.state == DiffState::Identical && !m_all) continue;
      const bool isMeasured = tensor.metrics && tensor.metrics->included > 0;
      table.rows.push_back({printable(tensor.name), std::string(idOf(tensor.state)),
                            both(tensor, [](const TensorInfo& info) { return printable(info.storedType); }),
                            both(tensor, [](const TensorInfo& info) { return bracketed(info.shape); }),
                            tensor.metrics ? groupedDigits(tensor.different) : tensor.remark,
                            isMeasured ? fmt::format("{:.3g}", tensor.metrics->maxAbsoluteError) : "",
                            isMeasured ? fmt::format("{:.3g}", tensor.metrics->relativeRmse) : ""});
    }
    return table.rows.empty() ? "" : terminal.table(table, "llllrrr") + '\n';
  }

  static std::string counts(const CheckpointDiff& diff) {
    std::vector<std::string> counts;
    for (std::size_t i = 0; i < kDiffStates; ++i)
      if (diff.summary[i] > 0)
        counts.push_back(fmt::format("{} {}", groupedDigits(diff.summary[i]), idOf(static_cast<DiffState>(i))));
    return fmt::format("{}\n", counts.empty() ? "no tensors in either" : fmt::format("{}", fmt::join(counts, ", ")));
  }

  std::string m_paths[2];
  OpenFlags m_flags;
  std::vector<std::string> m_rules;
  bool m_all = false;
  bool m_wantsErrors = false;
  bool m_wantsRivals = false;
  CalibrationOption m_calibration;
  std::optional<std::string> m_csv;
  bool m_force = false;
  std::shared_ptr<const Checkpoint> m_checkpoints[2];
};

}  // namespace

const CommandInfo& diff_entry() {
  static const CommandInfo info{"diff", "How two checkpoints differ, tensor by tensor",
                                "ulp diff model.safetensors model-q4_k_m.gguf --errors --calibration inputs.npz",
                                makeCommand<DiffCommand>};
  return info;
}

}  // namespace ulpscope
