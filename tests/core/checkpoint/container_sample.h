// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope::test {

/// A minimal sound checkpoint, written byte by byte by the tests, never by the code under test. Small: the laws open it
/// some ten thousand times.
struct ContainerSample {
  std::string name;    ///< "safetensors_mixed"; of letters, digits and underscores
  std::string reader;  ///< the id of the reader that recognizes it
  std::string main;    ///< the file that is opened
  std::map<std::string, std::vector<std::byte>> files;
  std::size_t tensors = 0;  ///< that it holds, unreadable ones included
  std::size_t stride = 1;   ///< every how many bytes it is cut and changed: above 1 where opening is slow
};

inline std::vector<std::byte> asBytes(std::string_view text) {
  const auto* const first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

/// All of them: a container adds a function in samples/ and a line in container_samples.cpp.
const std::vector<ContainerSample>& containerSamples();

std::vector<ContainerSample> flaxSamples();
std::vector<ContainerSample> ggufSamples();
std::vector<ContainerSample> hdf5Samples();
std::vector<ContainerSample> kerasSamples();
std::vector<ContainerSample> npySamples();
std::vector<ContainerSample> npzSamples();
std::vector<ContainerSample> onnxSamples();
std::vector<ContainerSample> safetensorsSamples();
std::vector<ContainerSample> tensorflowSamples();
std::vector<ContainerSample> tfliteSamples();
std::vector<ContainerSample> torchSamples();

}  // namespace ulpscope::test
