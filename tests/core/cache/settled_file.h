// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <thread>

namespace ulpscope::test {

/// Makes `path` a file that was written long enough ago for its results to be kept: its time of modification can be set
/// back, that of its status change cannot and is waited for.
inline std::filesystem::path settled(const std::filesystem::path& path) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  return path;
}

}  // namespace ulpscope::test
