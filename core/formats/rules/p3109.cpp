// SPDX-License-Identifier: Apache-2.0
// IEEE P3109 (draft report v4.0 of June 2026): K bits, of which precision P counts the hidden one, so P - 1 fraction
// bits and K - P exponent bits, K - P + 1 without a sign. 1.0 is code 2^(K - 2), or 2^(K - 1) without a sign, which
// puts the bias at 2^(K - P - 1), or 2^(K - P): one more than IEEE 754 and OCP have. One zero, one NaN; extended
// formats have infinities.
#include <fmt/format.h>

#include "core/formats/float_format.h"
#include "core/formats/format_rule.h"
#include "core/formats/rules/id_reader.h"

namespace ulpscope {
namespace {

constexpr int kNarrowest = 3;
constexpr int kWidest = 16;  // bits: the widths the report tabulates

bool claims(std::string_view id) { return id.starts_with("binary"); }

FloatSpec specOf(int k, int p, bool isSigned, bool extended) {
  const int exponentBits = k - p + (isSigned ? 0 : 1);
  const Specials finite = isSigned ? Specials::NegativeZeroNan : Specials::NanOnly;
  return {.signBits = isSigned ? 1 : 0,
          .exponentBits = exponentBits,
          .fractionBits = p - 1,
          .bias = 1 << (exponentBits - 1),
          .specials = extended ? Specials::Extended : finite};
}

Result<FormatPointer> make(std::string_view id) {
  IdReader reader(id);
  reader.take("binary");
  const auto k = reader.takeNumber();
  const bool separated = reader.take("p");
  const auto p = reader.takeNumber();
  const bool isSigned = reader.take("s");
  const bool isUnsigned = !isSigned && reader.take("u");
  const bool extended = reader.take("e");
  const bool finite = !extended && reader.take("f");
  const bool complete = k && separated && p && (isSigned || isUnsigned) && (extended || finite) && reader.atEnd();
  if (!complete)
    return fail(Errc::Usage, "a format such as \"binary8p3se\" expected: bits, precision, s or u, e or f",
                std::string(id));
  const int highest = isSigned ? *k - 1 : *k;
  if (*k < kNarrowest || *k > kWidest || *p < 1 || *p > highest)
    return fail(Errc::Usage,
                fmt::format("{} to {} bits and a precision from 1 to bits{} expected, {} and {} found", kNarrowest,
                            kWidest, isSigned ? " - 1" : "", *k, *p),
                std::string(id));
  return std::make_shared<const FloatFormat>(
      FormatInfo{.id = std::string(id),
                 .title = fmt::format("P3109 {}p{}{}{}", *k, *p, isSigned ? "s" : "u", extended ? "e" : "f"),
                 .name = fmt::format("IEEE P3109 Binary{}p{}{}{}", *k, *p, isSigned ? "s" : "u", extended ? "e" : "f"),
                 .family = FormatFamily::P3109,
                 .source = "IEEE P3109 draft report v4.0, sections 3.1 and 4.7.6"},
      specOf(*k, *p, isSigned, extended));
}

std::vector<std::string> members() {
  std::vector<std::string> ids;
  for (const char* domain : {"se", "sf"})
    for (int p = 1; p <= 7; ++p) ids.push_back(fmt::format("binary8p{}{}", p, domain));
  return ids;
}

}  // namespace

const FormatRule& p3109_entry() {
  static const FormatRule rule{"binaryKpP[su][ef]", members(), claims, make};
  return rule;
}

}  // namespace ulpscope
