// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "core/quantization/block_scheme.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope::ggml {

/// A type of ggml that the backends have a vectorized BlockCodec for. That follows torch and NumPy where a block holds
/// NaN or has a scale of zero; such blocks are coded once more as ggml does. Adds the packed bytes.
class FastScheme final : public Scheme {
 public:
  struct Ways {
    BlockScheme::Planner codec;
    RunScheme::Planner plan;  ///< the same as ggml does it; runs are the codec's blocks
    std::function<void(float scale, std::span<const std::uint8_t> codes, std::span<std::byte> packed)> pack;
    /// Whether the codec does what these settings ask for, where no importance is given.
    std::function<bool(const Settings& settings)> isCodec;
  };

  FastScheme(const SchemeInfo& info, Ways ways);

  const SchemeInfo& info() const override { return m_runs.info(); }
  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override;
  std::uint64_t rowsTogether(const MatrixShape& shape, const Settings& settings) const override;
  std::optional<BlockPass> blockPass(const SchemeInput& input, const Settings& settings) const override;
  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override;
  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override;
  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override;

 private:
  Ways m_ways;
  BlockScheme m_blocks;
  RunScheme m_runs;
};

}  // namespace ulpscope::ggml
