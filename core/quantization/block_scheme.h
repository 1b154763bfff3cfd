// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/quantization/block_codec.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// How a matrix is cut into blocks that share a scale.
enum class Granularity : std::uint8_t {
  Tensor,
  Row,
  Column,
  Group,       ///< runs of `group` values within a row; the last one of a row may be short
  FlatBlocks,  ///< runs of `group` values of the flattened tensor, across the ends of rows
};

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

/// The blocks of a plan on a shape.
class BlockLayout {
 public:
  BlockLayout(const BlockPlan& plan, const MatrixShape& shape);

  std::uint64_t blocks() const { return m_blocksPerLine * m_lines; }
  /// Values in a full block, at least 1.
  std::uint64_t blockSize() const { return m_blockSize; }
  std::uint64_t blocksPerLine() const { return m_blocksPerLine; }
  /// A line is a run of consecutive blocks of which only the last may be short.
  std::uint64_t lines() const { return m_lines; }
  std::uint64_t lineSize() const { return m_lineSize; }
  bool transposed() const { return m_transposed; }

  std::uint64_t blockOf(std::uint64_t element) const;
  /// The elements of `block`: `size` of them from `first` on, `stride` apart.
  struct Run {
    std::uint64_t first;
    std::uint64_t size;
    std::uint64_t stride;
  };
  Run runOf(std::uint64_t block) const;

 private:
  MatrixShape m_shape;
  std::uint64_t m_blockSize = 1;
  std::uint64_t m_lines = 0;
  std::uint64_t m_lineSize = 0;
  std::uint64_t m_blocksPerLine = 0;
  bool m_transposed = false;
};

/// Every scheme whose arithmetic is a BlockCodec: its file says what it is and how its knobs become a plan.
class BlockScheme final : public Scheme {
 public:
  /// Given complete settings.
  using Planner = std::function<BlockPlan(const Settings& settings)>;

  BlockScheme(SchemeInfo info, Planner planner) : m_info(std::move(info)), m_planner(std::move(planner)) {}

  const SchemeInfo& info() const override { return m_info; }
  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override;
  Result<QuantizedTensor> quantize(const MatrixView& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override;
  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override;

 private:
  Result<BlockPlan> planFor(const MatrixShape& shape, const Settings& settings) const;

  SchemeInfo m_info;
  Planner m_planner;
};

/// The knobs that several schemes share.
Parameter granularityKnob(std::string_view defaultId);
Parameter groupKnob(std::int64_t defaultSize);
Parameter bitsKnob();
Parameter choiceKnob(std::string id, std::string title, std::string help, std::vector<Parameter::Choice> choices,
                     std::string defaultId);

/// Of complete settings.
std::int64_t integerSetting(const Settings& settings, std::string_view id);
Granularity granularitySetting(const Settings& settings);

/// The board lines of one weight of a block.
struct BlockWeight {
  const BlockPlan& plan;
  std::span<const float> block;  ///< all its values
  std::size_t at;                ///< the weight's place among them
  BlockScale stored;
  std::uint8_t code;
};
std::vector<BoardLine> explainBlockWeight(const BlockWeight& weight);

}  // namespace ulpscope
