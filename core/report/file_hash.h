// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// A file of a checkpoint, as `sha256sum` tells it from others.
struct HashedFile {
  std::string name;  ///< without folders
  std::uint64_t bytes;
  std::string sha256;  ///< 64 hexadecimal digits
};

/// SHA-256 (FIPS 180-4) of all bytes. Progress in bytes.
Result<std::string> sha256(const ByteSource& file, const JobContext& job);

/// Of every file that tensors are read from, in their order.
Result<std::vector<HashedFile>> hashFiles(const Checkpoint& checkpoint, const JobContext& job);

}  // namespace ulpscope
