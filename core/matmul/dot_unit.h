// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace ulpscope {

/// What holds a sum between two steps of a dot product, and how it is rounded to that.
enum class Accumulator : std::uint8_t {
  Float32TowardZero,
  Float32NearestEven,
  Float16NearestEven,
  Fraction13TowardZero,  ///< float32 with 13 fraction bits: FP8 on Ada and Hopper
  Float64NearestEven,
  Int32,
};

/// How products become a sum.
enum class Summation : std::uint8_t {
  Fused,         ///< a block of products and the accumulator are aligned to the largest exponent, cut, added exactly
  FlooredFused,  ///< AMD CDNA3: the same of the products alone; the accumulator is aligned to their sum, cuts go down
  FlooredPair,   ///< AMD CDNA3, FP8: even and odd products are two such sums
  ExactBlock,    ///< AMD CDNA1: a block of products and the accumulator are added exactly, rounded once
  FlushedPairwise,  ///< AMD CDNA2: products are rounded and added by twos; subnormal numbers are zero throughout
  FmaChain,         ///< one fused multiply-add after the other
  Pairwise,         ///< rounded products, halves added to each other, down to single ones
  Blocked,          ///< chains of `blockLength`, whose sums are a chain
  Kahan,            ///< a chain that carries what each addition lost
  Exact,            ///< all products exactly, rounded once
};

/// A multiply-add unit as data: what it does with a row of A, a column of B and an accumulator c. Operands are values
/// of its input format. Sources: docs/numerics.md, "Matrix engines".
struct DotUnit {
  static constexpr int kNoZeroExponent = -1024;

  Summation summation = Summation::FmaChain;
  Accumulator accumulator = Accumulator::Float32NearestEven;
  int blockLength = 1;                 ///< products that are summed at once
  int alignmentBits = 0;               ///< fraction bits that are kept below the largest exponent
  int zeroExponent = kNoZeroExponent;  ///< that a zero has when the largest exponent is looked for
  /// Every so many products the unit begins at zero, and its sum is added to c in the accumulator's format, to nearest
  /// even. 0: never.
  int promoteEvery = 0;

  friend constexpr bool operator==(const DotUnit&, const DotUnit&) = default;
};

}  // namespace ulpscope
