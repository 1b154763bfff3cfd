// SPDX-License-Identifier: Apache-2.0
//
// HQQ, hqq 0.2.8.post1 core/quantize.py Quantizer.quantize and core/optimize.py optimize_weights_proximal_legacy, on
// the CPU in binary32. The matrix is seen as [groups, size] (axis 1: runs of the flattened matrix, across the ends of
// rows) or as [size, groups] (axis 0: values as far apart as there are groups).
//
// s = (1 / (max - min)) * (2^bits - 1), or 1 where max - min <= 1e-4; at most 2e4. z = -min * s, rounded where asked.
// Up to 20 times: q = clamp(rne(w * s + z)), r = (q - z) / s, e = shrink(w - r), z = mean(q - (w - e) * s). It stops
// after the first turn in which the mean of |w - r| over the whole matrix is not below the best before, and keeps that
// turn's z. The stored scale is 1 / s, and y = (q - z) * scale. NaN: code 0.
//
// kappa, by which beta is meant to grow, is never applied there. Means are those of torch on one thread.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/quantization/code_board.h"
#include "core/quantization/half_quadratic.h"
#include "core/quantization/knobs.h"
#include "core/quantization/pieces.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"
#include "core/quantization/scheme.h"
#include "core/quantization/torch_sum.h"

namespace ulpscope {
namespace {

constexpr int kTurns = 20;
constexpr double kBeta = 10;

struct Options {
  int bits;
  std::uint64_t groupSize;
  bool isStrided;  ///< axis 0
  bool roundZero;
  bool optimize;

  float largestCode() const { return static_cast<float>((1 << bits) - 1); }
};

Options optionsOf(const Settings& complete) {
  Options options{};
  options.bits = static_cast<int>(integerSetting(complete, "bits"));
  options.groupSize = static_cast<std::uint64_t>(integerSetting(complete, "group"));
  options.isStrided = choiceSetting(complete, "axis") == "0";
  const std::string& rounding = choiceSetting(complete, "round_zero");
  options.roundZero = rounding == "yes" || (rounding == "auto" && options.bits == 4);
  options.optimize = choiceSetting(complete, "optimize") == "yes";
  return options;
}

RunLayout layoutOf(const Options& options, const MatrixShape& shape) {
  return RunLayout(options.isStrided ? Granularity::Strided : Granularity::FlatBlocks, options.groupSize, shape);
}

/// What a code of this many bits takes as the library packs it: 3 bits ten to 32, 5 and 6 bits in a byte.
double storedBitsPerCode(int bits) { return bits == 3 ? 3.2 : bits == 5 || bits == 6 ? 8 : bits; }

class HalfQuadratic {
 public:
  HalfQuadratic(const Options& options, const MatrixView& input, QuantizedTensor& result, const Backend& backend,
                const JobContext& job)
      : m_options(options),
        m_layout(layoutOf(options, input.shape)),
        m_input(input.values),
        m_result(result),
        m_backend(backend),
        m_job(job),
        m_inverse(m_layout.runs()),
        m_zero(m_layout.runs()) {}

  Result<> run() {
    if (auto done = forGroups([&](std::uint64_t begin, std::uint64_t end) { measure(begin, end); }); !done) return done;
    if (m_options.optimize)
      if (auto done = optimize(); !done) return done;
    return forGroups([&](std::uint64_t begin, std::uint64_t end) { encode(begin, end); });
  }

 private:
  /// Pieces of groups that torchColumnSums() takes one by one.
  Result<> forGroups(const std::function<void(std::uint64_t begin, std::uint64_t end)>& work) {
    const std::uint64_t step = itemsPerPiece(m_options.groupSize * kTorchColumnStep) * kTorchColumnStep;
    return inPieces(m_layout.runs(), step, 0, m_backend, m_job, work);
  }

  std::uint64_t element(std::uint64_t group, std::uint64_t place) const {
    return m_options.isStrided ? place * m_layout.runs() + group : group * m_options.groupSize + place;
  }

  void measure(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t g = begin; g < end; ++g) {
      float lo = m_input[element(g, 0)], hi = lo;
      for (std::uint64_t i = 0; i < m_options.groupSize && !std::isnan(lo); ++i) {
        const float x = m_input[element(g, i)];
        if (std::isnan(x)) lo = hi = x;
        lo = std::min(lo, x);
        hi = std::max(hi, x);
      }
      const float range = hi - lo;
      float inverse = std::fabs(range) <= 1e-4F ? 1.0F : (1.0F / range) * m_options.largestCode();
      if (inverse > 2e4F) inverse = 2e4F;
      m_inverse[g] = inverse;
      const float zero = -lo * inverse;
      m_zero[g] = m_options.roundZero ? std::nearbyint(zero) : zero;
    }
  }

