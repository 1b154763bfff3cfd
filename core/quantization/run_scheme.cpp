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
#include "core/quantization/block_pass.h"
#include "core/quantization/code_board.h"
#include "core/quantization/pieces.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

RunLayout layoutOf(const RunPlan& plan, const MatrixShape& shape) {
  return RunLayout(plan.granularity, plan.group, shape);
}

constexpr std::uint64_t kNarrowBlocksAtOnce = 64;
constexpr std::uint64_t kLargePiece = 1 << 19;  ///< values; some for each thread, so that one sends while another codes

/// Scales of a full run.
std::uint64_t scalesPerRun(const RunPlan& plan, const RunLayout& layout) {
  return plan.scaleGroup == 0 ? 1 : divideRoundingUp(layout.runSize(), plan.scaleGroup);
}

/// Which scale of a result an element has.
class ScaleOf {
 public:
  ScaleOf(const RunPlan& plan, const RunLayout& layout)
      : m_layout(layout),
        m_group(plan.scaleGroup == 0 ? layout.runSize() : plan.scaleGroup),
        m_perRun(scalesPerRun(plan, layout)) {}

  std::uint64_t operator()(std::uint64_t element) const {
    const std::uint64_t run = m_layout.runOf(element);
    if (m_perRun == 1) return run;
    return run * m_perRun + m_layout.run(run).place(element) / m_group;
  }
  std::uint64_t count() const { return m_layout.runs() * m_perRun; }

 private:
  RunLayout m_layout;
  std::uint64_t m_group;
  std::uint64_t m_perRun;
};

StoredScale storedAt(const RunPlan& plan, const QuantizedTensor& result, std::uint64_t at) {
  return {result.scales[at], plan.hasZeroPoints ? result.zeroPoints[at] : 0, plan.hasOffsets ? result.offsets[at] : 0};
}

std::optional<float> valueOf(const RunPlan& plan, const StoredScale& stored, int number) {
  if (plan.isUsed && !plan.isUsed(number)) return std::nullopt;
  const auto code = static_cast<std::uint8_t>(number);
  float value = 0;
  plan.decode({&code, 1}, stored, {&value, 1});
  return value;
}

/// RunPlan::measureTensor of what the weights are rows of, once.
float tensorValueOf(const RunPlan& plan, const SchemeInput& input) {
  if (!plan.measureTensor || input.weights.values.empty()) return 0;
  WholeTensor* const whole = input.whole;
  if (!whole) return plan.measureTensor(input.weights.values);
  std::call_once(whole->measured, [&] { whole->value = plan.measureTensor(whole->weights.values); });
  return whole->value;
}

/// Codes runs into their places of the result.
class RunQuantizer {
 public:
  RunQuantizer(const RunPlan& plan, const SchemeInput& given, std::span<const float> importance, const Backend& backend,
               QuantizedTensor& result)
      : m_plan(plan),
        m_backend(backend),
        m_layout(layoutOf(plan, given.weights.shape)),
        m_scalesPerRun(scalesPerRun(plan, m_layout)),
        m_input(given.weights),
        m_importance(importance),
        m_result(result) {
    result.shape = m_input.shape;
    result.codeBits = plan.codeBits;
    result.signedCodes = plan.signedCodes;
    resizeHuge(result.codes, m_input.values.size());
    resizeHuge(result.restored, m_input.values.size());
    const std::uint64_t scales = m_layout.runs() * m_scalesPerRun;
    result.scales.resize(scales);
    if (plan.hasZeroPoints) result.zeroPoints.resize(scales);
    if (plan.hasOffsets) result.offsets.resize(scales);
    resizeHuge(result.packed, m_layout.runs() * plan.packedBytes);
    m_tensorValue = tensorValueOf(plan, given);
    if (plan.narrowCodec) m_narrow = plan.narrowCodec(m_tensorValue);
  }

