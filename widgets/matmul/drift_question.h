// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include "core/matmul/drift_preset.h"

namespace ulpscope {

/// Where an operand comes from.
struct OperandChoice {
  enum class Source : std::uint8_t {
    Drawn,   ///< random numbers of `kind`
    Tensor,  ///< B: the selected tensor W of the checkpoint, whose rows are the columns of B, as in y = x W^T
    Inputs,  ///< A: what the calibration has recorded of that tensor's layer
  };
  Source source = Source::Drawn;
  OperandKind kind = OperandKind::Uniform;

  friend bool operator==(const OperandChoice&, const OperandChoice&) = default;
};

/// What is multiplied, by what, and what it is compared with.
struct DriftQuestion {
  OperandChoice a, b;
  std::size_t rows = 64;     ///< of A, at most
  std::size_t columns = 64;  ///< of B, at most
  std::size_t k = 4096;      ///< of drawn operands; that of the tensor where there is one
  std::uint64_t seed = 0;
  DriftSettings settings;

  bool needsTensor() const {
    return b.source == OperandChoice::Source::Tensor || a.source == OperandChoice::Source::Inputs;
  }
};

}  // namespace ulpscope
