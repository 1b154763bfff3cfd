// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/quantization/block_codec.h"
#include "core/quantization/code_board.h"
#include "core/quantization/knobs.h"
#include "core/quantization/run_layout.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// A block scheme with its knobs turned: the arithmetic, the blocks, and what is stored.
struct BlockPlan {
  BlockCodec codec;  ///< blockSize is set from the shape
  Granularity granularity = Granularity::Row;
  std::uint64_t group = 0;   ///< Group, FlatBlocks
  bool wholeGroups = false;  ///< rows must be divisible by `group`
  int codeBits = 8;
  bool signedCodes = true;
  int scaleBits = 32;
  int zeroPointBits = 0;
};

/// Every scheme whose arithmetic is a BlockCodec: its file says what it is and how its knobs become a plan.
class BlockScheme final : public Scheme {
 public:
  /// Given complete settings.
  using Planner = std::function<BlockPlan(const Settings& settings)>;

  BlockScheme(SchemeInfo info, Planner planner) : m_info(std::move(info)), m_planner(std::move(planner)) {}

  const SchemeInfo& info() const override { return m_info; }
  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override;
  std::uint64_t rowsTogether(const MatrixShape& shape, const Settings& settings) const override;
  std::optional<BlockPass> blockPass(const SchemeInput& input, const Settings& settings) const override;
  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override;
  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override;
  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override;

 private:
  Result<BlockPlan> planFor(const MatrixShape& shape, const Settings& settings) const;

  SchemeInfo m_info;
  Planner m_planner;
};

/// One weight of a block, for the board.
struct BlockWeight {
  const BlockPlan& plan;
  std::span<const float> block;  ///< all its values
  std::size_t at;                ///< the weight's place among them
  BlockScale stored;
};
/// What its block's scale is, and how it came about.
std::vector<BoardLine> scaleLines(const BlockWeight& weight);
/// What a code of a block with this scale is worth; nullopt where it is never given.
std::optional<float> codeValue(const BlockCodec& codec, BlockScale stored, int code);

}  // namespace ulpscope