  Result<> run(const JobContext& job) {
    const auto code = [this](std::uint64_t begin, std::uint64_t end) { codePiece(begin, end); };
    const std::uint64_t runs = m_layout.runs();
    const std::uint64_t runBytes = runs == 0 ? 0 : m_input.values.size_bytes() / runs;
    const bool isLarge = m_plan.encodeMany && m_backend.prefersLargePieces();
    const std::uint64_t piece =
        isLarge ? std::max<std::uint64_t>(1, kLargePiece / m_layout.runSize()) : itemsPerPiece(m_layout.runSize());
    m_runsAtOnce = isLarge ? piece : m_plan.encodeMany ? m_plan.runsAtOnce : m_narrow ? kNarrowBlocksAtOnce : 1;
    if (auto done = inPieces(runs, piece, runBytes, m_backend, job, code); !done) return done;
    if (m_error) return tl::unexpected(*m_error);
    m_result.warnings = m_tally.warnings();
    return {};
  }

 private:
  void codePiece(std::uint64_t begin, std::uint64_t end) {
    Scratch scratch;
    scratch.stored.resize(std::min(m_runsAtOnce, end - begin) * m_scalesPerRun);
    Result<> done;
    for (std::uint64_t run = begin; done && run < end; run += m_runsAtOnce)
      done = codeRuns(run, std::min(end, run + m_runsAtOnce), scratch);
    const std::scoped_lock lock(m_mutex);
    m_tally.merge(scratch.tally);
    if (!done && !m_error) m_error = done.error();
  }

  struct Scratch {
    std::vector<float> values;
    std::vector<float> importance;  ///< of the last run; runs that are coded at once have some each
    std::vector<std::uint8_t> codes;
    std::vector<float> restored;
    std::vector<StoredScale> stored;
    std::vector<RunInput> inputs;
    std::vector<RunCodes> outputs;
    ScaleTally tally;
    std::optional<std::uint64_t> measuredRow;
    float rowValue = 0;
  };

  Result<> codeRuns(std::uint64_t begin, std::uint64_t end, Scratch& scratch) {
    if (m_plan.encodeMany) return codeMany(begin, end, scratch);
    if (m_narrow && codeNarrow(begin, end, scratch)) return {};
    for (std::uint64_t run = begin; run < end; ++run) codeRun(run, scratch);
    return {};
  }

  /// false where a block is short or the backend has no kernel.
  bool codeNarrow(std::uint64_t begin, std::uint64_t end, Scratch& scratch) {
    const RunLayout::Run last = m_layout.run(end - 1);
    const std::uint64_t first = m_layout.run(begin).first;
    const std::uint64_t size = last.first + last.size() - first;
    if (size != (end - begin) * m_narrow->blockSize) return false;
    const auto values = m_input.values.subspan(first, size);
    const auto codes = std::span(m_result.codes).subspan(first, size);
    const auto scales = std::span(m_result.scales).subspan(begin, end - begin);
    if (!m_backend.encodeNarrowBlocks(*m_narrow, values, codes, scales)) return false;
    if (!m_backend.decodeNarrowBlocks(*m_narrow, codes, scales, std::span(m_result.restored).subspan(first, size)))
      return false;
    for (std::size_t block = 0; block < scales.size(); ++block)
      scratch.tally.addLooking(scales[block], values.subspan(block * m_narrow->blockSize, m_narrow->blockSize));
    return true;
  }

  Result<> codeMany(std::uint64_t begin, std::uint64_t end, Scratch& scratch) {
    assert(m_layout.isContiguous());
    std::fill(scratch.stored.begin(), scratch.stored.end(), StoredScale{});
    scratch.importance.clear();
    if (!m_importance.empty()) scratch.importance.reserve((end - begin) * m_layout.runSize());
    scratch.inputs.clear();
    scratch.outputs.clear();
    for (std::uint64_t index = begin; index < end; ++index) {
      const RunLayout::Run run = m_layout.run(index);
      measureRow(run, scratch);
      scratch.inputs.push_back({m_input.values.subspan(run.first, run.size()), addImportance(run, scratch),
                                m_tensorValue, scratch.rowValue, run.size() < m_layout.runSize()});
      scratch.outputs.push_back(outputOf(index, run,
                                         std::span(scratch.stored).subspan((index - begin) * m_scalesPerRun),
                                         std::span(m_result.codes).subspan(run.first, run.size())));
    }
    if (auto done = m_plan.encodeMany(m_backend, scratch.inputs, scratch.outputs); !done) return done;
    for (std::uint64_t i = 0; i < scratch.inputs.size(); ++i)
      restore(begin + i, scratch.inputs[i].values, scratch.outputs[i],
              std::span(m_result.restored).subspan(m_layout.run(begin + i).first, scratch.inputs[i].values.size()),
              scratch.tally);
    return {};
  }

