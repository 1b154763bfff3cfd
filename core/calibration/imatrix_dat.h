// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"

namespace ulpscope {

/// One entry of llama.cpp's older importance matrix.
struct ImatrixEntry {
  std::string name;                  ///< of the weight: "blk.0.attn_q.weight"
  std::vector<float> secondMoments;  ///< mean of x * x by column
};

/// True if the file begins like one: a number of entries that it has room for, then a name of printable characters.
bool isImatrixDat(const ByteSource& file);

/// Little-endian: int32 entries; for each int32 bytes of the name, the name, int32 calls, int32 values, float32 values,
/// which are means of squares times calls. What follows (last call, data set) is not read.
/// Corrupt where a length does not fit.
Result<std::vector<ImatrixEntry>> readImatrixDat(const ByteSource& file);

}  // namespace ulpscope
