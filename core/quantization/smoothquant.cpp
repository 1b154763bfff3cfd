// SPDX-License-Identifier: Apache-2.0
//
// SmoothQuant (Xiao et al. 2022): what is large in the inputs is moved into the weights, column by column, before both
// are rounded to 8 bits; here what becomes of the weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/code_board.h"
#include "core/quantization/run_scheme.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

constexpr float kLeast = 1e-5f;  ///< of a magnitude and of a column's scale
constexpr float kLargestCode = 127;

/// NaN spreads, as in torch's max and clamp.
float clampBelow(float value) { return value < kLeast ? kLeast : value; }

void encodeRun(const RunInput& run, const RunCodes& out) {
  float largest = 0;
  for (const float x : run.values) {
    const float magnitude = std::fabs(x);
    if (std::isnan(magnitude) || magnitude > largest) largest = magnitude;
    if (std::isnan(largest)) break;
  }
  const float scale = clampBelow(largest) / kLargestCode;
  out.stored[0].scale = scale;
  for (std::size_t i = 0; i < run.values.size(); ++i) {
    const float code = std::rint(run.values[i] / scale);
    out.codes[i] = std::isnan(code) ? std::uint8_t{0} : static_cast<std::uint8_t>(static_cast<std::int8_t>(code));
  }
}

void decodeRun(std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
  for (std::size_t i = 0; i < codes.size(); ++i)
    values[i] = static_cast<float>(static_cast<std::int8_t>(codes[i])) * stored.scale;
}

RunPlan planOf(const Settings& settings) {
  RunPlan plan;
  plan.granularity = choiceSetting(settings, "granularity") == "tensor" ? Granularity::Tensor : Granularity::Row;
  plan.signedCodes = true;
  plan.encode = encodeRun;
  plan.decode = decodeRun;
  plan.scaleNote = "largest magnitude of the scaled weights / 127";
  return plan;
}

const SchemeInfo& smoothQuantInfo() {
  static const SchemeInfo info{
      .id = "smoothquant",
      .title = "SmoothQuant INT8",
      .family = "Calibrated",
      .reference =
          "mit-han-lab/smoothquant, smoothquant/smooth.py, smooth_ln_fcs and fake_quant.py, "
          "quantize_weight_per_channel_absmax (or per_tensor), in float32",
      .parameters = {decimalKnob("alpha", "Alpha", "How much of the inputs' range is moved into the weights.", 0, 1,
                                 0.5),
                     choiceKnob("granularity", "Granularity", "Which values share a scale.",
                                {{"row", "Each row (per channel)"}, {"tensor", "Whole tensor"}}, "row"),
                     siblingsKnob()},
      .calibration = CalibrationUse::Required,
      .text = {
          .definition =
              "Each column is multiplied by `s = max|x|^alpha / max(max|w|, 1e-5)^(1 - alpha)`, at least 1e-5, and its "
              "input divided by it. Then `scale = max(max|w s|, 1e-5) / 127` of a row or the whole tensor, `code = "
              "rint(w "
              "s / scale)`, restored = code * scale / s.",
          .stored =
              "A code of 8 bits for each weight and a float32 scale for each row: 8 + 32 / columns. Column scales are "
              "folded into what comes before the layer.",
          .quirks =
              {"A scale below 1e-5 / 127 is never taken: rows of tiny weights become 0.",
               "Layers that share an input (query, key and value) share their scales: `max|w|` is over all of them."},
          .advice =
              "INT8 for weights and activations, where single input columns are far larger than others. The error of "
              "the weights alone grows with alpha; that of the activations, which it is for, falls."}};
  return info;
}

