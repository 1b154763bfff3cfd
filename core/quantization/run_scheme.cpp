// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/run_scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <mutex>
#include <optional>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/huge_pages.h"
#include "core/base/text.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/code_board.h"
#include "core/quantization/pieces.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

RunLayout layoutOf(const RunPlan& plan, const MatrixShape& shape) {
  return RunLayout(plan.granularity, plan.group, shape);
}

/// Scales of a full run.
std::uint64_t scalesPerRun(const RunPlan& plan, const RunLayout& layout) {
  return plan.scaleGroup == 0 ? 1 : divideRoundingUp(layout.runSize(), plan.scaleGroup);
}

/// Codes runs into their places of the result.
class RunQuantizer {
 public:
  RunQuantizer(const RunPlan& plan, const MatrixView& input, std::span<const float> importance, QuantizedTensor& result)
      : m_plan(plan),
        m_layout(layoutOf(plan, input.shape)),
        m_scalesPerRun(scalesPerRun(plan, m_layout)),
        m_input(input),
        m_importance(importance),
        m_result(result) {
    result.shape = input.shape;
    result.codeBits = plan.codeBits;
    result.signedCodes = plan.signedCodes;
    resizeHuge(result.codes, input.values.size());
    resizeHuge(result.restored, input.values.size());
    const std::uint64_t scales = m_layout.runs() * m_scalesPerRun;
    result.scales.resize(scales);
    if (plan.hasZeroPoints) result.zeroPoints.resize(scales);
    if (plan.hasOffsets) result.offsets.resize(scales);
    resizeHuge(result.packed, m_layout.runs() * plan.packedBytes);
    if (plan.measureTensor && !input.values.empty()) m_tensorValue = plan.measureTensor(input.values);
  }

  Result<> run(const Backend& backend, const JobContext& job) {
    const auto code = [this](std::uint64_t begin, std::uint64_t end) { codePiece(begin, end); };
    const std::uint64_t runs = m_layout.runs();
    const std::uint64_t runBytes = runs == 0 ? 0 : m_input.values.size_bytes() / runs;
    if (auto done = inPieces(runs, itemsPerPiece(m_layout.runSize()), runBytes, backend, job, code); !done) return done;
    m_result.warnings = m_tally.warnings();
    return {};
  }

 private:
  void codePiece(std::uint64_t begin, std::uint64_t end) {
    Scratch scratch;
    scratch.stored.resize(m_scalesPerRun);
    for (std::uint64_t run = begin; run < end; ++run) codeRun(run, scratch);
    const std::scoped_lock lock(m_mutex);
    m_tally.merge(scratch.tally);
  }

  struct Scratch {
    std::vector<float> values;
    std::vector<float> importance;
    std::vector<std::uint8_t> codes;
    std::vector<float> restored;
    std::vector<StoredScale> stored;
    ScaleTally tally;
    std::optional<std::uint64_t> measuredRow;
    float rowValue = 0;
  };

