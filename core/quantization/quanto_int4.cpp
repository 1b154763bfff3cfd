// SPDX-License-Identifier: Apache-2.0
//
// qint4 and qint2 of optimum-quanto 0.2.7, axis 0: groups within rows, of 128 values or the next smaller multiple of 32
// that divides a row (nn/qmodule.py), and whole rows where none does or where they have at most 128.
//
// scale = (max - min) / (2^bits - 1); shift = -min; code = clamp(rne((x + shift) / scale), 0, 2^bits - 1);
// y = scale * code - shift. NaN, as of a constant group, whose scale is 0: code 0. The stored offset is -shift.
//
// HqqOptimizer: up to 20 times shift = mean(code * scale - (x - shrink(x - y))), kept while the mean of |x - y| over
// the whole matrix falls, with beta growing by 1.01. Means are those of torch on one thread.
//
// Of a matrix that is a single group each column is measured by itself, and HqqOptimizer refuses it: AffineOptimizer
// takes the axis away where it has one entry.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/quantization/half_quadratic.h"
#include "core/quantization/pieces.h"
#include "core/quantization/run_scheme.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/torch_sum.h"

namespace ulpscope {
namespace {

constexpr int kTurns = 20;
constexpr double kKappa = 1.01;

struct Affine {
  float largestCode;

  StoredScale measure(std::span<const float> values) const {
    float lo = values[0], hi = lo;
    for (const float x : values) {
      if (std::isnan(x)) {
        lo = hi = x;
        break;
      }
      lo = std::min(lo, x);
      hi = std::max(hi, x);
    }
    return {.scale = (hi - lo) / largestCode, .offset = lo};
  }
  std::uint8_t code(float x, const StoredScale& stored) const {
    const float q = std::clamp(std::nearbyint((x - stored.offset) / stored.scale), 0.0F, largestCode);
    return static_cast<std::uint8_t>(std::isnan(q) ? 0 : static_cast<int>(q));
  }
  static float value(std::uint8_t code, const StoredScale& stored) {
    return stored.scale * static_cast<float>(code) + stored.offset;
  }
};

/// The search of HqqOptimizer over groups that follow each other in memory, all of one size.
class OffsetSearch {
 public:
  OffsetSearch(const Affine& affine, std::uint64_t groupSize, std::span<const float> values, QuantizedTensor& result,
               const Backend& backend, const JobContext& job)
      : m_affine(affine),
        m_groupSize(groupSize),
        m_values(values),
        m_result(result),
        m_backend(backend),
        m_job(job),
        m_offsets(result.offsets),
        m_errors(values.size()) {}

  /// Leaves the offsets found in `result`, and codes and values that go with them.
  Result<> run() {
    if (auto done = forGroups([&](std::uint64_t g) { code(g, m_result.offsets[g]); }); !done) return done;
    double beta = 10;
    double best = double{torchMean(m_errors)};
    for (int turn = 0; turn < kTurns; ++turn) {
      const ShrinkOperator shrink(beta);
      if (auto done = forGroups([&](std::uint64_t g) {
            m_offsets[g] = improved(g, shrink);
            code(g, m_offsets[g]);
          });
          !done)
        return done;
      const double error = double{torchMean(m_errors)};
      if (!(error < best)) break;
      best = error;
      m_result.offsets = m_offsets;
      beta *= kKappa;
    }
    return forGroups([&](std::uint64_t g) { code(g, m_result.offsets[g]); });
  }

 private:
  Result<> forGroups(const std::function<void(std::uint64_t group)>& work) {
    return inPieces(m_offsets.size(), itemsPerPiece(m_groupSize), 0, m_backend, m_job,
                    [&](std::uint64_t begin, std::uint64_t end) {
                      for (std::uint64_t g = begin; g < end; ++g) work(g);
                    });
  }

  /// Codes and values of a group with this offset, and how far off they are.
  void code(std::uint64_t group, float offset) {
    const StoredScale stored{.scale = m_result.scales[group], .offset = offset};
    for (std::uint64_t i = group * m_groupSize; i < (group + 1) * m_groupSize; ++i) {
      m_result.codes[i] = m_affine.code(m_values[i], stored);
      m_result.restored[i] = Affine::value(m_result.codes[i], stored);
      m_errors[i] = std::fabs(m_values[i] - m_result.restored[i]);
    }
  }

  float improved(std::uint64_t group, const ShrinkOperator& shrink) const {
    std::vector<float> shifts(m_groupSize);
    for (std::uint64_t i = 0; i < m_groupSize; ++i) {
      const std::uint64_t at = group * m_groupSize + i;
      const float x = m_values[at];
      shifts[i] =
          static_cast<float>(m_result.codes[at]) * m_result.scales[group] - (x - shrink(x - m_result.restored[at]));
    }
    return -torchMean(shifts);
  }

