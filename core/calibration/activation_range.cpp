// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/activation_range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/calibration/range_codes.h"
#include "core/calibration/range_search.h"

namespace ulpscope {
namespace {

constexpr double kTorchConstant = 0.01;
constexpr double kQuantoMomentum = 0.9;

Bounds boundsOf(std::span<const float> values) {
  const auto [least, most] = std::ranges::minmax(values);
  return {double{least}, double{most}};
}

double largestMagnitude(const Bounds& bounds) { return std::max(std::fabs(bounds.low), std::fabs(bounds.high)); }

/// Over batches, in their order: the first as it is, then `fold` of what was and what comes.
Bounds overBatches(const LayerCalibration& layer, std::uint64_t vectors,
                   const std::function<Bounds(const Bounds& was, const Bounds& next)>& fold) {
  const std::span<const float> all = layer.inputs;
  const std::uint64_t size = std::max<std::uint64_t>(1, vectors) * layer.columns;
  Bounds bounds = boundsOf(all.first(std::min<std::uint64_t>(size, all.size())));
  for (std::uint64_t at = size; at < all.size(); at += size)
    bounds = fold(bounds, boundsOf(all.subspan(at, std::min<std::uint64_t>(size, all.size() - at))));
  return bounds;
}

/// Of magnitudes, which are put into another order.
double percentile(std::vector<float>& magnitudes, double percent) {
  const double place = percent / 100 * static_cast<double>(magnitudes.size() - 1);
  const auto lower = static_cast<std::ptrdiff_t>(place);
  std::nth_element(magnitudes.begin(), magnitudes.begin() + lower, magnitudes.end());
  const double below{magnitudes[static_cast<std::size_t>(lower)]};
  if (magnitudes.begin() + lower + 1 == magnitudes.end()) return below;
  const double above{*std::min_element(magnitudes.begin() + lower + 1, magnitudes.end())};
  return below + (above - below) * (place - static_cast<double>(lower));
}

/// Collects ranges and what each clips.
class Ranges {
 public:
  Ranges(std::span<const float> values, int bits) : m_values(values), m_bits(bits) {}

  void add(std::string id, std::string title, std::string definition, const Bounds& bounds) {
    const auto outside =
        std::ranges::count_if(m_values, [&](float x) { return double{x} < bounds.low || double{x} > bounds.high; });
    RangeError error;
    error.add(RangeCodes(bounds, m_bits), m_values);
    m_ranges.push_back({std::move(id), std::move(title), std::move(definition), bounds.low, bounds.high,
                        static_cast<double>(outside) / static_cast<double>(m_values.size()), error.signalToNoiseDb()});
  }
  std::vector<ActivationRange> take() { return std::move(m_ranges); }

 private:
  std::span<const float> m_values;
  int m_bits;
  std::vector<ActivationRange> m_ranges;
};

Bounds symmetric(double largest) { return {-largest, largest}; }

/// Each vector over a range of its own; `describe` has what is known before.
Result<DynamicRange> overVectors(const LayerCalibration& layer, int bits, const JobContext& job, DynamicRange describe,
                                 const std::function<Bounds(std::span<const float> vector)>& rangeOf) {
  const std::span<const float> all = layer.inputs;
  std::vector<double> widths;
  RangeError error;
  for (std::size_t at = 0; at < all.size(); at += layer.columns) {
    const auto vector = all.subspan(at, layer.columns);
    const Bounds range = rangeOf(vector);
    widths.push_back(range.low == -range.high ? range.high : range.high - range.low);
    error.add(RangeCodes(range, bits), vector);
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  }
  std::ranges::sort(widths);
  describe.least = widths.front();
  describe.median = widths[(widths.size() - 1) / 2];
  describe.largest = widths.back();
  describe.signalToNoiseDb = error.signalToNoiseDb();
  return describe;
}

}  // namespace

Result<std::vector<ActivationRange>> activationRanges(const LayerCalibration& layer, const RangeOptions& options,
                                                      const JobContext& job) {
  if (auto given = expectCalibration(&layer, layer.columns, CalibrationNeed::Inputs, ""); !given)
    return tl::unexpected(std::move(given).error());
  if (layer.inputs.empty()) return std::vector<ActivationRange>{};
  const std::span<const float> values = layer.inputs;
  Ranges ranges(values, options.bits);
  ranges.add("min_max", "Least to largest", "Every value is within.", boundsOf(values));
  ranges.add("moving_average", "Moving average",
             "Least and largest of each batch, averaged with a weight of 0.01 for the new one (torch).",
             overBatches(layer, options.vectorsPerBatch, [](const Bounds& was, const Bounds& next) {
               return Bounds{was.low + kTorchConstant * (next.low - was.low),
                             was.high + kTorchConstant * (next.high - was.high)};
             }));
  ranges.add(
      "moving_magnitude", "Moving magnitude",
      "Largest magnitude of each batch, averaged with a weight of 0.1 for the new one (quanto).",
      symmetric(largestMagnitude(overBatches(layer, options.vectorsPerBatch, [](const Bounds& was, const Bounds& next) {
        return symmetric(kQuantoMomentum * largestMagnitude(was) + (1 - kQuantoMomentum) * largestMagnitude(next));
      }))));
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());

  std::vector<float> magnitudes(values.begin(), values.end());
  for (float& x : magnitudes) x = std::fabs(x);
  for (const double percent : {99.9, 99.99, 99.999})
    ranges.add(fmt::format("percentile_{}", percent), fmt::format("{} % percentile", percent),
               fmt::format("{} % of the magnitudes are within.", percent), symmetric(percentile(magnitudes, percent)));
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());

  const RangeHistogram histogram = RangeHistogram::ofMagnitudes(values);
  const std::size_t half = std::size_t{1} << (options.bits - 1);
  ranges.add("entropy", "Entropy",
             "Least divergence of 2048 bins of magnitudes from the steps of the codes (TensorRT).",
             symmetric(entropyRange(histogram, half)));
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  ranges.add("mean_squared_error", "Mean squared error", "Least squared error of 2048 bins of magnitudes (ModelOpt).",
             symmetric(squaredErrorRange(histogram, static_cast<float>(half - 1))));
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  ranges.add("histogram", "Histogram", "Ends of a histogram are left out while the squared error falls (torch).",
             leastErrorBounds(RangeHistogram::of(values), 2 * half));
  return ranges.take();
}

Result<std::vector<DynamicRange>> dynamicRanges(const LayerCalibration& layer, int bits, const JobContext& job) {
  if (auto given = expectCalibration(&layer, layer.columns, CalibrationNeed::Inputs, ""); !given)
    return tl::unexpected(std::move(given).error());
  if (layer.inputs.empty()) return std::vector<DynamicRange>{};
  auto magnitudes =
      overVectors(layer, bits, job,
                  {.id = "vector_magnitude",
                   .title = "Each vector's magnitude",
                   .definition = "From minus the largest magnitude of an input vector to that."},
                  [](std::span<const float> vector) { return symmetric(largestMagnitude(boundsOf(vector))); });
  if (!magnitudes) return tl::unexpected(std::move(magnitudes).error());
  auto extremes = overVectors(layer, bits, job,
                              {.id = "vector_min_max",
                               .title = "Each vector's extremes",
                               .definition = "From the least to the largest number of an input vector."},
                              boundsOf);
  if (!extremes) return tl::unexpected(std::move(extremes).error());
  return std::vector{*std::move(magnitudes), *std::move(extremes)};
}

}  // namespace ulpscope
