// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/byte_source.h"

namespace ulpscope {

/// One of ggml's tensor types. GGUF files name them by `id`; a row of a tensor is a run of whole blocks.
struct GgmlType {
  /// Fields of more than one byte within a block, which files of the other byte order have turned.
  struct Words {
    std::uint16_t offset;
    std::uint16_t bytes;  ///< of one
    std::uint16_t count;
  };

  std::uint32_t id;
  std::string_view name;     ///< "Q4_K"
  std::string_view packing;  ///< Packing::id, "q4_k"; empty where elements are stored as they are
  std::uint32_t blockElements;
  std::uint32_t blockBytes;
  void (*decode)(const std::byte* blocks, std::size_t count, std::byte* floats);  ///< nullptr with an empty `packing`
  std::array<Words, 2> words = {};

  bool isPlain() const { return packing.empty(); }
  double bitsPerWeight() const { return 8.0 * blockBytes / blockElements; }
};

/// All that can be read, by id.
std::span<const GgmlType> ggmlTypes();
const GgmlType* findGgmlType(std::uint32_t id);          ///< nullptr if there is none
const GgmlType* findGgmlType(std::string_view packing);  ///< by the id of its packing, "q4_k"

/// What an id means that is not among them: a name ("Q4_2", or "type 57") and, as a sentence without a full stop, why
/// it cannot be read.
struct UnreadableGgmlType {
  std::string name;
  std::string reason;
};
UnreadableGgmlType unreadableGgmlType(std::uint32_t id);

/// `blocks`, a run of whole ones, as float32, decoded when they are read. `swapped`: in the other byte order.
/// Preconditions: !type.isPlain(); the values have fewer than 2^64 bytes.
std::shared_ptr<const ByteSource> decodedSource(const GgmlType& type, std::shared_ptr<const ByteSource> blocks,
                                                bool swapped);

}  // namespace ulpscope
