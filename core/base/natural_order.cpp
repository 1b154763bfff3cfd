// SPDX-License-Identifier: Apache-2.0
#include "core/base/natural_order.h"

#include <algorithm>

namespace ulpscope {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the front of `text`, which go, without leading zeros.
std::string_view takeNumber(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, isDigit);
  std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

}  // namespace

bool isNaturallyLess(std::string_view a, std::string_view b) {
  std::string_view restOfA = a;
  std::string_view restOfB = b;
  while (!restOfA.empty() && !restOfB.empty()) {
    if (isDigit(restOfA.front()) && isDigit(restOfB.front())) {
      const std::string_view numberOfA = takeNumber(restOfA);
      const std::string_view numberOfB = takeNumber(restOfB);
      if (numberOfA.size() != numberOfB.size()) return numberOfA.size() < numberOfB.size();
      if (numberOfA != numberOfB) return numberOfA < numberOfB;
      continue;
    }
    if (restOfA.front() != restOfB.front())
      return static_cast<unsigned char>(restOfA.front()) < static_cast<unsigned char>(restOfB.front());
    restOfA.remove_prefix(1);
    restOfB.remove_prefix(1);
  }
  return restOfA.size() != restOfB.size() ? restOfA.size() < restOfB.size() : a < b;
}

}  // namespace ulpscope