  /// The code of a weight as a float; NaN stays.
  float code(std::uint64_t group, float weight) const {
    return std::clamp(std::nearbyint(weight * m_inverse[group] + m_zero[group]), 0.0F, m_options.largestCode());
  }

  Result<> optimize() {
    float best = std::numeric_limits<float>::infinity();
    for (int turn = 0; turn < kTurns; ++turn) {
      if (auto done = forGroups([&](std::uint64_t begin, std::uint64_t end) { turnZeros(begin, end); }); !done)
        return done;
      const float error = torchMean(m_result.restored);
      if (!(error < best)) break;
      best = error;
    }
    return {};
  }

  /// One turn for some groups; |w - r| goes where the restored values will be.
  void turnZeros(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t count = end - begin;
    const std::uint64_t size = m_options.groupSize;
    std::vector<float> targets(count * size);
    const auto place = [&](std::uint64_t g, std::uint64_t i) {
      const float weight = m_input[element(g, i)];
      const float q = code(g, weight);
      const float rest = weight - (q - m_zero[g]) / m_inverse[g];
      m_result.restored[element(g, i)] = std::fabs(rest);
      return q - (weight - m_shrink(rest)) * m_inverse[g];
    };
    std::vector<float> sums(count);
    if (m_options.isStrided && m_layout.runs() > 1) {
      for (std::uint64_t i = 0; i < size; ++i)
        for (std::uint64_t g = 0; g < count; ++g) targets[i * count + g] = place(begin + g, i);
      torchColumnSums(targets, sums);
    } else {
      for (std::uint64_t g = 0; g < count; ++g) {
        const auto group = std::span(targets).subspan(g * size, size);
        for (std::uint64_t i = 0; i < size; ++i) group[i] = place(begin + g, i);
        sums[g] = torchSum(group);
      }
    }
    for (std::uint64_t g = 0; g < count; ++g) m_zero[begin + g] = sums[g] / static_cast<float>(size);
  }

  void encode(std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t g = begin; g < end; ++g) {
      const float scale = m_result.scales[g] = 1.0F / m_inverse[g];
      const float zero = m_result.floatZeroPoints[g] = m_zero[g];
      for (std::uint64_t i = 0; i < m_options.groupSize; ++i) {
        const std::uint64_t at = element(g, i);
        const float q = code(g, m_input[at]);
        const auto number = static_cast<std::uint8_t>(std::isnan(q) ? 0 : static_cast<int>(q));
        m_result.codes[at] = number;
        m_result.restored[at] = (static_cast<float>(number) - zero) * scale;
      }
    }
  }

  const Options m_options;
  const RunLayout m_layout;
  const std::span<const float> m_input;
  QuantizedTensor& m_result;
  const Backend& m_backend;
  const JobContext& m_job;
  const ShrinkOperator m_shrink{kBeta};
  std::vector<float> m_inverse;  ///< by group: what a weight is multiplied by
  std::vector<float> m_zero;
};

