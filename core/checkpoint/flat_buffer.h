// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"

// FlatBuffers (flatbuffers.dev/internals), all little-endian:
//
//   file   = offset(u32) of the root table, 4 bytes of identifier, the rest in any order
//   table  = distance(i32) back to its vtable, inline fields
//   vtable = bytes of itself(u16), bytes of the table(u16), for each field its offset(u16) in the table; 0: absent
//   field  = a number, or a distance(u32) forward to a table, a vector or a text
//   vector = count(u32), elements; those of tables are distances(u32) forward from the element
//   text   = a vector of bytes with a zero behind it
//
// Every offset is compared with the file before it is followed. There is no order, so that anything may point at
// anything: what is copied is bounded by the size of the file in all.

namespace ulpscope {

struct FlatVector {
  std::uint64_t begin = 0;  ///< of the first element
  std::uint64_t count = 0;
};

class FlatBuffer;

class FlatTable {
 public:
  /// The number of field `index`, or `otherwise` where it is absent.
  template <class T>
    requires std::integral<T>
  Result<T> number(std::uint32_t index, T otherwise) const;
  Result<std::optional<FlatTable>> table(std::uint32_t index) const;
  /// Empty where it is absent.
  Result<FlatVector> vector(std::uint32_t index, std::uint64_t elementBytes) const;
  Result<std::string> text(std::uint32_t index, std::uint64_t limit) const;
  template <class T>
  Result<std::vector<T>> numbers(std::uint32_t index) const;

 private:
  friend class FlatBuffer;
  FlatTable(const FlatBuffer& buffer, std::uint64_t begin, std::uint64_t vtable, std::uint16_t vtableBytes,
            std::uint16_t tableBytes)
      : m_buffer(&buffer), m_begin(begin), m_vtable(vtable), m_vtableBytes(vtableBytes), m_tableBytes(tableBytes) {}

  /// Where the `bytes` of field `index` lie; nullopt where it is absent.
  Result<std::optional<std::uint64_t>> place(std::uint32_t index, std::uint64_t bytes) const;

  const FlatBuffer* m_buffer;
  std::uint64_t m_begin;
  std::uint64_t m_vtable;
  std::uint16_t m_vtableBytes;
  std::uint16_t m_tableBytes;
};

/// Not for several threads at once: it keeps what it has read of the file.
class FlatBuffer {
 public:
  explicit FlatBuffer(std::shared_ptr<const ByteSource> file) : m_file(std::move(file)), m_copiesLeft(m_file->size()) {}

  const ByteSource& file() const { return *m_file; }
  Result<FlatTable> root() const;
  /// Element `index` of a vector of tables. Precondition: index < vector.count.
  Result<FlatTable> tableIn(const FlatVector& vector, std::uint64_t index) const;

 private:
  friend class FlatTable;
  struct Block {
    std::uint64_t number = ~std::uint64_t{0};
    std::vector<std::byte> bytes;
  };

  Result<FlatTable> tableAt(std::uint64_t begin) const;
  Result<FlatVector> vectorAt(std::uint64_t begin, std::uint64_t elementBytes) const;
  /// The place that the distance at `at` leads to.
  Result<std::uint64_t> follow(std::uint64_t at) const;
  Result<> read(std::uint64_t at, std::span<std::byte> out) const;
  /// Before what is copied of a vector is allocated.
  Result<> allowCopy(const FlatVector& vector, std::uint64_t elementBytes) const;
  template <class T>
  Result<T> value(std::uint64_t at) const {
    T result{};
    if (auto done = read(at, std::as_writable_bytes(std::span(&result, 1))); !done)
      return tl::unexpected(std::move(done.error()));
    return result;
  }

  std::shared_ptr<const ByteSource> m_file;
  mutable std::array<Block, 64> m_blocks;
  mutable std::uint64_t m_copiesLeft;
};

template <class T>
  requires std::integral<T>
Result<T> FlatTable::number(std::uint32_t index, T otherwise) const {
  const auto at = place(index, sizeof(T));
  if (!at) return tl::unexpected(at.error());
  return *at ? m_buffer->value<T>(**at) : otherwise;
}

template <class T>
Result<std::vector<T>> FlatTable::numbers(std::uint32_t index) const {
  const auto found = vector(index, sizeof(T));
  if (!found) return tl::unexpected(found.error());
  if (auto allowed = m_buffer->allowCopy(*found, sizeof(T)); !allowed) return tl::unexpected(allowed.error());
  std::vector<T> values(found->count);
  if (auto done = m_buffer->read(found->begin, std::as_writable_bytes(std::span(values))); !done)
    return tl::unexpected(done.error());
  return values;
}

}  // namespace ulpscope
