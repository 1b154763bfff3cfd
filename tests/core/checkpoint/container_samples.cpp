// SPDX-License-Identifier: Apache-2.0
#include <iterator>

#include "tests/core/checkpoint/container_sample.h"

namespace ulpscope::test {

const std::vector<ContainerSample>& containerSamples() {
  static const std::vector<ContainerSample> samples = [] {
    std::vector<ContainerSample> all;
    for (const auto& of : {
             flaxSamples,
             ggufSamples,
             hdf5Samples,
             kerasSamples,
             npySamples,
             npzSamples,
             onnxSamples,
             safetensorsSamples,
             tensorflowSamples,
             tfliteSamples,
             torchSamples,
         }) {
      std::vector<ContainerSample> some = of();
      all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    return all;
  }();
  return samples;
}

}  // namespace ulpscope::test
