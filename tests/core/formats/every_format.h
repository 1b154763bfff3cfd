// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// The modes that need no random bits.
inline constexpr Rounding kEveryRounding[] = {Rounding::NearestEven,    Rounding::NearestAway,    Rounding::TowardZero,
                                              Rounding::TowardPositive, Rounding::TowardNegative, Rounding::ToOdd};
inline constexpr Overflow kEveryOverflow[] = {Overflow::Format, Overflow::Saturate, Overflow::Infinity, Overflow::Nan};

/// The formats of the registry that `keep` accepts.
template <class Predicate>
std::vector<const NumberFormat*> formatsThat(Predicate keep) {
  std::vector<const NumberFormat*> formats;
  for (const NumberFormat* format : formatRegistry())
    if (keep(*format)) formats.push_back(format);
  return formats;
}

inline bool isNarrow(const NumberFormat& format) { return format.info().codeBits <= 16; }
inline bool isFloat(const NumberFormat& format) { return format.floatSpec() != nullptr; }
inline bool isSigned(const NumberFormat& format) { return format.decode(limitsOf(format).lowest).negative; }
inline bool isTapered(const NumberFormat& format) { return format.info().family == FormatFamily::Tapered; }
inline bool isCodebook(const NumberFormat& format) { return format.info().family == FormatFamily::CodeBook; }

/// Laws that a suite checks for each format of a list; INSTANTIATE_TEST_SUITE_P(..., FormatName()).
class FormatLaws : public testing::TestWithParam<const NumberFormat*> {
 protected:
  const NumberFormat& format() const { return *GetParam(); }
  std::uint64_t codeCount() const { return std::uint64_t{1} << format().info().codeBits; }
};

struct FormatName {
  std::string operator()(const testing::TestParamInfo<const NumberFormat*>& info) const {
    std::string name = info.param->info().id;
    std::ranges::replace(name, ':', '_');
    return name;
  }
};

}  // namespace ulpscope