class Hqq final : public Scheme {
 public:
  const SchemeInfo& info() const override { return m_info; }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto options = optionsFor(shape, settings);
    if (!options) return tl::unexpected(options.error());
    const double bits = storedBitsPerCode(options->bits);
    return shape.rows * shape.columns == 0 ? bits : bits + 64.0 / static_cast<double>(options->groupSize);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& given, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const MatrixView& input = given.weights;
    const auto options = optionsFor(input.shape, settings);
    if (!options) return tl::unexpected(options.error());
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
    QuantizedTensor result;
    result.shape = input.shape;
    result.codeBits = options->bits;
    result.codes.resize(input.values.size());
    result.restored.resize(input.values.size());
    if (input.values.empty()) return result;
    const RunLayout layout = layoutOf(*options, input.shape);
    result.scales.resize(layout.runs());
    result.floatZeroPoints.resize(layout.runs());
    if (auto done = HalfQuadratic(*options, input, result, backend, job).run(); !done)
      return tl::unexpected(std::move(done).error());
    result.warnings = warningsOf(layout, input, result);
    if (auto going = job.step(input.values.size_bytes()); !going) return tl::unexpected(std::move(going).error());
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto options = optionsFor(input.shape, settings);
    if (!options || index >= input.values.size() || result.codes.size() != input.values.size()) return {};
    const RunLayout layout = layoutOf(*options, input.shape);
    const std::uint64_t group = layout.runOf(index);
    const float scale = result.scales[group], zero = result.floatZeroPoints[group];
    std::vector<BoardLine> lines = {weightLine(input, index), runLine(layout, group)};
    lines.push_back({"Scale", shortest(scale), fmt::format("range of values / {}", options->largestCode())});
    lines.push_back({"Zero point", shortest(zero),
                     options->optimize ? "after half-quadratic optimization" : "smallest value / scale, negated"});
    append(lines, outcomeLines(input, result, index, [&](int code) -> std::optional<float> {
             return (static_cast<float>(code) - zero) * scale;
           }));
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto options = optionsFor(result.shape, settings);
    if (!options) return tl::unexpected(options.error());
    const RunLayout layout = layoutOf(*options, result.shape);
    return ScaleBlocks{.count = layout.runs(),
                       .of = [layout](std::uint64_t element) { return layout.runOf(element); },
                       .inOrder = layout.isContiguous(),
                       .value = [layout, &result](std::uint64_t element, int code) -> std::optional<float> {
                         const std::uint64_t group = layout.runOf(element);
                         return (static_cast<float>(code) - result.floatZeroPoints[group]) * result.scales[group];
                       }};
  }

 private:
  Result<Options> optionsFor(const MatrixShape& shape, const Settings& settings) const {
    auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(std::move(complete).error());
    const Options options = optionsOf(*complete);
    const std::uint64_t elements = shape.rows * shape.columns;
    if (elements % options.groupSize != 0)
      return fail(Errc::Unsupported,
                  fmt::format("a multiple of {} elements expected, the tensor has {}", options.groupSize, elements),
                  m_info.id);
    return options;
  }

  static std::vector<std::string> warningsOf(const RunLayout& layout, const MatrixView& input,
                                             const QuantizedTensor& result) {
    ScaleTally tally;
    std::vector<float> block(layout.runSize());
    for (std::uint64_t group = 0; group < layout.runs(); ++group) {
      if (std::isfinite(result.floatZeroPoints[group])) continue;
      const RunLayout::Run run = layout.run(group);
      for (std::uint64_t i = 0; i < block.size(); ++i) block[i] = input.values[run.element(i)];
      tally.addLooking(result.floatZeroPoints[group], block);
    }
    return tally.warnings();
  }

  const SchemeInfo m_info{
      .id = "hqq",
      .title = "HQQ",
      .family = "HQQ",
      .reference =
          "hqq 0.2.8.post1 core/quantize.py Quantizer.quantize and core/optimize.py "
          "optimize_weights_proximal_legacy, on the CPU; float32 scales and zero points",
      .parameters =
          {choiceKnob("bits", "Bits", "Width of a code; 5 and 6 bits are stored in a byte, 3 bits ten to 32.",
                      {{"8", "8"}, {"6", "6"}, {"5", "5"}, {"4", "4"}, {"3", "3"}, {"2", "2"}, {"1", "1"}}, "4"),
           choiceKnob("group", "Group size", "Values that share a scale.",
                      {{"8", "8"}, {"16", "16"}, {"32", "32"}, {"64", "64"}, {"128", "128"}, {"256", "256"}}, "64"),
           choiceKnob("axis", "Axis", "Whether a group is a run of neighbours or is taken across the matrix.",
                      {{"1", "1: neighbours"}, {"0", "0: across the matrix"}}, "1"),
           choiceKnob("round_zero", "Rounded zero", "Whether the zero point begins as an integer.",
                      {{"auto", "With 4 bits, as hqq_base_quant_config"}, {"yes", "Yes"}, {"no", "No"}}, "auto"),
           choiceKnob("optimize", "Optimization", "Whether the zero points are optimized.",
                      {{"yes", "Half-quadratic"}, {"no", "None"}}, "yes")},
      .text = {
          .definition = "Of each group `s = (1 / (max - min)) * (2^bits - 1)` and `z = -min * s`; up to 20 times `q = "
                        "clamp(round half "
                        "even(w * s + z))`, `r = (q - z) / s`, `e = sign(w - r) * max(|w - r| - |w - r|^-0.3 / 10, "
                        "0)`, `z = mean(q - (w "
                        "- e) * s)`; restored = (q - z) * (1 / s).",
          .stored = "A code, and a float32 scale and zero point for each group: 4 + 64 / 64 = 5.",
          .quirks =
              {"The search stops for all groups at once, when the mean error of the whole matrix no longer falls, and "
               "keeps the last zero points, not the best; NaN anywhere stops it after one turn.",
               "The zero point is no integer after the search, even if it began as one.",
               "`s` is 1 where the values of a group lie within 1e-4, and at most 20,000.",
               "Groups of axis 1 run across the ends of rows where these are no whole groups.",
               "5 and 6 bits are stored in a byte each, 3 bits ten to an int32."},
          .advice = "4 bits and fewer without calibration data. Axis 0 loses less in models than axis 1 at the same "
                    "error, but "
                    "fast kernels take axis 1 alone."}};
};

}  // namespace

const Scheme& hqq_scheme_entry() {
  static const Hqq scheme;
  return scheme;
}

}  // namespace ulpscope
