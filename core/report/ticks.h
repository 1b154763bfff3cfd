// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace ulpscope {

struct Tick {
  double value;
  std::string text;

  friend bool operator==(const Tick&, const Tick&) = default;
};

/// Multiples of 1, 2 or 5 times a power of ten within [lower, upper]: the finest such step that gives at most `atMost`
/// ticks, all written with as many decimals as the step needs. Empty unless lower < upper, both finite, atMost >= 2.
std::vector<Tick> linearTicks(double lower, double upper, std::size_t atMost);

/// Powers of ten within [lower, upper], each n-th so that there are at most `atMost`; where that would leave fewer than
/// two, 1, 2 and 5 times them. Empty unless 0 < lower < upper, both finite.
std::vector<Tick> logarithmicTicks(double lower, double upper, std::size_t atMost);

/// Exponents within [lower, upper], which are whole numbers: "2⁻⁸". Spacings are 1, 2, 4, 8 and ten times them. Where
/// fewer than two are in range, numbers between them as decimals. Empty under the same conditions as linearTicks.
std::vector<Tick> powerOfTwoTicks(double lower, double upper, std::size_t atMost);

/// "2⁻⁸".
std::string powerOfTwoText(int exponent);
/// "10⁻³".
std::string powerOfTenText(int exponent);

}  // namespace ulpscope