  void codeRun(std::uint64_t index, Scratch& scratch) {
    const RunLayout::Run run = m_layout.run(index);
    const bool contiguous = m_layout.isContiguous();
    if (!contiguous) gather(run, scratch);
    scratch.importance.clear();
    const std::span<const float> importance = addImportance(run, scratch);
    measureRow(run, scratch);
    const auto values =
        contiguous ? m_input.values.subspan(run.first, run.size()) : std::span<const float>(scratch.values);
    const auto codes = contiguous ? std::span(m_result.codes).subspan(run.first, run.size()) : std::span(scratch.codes);
    const auto restored =
        contiguous ? std::span(m_result.restored).subspan(run.first, run.size()) : std::span(scratch.restored);
    std::fill(scratch.stored.begin(), scratch.stored.end(), StoredScale{});
    const RunCodes out = outputOf(index, run, scratch.stored, codes);
    m_plan.encode({values, importance, m_tensorValue, scratch.rowValue, run.size() < m_layout.runSize()}, out);
    restore(index, values, out, restored, scratch.tally);
    if (!contiguous) scatter(run, scratch);
  }

  /// All zero.
  RunCodes outputOf(std::uint64_t index, const RunLayout::Run& run, std::span<StoredScale> stored,
                    std::span<std::uint8_t> codes) {
    const std::uint64_t group = m_plan.scaleGroup == 0 ? run.size() : m_plan.scaleGroup;
    std::ranges::fill(codes, std::uint8_t{0});
    return {codes, stored.first(divideRoundingUp(run.size(), group)),
            std::span(m_result.packed).subspan(index * m_plan.packedBytes, m_plan.packedBytes)};
  }

  void restore(std::uint64_t index, std::span<const float> values, const RunCodes& coded, std::span<float> restored,
               ScaleTally& tally) {
    const std::uint64_t group = m_plan.scaleGroup == 0 ? values.size() : m_plan.scaleGroup;
    for (std::uint64_t s = 0; s < coded.stored.size(); ++s) {
      const std::uint64_t size = std::min<std::uint64_t>(group, values.size() - s * group);
      const StoredScale& stored = coded.stored[s];
      m_plan.decode(coded.codes.subspan(s * group, size), stored, restored.subspan(s * group, size));
      tally.addLooking(stored.scale != 0 ? stored.scale : stored.offset, values.subspan(s * group, size));
      const std::uint64_t at = index * m_scalesPerRun + s;
      m_result.scales[at] = stored.scale;
      if (m_plan.hasZeroPoints) m_result.zeroPoints[at] = stored.zeroPoint;
      if (m_plan.hasOffsets) m_result.offsets[at] = stored.offset;
    }
  }

  void gather(const RunLayout::Run& run, Scratch& scratch) const {
    scratch.values.resize(run.size());
    scratch.restored.resize(run.size());
    scratch.codes.resize(run.size());
    for (std::uint64_t row = 0; row < run.rows; ++row)
      std::copy_n(m_input.values.data() + run.first + row * run.stride, run.columns,
                  scratch.values.data() + row * run.columns);
  }

