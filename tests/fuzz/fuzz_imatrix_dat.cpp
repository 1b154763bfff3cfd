// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/imatrix_dat.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

/// llama.cpp's older importance matrix: what is accepted holds no more numbers than the file has room for.
void fuzzOne(std::span<const std::byte> input) {
  const auto file = memorySource("fuzz", {input.begin(), input.end()});
  (void)isImatrixDat(*file);
  const auto entries = readImatrixDat(*file);
  if (!entries) {
    require(entries.error().message.empty() ? "an error without a message" : "");
    return;
  }
  std::size_t bytes = 0;
  for (const ImatrixEntry& entry : *entries) bytes += entry.name.size() + 4 * entry.secondMoments.size();
  require(bytes > input.size() ? "more numbers than the file holds" : "");
}

}  // namespace ulpscope
