// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

struct TarMember {
  std::string name;
  char kind = '0';  ///< '0' a file, others are links, folders, devices, or headers of another dialect
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// The members of a tar archive (POSIX ustar and what GNU and Python write), in its order; nothing is extracted.
/// Corrupt for headers whose checksum or size is wrong, LimitExceeded for more members than an archive may have.
Result<std::vector<TarMember>> readTar(const ByteSource& file, const Limits& limits, const JobContext& job);

/// The first block is a tar header with the right checksum.
bool beginsLikeTar(const ByteSource& file);

}  // namespace ulpscope
