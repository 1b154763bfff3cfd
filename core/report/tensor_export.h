// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"
#include "core/report/npy.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

class Backend;

/// A tensor as an array for writeNpy, and what has to be said about it.
struct ExportedTensor {
  NpyArray array;
  std::vector<std::string> warnings;  ///< one sentence each: "rounded to float32"
};

/// Decoded to float32. Limits and warnings as loadTensor. Progress in bytes.
Result<ExportedTensor> exportDecoded(const TensorSource& source, const Backend& backend, const JobContext& job);

/// Why a tensor has no bytes of its own to export as stored: a packed weight that is kept in other tensors, which the
/// sentence names. Empty: it has.
std::string storedElsewhere(const Checkpoint& checkpoint, std::size_t tensor);

/// The elements as stored: NumPy's own type where it has one, unsigned codes where it has none (BF16, FP8), one code a
/// byte for types narrower than that; of a packed weight its blocks, as bytes, those of a row of elements in a row.
/// Progress in bytes. Precondition: storedElsewhere is empty.
Result<ExportedTensor> exportStored(const TensorSource& source, const JobContext& job);

}  // namespace ulpscope
