// SPDX-License-Identifier: Apache-2.0
// takumN (linear) and takumlogN (logarithmic, base sqrt(e)): Hunhold, "Beating Posits at Their Own Game: Takum
// Arithmetic", arXiv 2404.18603. Codes of less than 12 bits are the front of a longer one with zeros behind.
#include <fmt/format.h>

#include "core/formats/format_rule.h"
#include "core/formats/rules/id_reader.h"
#include "core/formats/tapered_format.h"

namespace ulpscope {
namespace {

bool claims(std::string_view id) { return id.starts_with("takum"); }

Result<FormatPointer> make(std::string_view id) {
  IdReader reader(id);
  reader.take("takum");
  const bool logarithmic = reader.take("log");
  const auto bits = reader.takeNumber();
  if (!bits || !reader.atEnd() || *bits < TaperedFormat::kNarrowest || *bits > TaperedFormat::kWidest)
    return fail(Errc::Usage,
                fmt::format("a takum such as \"takum16\" or \"takumlog16\" of {} to {} bits expected",
                            TaperedFormat::kNarrowest, TaperedFormat::kWidest),
                std::string(id));
  return std::make_shared<const TaperedFormat>(
      FormatInfo{.id = std::string(id),
                 .title = fmt::format("Takum{}{}", logarithmic ? " log " : "", *bits),
                 .name = fmt::format("{}-bit {} takum", *bits, logarithmic ? "logarithmic" : "linear"),
                 .family = FormatFamily::Tapered,
                 .source = "Hunhold, Takum Arithmetic, arXiv 2404.18603"},
      logarithmic ? Taper::LogarithmicTakum : Taper::Takum, *bits);
}

}  // namespace

const FormatRule& takums_entry() {
  static const FormatRule rule{
      "takumN, takumlogN", {"takum32", "takum16", "takum8", "takumlog16", "takumlog8"}, claims, make};
  return rule;
}

}  // namespace ulpscope
