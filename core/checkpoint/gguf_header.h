// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// What a GGUF file says before its data (the grammar stands in gguf.cpp): checked in itself, but not against the size
/// of the data.
struct GgufHeader {
  struct Tensor {
    std::string name;
    std::vector<std::uint64_t> shape;  ///< slowest dimension first: the file's order reversed
    std::uint64_t elements = 0;
    std::uint32_t type = 0;
    std::uint64_t offset = 0;  ///< in the data
  };
  /// A split set's file knows its number, from 0, and how many there are; and, in all of them, how many tensors.
  struct Split {
    std::uint64_t number = 0;
    std::uint64_t count = 1;
    std::optional<std::uint64_t> tensors = {};
  };

  std::uint32_t version = 0;
  std::endian order = std::endian::little;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< in the file's order
  std::vector<Tensor> tensors;                                ///< in the file's order
  std::uint64_t alignment = 32;
  std::uint64_t dataBegin = 0;  ///< in the file, and possibly past its end
  Split split = {};
  std::vector<std::string> warnings;
  /// What makes the file Damaged, without a full stop; empty if nothing does.
  std::string damage;
  std::uint64_t damageOffset = 0;
};

Result<GgufHeader> readGgufHeader(const ByteSource& file, const OpenContext& context);

}  // namespace ulpscope
