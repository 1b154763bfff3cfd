// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ulpscope::test {

/// A weight as some library keeps it, packed by the tests: never by the code under test.
struct PackedPart {
  std::string name;
  std::string type;  ///< as safetensors spells it
  std::vector<std::uint64_t> shape;
  std::string bytes;
  bool optional = false;  ///< a weight without it is a weight still
};

struct PackedSample {
  std::string name;        ///< "gptq_v1_4_bits"; of letters, digits and underscores
  std::string convention;  ///< its id
  std::string config;      ///< config.json
  std::vector<PackedPart> parts;
  std::string weight;  ///< the name it gets; empty if it is only named
  std::vector<std::uint64_t> shape = {};
  std::string type = {};           ///< "F16"
  std::vector<float> values = {};  ///< all of them, rounded to `type`
  std::map<std::string, std::string> metadata = {};
};

/// At least one of each convention: one with a new convention is added to one of the lists below.
const std::vector<PackedSample>& packedSamples();

std::vector<PackedSample> packedIntegerSamples();
std::vector<PackedSample> packedScaledSamples();

}  // namespace ulpscope::test
