// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/result.h"

namespace ulpscope {

/// NumPy .npy, version 1.0, C order, little-endian. `descr` as NumPy writes it: "<f4", "|u1", "<u2".
std::string npyHeader(std::string_view descr, std::span<const std::uint64_t> shape);

Result<> writeNpy(const std::filesystem::path& path, std::string_view descr, std::span<const std::uint64_t> shape,
                  std::span<const std::byte> data, AtomicFile::Existing existing);

/// An array read whole, for `ulp cast` and golden files: C order, little-endian, floats, integers or bools of 1 to 8
/// bytes; anything else is Unsupported, and Corrupt is a file whose size and header disagree.
struct NpyArray {
  std::string descr;
  std::vector<std::uint64_t> shape;
  std::vector<std::byte> data;
};
Result<NpyArray> readNpy(const std::filesystem::path& path);

}  // namespace ulpscope
