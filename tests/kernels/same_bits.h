// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <sstream>

namespace ulpscope::kernels {

inline std::uint64_t bitsOf(float value) { return std::bit_cast<std::uint32_t>(value); }
inline std::uint64_t bitsOf(std::integral auto value) {
  return static_cast<std::make_unsigned_t<decltype(value)>>(value);
}

/// Whether all elements have the same bits; else how many differ, and the first of them.
template <class T>
testing::AssertionResult sameBits(std::span<const T> expected, std::span<const T> got) {
  if (expected.size() != got.size()) return testing::AssertionFailure() << got.size() << " elements";
  if (expected.empty() || std::memcmp(expected.data(), got.data(), expected.size_bytes()) == 0)
    return testing::AssertionSuccess();
  std::size_t differing = 0;
  std::size_t first = expected.size();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (bitsOf(expected[i]) == bitsOf(got[i])) continue;
    if (differing++ == 0) first = i;
  }
  std::ostringstream text;
  text << differing << " of " << expected.size() << " differ, first at " << first << std::hex << ": expected 0x"
       << bitsOf(expected[first]) << ", got 0x" << bitsOf(got[first]);
  return testing::AssertionFailure() << text.str();
}

template <class A, class B>
testing::AssertionResult sameBits(const A& expected, const B& got) {
  using T = typename A::value_type;
  return sameBits(std::span<const T>(expected), std::span<const T>(got));
}

/// The same, but any NaN equals any other.
inline testing::AssertionResult sameBitsButNan(std::span<const float> expected, std::span<const float> got) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (bitsOf(expected[i]) != bitsOf(got[i]) && !(std::isnan(expected[i]) && std::isnan(got[i])))
      return testing::AssertionFailure() << "at " << i << ": expected " << expected[i] << ", got " << got[i];
  return testing::AssertionSuccess();
}

}  // namespace ulpscope::kernels
