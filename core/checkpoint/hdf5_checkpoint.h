// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/hdf5_answer.h"

namespace ulpscope {

/// One dataset of `file` as a tensor: where it lies is compared with the file's size. Damaged (unless allowed) where it
/// leaves the file; what else keeps it from being read is its remark.
Result<TensorInfo> hdf5Tensor(const Hdf5Dataset& dataset, const std::shared_ptr<const ByteSource>& file,
                              const OpenOptions& options);

/// Everything that was listed of `file`; Keras's own attributes get their meaning.
Result<Checkpoint> hdf5Checkpoint(const Hdf5Listing& listing, std::shared_ptr<const ByteSource> file,
                                  const OpenOptions& options);

}  // namespace ulpscope
