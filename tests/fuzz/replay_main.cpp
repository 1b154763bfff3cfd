// SPDX-License-Identifier: Apache-2.0
//
// Runs a fuzz target over every file of the folders it is given: the corpora belong to the ordinary tests.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace {

std::vector<std::filesystem::path> filesBelow(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t inputs = 0;
  try {
    for (int i = 1; i < argc; ++i)
      for (const auto& path : filesBelow(argv[i])) {
        std::fprintf(stderr, "%s\n", path.c_str());  // before it runs: the last one named is the one that failed
        std::ifstream file(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        ulpscope::fuzzOne(std::as_bytes(std::span(bytes)));
        ++inputs;
      }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::printf("%zu inputs replayed\n", inputs);
  return inputs > 0 ? 0 : 1;
}
