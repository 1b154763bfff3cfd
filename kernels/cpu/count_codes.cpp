// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/count_codes.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

namespace ulpscope::kernels {
namespace {

/// Neighbours are often equal, and a counter that was just written cannot be read again at once: with several tables in
/// turn an increment seldom waits for the one before. SIMD has nothing to offer here: scatter with conflict detection
/// is slower than the two loads and the store of an increment.
constexpr std::size_t kTables = 4;

template <class Code>
void countInto(std::span<const Code> codes, std::uint32_t* tables, std::size_t tableSize) {
  constexpr std::size_t kCodesInWord = sizeof(std::uint64_t) / sizeof(Code);
  constexpr int kBits = 8 * static_cast<int>(sizeof(Code));
  const std::size_t words = codes.size() / kCodesInWord;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word;
    std::memcpy(&word, codes.data() + i * kCodesInWord, sizeof word);
    for (std::size_t k = 0; k < kCodesInWord; ++k)
      ++tables[k % kTables * tableSize + static_cast<Code>(word >> (kBits * static_cast<int>(k)))];
  }
  for (const Code code : codes.subspan(words * kCodesInWord)) ++tables[code];
}

template <class Code>
void countCodes(std::span<const Code> codes, std::span<std::uint64_t> counts) {
  // Clearing and adding the tables must not cost more than the counting.
  if (codes.size() < 2 * kTables * counts.size()) {
    for (const Code code : codes) ++counts[code];
    return;
  }
  constexpr std::size_t kMostAtOnce = std::numeric_limits<std::uint32_t>::max();  // so that no counter wraps
  std::vector<std::uint32_t> tables(kTables * counts.size());
  while (!codes.empty()) {
    const std::size_t size = std::min(codes.size(), kMostAtOnce);
    countInto(codes.first(size), tables.data(), counts.size());
    for (std::size_t table = 0; table < kTables; ++table)
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += tables[table * counts.size() + i];
    codes = codes.subspan(size);
    if (!codes.empty()) std::fill(tables.begin(), tables.end(), 0u);
  }
}

}  // namespace

void countCodes8(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) { countCodes(codes, counts); }
void countCodes16(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) { countCodes(codes, counts); }

}  // namespace ulpscope::kernels
