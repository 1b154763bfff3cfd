// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/layer_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ulpscope {
namespace {

std::vector<float> toFloats(const std::vector<double>& sums, double divisor) {
  std::vector<float> out(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] = static_cast<float>(sums[i] / divisor);
  return out;
}

struct ColumnSums {
  std::vector<double> squares;
  std::vector<double> magnitudes;
  std::vector<float> maxima;
};

ColumnSums sumInputs(const LayerCalibration& layer) {
  const auto columns = static_cast<std::size_t>(layer.columns);
  ColumnSums sums{std::vector<double>(columns), std::vector<double>(columns), std::vector<float>(columns)};
  for (std::size_t at = 0; at < layer.inputs.size(); at += columns)
    for (std::size_t c = 0; c < columns; ++c) {
      const float magnitude = std::fabs(layer.inputs[at + c]);
      sums.squares[c] += double{magnitude} * double{magnitude};
      sums.magnitudes[c] += double{magnitude};
      sums.maxima[c] = std::max(sums.maxima[c], magnitude);
    }
  return sums;
}

std::string_view expectedText(CalibrationNeed need) {
  switch (need) {
    case CalibrationNeed::Any:
      return "something known of the inputs of the layer";
    case CalibrationNeed::Inputs:
      return "inputs of the layer";
    case CalibrationNeed::InputsOrHessian:
      return "inputs or a Hessian of the layer";
    case CalibrationNeed::MaxMagnitudes:
      return "inputs of the layer, or their largest magnitude by column,";
  }
  return "";
}

bool has(const LayerCalibration& layer, CalibrationNeed need) {
  switch (need) {
    case CalibrationNeed::Any:
      return true;
    case CalibrationNeed::Inputs:
      return !layer.inputs.empty();
    case CalibrationNeed::InputsOrHessian:
      return !layer.inputs.empty() || !layer.hessian.empty();
    case CalibrationNeed::MaxMagnitudes:
      return !layer.maxMagnitudes.empty();
  }
  return false;
}

std::string foundText(const LayerCalibration& layer) {
  std::string text;
  const auto add = [&](bool isThere, std::string_view what) {
    if (isThere) text += fmt::format("{}{}", text.empty() ? "" : ", ", what);
  };
  add(!layer.inputs.empty(), "inputs");
  add(!layer.hessian.empty(), "a Hessian");
  add(!layer.secondMoments.empty(), "second moments");
  add(!layer.meanMagnitudes.empty(), "mean magnitudes");
  return text.empty() ? "none" : text;
}

}  // namespace

std::optional<std::uint64_t> LayerCalibration::reached() const {
  if (samples != 0) return samples;
  if (isUnreached) return 0;
  if (!inputs.empty()) return kept();
  const auto isSome = [](auto value) { return value != 0; };
  const bool isSeen = std::ranges::any_of(hessian, isSome) || std::ranges::any_of(secondMoments, isSome) ||
                      std::ranges::any_of(meanMagnitudes, isSome) || std::ranges::any_of(maxMagnitudes, isSome);
  return isSeen ? std::nullopt : std::optional<std::uint64_t>(0);
}

void deriveMoments(LayerCalibration& layer) {
  const auto columns = static_cast<std::size_t>(layer.columns);
  if (!layer.inputs.empty()) {
    const auto kept = static_cast<double>(layer.kept());
    const ColumnSums sums = sumInputs(layer);
    if (layer.secondMoments.empty() && layer.hessian.empty()) layer.secondMoments = toFloats(sums.squares, kept);
    if (layer.meanMagnitudes.empty()) layer.meanMagnitudes = toFloats(sums.magnitudes, kept);
    if (layer.maxMagnitudes.empty()) layer.maxMagnitudes = sums.maxima;
    if (layer.samples == 0) layer.samples = layer.kept();
  }
  if (layer.secondMoments.empty() && !layer.hessian.empty()) {
    layer.secondMoments.resize(columns);
    for (std::size_t c = 0; c < columns; ++c)
      layer.secondMoments[c] = static_cast<float>(layer.hessian[c * columns + c] / 2);
  }
}

Result<> expectCalibration(const LayerCalibration* layer, std::uint64_t columns, CalibrationNeed need,
                           std::string_view schemeId) {
  if (!layer)
    return fail(
        Errc::Unsupported,
        fmt::format("{} expected (--calibration FILE, or --calibration synthetic), found none", expectedText(need)),
        std::string(schemeId));
  if (layer->columns != columns)
    return fail(Errc::Unsupported,
                fmt::format("inputs of {} columns expected, as the weight has, found {}", columns, layer->columns),
                layer->source);
  if (columns != 0 && !has(*layer, need))
    return fail(Errc::Unsupported, fmt::format("{} expected, found {}", expectedText(need), foundText(*layer)),
                layer->source);
  return {};
}

}  // namespace ulpscope
