// SPDX-License-Identifier: Apache-2.0
#include "core/formats/block_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"

namespace ulpscope {

Result<std::vector<float>> parseFloats(std::string_view text, std::size_t most) {
  constexpr std::string_view kSeparators = " \t\r\n,;[](){}";
  std::vector<float> values;
  std::size_t at = text.find_first_not_of(kSeparators);
  while (at != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    const auto number = parseNumber(text.substr(at, end - at));
    if (!number) return tl::unexpected(number.error());
    if (values.size() == most)
      return fail(Errc::LimitExceeded, fmt::format("at most {} numbers expected, more found", most));
    const Encoded encoded = encodeFloat(kFloat32Spec, unrounded(*number), Rounding::NearestEven, Overflow::Format);
    values.push_back(decodeToFloat(kFloat32Spec, encoded.code));
    at = text.find_first_not_of(kSeparators, end);
  }
  if (values.empty()) return fail(Errc::Usage, "numbers expected, none found");
  return values;
}

}  // namespace ulpscope
