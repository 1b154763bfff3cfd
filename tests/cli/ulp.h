// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ulpscope::test {

using Json = nlohmann::ordered_json;

/// What came of running the built `ulp` as a process of its own.
struct Outcome {
  int exitCode = -1;  ///< 128 + N where signal N ended it
  std::string out;
  std::string err;

  /// Standard output, all of which must be one JSON document. Throws where it is not.
  Json json() const { return Json::parse(out); }
};

/// A signal to send while the process runs.
struct Interruption {
  int signal;
  std::chrono::milliseconds after{0};
};

Outcome ulp(const std::vector<std::string>& arguments, std::optional<Interruption> interruption = {});

/// The same with a CUDA device that the processor plays (tests/kernels/cuda_module_on_cpu.cpp), on one thread.
Outcome ulpWithDevice(const std::vector<std::string>& arguments);

/// The bundled sample checkpoint.
std::string samplePath();

/// A vector or matrix of float32 as .npy, written here byte by byte, and any .npy read back.
void writeFloats(const std::filesystem::path& path, const std::vector<float>& values);
std::string bytesOf(const std::vector<float>& values);
struct Npy {
  std::string header;  ///< the Python dictionary
  std::string data;
};
Npy readNpyFile(const std::filesystem::path& path);

}  // namespace ulpscope::test
