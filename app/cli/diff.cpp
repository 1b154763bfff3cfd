// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "core/analysis/checkpoint_diff.h"
#include "core/base/text.h"

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
  }

  Result<> run(CommandContext& context) override {
    std::vector<RenameRule> rules;
    for (const std::string& text : m_rules) {
      auto rule = RenameRule::parse(text);
      if (!rule) return tl::unexpected(std::move(rule.error()));
      rules.push_back(std::move(*rule));
    }
    for (std::size_t i = 0; i < 2; ++i) {
      auto opened = m_flags.open(m_paths[i], context.job);
      if (!opened) return tl::unexpected(std::move(opened.error()));
      m_checkpoints[i] = std::move(*opened);
      for (const std::string& warning : m_checkpoints[i]->warnings)
        context.warn(fmt::format("{}: {}", printable(m_paths[i]), warning));
    }
    const auto diff = diffCheckpoints(*m_checkpoints[0], *m_checkpoints[1], rules, context.job);
    if (!diff) return tl::unexpected(diff.error());
    context.output = context.json ? documentText(document(*diff)) : text(context.terminal, *diff);
    return {};
  }

 private:
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
    std::string lines;
    if (!table.rows.empty()) lines = terminal.table(table, "llllrrr") + "\n";
    std::vector<std::string> counts;
    for (std::size_t i = 0; i < kDiffStates; ++i)
      if (diff.summary[i] > 0)
        counts.push_back(fmt::format("{} {}", groupedDigits(diff.summary[i]), idOf(static_cast<DiffState>(i))));
    return lines + (counts.empty() ? "no tensors in either" : fmt::format("{}", fmt::join(counts, ", "))) + "\n";
  }

  std::string m_paths[2];
  OpenFlags m_flags;
  std::vector<std::string> m_rules;
  bool m_all = false;
  std::shared_ptr<const Checkpoint> m_checkpoints[2];
};

}  // namespace

const CommandInfo& diff_entry() {
  static const CommandInfo info{
      "diff", "How two checkpoints differ, tensor by tensor",
      "ulp diff model.safetensors model-q8_0.gguf --rename 'blk.*.attn_q.weight=layers.*.q.weight'",
      makeCommand<DiffCommand>};
  return info;
}

}  // namespace ulpscope
