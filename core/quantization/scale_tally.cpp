// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/scale_tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/text.h"

namespace ulpscope {
namespace {

std::string blocksText(std::uint64_t count, std::string_view one, std::string_view many) {
  return count == 1 ? fmt::format("1 block {}", one) : fmt::format("{} blocks {}", groupedDigits(count), many);
}

/// Whether any value is infinite or NaN: without a branch a value, as nearly every block is looked at in vain.
bool holdsSpecials(std::span<const float> block) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t found = 0;
  for (const float x : block) found |= (std::bit_cast<std::uint32_t>(x) & kExponent) == kExponent ? 1u : 0u;
  return found != 0;
}

}  // namespace

void ScaleTally::add(float scale, std::span<const float> block) {
  if (!std::isfinite(scale) || scale == 0) addLooking(scale, block);
}

void ScaleTally::addLooking(float scale, std::span<const float> block) {
  if (std::isfinite(scale) && scale != 0 && !holdsSpecials(block)) return;
  if (std::any_of(block.begin(), block.end(), [](float x) { return std::isnan(x); }))
    ++m_nan;
  else if (std::any_of(block.begin(), block.end(), [](float x) { return std::isinf(x); }))
    ++m_infinite;
  else if (!std::isfinite(scale))
    ++m_overflowed;
  else if (scale == 0 && std::any_of(block.begin(), block.end(), [](float x) { return x != 0; }))
    ++m_flushed;
}

void ScaleTally::merge(const ScaleTally& other) {
  m_nan += other.m_nan;
  m_infinite += other.m_infinite;
  m_overflowed += other.m_overflowed;
  m_flushed += other.m_flushed;
}

std::vector<std::string> ScaleTally::warnings() const {
  std::vector<std::string> warnings;
  if (m_nan) warnings.push_back(blocksText(m_nan, "holds NaN and is lost", "hold NaN and are lost"));
  if (m_infinite)
    warnings.push_back(
        blocksText(m_infinite, "holds infinity and has no finite scale", "hold infinity and have no finite scale"));
  if (m_overflowed)
    warnings.push_back(blocksText(m_overflowed, "of finite values has a scale too large to be stored",
                                  "of finite values have a scale too large to be stored"));
  if (m_flushed)
    warnings.push_back(blocksText(m_flushed, "that is not zero has a scale that is rounded to zero",
                                  "that are not zero have a scale that is rounded to zero"));
  return warnings;
}

}  // namespace ulpscope