class SmoothQuantScheme final : public Scheme {
 public:
  const SchemeInfo& info() const override { return smoothQuantInfo(); }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto complete = completeSettings(info(), settings);
    if (!complete) return tl::unexpected(complete.error());
    return ulpscope::bitsPerWeight(planOf(*complete), shape);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const auto complete = completeSettings(info(), settings);
    if (!complete) return tl::unexpected(complete.error());
    const MatrixShape& shape = input.weights.shape;
    if (auto given = expectCalibration(input.calibration, shape.columns, CalibrationNeed::MaxMagnitudes, info().id);
        !given)
      return tl::unexpected(std::move(given).error());
    const std::vector<float> scales = columnScales(input, *complete);
    std::vector<float> scaled(input.weights.values.begin(), input.weights.values.end());
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] *= scales[i % shape.columns];
    auto result = quantizeRuns(planOf(*complete), MatrixView{shape, scaled}, {}, backend, job);
    if (!result) return result;
    for (std::size_t i = 0; i < scaled.size(); ++i) result->restored[i] /= scales[i % shape.columns];
    result->columnScales = scales;
    result->warnings = warningsOf(input.weights, *result);
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto complete = completeSettings(info(), settings);
    if (!complete) return {};
    auto lines = explainRuns(planOf(*complete), input, result, index);
    if (!lines.empty()) sayWhatWasTaken(lines, result, index, "a scaled weight is rounded, and the result scaled back");
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto complete = completeSettings(info(), settings);
    if (!complete) return tl::unexpected(complete.error());
    ScaleBlocks blocks = runBlocks(planOf(*complete), result);
    blocks.value = [&result, scaled = std::move(blocks.value)](std::uint64_t element, int code) {
      auto value = scaled(element, code);
      if (value) *value /= result.columnScales[element % result.shape.columns];
      return value;
    };
    return blocks;
  }

 private:
  /// Of blocks as they were given: a NaN makes the scale of its column one, and with it every row.
  static std::vector<std::string> warningsOf(const MatrixView& weights, const QuantizedTensor& result) {
    ScaleTally tally;
    const std::size_t size = result.scales.empty() ? 0 : weights.values.size() / result.scales.size();
    for (std::size_t i = 0; size != 0 && i < result.scales.size(); ++i) {
      const auto block = weights.values.subspan(i * size, size);
      const bool isFinite = std::ranges::all_of(block, [](float x) { return std::isfinite(x); });
      tally.addLooking(isFinite && std::isnan(result.scales[i]) ? 1.0f : result.scales[i], block);
    }
    std::vector<std::string> warnings = tally.warnings();
    const auto lost = std::ranges::count_if(result.columnScales, [](float scale) { return std::isnan(scale); });
    if (lost != 0)
      warnings.push_back(fmt::format("{} no scale that is a number, and all rows are lost with it",
                                     lost == 1 ? "1 column has" : fmt::format("{} columns have", lost)));
    return warnings;
  }

  static void takeLargest(const MatrixView& weights, std::vector<float>& largest) {
    for (std::size_t i = 0; i < weights.values.size(); ++i) {
      float& most = largest[i % largest.size()];
      const float magnitude = std::fabs(weights.values[i]);
      if (std::isnan(magnitude) || magnitude > most) most = magnitude;
    }
  }

  static std::vector<float> columnScales(const SchemeInput& input, const Settings& settings) {
    const double alpha = decimalSetting(settings, "alpha");
    const std::uint64_t columns = input.weights.shape.columns;
    std::vector<float> largest(columns);
    takeLargest(input.weights, largest);
    if (choiceSetting(settings, "siblings") == "shared")
      for (const MatrixView& sibling : input.siblings) takeLargest(sibling, largest);
    std::vector<float> scales(columns);
    for (std::uint64_t c = 0; c < columns; ++c)
      scales[c] = clampBelow(std::pow(input.calibration->maxMagnitudes[c], static_cast<float>(alpha)) /
                             std::pow(clampBelow(largest[c]), static_cast<float>(1 - alpha)));
    return scales;
  }
};

}  // namespace

const Scheme& smoothquant_entry() {
  static const SmoothQuantScheme scheme;
  return scheme;
}

}  // namespace ulpscope
