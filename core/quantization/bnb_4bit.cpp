// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/bnb_4bit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/formats/codebook_format.h"
#include "core/quantization/block_pass.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/torch_sum.h"

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint64_t kSecondLevel = 256;  ///< scales that share one of the second level
constexpr std::uint64_t kPiece = 1 << 16;    ///< about what a thread decodes at once, in elements

using Type = Bnb4BitScheme::Type;

const Codebook& bookOf(Type type) {
  const auto find = [](std::string_view id) -> const Codebook& {
    return dynamic_cast<const CodebookFormat&>(*findFormat(id)).book();
  };
  static const Codebook& nf4 = find("nf4");
  static const Codebook& fp4 = find("bnb_fp4");
  return type == Type::Nf4 ? nf4 : fp4;
}

/// FP4's code 8 is 0 in the library's table, whatever its sign bit says.
std::array<float, 16> valuesOf(Type type) {
  std::array<float, 16> values{};
  std::ranges::transform(bookOf(type).values, values.begin(), [](float x) { return x + 0.0F; });
  return values;
}

/// The CPU's search: bucketize() among the midpoints of the sorted table, ties to the lower value, NaN past the end. Of
/// the two zeros of FP4 the first has ranks below the midpoint between them, which is 0.
class CpuSearch {
 public:
  explicit CpuSearch(Type type) {
    const auto values = valuesOf(type);
    for (std::size_t i = 0; i < 16; ++i) m_order[i] = static_cast<std::uint8_t>(i);
    std::ranges::stable_sort(m_order, {}, [&](std::uint8_t code) { return values[code]; });
    for (std::size_t i = 0; i < 15; ++i) m_midpoints[i] = (values[m_order[i]] + values[m_order[i + 1]]) / 2;
  }
  std::uint8_t operator()(float r) const {
    if (std::isnan(r)) return m_order[15];
    return m_order[static_cast<std::size_t>(std::ranges::lower_bound(m_midpoints, r) - m_midpoints.begin())];
  }

 private:
  std::array<std::uint8_t, 16> m_order{};
  std::array<float, 15> m_midpoints{};
};

/// The decision trees of the CUDA kernels: r > threshold goes up; FP4 compares magnitudes and sets bit 3 where r < 0.
std::uint8_t cudaCode(Type type, float r) {
  const auto thresholds = bookOf(type).thresholds;
  if (type == Type::Nf4)
    return static_cast<std::uint8_t>(std::ranges::count_if(thresholds, [&](float t) { return r > t; }));
  constexpr std::array<std::uint8_t, 8> kRising = {0, 1, 6, 7, 4, 5, 2, 3};
  const auto magnitudes = thresholds.last(7);
  const auto rank = std::ranges::count_if(magnitudes, [&](float t) { return std::fabs(r) > t; });
  return static_cast<std::uint8_t>(kRising[static_cast<std::size_t>(rank)] + (r < 0 ? 8 : 0));
}

float encodeCuda(Type type, std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = maximumWithoutNan(values);
  const float factor = 1.0F / a;  // infinite for a block of zeros, whose 0 * inf is NaN: code 0
  std::ranges::transform(values, codes.begin(), [&](float x) { return cudaCode(type, x * factor); });
  return a;
}

float encodeCpu(const CpuSearch& search, bool isShort, std::span<const float> values, std::span<std::uint8_t> codes) {
  const bool holdsNan = std::ranges::any_of(values, [](float x) { return std::isnan(x); });
  const float a = holdsNan ? kNan : maximumWithoutNan(values);
  const float atLeast = a < 1e-38F ? 1e-38F : a;
  const float factor = 1.0F / atLeast;
  std::ranges::transform(values, codes.begin(), [&](float x) {
    const float r = isShort ? x / atLeast : x * factor;
    return search(std::isnan(r) ? r : std::clamp(r, -1.0F, 1.0F));
  });
  return isShort ? atLeast : a;
}

