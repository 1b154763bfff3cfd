// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string>

#include "core/quantization/block_scheme.h"
#include "core/quantization/dynamic8_codes.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {

/// Knob "path": cpu or cuda.
/// Powers of two from `smallest` to 4096.
Parameter bnbBlockSizeKnob(int smallest, std::string defaultId);
Parameter bnbPathKnob();
/// Of complete settings.
BnbPath bnbPathSetting(const Settings& settings);

/// bitsandbytes' 4-bit types, NF4 and FP4: blocks of the flattened tensor, a code book of 16 values, and scales that
/// may themselves be coded in blocks of 256 by the dynamic map, with their mean as offset.
class Bnb4BitScheme final : public Scheme {
 public:
  enum class Type : std::uint8_t { Nf4, Fp4 };

  Bnb4BitScheme(Type type, SchemeInfo info);

  const SchemeInfo& info() const override { return m_info; }
  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override;
  std::uint64_t rowsTogether(const MatrixShape& shape, const Settings& settings) const override;
  std::optional<BlockPass> blockPass(const SchemeInput& input, const Settings& settings) const override;
  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override;
  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override;
  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override;

  /// All knobs: blocksize, double_quantization, path.
  static std::vector<Parameter> knobs();

 private:
  /// NF4 on the CPU with plain scales goes through the backend's vectorised codec.
  bool isVectorised(const Settings& complete) const;
  RunPlan planFor(const Settings& complete) const;

  Type m_type;
  SchemeInfo m_info;
  BlockScheme m_blocks;
};

}  // namespace ulpscope
