// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/formats/float_spec.h"
#include "core/matmul/dot_unit.h"

namespace ulpscope {

/// One addend of a block: a product, or the accumulator.
struct FusedTerm {
  double value = 0;       ///< exact
  int exponent = 0;       ///< of the factors together: |value| lies in [1, 4) 2^exponent; that of a zero is the unit's
  std::int64_t kept = 0;  ///< in units of the block's last place
  double cut = 0;         ///< value - kept * 2^lastPlace: what alignment took away, exact
};

/// What happened in one block.
struct FusedBlock {
  std::vector<FusedTerm> terms;  ///< the products, then the accumulator
  int largestExponent = 0;
  int lastPlace = 0;     ///< weight of the last bit that alignment keeps, as a power of two
  std::int64_t sum = 0;  ///< of what was kept, in units of the last place
  float result = 0;
  double rounded = 0;  ///< result - sum * 2^lastPlace: what rounding to the accumulator added
};

/// The definition of Summation::Fused: c + a . b, in integers. `smallestExponent` is that of the input format's normal
/// numbers, which subnormal ones share. Source: arXiv 2511.10909, algorithm for T-FDPA; arXiv 2512.07004.
///
/// 1. Significands are multiplied exactly and not normalized, so that a product is in [1, 4) 2^(ea + eb).
/// 2. The largest exponent is that of all products and c; a zero counts with unit.zeroExponent.
/// 3. Each addend is cut (toward zero) to a multiple of 2^(largest - alignmentBits); the sum of those is exact.
/// 4. It is rounded to the accumulator; beyond its range to infinity.
///
/// Invalid operations and NaN give 0x7FFFFFFF. Sums of zero are +0: the recorded results have no other.
/// Preconditions: a.size() == b.size() <= unit.blockLength <= 64, and values of a format with at most 10 fraction bits.
/// Every product is multiplied by 2^productScale, exactly, as scales of MX blocks do.
float fusedBlock(const DotUnit& unit, int smallestExponent, std::span<const float> a, std::span<const float> b, float c,
                 FusedBlock* trace = nullptr, int productScale = 0);

/// What NaN and infinity among the operands give, in any unit.
struct SpecialSum {
  bool isSpecial = false;
  float value = 0;
};
SpecialSum specialSum(std::span<const float> a, std::span<const float> b, float c);

/// A finite number as significand * 2^(exponent - 23), where 1 <= |significand| / 2^23 < 2 unless the exponent is the
/// smallest one.
struct SplitFloat {
  std::int64_t significand = 0;
  int exponent = 0;
};
SplitFloat splitFloat(float value, int smallestExponent);

/// Of the floats that an accumulator holds. Not Float64NearestEven and Int32.
const FloatSpec& specOf(Accumulator accumulator);

/// +-magnitude * 2^lastPlace in the format of an accumulator, as a float; toward zero or to nearest even as its name
/// says, past its range to infinity. Not Float64NearestEven and Int32.
float roundToAccumulator(Accumulator accumulator, bool negative, std::uint64_t magnitude, int lastPlace);

}  // namespace ulpscope