/// The scales as they are after they went through the second level.
Result<> quantizeScales(BnbPath path, std::span<float> scales, const JobContext& job) {
  const float offset = torchMean(scales);
  std::array<std::uint8_t, kSecondLevel> codes;
  for (std::uint64_t first = 0; first < scales.size(); first += kSecondLevel) {
    const auto block = scales.subspan(first, std::min<std::uint64_t>(kSecondLevel, scales.size() - first));
    for (float& scale : block) scale -= offset;
    const float second = encodeDynamic8(path, block, std::span(codes).first(block.size()));
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = dynamic8Values()[codes[i]] * second + offset;
  }
  return job.step(0);
}

void decodeAll(const std::array<float, 16>& table, std::uint64_t blockSize, QuantizedTensor& tensor,
               const Backend& backend) {
  const std::uint64_t perPiece = std::max<std::uint64_t>(1, kPiece / blockSize) * blockSize;
  backend.forEach(divideRoundingUp(std::uint64_t{tensor.codes.size()}, perPiece), [&](std::size_t piece) {
    const std::uint64_t begin = piece * perPiece;
    const std::uint64_t end = std::min<std::uint64_t>(begin + perPiece, tensor.codes.size());
    for (std::uint64_t i = begin; i < end; ++i)
      tensor.restored[i] = table[tensor.codes[i]] * tensor.scales[i / blockSize];
  });
}

bool isDouble(const Settings& complete) { return choiceSetting(complete, "double_quantization") == "yes"; }

}  // namespace

Parameter bnbBlockSizeKnob(int smallest, std::string defaultId) {
  std::vector<Parameter::Choice> choices;
  for (int size = smallest; size <= 4096; size *= 2) choices.push_back({fmt::to_string(size), fmt::to_string(size)});
  return choiceKnob("blocksize", "Block size", "Values that share a scale; blocks run across the ends of rows.",
                    std::move(choices), std::move(defaultId));
}

Parameter bnbPathKnob() {
  return choiceKnob("path", "Path", "Whose arithmetic: they differ at ties, and in blocks of zeros or with NaN.",
                    {{"cpu", "CPU"}, {"cuda", "CUDA kernels (from their source, not from a run)"}}, "cpu");
}

BnbPath bnbPathSetting(const Settings& settings) {
  return choiceSetting(settings, "path") == "cuda" ? BnbPath::Cuda : BnbPath::Cpu;
}

std::vector<Parameter> Bnb4BitScheme::knobs() {
  return {bnbBlockSizeKnob(32, "64"),
          choiceKnob("double_quantization", "Double quantization",
                     "Whether scales are coded too: 8-bit dynamic, blocks of 256, their mean as offset.",
                     {{"no", "No"}, {"yes", "Yes"}}, "no"),
          bnbPathKnob()};
}

Bnb4BitScheme::Bnb4BitScheme(Type type, SchemeInfo info)
    : m_type(type),
      m_info(std::move(info)),
      m_blocks({.id = m_info.id,
                .title = m_info.title,
                .family = m_info.family,
                .reference = m_info.reference,
                .parameters = {bnbBlockSizeKnob(32, "64")}},
               [](const Settings& settings) {
                 BlockPlan plan;
                 plan.codec = {.kind = BlockCodec::Kind::Nf4, .blockSize = 1};
                 plan.granularity = Granularity::FlatBlocks;
                 plan.group = static_cast<std::uint64_t>(integerSetting(settings, "blocksize"));
                 plan.codeBits = 4;
                 plan.signedCodes = false;
                 return plan;
               }) {}

bool Bnb4BitScheme::isVectorised(const Settings& complete) const {
  return m_type == Type::Nf4 && bnbPathSetting(complete) == BnbPath::Cpu;
}

