// SPDX-License-Identifier: Apache-2.0
// positN: Standard for Posit Arithmetic (2022), which has two exponent bits whatever N is; posit8 and posit16 of before
// 2022 had none and one.
#include <fmt/format.h>

#include "core/formats/format_rule.h"
#include "core/formats/rules/id_reader.h"
#include "core/formats/tapered_format.h"

namespace ulpscope {
namespace {

bool claims(std::string_view id) { return id.starts_with("posit"); }

Result<FormatPointer> make(std::string_view id) {
  IdReader reader(id);
  reader.take("posit");
  const auto bits = reader.takeNumber();
  if (!bits || !reader.atEnd() || *bits < TaperedFormat::kNarrowest || *bits > TaperedFormat::kWidest)
    return fail(Errc::Usage,
                fmt::format("a posit such as \"posit16\" of {} to {} bits expected", TaperedFormat::kNarrowest,
                            TaperedFormat::kWidest),
                std::string(id));
  return std::make_shared<const TaperedFormat>(
      FormatInfo{.id = std::string(id),
                 .title = fmt::format("Posit{}", *bits),
                 .name = fmt::format("{}-bit posit, two exponent bits", *bits),
                 .family = FormatFamily::Tapered,
                 .source = "Standard for Posit Arithmetic (2022), Posit Working Group"},
      Taper::Posit, *bits);
}

}  // namespace

const FormatRule& posits_entry() {
  static const FormatRule rule{"positN", {"posit32", "posit16", "posit8"}, claims, make};
  return rule;
}

}  // namespace ulpscope
