// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/what_if.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/text.h"
#include "core/quantization/ggml_numbers.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

constexpr double kIndexBits = 32;
constexpr double kHalfBits = 16;

float magnitude(float value) { return std::isnan(value) ? std::numeric_limits<float>::infinity() : std::fabs(value); }

/// The `count` indices below `end` that `takes` and whose key is largest, largest first; of equal keys the smaller
/// index. Memory for `count` of them.
template <class Takes, class Key>
std::vector<std::uint64_t> largestOf(std::uint64_t end, std::uint64_t count, const Takes& takes, const Key& key) {
  const auto isBefore = [&](std::uint64_t a, std::uint64_t b) { return key(a) != key(b) ? key(a) > key(b) : a < b; };
  std::vector<std::uint64_t> heap;  // the last of them in front
  for (std::uint64_t i = 0; i < end && count != 0; ++i) {
    if (!takes(i) || (heap.size() == count && !isBefore(i, heap.front()))) continue;
    if (heap.size() == count) {
      std::ranges::pop_heap(heap, isBefore);
      heap.pop_back();
    }
    heap.push_back(i);
    std::ranges::push_heap(heap, isBefore);
  }
  std::ranges::sort_heap(heap, isBefore);
  return heap;
}

/// The elements that are kept, ascending.
std::vector<std::uint64_t> keptElements(const MatrixView& matrix, const WhatIf& what) {
  const std::uint64_t columns = matrix.shape.columns;
  std::vector<bool> isKept(columns);
  for (const std::uint64_t column : largestColumns(matrix, what.keptColumns)) isKept[column] = true;
  std::vector<std::uint64_t> kept = largestOf(
      matrix.values.size(), what.keptElements, [&](std::uint64_t i) { return !isKept[i % columns]; },
      [&](std::uint64_t i) { return magnitude(matrix.values[i]); });
  for (std::uint64_t column = 0; column < columns; ++column)
    for (std::uint64_t i = column; isKept[column] && i < matrix.values.size(); i += columns) kept.push_back(i);
  std::ranges::sort(kept);
  return kept;
}

class KeepingScheme final : public Scheme {
 public:
  KeepingScheme(std::shared_ptr<const Scheme> scheme, const WhatIf& what) : m_scheme(std::move(scheme)), m_what(what) {}

  const SchemeInfo& info() const override { return m_scheme->info(); }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto bits = m_scheme->bitsPerWeight(shape, settings);
    if (!bits || shape.rows == 0 || shape.columns == 0) return bits;
    return *bits + extraBits(shape) / (static_cast<double>(shape.rows) * static_cast<double>(shape.columns));
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const MatrixView& weights = input.weights;
    const std::vector<std::uint64_t> kept = keptElements(weights, m_what);
    std::vector<float> rest(weights.values.begin(), weights.values.end());
    for (const std::uint64_t i : kept) rest[i] = 0;
    auto result =
        m_scheme->quantize({{weights.shape, rest}, input.calibration, input.siblings}, settings, backend, job);
    if (!result) return result;
    std::uint64_t overflowed = 0;
    for (const std::uint64_t i : kept) {
      result->restored[i] = ggml::halfValue(ggml::halfCode(weights.values[i]));
      if (std::isinf(result->restored[i]) && std::isfinite(weights.values[i])) ++overflowed;
    }
    if (overflowed != 0)
      result->warnings.push_back(fmt::format("{} kept in binary16 overflowed there", counted(overflowed, "element")));
    if (result->storedBits) *result->storedBits += static_cast<std::uint64_t>(extraBits(weights.shape));
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const std::vector<std::uint64_t> kept = keptElements(input, m_what);
    if (std::ranges::binary_search(kept, index))
      return {{"Weight", shortest(input.values[index])},
              {"Kept", shortest(result.restored[index]), "in binary16, beside what the scheme stores"}};
    std::vector<float> rest(input.values.begin(), input.values.end());
    for (const std::uint64_t i : kept) rest[i] = 0;
    return m_scheme->explain({input.shape, rest}, result, settings, index);
  }

  /// Of what the scheme stores: kept elements have codes there, too.
  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    return m_scheme->scaleBlocks(result, settings);
  }

 private:
  double extraBits(const MatrixShape& shape) const {
    const std::uint64_t columns = std::min(m_what.keptColumns, shape.columns);
    const std::uint64_t elements = std::min(m_what.keptElements, shape.rows * (shape.columns - columns));
    return static_cast<double>(columns) * (static_cast<double>(shape.rows) * kHalfBits + kIndexBits) +
           static_cast<double>(elements) * (kHalfBits + kIndexBits);
  }

  const std::shared_ptr<const Scheme> m_scheme;
  const WhatIf m_what;
};

}  // namespace

std::uint64_t injectOutliers(std::span<float> values, std::uint64_t every, float factor) {
  if (every == 0) return 0;
  std::mt19937 random(7);
  std::uint64_t injected = 0;
  for (float& value : values)
    if (random() % every == 0) {
      value *= factor;
      ++injected;
    }
  return injected;
}

std::vector<std::uint64_t> largestColumns(const MatrixView& matrix, std::uint64_t count) {
  const std::uint64_t columns = matrix.shape.columns;
  std::vector<float> largest(columns);
  for (std::uint64_t i = 0; i < matrix.values.size(); ++i)
    largest[i % columns] = std::max(largest[i % columns], magnitude(matrix.values[i]));
  return largestOf(
      columns, count, [](std::uint64_t) { return true; }, [&](std::uint64_t column) { return largest[column]; });
}

std::shared_ptr<const Scheme> trying(const Scheme& scheme, const WhatIf& what) {
  std::shared_ptr<const Scheme> tried(std::shared_ptr<const Scheme>(), &scheme);  // owns nothing
  if (what.rounding) tried = roundedOtherwise(std::move(tried), *what.rounding);
  if (what.keeps()) tried = std::make_shared<KeepingScheme>(std::move(tried), what);
  return tried;
}

}  // namespace ulpscope
