// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// What stands before the elements of a NumPy array.
struct NpyHeader {
  std::string descr;  ///< "<f4"; of a structured type its literal as it stands there: "[('a', '<f4')]"
  bool structured = false;
  bool fortranOrder = false;  ///< the first index runs fastest
  std::vector<std::uint64_t> shape;
  std::uint64_t dataBegin = 0;  ///< of the first element
};

/// The first bytes are those of an .npy file.
bool isNpy(const ByteSource& file);

/// Corrupt for anything that NumPy would not write, LimitExceeded for a header of more than 64 KiB or a rank above
/// that of `limits`. Nothing of the elements is read.
Result<NpyHeader> readNpyHeader(const ByteSource& file, const Limits& limits);

}  // namespace ulpscope