  const Affine m_affine;
  const std::uint64_t m_groupSize;
  const std::span<const float> m_values;
  QuantizedTensor& m_result;
  const Backend& m_backend;
  const JobContext& m_job;
  std::vector<float> m_offsets;  ///< of the turn
  std::vector<float> m_errors;
};

/// As QModuleMixin picks it; 0: whole rows.
std::uint64_t automaticGroup(std::uint64_t columns) {
  if (columns <= 128) return 0;
  for (const std::uint64_t size : {128u, 96u, 64u, 32u})
    if (columns % size == 0) return size;
  return 0;
}

class QuantoInt4 final : public Scheme {
 public:
  const SchemeInfo& info() const override { return m_info; }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto plan = planFor(shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    return ulpscope::bitsPerWeight(*plan, shape);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const auto plan = planFor(input.weights.shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    auto result = quantizeRuns(*plan, input.weights, {}, backend, job);
    const auto optimizer = settings.find("optimizer");
    if (!result || optimizer == settings.end() || optimizer->second != "hqq" || result->codes.empty()) return result;
    const std::uint64_t groupSize = RunLayout(plan->granularity, plan->group, input.weights.shape).runSize();
    OffsetSearch search({static_cast<float>((1 << plan->codeBits) - 1)}, groupSize, input.weights.values, *result,
                        backend, job);
    if (auto done = search.run(); !done) return tl::unexpected(std::move(done).error());
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto plan = planFor(input.shape, settings);
    return plan ? explainRuns(*plan, input, result, index) : std::vector<BoardLine>{};
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto plan = planFor(result.shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    return runBlocks(*plan, result);
  }

 private:
  Result<RunPlan> planFor(const MatrixShape& shape, const Settings& settings) const {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    RunPlan plan;
    const std::string& group = choiceSetting(*complete, "group");
    plan.group = group == "auto"  ? automaticGroup(shape.columns)
                 : group == "row" ? 0
                                  : static_cast<std::uint64_t>(integerSetting(*complete, "group"));
    plan.granularity = plan.group == 0 ? Granularity::Row : Granularity::Group;
    plan.wholeGroups = plan.group != 0;
    if (shape.rows == 1 && (plan.group == 0 || plan.group == shape.columns)) {
      if (choiceSetting(*complete, "optimizer") == "hqq")
        return fail(Errc::Unsupported, "two groups or more expected by HqqOptimizer, the matrix is a single one",
                    m_info.id);
      plan.granularity = Granularity::Column;
      plan.wholeGroups = false;
    }
    plan.codeBits = static_cast<int>(integerSetting(*complete, "bits"));
    plan.hasOffsets = true;
    plan.scaleBits = 64;
    const Affine affine{static_cast<float>((1 << plan.codeBits) - 1)};
    plan.encode = [affine](const RunInput& run, const RunCodes& out) {
      const StoredScale stored = out.stored[0] = affine.measure(run.values);
      std::ranges::transform(run.values, out.codes.begin(), [&](float x) { return affine.code(x, stored); });
    };
    plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
      std::ranges::transform(codes, values.begin(), [&](std::uint8_t code) { return Affine::value(code, stored); });
    };
    plan.scaleNote = fmt::format("range of values / {}", affine.largestCode);
    if (auto fits = checkShape(plan, shape, m_info.id); !fits) return tl::unexpected(std::move(fits).error());
    return plan;
  }

  const SchemeInfo m_info{
      .id = "quanto_int4",
      .title = "INT4 and INT2 (optimum-quanto)",
      .family = "optimum-quanto",
      .reference =
          "optimum-quanto 0.2.7 tensor/optimizers/max_optimizer.py and hqq_optimizer.py, library/quantize.py "
          "quantize_affine and tensor/qbits.py, qint4 and qint2, axis 0",
      .parameters = {choiceKnob("bits", "Bits", "qint4 or qint2.", {{"4", "4"}, {"2", "2"}}, "4"),
                     choiceKnob("group", "Group size", "Values of a row that share a scale.",
                                {{"auto", "128, or the next smaller multiple of 32 that divides a row"},
                                 {"128", "128"},
                                 {"64", "64"},
                                 {"32", "32"},
                                 {"row", "Whole rows"}},
                                "auto"),
                     choiceKnob("optimizer", "Optimizer", "How the offsets are found.",
                                {{"max", "MaxOptimizer: the smallest value"}, {"hqq", "HqqOptimizer: half-quadratic"}},
                                "max")},
      .text = {
          .definition =
              "Of each group scale = (max - min) / 15 and shift = -min (qint2: / 3); code = `clamp(round half even((x "
              "+ shift) "
              "/ scale), 0, 15)`; restored = scale * code - shift. HqqOptimizer moves the shift up to 20 times to "
              "`mean(code * "
              "scale - (x - e))`, with `e` the shrunk error, as long as the mean error of the whole matrix falls.",
          .stored = "A code of 4 (2) bits for each weight, a float32 scale and a float32 shift for each group: 4 + 64 "
                    "/ 128 = "
                    "4.5. The offset shown is -shift.",
          .quirks =
              {"The shift is a float: 0 is not among the values in general, while a constant group comes back exactly.",
               "Rows of at most 128 values, and rows that no multiple of 32 up to 128 divides, are one group.",
               "Of a matrix that is a single group each column is measured by itself: scales and codes are 0, and the "
               "offsets are the weights. HqqOptimizer refuses such a matrix."},
          .advice = "4 or 2 bits in diffusers and transformers without calibration."}};
};

}  // namespace

const Scheme& quanto_int4_entry() {
  static const QuantoInt4 scheme;
  return scheme;
}

}  // namespace ulpscope