RunPlan Bnb4BitScheme::planFor(const Settings& complete) const {
  RunPlan plan;
  plan.granularity = Granularity::FlatBlocks;
  plan.group = static_cast<std::uint64_t>(integerSetting(complete, "blocksize"));
  plan.codeBits = 4;
  if (bnbPathSetting(complete) == BnbPath::Cuda)
    plan.encode = [type = m_type](const RunInput& run, const RunCodes& out) {
      out.stored[0].scale = encodeCuda(type, run.values, out.codes);
    };
  else
    plan.encode = [search = CpuSearch(m_type)](const RunInput& run, const RunCodes& out) {
      out.stored[0].scale = encodeCpu(search, run.isShort, run.values, out.codes);
    };
  plan.decode = [table = valuesOf(m_type)](std::span<const std::uint8_t> codes, const StoredScale& stored,
                                           std::span<float> values) {
    std::ranges::transform(codes, values.begin(), [&](std::uint8_t code) { return table[code & 15] * stored.scale; });
  };
  plan.scaleNote = isDouble(complete) ? "largest magnitude of the block, from its 8-bit code and the mean of all"
                                      : "largest magnitude of the block";
  return plan;
}

Result<double> Bnb4BitScheme::bitsPerWeight(const MatrixShape& shape, const Settings& settings) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete) return tl::unexpected(complete.error());
  RunPlan plan = planFor(*complete);
  const std::uint64_t elements = shape.rows * shape.columns;
  if (!isDouble(*complete) || elements == 0) return ulpscope::bitsPerWeight(plan, shape);
  const std::uint64_t blocks = divideRoundingUp(elements, plan.group);
  plan.scaleBits = 8;
  plan.tensorBits = 32;  // the mean
  return ulpscope::bitsPerWeight(plan, shape) +
         32.0 * static_cast<double>(divideRoundingUp(blocks, kSecondLevel)) / static_cast<double>(elements);
}

std::uint64_t Bnb4BitScheme::rowsTogether(const MatrixShape& shape, const Settings& settings) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete || isDouble(*complete)) return 0;  // the scales' mean is that of the tensor
  const RunPlan plan = planFor(*complete);
  return rowsBetweenCuts(plan.granularity, plan.group, shape);
}

std::optional<BlockPass> Bnb4BitScheme::blockPass(const SchemeInput& input, const Settings& settings) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete || !isVectorised(*complete) || isDouble(*complete)) return std::nullopt;
  return m_blocks.blockPass(input, {{"blocksize", choiceSetting(*complete, "blocksize")}});
}

Result<QuantizedTensor> Bnb4BitScheme::quantize(const SchemeInput& input, const Settings& settings,
                                                const Backend& backend, const JobContext& job) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete) return tl::unexpected(complete.error());
  const RunPlan plan = planFor(*complete);
  auto result = isVectorised(*complete)
                    ? m_blocks.quantize(input, {{"blocksize", choiceSetting(*complete, "blocksize")}}, backend, job)
                    : quantizeRuns(plan, input, {}, backend, job);
  if (!result || !isDouble(*complete) || result->scales.empty()) return result;
  if (auto done = quantizeScales(bnbPathSetting(*complete), result->scales, job); !done)
    return tl::unexpected(std::move(done).error());
  decodeAll(valuesOf(m_type), plan.group, *result, backend);
  if (!std::isfinite(result->scales.front()) && !std::isfinite(result->scales.back()))
    result->warnings.push_back("the mean of the scales is not finite, and all scales with it");
  return result;
}

std::vector<BoardLine> Bnb4BitScheme::explain(const MatrixView& input, const QuantizedTensor& result,
                                              const Settings& settings, std::uint64_t index) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete) return {};
  if (isVectorised(*complete) && !isDouble(*complete))
    return m_blocks.explain(input, result, {{"blocksize", choiceSetting(*complete, "blocksize")}}, index);
  return explainRuns(planFor(*complete), input, result, index);
}

Result<ScaleBlocks> Bnb4BitScheme::scaleBlocks(const QuantizedTensor& result, const Settings& settings) const {
  const auto complete = completeSettings(m_info, settings);
  if (!complete) return tl::unexpected(complete.error());
  return runBlocks(planFor(*complete), result);
}

}  // namespace ulpscope
