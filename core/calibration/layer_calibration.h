// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace ulpscope {

/// What is known of the inputs x of one linear layer y = W x: `columns` numbers each, one a column of W.
struct LayerCalibration {
  std::uint64_t columns = 0;
  std::uint64_t samples = 0;          ///< input vectors seen, also where none of them was kept
  std::vector<float> inputs;          ///< those kept, row-major, `columns` numbers each; may be empty
  std::vector<float> secondMoments;   ///< mean of x * x by column: llama.cpp's importance; may be empty
  std::vector<float> meanMagnitudes;  ///< mean of |x| by column; may be empty
  std::vector<float> maxMagnitudes;   ///< largest |x| by column; may be empty
  std::vector<double> hessian;        ///< (2 / samples) * sum of x x^T, row-major, columns * columns; may be empty
  bool isUnreached = false;           ///< inputs were counted, and there was none
  bool isSynthetic = false;           ///< drawn from a distribution, not recorded
  std::string source;                 ///< where it comes from: "inputs.npz: encoder.layer.0.output.dense"

  std::uint64_t kept() const { return columns == 0 ? 0 : inputs.size() / columns; }
  /// Input vectors that reached the layer; nothing where there were some, and nobody counted them.
  std::optional<std::uint64_t> reached() const;
};

/// Fills in what follows from the inputs kept, and the second moments from the Hessian, where it is missing. The
/// Hessian itself is left to hessianOf(), which is called where it is needed.
void deriveMoments(LayerCalibration& layer);

/// What a scheme must be given beside the weights.
enum class CalibrationNeed : std::uint8_t { Any, Inputs, InputsOrHessian, MaxMagnitudes };

/// Unsupported, with what to give, where `layer` (null: nothing is known) lacks it or has other columns than the
/// weight.
Result<> expectCalibration(const LayerCalibration* layer, std::uint64_t columns, CalibrationNeed need,
                           std::string_view schemeId);

}  // namespace ulpscope
