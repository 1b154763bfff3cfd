// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/count_blocks.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/count_blocks.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

// Magnitudes are compared as integers, in the order of the numbers they are bits of; infinity and NaN are the largest.
// The maxima of the smallest blocks are collected in a tile. Those of pairs of neighbours are the maxima of blocks of
// twice the size, and so on. A row's maxima are filled up to a whole number of the largest blocks with -1, which is in
// no class. Nearly all blocks of a tile lie in a few classes, so each of these is counted by comparing the whole tile:
// a table's counters, raised one after the other, would wait for each other.

#ifndef ULPSCOPE_COUNT_BLOCKS_TYPES
#define ULPSCOPE_COUNT_BLOCKS_TYPES
namespace ulpscope::kernels {
namespace {

constexpr std::size_t kBlock = kBlockSizes.front();
constexpr std::size_t kBlocksOfGroup = kBlockSizes.back() / kBlock;
constexpr std::size_t kTile = 4096;        ///< blocks: 256 KiB of floats, 128 KiB of codes
constexpr std::size_t kMostCompared = 16;  ///< classes in a tile beyond which each block is looked up

/// Magnitudes of floats, 32 bits wide.
struct FloatClasses {
  std::size_t classOf(std::int32_t magnitude) const {
    return BlockCounts::classOf(static_cast<std::uint32_t>(magnitude));
  }
  /// The smallest magnitude of a class above that of zero.
  std::int32_t first(std::size_t which) const { return which == 1 ? 1 : static_cast<std::int32_t>((which - 1) << 23); }
};

/// Codes without their sign, 16 bits wide.
struct TableClasses {
  const std::vector<std::uint16_t>& ofCode;

  std::size_t classOf(std::int16_t magnitude) const { return ofCode[static_cast<std::size_t>(magnitude)]; }
  /// The smallest magnitude of that class or a higher one. Precondition: there is one.
  std::int16_t first(std::size_t which) const {
    return static_cast<std::int16_t>(std::ranges::lower_bound(ofCode, which) - ofCode.begin());
  }
};

}  // namespace
}  // namespace ulpscope::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Vectors of up to 32 bytes. Interleaving works within each 16 of them, so a vector ends with the maxima of one run of
/// blocks, or with two sets of them, of the first and the second halves of the blocks.
using Codes = hn::CappedTag<std::int16_t, 16>;
using Floats = hn::CappedTag<std::int32_t, 8>;
/// Blocks whose maxima are found together.
template <class DI>
constexpr std::size_t kAtOnce = 16 / sizeof(hn::TFromD<DI>);

template <class DI, class T>
HWY_INLINE hn::Vec<DI> magnitude(DI di, const T* from) {
  const hn::Rebind<T, DI> d;
  return hn::And(hn::BitCast(di, hn::LoadU(d, from)), hn::Set(di, std::numeric_limits<hn::TFromD<DI>>::max()));
}

/// The largest magnitudes of a block, one vector wide.
template <class DI, class T>
HWY_INLINE hn::Vec<DI> foldBlock(DI di, const T* block) {
  auto largest = magnitude(di, block);
  for (std::size_t i = hn::Lanes(di); i < kBlock; i += hn::Lanes(di))
    largest = hn::Max(largest, magnitude(di, block + i));
  return largest;
}

/// Of two vectors, neighbouring runs of lanes of which (of the size of DW's) belong to one block each, one vector of
/// half as many lanes for each block: a0 b0 a1 b1 against a2 b2 a3 b3.
template <class DI, class DW>
HWY_INLINE hn::Vec<DI> foldTwo(DI di, DW dw, hn::Vec<DI> a, hn::Vec<DI> b) {
  const auto wideA = hn::BitCast(dw, a);
  const auto wideB = hn::BitCast(dw, b);
  return hn::Max(hn::BitCast(di, hn::InterleaveLower(dw, wideA, wideB)),
                 hn::BitCast(di, hn::InterleaveUpper(dw, wideA, wideB)));
}

template <class DI>
HWY_INLINE void storeMaxima(DI di, hn::Vec<DI> found, hn::TFromD<DI>* maxima) {
  if constexpr (hn::MaxLanes(DI()) == 2 * kAtOnce<DI>) {
    const hn::Half<DI> half;
    hn::StoreU(hn::Max(hn::LowerHalf(half, found), hn::UpperHalf(half, found)), half, maxima);
  } else {
    hn::StoreU(found, di, maxima);
  }
}