  void codeRun(std::uint64_t index, Scratch& scratch) {
    const RunLayout::Run run = m_layout.run(index);
    const bool contiguous = m_layout.isContiguous();
    if (!contiguous) gather(run, scratch);
    gatherImportance(run, scratch);
    measureRow(run, scratch);
    const auto values =
        contiguous ? m_input.values.subspan(run.first, run.size()) : std::span<const float>(scratch.values);
    const auto codes = contiguous ? std::span(m_result.codes).subspan(run.first, run.size()) : std::span(scratch.codes);
    const auto restored =
        contiguous ? std::span(m_result.restored).subspan(run.first, run.size()) : std::span(scratch.restored);

    const std::uint64_t group = m_plan.scaleGroup == 0 ? run.size() : m_plan.scaleGroup;
    const std::uint64_t scales = divideRoundingUp(run.size(), group);
    std::fill(scratch.stored.begin(), scratch.stored.end(), StoredScale{});
    m_plan.encode({values, scratch.importance, m_tensorValue, scratch.rowValue, run.size() < m_layout.runSize()},
                  {codes, std::span(scratch.stored).first(scales),
                   std::span(m_result.packed).subspan(index * m_plan.packedBytes, m_plan.packedBytes)});
    for (std::uint64_t s = 0; s < scales; ++s) {
      const std::uint64_t size = std::min(group, run.size() - s * group);
      const StoredScale& stored = scratch.stored[s];
      m_plan.decode(codes.subspan(s * group, size), stored, restored.subspan(s * group, size));
      scratch.tally.addLooking(stored.scale != 0 ? stored.scale : stored.offset, values.subspan(s * group, size));
      const std::uint64_t at = index * m_scalesPerRun + s;
      m_result.scales[at] = stored.scale;
      if (m_plan.hasZeroPoints) m_result.zeroPoints[at] = stored.zeroPoint;
      if (m_plan.hasOffsets) m_result.offsets[at] = stored.offset;
    }
    if (!contiguous) scatter(run, scratch);
  }

  void gather(const RunLayout::Run& run, Scratch& scratch) const {
    scratch.values.resize(run.size());
    scratch.restored.resize(run.size());
    scratch.codes.assign(run.size(), 0);
    for (std::uint64_t row = 0; row < run.rows; ++row)
      std::copy_n(m_input.values.data() + run.first + row * run.stride, run.columns,
                  scratch.values.data() + row * run.columns);
  }

  void gatherImportance(const RunLayout::Run& run, Scratch& scratch) const {
    if (m_importance.empty()) return;
    scratch.importance.resize(run.size());
    for (std::uint64_t i = 0; i < run.size(); ++i)
      scratch.importance[i] = m_importance[run.element(i) % m_input.shape.columns];
  }

  void measureRow(const RunLayout::Run& run, Scratch& scratch) const {
    if (!m_plan.measureRow || m_importance.empty()) return;
    const std::uint64_t columns = m_input.shape.columns;
    const std::uint64_t row = run.first / columns;
    if (scratch.measuredRow == row) return;
    scratch.measuredRow = row;
    scratch.rowValue = m_plan.measureRow(m_input.values.subspan(row * columns, columns));
  }

  void scatter(const RunLayout::Run& run, const Scratch& scratch) {
    for (std::uint64_t row = 0; row < run.rows; ++row) {
      const std::uint64_t first = run.first + row * run.stride;
      std::copy_n(scratch.codes.data() + row * run.columns, run.columns, m_result.codes.data() + first);
      std::copy_n(scratch.restored.data() + row * run.columns, run.columns, m_result.restored.data() + first);
    }
  }

  const RunPlan& m_plan;
  const RunLayout m_layout;
  const std::uint64_t m_scalesPerRun;
  const MatrixView& m_input;
  const std::span<const float> m_importance;
  QuantizedTensor& m_result;
  float m_tensorValue = 0;
  std::mutex m_mutex;
  ScaleTally m_tally;
};

}  // namespace

Result<> checkShape(const RunPlan& plan, const MatrixShape& shape, const std::string& schemeId) {
  if (!plan.wholeGroups) return {};
  if (plan.granularity == Granularity::Strided) {
    if (shape.rows * shape.columns % plan.group == 0) return {};
    return fail(
        Errc::Unsupported,
        fmt::format("a multiple of {} elements expected, the tensor has {}", plan.group, shape.rows * shape.columns),
        schemeId);
  }
  return expectWholeGroups(shape, plan.group, schemeId);
}

