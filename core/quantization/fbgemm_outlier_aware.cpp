// SPDX-License-Identifier: Apache-2.0
// INT8 whose large codes are moved into a sparse matrix, so that 16-bit sums of products with the rest do not overflow:
// codes of the dense part lie in -2^(bits - 1) .. 2^(bits - 1) - 1. Nothing is lost: dense + sparse are the INT8 codes.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/quantization/fbgemm_rows.h"
#include "core/quantization/run_scheme.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

constexpr FbgemmChoice kChoice{.low = -128, .high = 127, .preserveSparsity = true};

// Of an outlier in compressed sparse columns: its value, its row (our column), and where each column starts.
constexpr std::uint64_t kOutlierBits = 8 + 16;
constexpr std::uint64_t kPointerBits = 32;

RunPlan planOf(const Settings& settings) {
  RunPlan plan;
  plan.granularity = choiceSetting(settings, "granularity") == "row" ? Granularity::Row : Granularity::Tensor;
  plan.signedCodes = true;
  plan.hasZeroPoints = true;
  plan.scaleBits = 32 + 32;
  plan.encode = [](const RunInput& run, const RunCodes& out) {
    const AffineScale scale = chooseFbgemmScale(rangeInLanes(run.values, run.values[0], false), kChoice);
    out.stored[0] = {.scale = scale.scale, .zeroPoint = scale.zeroPoint};
    encodeFbgemm(run.values, scale, kChoice, out.codes);
  };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(), [&](std::uint8_t code) {
      return stored.scale * static_cast<float>(std::int64_t{static_cast<std::int8_t>(code)} - stored.zeroPoint);
    });
  };
  plan.scaleNote = "symmetric range / 255";
  return plan;
}

bool isOutlier(std::uint8_t code, int bits) {
  const int half = 1 << (bits - 1);
  const int value = static_cast<std::int8_t>(code);
  return value < -half || value >= half;
}

std::uint64_t countOutliers(const QuantizedTensor& tensor, int bits) {
  return static_cast<std::uint64_t>(std::count_if(tensor.codes.begin(), tensor.codes.end(),
                                                  [bits](std::uint8_t code) { return isOutlier(code, bits); }));
}

class OutlierAwareScheme final : public Scheme {
 public:
  explicit OutlierAwareScheme(SchemeInfo info) : m_info(std::move(info)) {}
  const SchemeInfo& info() const override { return m_info; }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    return ulpscope::bitsPerWeight(priced(*complete, shape), shape);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    auto result = quantizeRuns(planOf(*complete), input.weights, {}, backend, job);
    if (!result) return result;
    const MatrixShape& shape = input.weights.shape;
    const auto elements = static_cast<double>(result->codes.size());
    const double plain = ulpscope::bitsPerWeight(priced(*complete, shape), shape) * elements;
    const std::uint64_t outliers = countOutliers(*result, static_cast<int>(integerSetting(*complete, "dense_bits")));
    result->storedBits = static_cast<std::uint64_t>(plain + 0.5) + outliers * kOutlierBits;
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return {};
    std::vector<BoardLine> lines = explainRuns(planOf(*complete), input, result, index);
    if (lines.empty()) return lines;
    const int bits = static_cast<int>(integerSetting(*complete, "dense_bits"));
    const int largestProduct = 255 << (bits - 1);
    lines.push_back({"Part", isOutlier(result.codes[index], bits) ? "sparse" : "dense",
                     fmt::format("dense codes have {} bits", bits)});
    lines.push_back({"Outliers",
                     fmt::format("{:.3g} %", 100.0 * static_cast<double>(countOutliers(result, bits)) /
                                                 static_cast<double>(result.codes.size())),
                     "of all weights are in the sparse part"});
    lines.push_back({"Safe 16-bit sum", fmt::format("{} products", 32767 / largestProduct),
                     "of an activation up to 255 and a dense code, before it might overflow"});
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    return runBlocks(planOf(*complete), result);
  }

 private:
  /// With the pointers of the sparse part, which are stored also where it is empty.
  static RunPlan priced(const Settings& settings, const MatrixShape& shape) {
    RunPlan plan = planOf(settings);
    plan.tensorBits = static_cast<int>(kPointerBits * (shape.rows + 1));
    return plan;
  }

  SchemeInfo m_info;
};

}  // namespace

const Scheme& fbgemm_outlier_aware_entry() {
  static const OutlierAwareScheme scheme(
      {.id = "fbgemm_outlier_aware",
       .title = "FBGEMM outlier-aware",
       .family = "FBGEMM",
       .reference = "FBGEMM of PyTorch 2.15.0, ChooseQuantizationParams symmetric for int8; Caffe2 quantization/server "
                    "ExtractOutlierMatrix for FBGEMM's CompressedSparseColumn",
       .parameters = {{.id = "dense_bits",
                       .title = "Dense bits",
                       .help = "Width of the codes that stay in the dense part.",
                       .defaultValue = std::int64_t{7},
                       .min = 1,
                       .max = 8,
                       .choices = {}},
                      choiceKnob("granularity", "Granularity", "Which values share a scale.",
                                 {{"row", "Each row"}, {"tensor", "Whole tensor"}}, "row")},
       .text = {
           .definition = "INT8 codes as `fbgemm_rowwise` makes them with zero in the middle; those that do not fit "
                         "the dense bits are moved to a sparse matrix and leave a 0. Dense and sparse part together "
                         "are the INT8 codes, so nothing more is lost.",
           .stored = "A byte for each weight, as FBGEMM packs the dense part; 24 bits for each outlier (value and "
                     "place); 32 for each row, and 32 more; a float32 scale and an int32 zero point for each row.",
           .quirks = {"The dense part is stored in bytes whatever its codes' width: the split saves time, not memory.",
                      "Rows of one sign have their zero at the end of the codes, so that most are outliers."},
           .advice = "Matrix products with 16-bit sums on CPUs without VNNI, at a density of outliers near 0.001; the "
                     "board says how many products a sum may take."}});
  return scheme;
}

}  // namespace ulpscope