HWY_INLINE void maximaOfBlocks(const float* values, std::int32_t* maxima) {
  const Floats d;
  const hn::Repartition<std::int64_t, Floats> pairs;
  const auto ab = foldTwo(d, d, foldBlock(d, values), foldBlock(d, values + kBlock));
  const auto cd = foldTwo(d, d, foldBlock(d, values + 2 * kBlock), foldBlock(d, values + 3 * kBlock));
  storeMaxima(d, foldTwo(d, pairs, ab, cd), maxima);
}

HWY_INLINE void maximaOfBlocks(const std::uint16_t* codes, std::int16_t* maxima) {
  const Codes d;
  const hn::Repartition<std::int32_t, Codes> pairs;
  const hn::Repartition<std::int64_t, Codes> quadruples;
  const auto two = [&](std::size_t block) {
    return foldTwo(d, d, foldBlock(d, codes + block * kBlock), foldBlock(d, codes + (block + 1) * kBlock));
  };
  const auto four = [&](std::size_t block) { return foldTwo(d, pairs, two(block), two(block + 2)); };
  storeMaxima(d, foldTwo(d, quadruples, four(0), four(4)), maxima);
}

template <class DI, class T>
HWY_INLINE hn::TFromD<DI> maximumOfBlock(DI di, const T* block, std::size_t size) {
  using Integer = hn::TFromD<DI>;
  if (size == kBlock) return hn::GetLane(hn::MaxOfLanes(di, foldBlock(di, block)));
  Integer largest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto bits = static_cast<Integer>(std::bit_cast<Integer>(block[i]) & std::numeric_limits<Integer>::max());
    largest = std::max(largest, bits);
  }
  return largest;
}

/// Part of a row, from a border of the largest blocks on. Returns how many maxima there are, filled up to whole groups.
template <class DI, class T>
HWY_INLINE std::size_t maximaOfRow(DI di, const T* values, std::size_t size, hn::TFromD<DI>* maxima) {
  std::size_t block = 0;
  constexpr std::size_t atOnce = kAtOnce<DI>;
  for (; (block + atOnce) * kBlock <= size; block += atOnce) maximaOfBlocks(values + block * kBlock, maxima + block);
  for (; block * kBlock < size; ++block)
    maxima[block] = maximumOfBlock(di, values + block * kBlock, std::min(kBlock, size - block * kBlock));
  while (block % kBlocksOfGroup != 0) maxima[block++] = -1;
  return block;
}

HWY_INLINE void foldNeighbours(std::int32_t* maxima, std::size_t size) {
  const hn::ScalableTag<std::int32_t> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; 2 * (i + lanes) <= size; i += lanes) {
    const auto lower = hn::LoadU(d, maxima + 2 * i);
    const auto upper = hn::LoadU(d, maxima + 2 * i + lanes);
    hn::StoreU(hn::Max(hn::ConcatEven(d, upper, lower), hn::ConcatOdd(d, upper, lower)), d, maxima + i);
  }
  for (; 2 * i < size; ++i) maxima[i] = std::max(maxima[2 * i], maxima[2 * i + 1]);
}

HWY_INLINE void foldNeighbours(std::int16_t* maxima, std::size_t size) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::int16_t, decltype(d)> dNarrow;
  const hn::Repartition<std::int16_t, decltype(d)> dHalves;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; 2 * (i + lanes) <= size; i += lanes) {
    const auto both = hn::BitCast(d, hn::LoadU(dHalves, maxima + 2 * i));
    const auto even = hn::ShiftRight<16>(hn::ShiftLeft<16>(both));
    hn::StoreU(hn::DemoteTo(dNarrow, hn::Max(even, hn::ShiftRight<16>(both))), dNarrow, maxima + i);
  }
  for (; 2 * i < size; ++i) maxima[i] = std::max(maxima[2 * i], maxima[2 * i + 1]);
}

template <class Integer>
HWY_INLINE std::size_t countFrom(const Integer* maxima, std::size_t size, Integer from) {
  const hn::ScalableTag<Integer> d;
  const auto bound = hn::Set(d, static_cast<Integer>(from - 1));
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= size; i += hn::Lanes(d))
    count += hn::CountTrue(d, hn::Gt(hn::LoadU(d, maxima + i), bound));
  for (; i < size; ++i) count += maxima[i] >= from;
  return count;
}

