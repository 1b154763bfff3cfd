// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <vector>

#include "tests/core/checkpoint/packed_sample.h"

namespace ulpscope::test {

const std::vector<PackedSample>& packedSamples() {
  static const std::vector<PackedSample> samples = [] {
    std::vector<PackedSample> all = packedIntegerSamples();
    std::vector<PackedSample> scaled = packedScaledSamples();
    all.insert(all.end(), std::make_move_iterator(scaled.begin()), std::make_move_iterator(scaled.end()));
    return all;
  }();
  return samples;
}

}  // namespace ulpscope::test
