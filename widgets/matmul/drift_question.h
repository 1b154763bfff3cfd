// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <string>

#include "core/matmul/drift_preset.h"

namespace ulpscope {

/// Where an operand comes from.
struct OperandChoice {
  enum class Source : std::uint8_t {
    Drawn,     ///< random numbers of `kind`
    Selected,  ///< the selected tensor, whichever that is
    Named,     ///< the tensor of that name in the selected checkpoint
    Inputs,    ///< A: what the calibration has recorded of the layer whose weight B is, or the selected tensor
  };
  Source source = Source::Drawn;
  OperandKind kind = OperandKind::Uniform;
  std::string tensor = {};
  bool isTransposed = false;  ///< a tensor; B of a layer's weight W is, as in y = x W^T

  bool isTensor() const { return source == Source::Selected || source == Source::Named; }
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

  bool isDrawn() const { return a.source == OperandChoice::Source::Drawn && b.source == OperandChoice::Source::Drawn; }
};

}  // namespace ulpscope
