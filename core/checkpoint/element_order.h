// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// A tensor as another checkpoint of the same model orders its elements, so that the two can be compared one by one.
///
/// llama.cpp's converter permutes the rows of queries and keys of Llama and its kin: Hugging Face rotates the first
/// half of a head against the second, GGUF neighbours against each other. Of [heads, 2, half, columns] as the one has
/// it the other has [heads, half, 2, columns]. Where one of the two is such a GGUF file and the other has Hugging
/// Face's names (q_proj, k_proj; not Meta's wq and wk, which are ordered as in GGUF), rows are read in the other's
/// order; else the tensor is read as it is. Errors are those of Checkpoint::source().
Result<TensorSource> sourceOrderedAs(const Checkpoint& checkpoint, std::size_t tensor, const Checkpoint& other,
                                     std::size_t otherTensor);

}  // namespace ulpscope