double bitsPerWeight(const RunPlan& plan, const MatrixShape& shape) {
  const double elements = static_cast<double>(shape.rows) * static_cast<double>(shape.columns);
  if (elements == 0) return plan.codeBits;
  const RunLayout layout = layoutOf(plan, shape);
  const auto runs = static_cast<double>(layout.runs());
  if (plan.packedBytes != 0) return (8 * static_cast<double>(plan.packedBytes) * runs + plan.tensorBits) / elements;
  double scales = runs;
  if (plan.scaleGroup != 0) {
    scales = 0;
    for (std::uint64_t run = 0; run < layout.runs(); ++run)
      scales += static_cast<double>(divideRoundingUp(layout.run(run).size(), plan.scaleGroup));
  }
  const double codeBytes = std::ceil(elements * plan.codeBits / 8);
  return (codeBytes * 8 + scales * plan.scaleBits + runs * plan.runBits + plan.tensorBits) / elements;
}

Result<QuantizedTensor> quantizeRuns(const RunPlan& plan, const MatrixView& input, std::span<const float> importance,
                                     const Backend& backend, const JobContext& job) {
  assert(input.values.size() == input.shape.rows * input.shape.columns);
  assert(importance.empty() || importance.size() == input.shape.columns);
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  QuantizedTensor result;
  RunQuantizer quantizer(plan, input, importance, result);
  if (auto done = quantizer.run(backend, job); !done) return tl::unexpected(std::move(done).error());
  return result;
}

std::vector<BoardLine> explainRuns(const RunPlan& plan, const MatrixView& input, const QuantizedTensor& result,
                                   std::uint64_t index) {
  if (index >= input.values.size() || result.codes.size() != input.values.size()) return {};
  const RunLayout layout = layoutOf(plan, input.shape);
  const std::uint64_t run = layout.runOf(index);
  const std::uint64_t group = plan.scaleGroup == 0 ? layout.runSize() : plan.scaleGroup;
  const std::uint64_t at = run * scalesPerRun(plan, layout) + layout.run(run).place(index) / group;
  const StoredScale stored{result.scales[at], plan.hasZeroPoints ? result.zeroPoints[at] : 0,
                           plan.hasOffsets ? result.offsets[at] : 0};
  std::vector<BoardLine> lines = {weightLine(input, index), runLine(layout, run)};
  lines.push_back({"Scale", shortest(stored.scale), plan.scaleNote});
  if (plan.hasZeroPoints) lines.push_back({"Zero point", std::to_string(stored.zeroPoint)});
  if (plan.hasOffsets) lines.push_back({"Offset", shortest(stored.offset), "added to code * scale"});
  append(lines, outcomeLines(input, result, index, [&](int number) -> std::optional<float> {
           if (plan.isUsed && !plan.isUsed(number)) return std::nullopt;
           const auto code = static_cast<std::uint8_t>(number);
           float value = 0;
           plan.decode({&code, 1}, stored, {&value, 1});
           return value;
         }));
  return lines;
}

Result<RunPlan> RunScheme::planFor(const MatrixShape& shape, const Settings& settings) const {
  auto complete = completeSettings(m_info, settings);
  if (!complete) return tl::unexpected(std::move(complete).error());
  Result<RunPlan> plan = m_planner(*complete);
  if (!plan) return plan;
  if (auto fits = checkShape(*plan, shape, m_info.id); !fits) return tl::unexpected(std::move(fits).error());
  return plan;
}

Result<double> RunScheme::bitsPerWeight(const MatrixShape& shape, const Settings& settings) const {
  const auto plan = planFor(shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  return ulpscope::bitsPerWeight(*plan, shape);
}

Result<QuantizedTensor> RunScheme::quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                            const JobContext& job) const {
  const auto plan = planFor(input.weights.shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  const bool hasImportance = m_info.calibration != CalibrationUse::None && input.calibration;
  return quantizeRuns(
      *plan, input.weights,
      hasImportance ? std::span<const float>(input.calibration->secondMoments) : std::span<const float>(), backend,
      job);
}

std::vector<BoardLine> RunScheme::explain(const MatrixView& input, const QuantizedTensor& result,
                                          const Settings& settings, std::uint64_t index) const {
  const auto plan = planFor(input.shape, settings);
  return plan ? explainRuns(*plan, input, result, index) : std::vector<BoardLine>{};
}

}  // namespace ulpscope
