// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/via_option.h"

#include <fmt/format.h>

#include "app/cli/explanation_text.h"
#include "app/cli/lookup.h"
#include "core/formats/brief_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

/// Ids between commas. A part with "=" belongs to the id before it: "custom:s1e5m3,bias=15,float16" are two.
std::vector<std::string> idsIn(std::string_view text) {
  std::vector<std::string> ids;
  while (true) {
    const std::string part(text.substr(0, text.find(',')));
    if (part.find('=') != std::string::npos && !ids.empty())
      ids.back() += "," + part;
    else
      ids.push_back(part);
    if (part.size() == text.size()) return ids;
    text.remove_prefix(part.size() + 1);
  }
}

Json stageJson(const StageOutcome& stage) {
  const auto orNull = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return {{"format", stage.format->info().id},
          {"rounding", idOf(stage.rounding)},
          {"code", codeText(*stage.format, stage.outcome.code)},
          {"value", stage.value},
          {"exact", stage.outcome.exact},
          {"error", orNull(stage.error)},
          {"loss", orNull(stage.loss)}};
}

std::string stageText(const StageOutcome& stage) {
  std::string text = stage.format->info().id;
  if (stage.rounding != Rounding::NearestEven) text += fmt::format(", {}", idOf(stage.rounding));
  return text;
}

}  // namespace

void ViaOption::declare(Options& options) {
  options.repeated("--via", "ID[@R],...", m_texts,
                   "Formats to pass first, as against rounding once; @ and a rounding for one that rounds otherwise");
}

Result<ChainedRounding> ViaOption::round(const std::string& value, FormatPointer target,
                                         const RoundingRequest& request) const {
  std::vector<ViaStage> stages;
  for (const std::string& text : m_texts)
    for (const std::string& stage : idsIn(text)) {
      const std::size_t at = std::min(stage.find('@'), stage.size());
      auto format = makeFormat(stage.substr(0, at));
      if (!format) return tl::unexpected(std::move(format.error()));
      RoundingChoice rounding = request.at(stages.size() + 1);
      if (at < stage.size()) {
        const auto own = roundingOf(stage.substr(at + 1));
        if (!own) return tl::unexpected(own.error());
        rounding.mode = *own;
      }
      stages.push_back({std::move(*format), rounding});
    }
  stages.push_back({std::move(target), request.at(0)});
  return roundVia(value, stages, request.overflow);
}

void addTo(Json& document, const ChainedRounding& chain) {
  Json stages = Json::array();
  for (const StageOutcome& stage : chain.stages) stages.push_back(stageJson(stage));
  document["via"] = std::move(stages);
  document["direct"] = stageJson(chain.direct);
  document["doubleRounding"] = chain.doubleRounding;
  document["verdict"] = chain.verdict;
}

std::string chainText(const ChainedRounding& chain, const Terminal& terminal) {
  Table table{{"stage", "code", "value", "stored - given", ""}, {}};
  const auto add = [&](const std::string& stage, const StageOutcome& outcome, const std::string& note) {
    const auto brief = [](const std::string& number) {
      constexpr int kDigits = 12;
      return briefDecimal(number, kDigits).text;
    };
    table.rows.push_back(
        {stage, codeText(*outcome.format, outcome.outcome.code), brief(outcome.value), brief(outcome.error), note});
  };
  for (const StageOutcome& stage : chain.stages)
    add(stageText(stage), stage, stage.outcome.exact ? "exact" : "rounded");
  add("directly", chain.direct, chain.direct.outcome.exact ? "exact" : "rounded");
  std::string out = "\n" + indented(terminal.table(table, "llrrl"), 2);
  if (!chain.board.empty()) out += "\n" + indented(chain.board, 2);
  return out + "\n  " + terminal.wrapped(withoutBackticks(chain.verdict), 2) + "\n";
}

}  // namespace ulpscope
