// SPDX-License-Identifier: Apache-2.0
// Tesla's configurable floats: 1-4-3 or 1-5-2 with a bias of 0 to 63 that is kept per use rather than per format, so it
// is part of the id. No infinity, no NaN. Subnormals are 0.mmm * 2^(1 - bias), as in IEEE 754; the white paper prints
// 2^-bias there, which would leave a gap below the smallest normal value.
#include <fmt/format.h>

#include "core/formats/float_format.h"
#include "core/formats/format_rule.h"
#include "core/formats/rules/id_reader.h"

namespace ulpscope {
namespace {

constexpr int kLargestBias = 63;

bool claims(std::string_view id) { return id.starts_with("cfloat8"); }

Result<FormatPointer> make(std::string_view id) {
  IdReader reader(id);
  const bool wideFraction = reader.take("cfloat8_143:");
  const bool wideExponent = !wideFraction && reader.take("cfloat8_152:");
  const auto bias = reader.takeNumber();
  if ((!wideFraction && !wideExponent) || !bias || *bias > kLargestBias || !reader.atEnd())
    return fail(
        Errc::Usage,
        fmt::format("\"cfloat8_143:BIAS\" or \"cfloat8_152:BIAS\" with a bias of 0 to {} expected", kLargestBias),
        std::string(id));
  const int exponentBits = wideFraction ? 4 : 5;
  const int fractionBits = 7 - exponentBits;
  return std::make_shared<const FloatFormat>(
      FormatInfo{.id = std::string(id),
                 .title = fmt::format("CFloat8 {}-{}, bias {}", exponentBits, fractionBits, *bias),
                 .name = fmt::format("Tesla CFloat8_1_{}_{} with bias {}", exponentBits, fractionBits, *bias),
                 .family = FormatFamily::Historic,
                 .source = "Tesla Dojo white paper on configurable floating point; subnormals as in IEEE 754"},
      FloatSpec{.exponentBits = exponentBits, .fractionBits = fractionBits, .bias = *bias, .specials = Specials::None});
}

}  // namespace

const FormatRule& cfloat8_entry() {
  static const FormatRule rule{"cfloat8_143:BIAS, cfloat8_152:BIAS", {"cfloat8_143:7", "cfloat8_152:15"}, claims, make};
  return rule;
}

}  // namespace ulpscope
