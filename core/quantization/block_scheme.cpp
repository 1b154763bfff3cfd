// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/huge_pages.h"
#include "core/base/text.h"
#include "core/quantization/block_pass.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

/// About what a backend is given at once, in elements: some milliseconds of work. A longer block goes in one piece.
constexpr std::uint64_t kBatch = 1 << 20;

BlockScale storedAt(const QuantizedTensor& result, std::uint64_t block) {
  return {result.scales[block], result.zeroPoints.empty() ? 0 : result.zeroPoints[block]};
}

/// Quantizes and restores runs of consecutive blocks into their places of the result.
class Quantizer {
 public:
  Quantizer(const BlockPlan& plan, const RunLayout& layout, const MatrixView& input, QuantizedTensor& result,
            const Backend& backend, const JobContext& job)
      : m_codec(plan.codec), m_layout(layout), m_input(input), m_result(result), m_backend(backend), m_job(job) {
    m_codec.blockSize = layout.runSize();
  }

  Result<> run() {
    if (m_layout.runs() == 0) return {};
    return m_layout.isContiguous() ? runLines() : runColumns();
  }
  const ScaleTally& counts() const { return m_counts; }

 private:
  Result<> runLines() {
    const std::uint64_t step = std::max<std::uint64_t>(1, kBatch / m_layout.runSize());  // in blocks
    for (std::uint64_t line = 0; line < m_layout.lines(); ++line)
      for (std::uint64_t block = 0; block < m_layout.runsPerLine(); block += step) {
        const std::uint64_t begin = block * m_layout.runSize();
        const std::uint64_t size = std::min(step * m_layout.runSize(), m_layout.lineSize() - begin);
        const std::uint64_t first = line * m_layout.lineSize() + begin;
        if (auto done = runBlocks(line * m_layout.runsPerLine() + block, m_input.values.subspan(first, size),
                                  std::span(m_result.codes).subspan(first, size),
                                  std::span(m_result.restored).subspan(first, size));
            !done)
          return done;
      }
    return {};
  }

  /// Columns, some at a time, through a transposed copy of just these.
  Result<> runColumns() {
    const auto [rows, columns] = m_input.shape;
    const std::uint64_t step = std::clamp<std::uint64_t>(kBatch / rows, 1, columns);
    std::vector<float> values(rows * step);
    std::vector<std::uint8_t> codes(rows * step);
    for (std::uint64_t first = 0; first < columns; first += step) {
      const std::uint64_t width = std::min(step, columns - first);
      for (std::uint64_t r = 0; r < rows; ++r)
        for (std::uint64_t c = 0; c < width; ++c) values[c * rows + r] = m_input.values[r * columns + first + c];
      const auto part = std::span(values).first(rows * width);
      const auto partCodes = std::span(codes).first(rows * width);
      if (auto done = runBlocks(first, part, partCodes, part); !done) return done;
      for (std::uint64_t r = 0; r < rows; ++r)
        for (std::uint64_t c = 0; c < width; ++c) {
          m_result.codes[r * columns + first + c] = codes[c * rows + r];
          m_result.restored[r * columns + first + c] = values[c * rows + r];
        }
    }
    return {};
  }

  /// `restored` may be `values`.
  Result<> runBlocks(std::uint64_t firstBlock, std::span<const float> values, std::span<std::uint8_t> codes,
                     std::span<float> restored) {
    const std::uint64_t blocks = divideRoundingUp(values.size(), m_codec.blockSize);
    const auto scales = std::span(m_result.scales).subspan(firstBlock, blocks);
    const auto zeroPoints = m_codec.hasZeroPoints() ? std::span(m_result.zeroPoints).subspan(firstBlock, blocks)
                                                    : std::span<std::int32_t>{};
    if (auto done = m_backend.quantizeBlocks(m_codec, values, {codes, scales, zeroPoints}); !done) return done;
    for (std::uint64_t b = 0; b < blocks; ++b) {
      const std::uint64_t begin = b * m_codec.blockSize;
      m_counts.add(scales[b], values.subspan(begin, std::min(m_codec.blockSize, values.size() - begin)));
    }
    if (auto done = m_backend.dequantizeBlocks(m_codec, {codes, scales, zeroPoints}, restored); !done) return done;
    return m_job.step(values.size_bytes());
  }

  BlockCodec m_codec;
  const RunLayout& m_layout;
  const MatrixView& m_input;
  QuantizedTensor& m_result;
  const Backend& m_backend;
  const JobContext& m_job;
  ScaleTally m_counts;
};

}  // namespace

