// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace ulpscope {

/// Numbers of consecutive elements of a row that share a scale; the last block of a row may be shorter.
inline constexpr std::array<std::uint64_t, 5> kBlockSizes{16, 32, 64, 128, 256};

/// The blocks of one size by their absolute maximum, as float32. blocks = zero + notFinite + the sum of `counts`.
struct BlockRange {
  static constexpr int kSubnormalOctave = -127;  ///< all that is below 2^-126, but not zero

  std::uint64_t blocks = 0;
  std::uint64_t zero = 0;             ///< every element is zero
  std::uint64_t notFinite = 0;        ///< with a NaN or an infinity (or a value beyond float32)
  int lowest = 0;                     ///< the octave of counts[0]
  std::vector<std::uint64_t> counts;  ///< of [2^o, 2^(o+1)), o = lowest, lowest + 1, ..; neither end is 0

  friend bool operator==(const BlockRange&, const BlockRange&) = default;
};

struct BlockRanges {
  std::array<BlockRange, kBlockSizes.size()> bySize;  ///< of kBlockSizes

  friend bool operator==(const BlockRanges&, const BlockRanges&) = default;
};

/// The octave that holds the block of rank floor(share * (n - 1)) of the n with an octave; nullopt where none has one.
std::optional<int> octaveQuantile(const BlockRange& range, double share);

/// While blocks are counted. A block belongs to the class of its largest magnitude, by the bits of a float without its
/// sign: 0 for zero, 1 + biased exponent for finite numbers, the last for infinities and NaN.
struct BlockCounts {
  static constexpr std::size_t kClasses = 257;
  static constexpr std::size_t kNotFinite = kClasses - 1;
  static constexpr std::size_t classOf(std::uint32_t magnitudeBits) {
    return magnitudeBits == 0 ? 0 : 1 + (magnitudeBits >> 23);
  }

  std::array<std::array<std::uint64_t, kClasses>, kBlockSizes.size()> bySize{};

  void merge(const BlockCounts& other);
  BlockRanges ranges() const;
};

/// The same classes of the codes of a 16-bit format whose magnitudes are in the order of their codes.
struct CodeClasses {
  std::vector<std::uint16_t> ofCode;  ///< by code without its sign, ascending

  /// `values` by code, of which the lower half is not negative.
  explicit CodeClasses(std::span<const double> values);
};

inline std::uint32_t magnitudeBits(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7FFF'FFFF; }

}  // namespace ulpscope