template <class Integer>
struct Extremes {
  Integer smallest;  ///< but -1
  Integer largest;
};

template <class Integer>
HWY_INLINE Extremes<Integer> extremesOf(const Integer* maxima, std::size_t size) {
  const hn::ScalableTag<Integer> d;
  constexpr Integer kLargest = std::numeric_limits<Integer>::max();
  auto smallest = hn::Set(d, kLargest);
  auto largest = hn::Set(d, Integer{-1});
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= size; i += hn::Lanes(d)) {
    const auto some = hn::LoadU(d, maxima + i);
    largest = hn::Max(largest, some);
    smallest = hn::Min(smallest, hn::IfThenElse(hn::Lt(some, hn::Zero(d)), hn::Set(d, kLargest), some));
  }
  Extremes<Integer> found{hn::GetLane(hn::MinOfLanes(d, smallest)), hn::GetLane(hn::MaxOfLanes(d, largest))};
  for (; i < size; ++i) {
    found.largest = std::max(found.largest, maxima[i]);
    if (maxima[i] >= 0) found.smallest = std::min(found.smallest, maxima[i]);
  }
  return found;
}

template <class Integer, class Classes>
HWY_INLINE void countClasses(const Integer* maxima, std::size_t size, const Classes& classes, std::uint64_t* counts) {
  const auto [smallest, largest] = extremesOf(maxima, size);
  if (largest < 0) return;
  const std::size_t lowest = classes.classOf(smallest);
  const std::size_t highest = classes.classOf(largest);
  if (highest - lowest > kMostCompared) {
    for (std::size_t i = 0; i < size; ++i)
      if (maxima[i] >= 0) ++counts[classes.classOf(maxima[i])];
    return;
  }
  std::size_t atLeast = countFrom(maxima, size, Integer{0});
  for (std::size_t which = lowest; which < highest; ++which) {
    const std::size_t above = countFrom(maxima, size, classes.first(which + 1));
    counts[which] += atLeast - above;
    atLeast = above;
  }
  counts[highest] += atLeast;
}

template <class Integer, class Classes>
HWY_INLINE void countTile(Integer* maxima, std::size_t size, const Classes& classes, BlockCounts& into) {
  for (auto& counts : into.bySize) {
    countClasses(maxima, size, classes, counts.data());
    if (&counts == &into.bySize.back()) return;
    foldNeighbours(maxima, size);
    size /= 2;
  }
}

template <class DI, class T, class Classes>
HWY_INLINE void countRows(DI di, const T* values, std::size_t rows, std::size_t columns, const Classes& classes,
                          BlockCounts& into) {
  HWY_ALIGN hn::TFromD<DI> maxima[kTile];
  std::size_t used = 0;
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns;) {
      const std::size_t size = std::min(columns - column, (kTile - used) * kBlock);
      used += maximaOfRow(di, values + row * columns + column, size, maxima + used);
      column += size;
      if (used < kTile) continue;
      countTile(maxima, used, classes, into);
      used = 0;
    }
  if (used > 0) countTile(maxima, used, classes, into);
}

void countRowsOfFloats(const float* values, std::size_t rows, std::size_t columns, BlockCounts& into) {
  countRows(Floats(), values, rows, columns, FloatClasses(), into);
}

void countRowsOfCodes(const std::uint16_t* codes, std::size_t rows, std::size_t columns, const CodeClasses& classes,
                      BlockCounts& into) {
  countRows(Codes(), codes, rows, columns, TableClasses{classes.ofCode}, into);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {
namespace {

HWY_EXPORT(countRowsOfFloats);
HWY_EXPORT(countRowsOfCodes);

/// Rows of whole groups are one long row.
std::size_t rowsApart(std::size_t size, std::uint64_t columns) {
  return columns % kBlockSizes.back() == 0 ? 1 : size / columns;
}

}  // namespace

void countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) {
  if (values.empty()) return;
  const std::size_t rows = rowsApart(values.size(), columns);
  HWY_DYNAMIC_DISPATCH(countRowsOfFloats)(values.data(), rows, values.size() / rows, into);
}

void countBlocks(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                 BlockCounts& into) {
  if (codes.empty()) return;
  const std::size_t rows = rowsApart(codes.size(), columns);
  HWY_DYNAMIC_DISPATCH(countRowsOfCodes)(codes.data(), rows, codes.size() / rows, classes, into);
}

}  // namespace ulpscope::kernels
#endif