Result<BlockPlan> BlockScheme::planFor(const MatrixShape& shape, const Settings& settings) const {
  auto complete = completeSettings(m_info, settings);
  if (!complete) return tl::unexpected(std::move(complete).error());
  BlockPlan plan = m_planner(*complete);
  if (plan.wholeGroups)
    if (auto fits = expectWholeGroups(shape, plan.group, m_info.id); !fits)
      return tl::unexpected(std::move(fits).error());
  return plan;
}

Result<double> BlockScheme::bitsPerWeight(const MatrixShape& shape, const Settings& settings) const {
  const auto plan = planFor(shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  const double elements = static_cast<double>(shape.rows) * static_cast<double>(shape.columns);
  if (elements == 0) return plan->codeBits;
  const double codeBytes = std::ceil(elements * plan->codeBits / 8);
  const auto blocks = static_cast<double>(RunLayout(plan->granularity, plan->group, shape).runs());
  return (codeBytes * 8 + blocks * (plan->scaleBits + plan->zeroPointBits)) / elements;
}

std::uint64_t BlockScheme::rowsTogether(const MatrixShape& shape, const Settings& settings) const {
  const auto plan = planFor(shape, settings);
  return plan ? rowsBetweenCuts(plan->granularity, plan->group, shape) : 0;
}

std::optional<BlockPass> BlockScheme::blockPass(const SchemeInput& input, const Settings& settings) const {
  const auto plan = planFor(input.weights.shape, settings);
  if (!plan) return std::nullopt;
  const RunLayout layout(plan->granularity, plan->group, input.weights.shape);
  if (!layout.isContiguous() || layout.runs() == 0) return std::nullopt;
  BlockCodec codec = plan->codec;
  codec.blockSize = layout.runSize();
  return BlockPass{.codec = codec, .line = layout.lines() == 1 ? 0 : layout.lineSize()};
}

Result<QuantizedTensor> BlockScheme::quantize(const SchemeInput& given, const Settings& settings,
                                              const Backend& backend, const JobContext& job) const {
  const MatrixView& input = given.weights;
  assert(input.values.size() == input.shape.rows * input.shape.columns);
  const auto plan = planFor(input.shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  const RunLayout layout(plan->granularity, plan->group, input.shape);
  QuantizedTensor result = given.emptyResult();
  result.shape = input.shape;
  result.codeBits = plan->codeBits;
  result.signedCodes = plan->signedCodes;
  resizeHuge(result.codes, input.values.size());
  result.scales.resize(layout.runs());
  if (plan->codec.hasZeroPoints()) result.zeroPoints.resize(layout.runs());
  resizeHuge(result.restored, input.values.size());
  Quantizer quantizer(*plan, layout, input, result, backend, job);
  if (auto done = quantizer.run(); !done) return tl::unexpected(std::move(done).error());
  result.warnings = quantizer.counts().warnings();
  return result;
}

std::vector<BoardLine> BlockScheme::explain(const MatrixView& input, const QuantizedTensor& result,
                                            const Settings& settings, std::uint64_t index) const {
  const auto plan = planFor(input.shape, settings);
  if (!plan || index >= input.values.size() || result.codes.size() != input.values.size()) return {};
  const RunLayout layout(plan->granularity, plan->group, input.shape);
  BlockPlan sized = *plan;
  sized.codec.blockSize = layout.runSize();
  const std::uint64_t block = layout.runOf(index);
  const RunLayout::Run run = layout.run(block);
  std::vector<float> values(run.size());
  for (std::uint64_t i = 0; i < values.size(); ++i) values[i] = input.values[run.element(i)];
  const std::uint64_t at = run.place(index);

  const BlockScale stored = storedAt(result, block);
  std::vector<BoardLine> lines = {weightLine(input, index), runLine(layout, block)};
  append(lines, scaleLines({sized, values, at, stored}));
  append(lines, outcomeLines(input, result, index, [&](int code) { return codeValue(sized.codec, stored, code); }));
  return lines;
}

Result<ScaleBlocks> BlockScheme::scaleBlocks(const QuantizedTensor& result, const Settings& settings) const {
  const auto plan = planFor(result.shape, settings);
  if (!plan) return tl::unexpected(plan.error());
  const RunLayout layout(plan->granularity, plan->group, result.shape);
  BlockCodec codec = plan->codec;
  codec.blockSize = layout.runSize();
  return ScaleBlocks{.count = layout.runs(),
                     .of = [layout](std::uint64_t element) { return layout.runOf(element); },
                     .inOrder = layout.isContiguous(),
                     .value =
                         [layout, codec, &result](std::uint64_t element, int code) {
                           return codeValue(codec, storedAt(result, layout.runOf(element)), code);
                         }};
}

}  // namespace ulpscope
