// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/quantization/knobs.h"
#include "core/quantization/narrow_blocks.h"
#include "core/quantization/run_layout.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// What is stored beside the codes of the values that share a scale.
struct StoredScale {
  float scale = 0;
  std::int32_t zeroPoint = 0;
  float offset = 0;
};

/// One run to code.
struct RunInput {
  std::span<const float> values;
  std::span<const float> importance;  ///< one a value, of its column; empty where none is known
  float tensorValue = 0;              ///< what RunPlan::measureTensor gave
  float rowValue = 0;                 ///< what RunPlan::measureRow gave
  bool isShort = false;               ///< a last run with fewer values than the others
};

/// Where its codes and scales go. All is zero at first.
struct RunCodes {
  std::span<std::uint8_t> codes;  ///< one a value
  std::span<StoredScale> stored;  ///< one for each RunPlan::scaleGroup values, the last group of a short run included
  std::span<std::byte> packed;    ///< RunPlan::packedBytes
};

/// A scheme that codes run by run through a function of its own, with its knobs turned.
struct RunPlan {
  Granularity granularity = Granularity::Group;
  std::uint64_t group = 0;       ///< where the granularity has one
  bool wholeGroups = false;      ///< rows must be divisible by `group` (Strided: the number of elements)
  std::uint64_t scaleGroup = 0;  ///< values that share a scale within a run; 0: the whole run

  int codeBits = 8;
  bool signedCodes = false;
  bool hasZeroPoints = false;
  bool hasOffsets = false;
  // What is stored beside the codes, in bits; nothing of it where there are packed bytes, which are all that is stored.
  int scaleBits = 32;             ///< for each scale, its zero point and offset included
  int runBits = 0;                ///< for each run
  int tensorBits = 0;             ///< once
  std::uint64_t packedBytes = 0;  ///< of a run in the reference's own layout

  /// A number that all runs need, such as the largest magnitude of the tensor. May be empty.
  std::function<float(std::span<const float> values)> measureTensor;
  /// A number of the whole row that a run lies in, for runs within rows. Called where importance is known; may be
  /// empty.
  std::function<float(std::span<const float> row)> measureRow;
  /// Called from several threads at once.
  std::function<void(const RunInput& run, const RunCodes& out)> encode;
  /// In place of `encode`: `runsAtOnce` runs or fewer, which follow each other in memory where the layout is
  /// contiguous, as it must be. `backend` may do a part of it.
  std::function<Result<>(const Backend& backend, std::span<const RunInput> runs, std::span<const RunCodes> out)>
      encodeMany;
  std::uint64_t runsAtOnce = 1;  ///< more for backends that prefer large pieces
  /// What `encode` and `decode` do where runs and scales are these blocks, for backends with kernels for them.
  std::function<NarrowBlockCodec(float tensorValue)> narrowCodec;
  /// Codes that share a scale, to values. Called from several threads at once.
  std::function<void(std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values)> decode;
  /// How the scale came about: "largest magnitude / 448". For the board.
  std::string scaleNote;
  /// Codes that are never given, for the board. May be empty: all are.
  std::function<bool(int code)> isUsed;
};

/// Every scheme whose arithmetic is a RunPlan: its file says what it is and how its knobs become a plan. Runs are
/// spread over the threads of the backend; each is coded by the same function on every backend.
class RunScheme final : public Scheme {
 public:
  /// Given complete settings. Unsupported where the knobs do not go together.
  using Planner = std::function<Result<RunPlan>(const Settings& settings)>;

  RunScheme(SchemeInfo info, Planner planner) : m_info(std::move(info)), m_planner(std::move(planner)) {}

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
  Result<RunPlan> planFor(const MatrixShape& shape, const Settings& settings) const;

  SchemeInfo m_info;
  Planner m_planner;
};

/// For schemes that are more than one RunPlan (a second level of scales, a search before): the pieces.
Result<> checkShape(const RunPlan& plan, const MatrixShape& shape, const std::string& schemeId);
double bitsPerWeight(const RunPlan& plan, const MatrixShape& shape);
/// `importance` has one number a column, or none. Precondition: the shape is right for the plan.
Result<QuantizedTensor> quantizeRuns(const RunPlan& plan, const SchemeInput& input, std::span<const float> importance,
                                     const Backend& backend, const JobContext& job);
std::vector<BoardLine> explainRuns(const RunPlan& plan, const MatrixView& input, const QuantizedTensor& result,
                                   std::uint64_t index);
/// Copies the plan.
ScaleBlocks runBlocks(const RunPlan& plan, const QuantizedTensor& result);

}  // namespace ulpscope
