// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_fast_scheme.h"

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/quantization/block_pass.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope::ggml {
namespace {

/// Blocks that one thread is given at once.
constexpr std::uint64_t kPiece = 4096;

/// Codes one block as ggml does, in its place of the result; only the packed bytes where its codes are right already.
class BlockMender {
 public:
  BlockMender(const RunPlan& plan, const FastScheme::Ways& ways, const MatrixView& input, QuantizedTensor& result)
      : m_plan(plan), m_ways(ways), m_input(input), m_result(result) {
    result.packed.resize(result.scales.size() * plan.packedBytes);
  }

  void mend(std::uint64_t block) const {
    const std::uint64_t size = m_plan.group;
    const auto codes = std::span(m_result.codes).subspan(block * size, size);
    const auto packed = std::span(m_result.packed).subspan(block * m_plan.packedBytes, m_plan.packedBytes);
    float& scale = m_result.scales[block];
    if (std::isfinite(scale) && scale != 0) return m_ways.pack(scale, codes, packed);
    StoredScale stored;
    RunInput run;
    run.values = m_input.values.subspan(block * size, size);
    m_plan.encode(run, {codes, {&stored, 1}, packed});
    scale = stored.scale;
    m_plan.decode(codes, stored, std::span(m_result.restored).subspan(block * size, size));
  }

 private:
  const RunPlan& m_plan;
  const FastScheme::Ways& m_ways;
  const MatrixView& m_input;
  QuantizedTensor& m_result;
};

}  // namespace

FastScheme::FastScheme(const SchemeInfo& info, Ways ways)
    : m_ways(std::move(ways)), m_blocks(info, m_ways.codec), m_runs(info, m_ways.plan) {}

Result<double> FastScheme::bitsPerWeight(const MatrixShape& shape, const Settings& settings) const {
  return m_blocks.bitsPerWeight(shape, settings);
}

std::uint64_t FastScheme::rowsTogether(const MatrixShape& shape, const Settings& settings) const {
  return m_runs.rowsTogether(shape, settings);
}

/// What is coded once more has a warning, or is zero either way.
std::optional<BlockPass> FastScheme::blockPass(const SchemeInput& input, const Settings& settings) const {
  const auto complete = completeSettings(info(), settings);
  if (!complete || !m_ways.isCodec(*complete)) return std::nullopt;
  return m_blocks.blockPass(input, *complete);
}

Result<QuantizedTensor> FastScheme::quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                             const JobContext& job) const {
  const auto complete = completeSettings(info(), settings);
  const bool hasImportance = info().calibration != CalibrationUse::None && input.calibration;
  if (!complete || hasImportance || !m_ways.isCodec(*complete)) return m_runs.quantize(input, settings, backend, job);
  auto result = m_blocks.quantize(input, *complete, backend, job);
  if (!result) return result;
  const auto plan = m_ways.plan(*complete);
  if (!plan) return tl::unexpected(plan.error());
  const BlockMender mender(*plan, m_ways, input.weights, *result);
  const std::uint64_t blocks = result->scales.size();
  backend.forEach(divideRoundingUp(blocks, kPiece), [&](std::size_t piece) {
    const std::uint64_t end = std::min(blocks, (piece + 1) * kPiece);
    for (std::uint64_t block = piece * kPiece; block < end; ++block) mender.mend(block);
  });
  return result;
}

std::vector<BoardLine> FastScheme::explain(const MatrixView& input, const QuantizedTensor& result,
                                           const Settings& settings, std::uint64_t index) const {
  const auto complete = completeSettings(info(), settings);
  if (!complete) return {};
  return m_ways.isCodec(*complete) ? m_blocks.explain(input, result, settings, index)
                                   : m_runs.explain(input, result, settings, index);
}

Result<ScaleBlocks> FastScheme::scaleBlocks(const QuantizedTensor& result, const Settings& settings) const {
  return m_runs.scaleBlocks(result, settings);
}

}  // namespace ulpscope::ggml
