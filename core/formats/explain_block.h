// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/formats/block_format.h"
#include "core/formats/explain.h"

namespace ulpscope {

/// How a block came to its scale: "Largest", "Exponent", "Tensor", "Scale", "Choice", "Code", those that apply.
std::vector<ExplanationStep> explainBlock(const QuantizedBlock& block);

/// The fewest digits that read back: as a float where it is one, so that 0.1F is "0.1", else as a double.
std::string shortAsFloat(double value);

/// How one element was divided and rounded, in a sentence. Precondition: index < block.elements.size().
std::string explainElement(const QuantizedBlock& block, std::size_t index);

}  // namespace ulpscope