  /// One number a value of the run, behind those of the runs before.
  std::span<const float> addImportance(const RunLayout::Run& run, Scratch& scratch) const {
    if (m_importance.empty()) return {};
    const std::size_t begin = scratch.importance.size();
    scratch.importance.resize(begin + run.size());
    for (std::uint64_t i = 0; i < run.size(); ++i)
      scratch.importance[begin + i] = m_importance[run.element(i) % m_input.shape.columns];
    return std::span(scratch.importance).subspan(begin, run.size());
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
  const Backend& m_backend;
  const RunLayout m_layout;
  const std::uint64_t m_scalesPerRun;
  const MatrixView m_input;
  const std::span<const float> m_importance;
  QuantizedTensor& m_result;
  float m_tensorValue = 0;
  std::optional<NarrowBlockCodec> m_narrow;
  std::uint64_t m_runsAtOnce = 1;
  std::mutex m_mutex;
  ScaleTally m_tally;
  std::optional<Error> m_error;
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

Result<QuantizedTensor> quantizeRuns(const RunPlan& plan, const SchemeInput& given, std::span<const float> importance,
                                     const Backend& backend, const JobContext& job) {
  assert(given.weights.values.size() == given.weights.shape.rows * given.weights.shape.columns);
  assert(importance.empty() || importance.size() == given.weights.shape.columns);
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  QuantizedTensor result = given.emptyResult();
  RunQuantizer quantizer(plan, given, importance, backend, result);
  if (auto done = quantizer.run(job); !done) return tl::unexpected(std::move(done).error());
  return result;
}

std::vector<BoardLine> explainRuns(const RunPlan& plan, const MatrixView& input, const QuantizedTensor& result,
                                   std::uint64_t index) {
  if (index >= input.values.size() || result.codes.size() != input.values.size()) return {};
  const RunLayout layout = layoutOf(plan, input.shape);
  const std::uint64_t run = layout.runOf(index);
  const StoredScale stored = storedAt(plan, result, ScaleOf(plan, layout)(index));
  std::vector<BoardLine> lines = {weightLine(input, index), runLine(layout, run)};
  lines.push_back({"Scale", shortest(stored.scale), plan.scaleNote});
  if (plan.hasZeroPoints) lines.push_back({"Zero point", std::to_string(stored.zeroPoint)});
  if (plan.hasOffsets) lines.push_back({"Offset", shortest(stored.offset), "added to code * scale"});
  append(lines, outcomeLines(input, result, index, [&](int code) { return valueOf(plan, stored, code); }));
  return lines;
}

ScaleBlocks runBlocks(const RunPlan& plan, const QuantizedTensor& result) {
  const RunLayout layout = layoutOf(plan, result.shape);
  const ScaleOf of(plan, layout);
  return {.count = of.count(),
          .of = of,
          .inOrder = layout.isContiguous(),
          .value = [plan, of, &result](std::uint64_t element, int code) {
            return valueOf(plan, storedAt(plan, result, of(element)), code);
          }};
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

std::uint64_t RunScheme::rowsTogether(const MatrixShape& shape, const Settings& settings) const {
  const auto plan = planFor(shape, settings);
  return plan ? rowsBetweenCuts(plan->granularity, plan->group, shape) : 0;
}

std::optional<BlockPass> RunScheme::blockPass(const SchemeInput& input, const Settings& settings) const {
  const auto plan = planFor(input.weights.shape, settings);
  if (!plan || !layoutOf(*plan, input.weights.shape).isContiguous()) return std::nullopt;
  if (plan->encodeMany) return BlockPass{};
  if (!plan->narrowCodec) return std::nullopt;
  const NarrowBlockCodec codec = plan->narrowCodec(tensorValueOf(*plan, input));
  if (input.weights.shape.columns % codec.blockSize != 0) return std::nullopt;
  return BlockPass{.codec = codec};
}

Result<QuantizedTensor> RunScheme::quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                            const JobContext& job) const {
  const auto plan = planFor(input.weights.shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  const bool hasImportance = m_info.calibration != CalibrationUse::None && input.calibration;
  return quantizeRuns(
      *plan, input, hasImportance ? std::span<const float>(input.calibration->secondMoments) : std::span<const float>(),
      backend, job);
}

std::vector<BoardLine> RunScheme::explain(const MatrixView& input, const QuantizedTensor& result,
                                          const Settings& settings, std::uint64_t index) const {
  const auto plan = planFor(input.shape, settings);
  return plan ? explainRuns(*plan, input, result, index) : std::vector<BoardLine>{};
}

Result<ScaleBlocks> RunScheme::scaleBlocks(const QuantizedTensor& result, const Settings& settings) const {
  const auto plan = planFor(result.shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  return runBlocks(*plan, result);
}

}  // namespace ulpscope
