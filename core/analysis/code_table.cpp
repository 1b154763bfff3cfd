// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/code_table.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <mutex>

#include "core/formats/number_format.h"

namespace ulpscope {
namespace {

/// Codes 0, 1, 2, ... packed as a tensor of them would be.
std::vector<std::byte> everyCode(int bits) {
  const std::size_t codes = std::size_t{1} << bits;
  std::vector<std::byte> bytes(codes * static_cast<std::size_t>(bits) / 8);
  std::size_t at = 0;
  for (std::size_t code = 0; code < codes; ++code)
    for (int bit = 0; bit < bits; ++bit, ++at)
      if ((code >> bit & 1) != 0) bytes[at / 8] |= std::byte{1} << (at % 8);
  return bytes;
}

std::optional<std::uint16_t> orderedUpTo(const ElementType& type, const CodeTable& table) {
  if (type.bits != 16 || !type.format) return std::nullopt;
  const auto infinity = std::ranges::find(table.values, std::numeric_limits<double>::infinity());
  const auto firstNegative = table.values.begin() + 0x8000;
  if (infinity >= firstNegative || !std::is_sorted(table.values.begin(), infinity)) return std::nullopt;
  return static_cast<std::uint16_t>(infinity - table.values.begin());
}

CodeTable makeCodeTable(const ElementType& type) {
  CodeTable table;
  const std::size_t codes = std::size_t{1} << type.bits;
  table.values.resize(codes);
  decodeElements(type, everyCode(type.bits), std::span(table.values));
  table.subnormal.resize(codes);
  for (std::uint32_t code = 0; code < codes; ++code) {
    table.subnormal[code] = type.format && type.format->classify(code) == NumberClass::Subnormal;
    if (std::isfinite(table.values[code])) table.ascending.push_back(code);
  }
  std::stable_sort(table.ascending.begin(), table.ascending.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return table.values[a] < table.values[b]; });
  table.rank.assign(codes, static_cast<std::uint32_t>(codes));
  for (std::uint32_t at = 0; at < table.ascending.size(); ++at) table.rank[table.ascending[at]] = at;
  table.orderedUpTo = orderedUpTo(type, table);
  if (table.orderedUpTo) table.classes.emplace(table.values);
  return table;
}

/// The codes that occur, in their own order. Looks at eight counts at a time: most of the 65,536 do not in a small
/// tensor, and a model has many of those.
std::vector<std::uint32_t> codesIn(const CodeCounts& counts) {
  constexpr std::size_t kAtOnce = 8;
  std::vector<std::uint32_t> codes;
  for (std::size_t first = 0; first < counts.size(); first += kAtOnce) {
    const auto some = std::span(counts).subspan(first, std::min(kAtOnce, counts.size() - first));
    std::uint64_t any = 0;
    for (const std::uint64_t count : some) any |= count;
    if (any == 0) continue;
    for (std::size_t i = 0; i < some.size(); ++i)
      if (some[i] != 0) codes.push_back(static_cast<std::uint32_t>(first + i));
  }
  return codes;
}

/// The finite ones among them, ascending by value.
std::vector<std::uint32_t> finiteAmong(const CodeTable& table, const CodeCounts& counts,
                                       std::vector<std::uint32_t> codes) {
  constexpr std::size_t kFew =
      16;  ///< times fewer than all: sorting those is faster than going through the order of all
  if (codes.size() * kFew > counts.size()) {
    codes.clear();
    std::ranges::copy_if(table.ascending, std::back_inserter(codes),
                         [&](std::uint32_t code) { return counts[code] != 0; });
    return codes;
  }
  std::erase_if(codes, [&](std::uint32_t code) { return table.rank[code] >= table.ascending.size(); });
  std::ranges::sort(codes, {}, [&](std::uint32_t code) { return table.rank[code]; });
  return codes;
}

Statistics statisticsOf(const CodeTable& table, const CodeCounts& counts, std::span<const std::uint32_t> occurring,
                        std::span<const std::uint32_t> finite) {
  std::uint64_t all = 0;
  ValueCounts kinds;
  for (const std::uint32_t code : occurring) {
    const double value = table.values[code];
    all += counts[code];
    if (std::isnan(value)) kinds.nan += counts[code];
    if (std::isinf(value)) (value > 0 ? kinds.positiveInfinity : kinds.negativeInfinity) += counts[code];
    if (value == 0) kinds.zero += counts[code];
    if (table.subnormal[code]) kinds.subnormal += counts[code];
  }

  Moments moments;
  double sum = 0;
  for (const std::uint32_t code : finite) {
    moments.count += counts[code];
    sum += static_cast<double>(counts[code]) * table.values[code];
  }
  if (finite.empty()) return makeStatistics(all, kinds, moments, 0, 0);
  const double min = table.values[finite.front()], max = table.values[finite.back()];
  // A sum that was rounded can leave the range; equal values then are their own mean.
  moments.mean = std::clamp(sum / static_cast<double>(moments.count), min, max);
  for (const std::uint32_t code : finite) {
    const auto times = static_cast<double>(counts[code]);
    const double d = table.values[code] - moments.mean;
    moments.m2 += times * (d * d);
    moments.m3 += times * (d * d * d);
    moments.m4 += times * (d * d * d * d);
  }
  return makeStatistics(all, kinds, moments, min, max);
}

FoldedHistogram foldedHistogramOf(const CodeTable& table, const CodeCounts& counts,
                                  std::span<const std::uint32_t> finite) {
  FoldedHistogram folded;
  if (finite.empty()) return folded;
  const double absMax = std::max(std::fabs(table.values[finite.front()]), std::fabs(table.values[finite.back()]));
  folded.exponent = FoldedHistogram::exponentFor(absMax);
  for (const std::uint32_t code : finite)
    folded.counts[FoldedHistogram::binOf(table.values[code], folded.exponent)] += counts[code];
  return folded;
}

}  // namespace

bool hasCodeTable(const ElementType& type) { return type.readable && type.bits <= 16; }

const CodeTable& codeTable(const ElementType& type) {
  assert(hasCodeTable(type));
  // Sorting 65,536 values takes milliseconds: too long for each of a model's many small tensors.
  struct Slot {
    std::once_flag made;
    CodeTable table;
  };
  static std::vector<Slot> slots(elementTypes().size());
  Slot& slot = slots[static_cast<std::size_t>(&type - elementTypes().data())];
  std::call_once(slot.made, [&] { slot.table = makeCodeTable(type); });
  return slot.table;
}

void unpackCodes(const ElementType& type, std::span<const std::byte> bytes, std::span<std::uint8_t> codes) {
  assert(type.bits < 8);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint8_t>(elementCode(type, bytes, i));
}

CountedValues valuesCounted(const CodeTable& table, const CodeCounts& counts) {
  const std::vector<std::uint32_t> occurring = codesIn(counts);
  const std::vector<std::uint32_t> finite = finiteAmong(table, counts, occurring);
  return {statisticsOf(table, counts, occurring, finite), foldedHistogramOf(table, counts, finite)};
}

}  // namespace ulpscope
