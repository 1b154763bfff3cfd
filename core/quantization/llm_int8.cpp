// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/calibration/layer_calibration.h"
#include "core/formats/int8_vectors.h"
#include "core/quantization/run_scheme.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

/// Weights go to binary16 and then to INT8 by row, all columns alike. Products with outlier columns are formed in
/// binary16: today with the restored INT8 weights, in the paper with the weights in binary16.
class LlmInt8 final : public Scheme {
 public:
  const SchemeInfo& info() const override { return m_info; }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    if (auto complete = completeSettings(m_info, settings); !complete) return tl::unexpected(complete.error());
    return ulpscope::bitsPerWeight(m_plan, shape);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    auto result = quantizeRuns(m_plan, input.weights, {}, backend, job);
    const auto threshold = static_cast<float>(decimalSetting(*complete, "threshold"));
    if (!result || threshold == 0 || result->codes.empty()) return result;
    if (!input.calibration || input.calibration->inputs.empty()) {
      result->warnings.push_back(fmt::format(
          "the threshold of {} looks at the layer's inputs, and none are given: no column counts as an outlier",
          choiceSetting(*complete, "threshold")));
      return result;
    }
    std::vector<float> inputs(input.calibration->inputs.size());
    std::ranges::transform(input.calibration->inputs, inputs.begin(), asBinary16);
    const auto outliers = outlierColumns(inputs, input.weights.shape.columns, threshold);
    restoreOutliers(outliers, choiceSetting(*complete, "variant") == "paper", input.weights, *result);
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    if (!completeSettings(m_info, settings)) return {};
    auto lines = explainRuns(m_plan, input, result, index);
    if (lines.empty()) return lines;
    const float fromCode =
        decodeInt8(static_cast<std::int8_t>(result.codes[index]), result.scales[index / input.shape.columns]);
    if (result.restored[index] != fromCode && !std::isnan(fromCode))
      lines.insert(lines.begin() + 2, {"Column", "outlier", "its products are formed in binary16"});
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    ScaleBlocks blocks = runBlocks(m_plan, result);
    const bool fromWeights = choiceSetting(*complete, "variant") == "paper";
    blocks.value = [fromWeights, fromCode = std::move(blocks.value), outliers = restoredOtherwise(result)](
                       std::uint64_t element, int code) {
      auto value = fromCode(element, code);
      if (!value || !outliers[element % outliers.size()]) return value;
      return fromWeights ? std::nullopt : std::optional(asBinary16(*value));
    };
    return blocks;
  }

 private:
  /// The columns in which a weight is not what its code says: the outliers.
  static std::vector<bool> restoredOtherwise(const QuantizedTensor& result) {
    std::vector<bool> columns(result.shape.columns);
    for (std::uint64_t i = 0; i < result.codes.size(); ++i) {
      const float fromCode =
          decodeInt8(static_cast<std::int8_t>(result.codes[i]), result.scales[i / result.shape.columns]);
      if (result.restored[i] != fromCode && !std::isnan(fromCode)) columns[i % result.shape.columns] = true;
    }
    return columns;
  }

  static void restoreOutliers(const std::vector<std::uint64_t>& outliers, bool fromWeights, const MatrixView& weights,
                              QuantizedTensor& result) {
    const auto [rows, columns] = weights.shape;
    for (std::uint64_t row = 0; row < rows; ++row)
      for (const std::uint64_t column : outliers) {
        const std::uint64_t at = row * columns + column;
        result.restored[at] = asBinary16(fromWeights ? weights.values[at] : result.restored[at]);
      }
    if (!fromWeights || outliers.empty()) return;
    // Outlier columns are stored in binary16 instead, each with its number.
    result.storedBits = rows * ((columns - outliers.size()) * 8 + outliers.size() * 16 + 32) + outliers.size() * 32;
  }

  static RunPlan makePlan() {
    RunPlan plan;
    plan.granularity = Granularity::Row;
    plan.signedCodes = true;
    plan.encode = [](const RunInput& run, const RunCodes& out) {
      std::vector<float> rounded(run.values.size());
      std::ranges::transform(run.values, rounded.begin(), asBinary16);
      std::vector<std::int8_t> codes(rounded.size());
      out.stored[0].scale = encodeInt8Row(rounded, 0, codes);
      std::ranges::transform(codes, out.codes.begin(),
                             [](std::int8_t code) { return static_cast<std::uint8_t>(code); });
    };
    plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
      std::ranges::transform(codes, values.begin(), [&](std::uint8_t code) {
        return decodeInt8(static_cast<std::int8_t>(code), stored.scale);
      });
    };
    plan.scaleNote = "largest magnitude of the row in binary16; a code is worth 1 / 127 of it";
    return plan;
  }

  const RunPlan m_plan = makePlan();
  const SchemeInfo m_info{
      .id = "llm_int8",
      .title = "LLM.int8()",
      .family = "bitsandbytes",
      .reference =
          "bitsandbytes 0.50.2 backends/default/ops.py int8_vectorwise_quant and int8_mixed_scaled_mm; the "
          "paper's variant: arXiv 2208.07339",
      .parameters = {choiceKnob("variant", "Variant", "Which weights the outlier columns of the inputs meet.",
                                {{"today", "Today: restored from INT8"}, {"paper", "Paper: kept in binary16"}},
                                "today"),
                     decimalKnob("threshold", "Outlier threshold",
                                 "A column of the inputs is an outlier where a magnitude in it is at least this; 0: "
                                 "none is.",
                                 0, 65504, 6)},
      .calibration = CalibrationUse::Optional,
      .text = {
          .definition =
              "Weights are rounded to binary16; with `a` the largest magnitude of a row, code = `round half even(w * "
              "((1 / a) * 127))`; restored = code * a * 0.007874015718698502. Columns in which the layer's inputs "
              "reach the "
              "threshold are outliers: there the products are formed in binary16, today with the restored weights "
              "rounded "
              "to binary16, in the paper with the weights themselves.",
          .stored = "A code of 8 bits for each weight and a float32 scale for each row: 8 + 32 / columns. The paper's "
                    "outlier "
                    "columns are stored in binary16 instead, each with its number.",
          .quirks = {"The threshold looks at the inputs, never at the weights: without inputs no column is an outlier.",
                     "Today's outlier columns still meet INT8 weights: only the error of the inputs is gone there.",
                     "The scale of a row takes outlier columns in.",
                     "A product's factor 1 / 127 / 127 is 6.200124e-05 in the default backend, a slip of the pen, and "
                     "6.200012e-05 on CUDA."},
          .advice =
              "INT8 at run time for models whose inputs have outlier columns, from some 6 billion parameters on. For "
              "storage alone, INT8 by row is the same."}};
};

}  // namespace

const Scheme& llm_int8_entry() {
  static const LlmInt8 scheme;
  return scheme;
}

}  // namespace ulpscope
