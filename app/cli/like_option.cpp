// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/like_option.h"

#include <fmt/format.h>

#include "app/cli/explanation_text.h"
#include "app/cli/lookup.h"
#include "core/base/text.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

/// "—" where there is none.
std::string codeOf(const StackRow& row, const NumberFormat& format) {
  return row.code ? codeText(format, *row.code) : "—";
}

}  // namespace

void LikeOption::declare(Options& options, Takes takes) {
  m_takes = takes;
  options.option("--like", "STACK", m_id,
                 fmt::format("As this stack does it: {}{}", stackIds(),
                             takes == Takes::OneOrAll ? "; all: what each of them does, side by side" : ""));
}

Result<const Stack*> LikeOption::read(const RoundingOptions& rounding) const {
  if (!m_id) return nullptr;
  if (rounding.isGiven())
    return fail(Errc::Usage, "either --like or a rounding and overflow of one's own expected, found both");
  if (isAll()) return nullptr;
  return stackOf(*m_id);
}

Json sideBySideJson(const std::string& input, const NumberFormat& format, std::span<const StackRow> rows) {
  Json stacks = Json::array();
  for (const StackRow& row : rows)
    stacks.push_back({{"like", row.stack->id},
                      {"version", row.stack->version},
                      {"code", row.code ? Json(codeText(format, *row.code)) : Json()},
                      {"value", row.code ? Json(row.value) : Json()},
                      {"rule", row.rule}});
  return {{"input", input}, {"format", format.info().id}, {"stacks", std::move(stacks)}};
}

std::string sideBySideText(const std::string& input, const NumberFormat& format, std::span<const StackRow> rows,
                           const Terminal& terminal) {
  Table table{{"stack", "code", "value", "what decided"}, {}};
  for (const StackRow& row : rows) {
    const std::string rule = row.rule.substr(row.stack->title.size() + 2);  // "torch 2.12: ", which the row says
    table.rows.push_back({std::string(row.stack->id), codeOf(row, format), row.code ? row.value : "—", rule});
  }
  return terminal.strong(printable(input)) + " in " + terminal.strong(format.info().title) + "\n\n" +
         indented(terminal.table(table, "lrrl"), 2);
}

}  // namespace ulpscope
