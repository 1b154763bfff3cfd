// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The HDF5 library crashes on hostile files, so it never runs in this process: ulpscope-hdf5, a program of its own,
/// reads the structure of the file in a sandbox and answers where everything lies.
struct Hdf5WorkerOptions {
  std::chrono::milliseconds patience{30'000};  ///< of time by the clock; it may compute for 10 s
  std::uint64_t answerBytes = std::uint64_t{1} << 28;
  std::string selfTest;  ///< to do on purpose what a hostile file might make it do
};

/// What the worker answers about `file`. It is started, watched and always reaped here; its death, however it comes, is
/// an error: Corrupt for a crash, LimitExceeded for time and size, Unsupported where the program is not installed,
/// Cancelled. A file that is not one on disk (a member of an archive that is compressed) is copied to memory first, up
/// to limits.inflatedBytes.
Result<std::vector<std::byte>> askHdf5Worker(const std::shared_ptr<const ByteSource>& file, const OpenContext& context,
                                             const Hdf5WorkerOptions& options = {});

}  // namespace ulpscope
