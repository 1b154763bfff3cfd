// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/source_path.h"

namespace ulpscope {

/// The elements of a golden .npy array (version 1.0, C order), read without any code of ours. `itemBytes` is the size
/// of one.
struct GoldenArray {
  std::string bytes;
  std::size_t itemBytes = 1;

  std::size_t size() const { return bytes.size() / itemBytes; }
  std::uint64_t operator[](std::size_t index) const {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + index * itemBytes, itemBytes);
    return value;
  }
};

inline GoldenArray readGoldenArray(const std::string& name, const std::string& folder = "formats") {
  std::ifstream file(sourcePath("tests/golden/") + folder + "/" + name, std::ios::binary);
  std::string all{std::istreambuf_iterator<char>(file), {}};
  if (all.size() < 10) {
    ADD_FAILURE() << "cannot read golden file " << name;
    return {};
  }
  const std::size_t headerBytes = static_cast<unsigned char>(all[8]) + 256u * static_cast<unsigned char>(all[9]);
  const std::string header = all.substr(10, headerBytes);
  const std::size_t descr = header.find("'descr': '") + 10;  // "<f4", "|u1"
  return {all.substr(10 + headerBytes), static_cast<std::size_t>(header[descr + 2] - '0')};
}

}  // namespace ulpscope
