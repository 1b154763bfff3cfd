// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {
namespace {

/// Walks a GGUF file as far as it is sound and notes where its lengths, counts, types and offsets stand. Independent of
/// the reader, and little-endian.
class FieldFinder {
 public:
  explicit FieldFinder(std::span<const std::byte> file) : m_file(file) {}

  struct Field {
    std::size_t at;
    std::size_t bytes;
    bool isOffset = false;
  };

  std::span<const Field> find() {
    note(4, 4);
    m_at = 8;
    const std::uint64_t tensors = count();
    const std::uint64_t entries = count();
    for (std::uint64_t i = 0; i < entries && m_sound; ++i) {
      skip(count());
      const std::uint64_t type = number(4);
      value(type, 0);
    }
    for (std::uint64_t i = 0; i < tensors && m_sound; ++i) {
      skip(count());
      const std::uint64_t dimensions = number(4);
      for (std::uint64_t j = 0; j < dimensions && m_sound; ++j) number(8);
      number(4);
      number(8, true);
    }
    return std::span(m_fields).first(m_count);
  }
  std::size_t end() const { return m_at; }

 private:
  void note(std::size_t at, std::size_t bytes, bool isOffset = false) {
    if (m_count < m_fields.size()) m_fields[m_count++] = {at, bytes, isOffset};
  }
  std::uint64_t number(std::size_t bytes, bool isOffset = false) {
    if (!m_sound || bytes > m_file.size() - m_at) {
      m_sound = false;
      return 0;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, m_file.data() + m_at, bytes);
    note(m_at, bytes, isOffset);
    m_at += bytes;
    return value;
  }
  std::uint64_t count() { return number(8); }
  void skip(std::uint64_t bytes) {
    if (!m_sound || bytes > m_file.size() - m_at)
      m_sound = false;
    else
      m_at += static_cast<std::size_t>(bytes);
  }
  void value(std::uint64_t type, int depth) {
    constexpr std::array<std::uint8_t, 13> kBytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    if (type >= kBytes.size() || depth > 2) {
      m_sound = false;
    } else if (type == 8) {
      skip(count());
    } else if (type == 9) {
      const std::uint64_t of = number(4);
      const std::uint64_t elements = count();
      for (std::uint64_t i = 0; i < elements && m_sound; ++i) value(of, depth + 1);
    } else {
      number(kBytes[type]);
    }
  }

  std::span<const std::byte> m_file;
  std::size_t m_at = 0;
  bool m_sound = true;
  std::array<Field, 256> m_fields{};
  std::size_t m_count = 0;
};

}  // namespace

/// The first byte says what stands beside the file: nothing, or the same file as the other half of a split model.
void fuzzOne(std::span<const std::byte> input) {
  if (input.empty()) return;
  const auto file = input.subspan(1);
  if ((input[0] & std::byte{1}) == std::byte{0}) return fuzzContainer("gguf", file);
  const auto folder = memoryFolder({{"fuzz-00001-of-00002.gguf", {file.begin(), file.end()}},
                                    {"fuzz-00002-of-00002.gguf", {file.begin(), file.end()}}});
  for (const bool allowDamaged : {false, true}) {
    const auto checkpoint = findCheckpointReader("gguf")->open(
        *folder->open("fuzz-00001-of-00002.gguf"), {.options = {.allowDamaged = allowDamaged}, .folder = folder});
    if (checkpoint) require(test::brokenInvariant(*checkpoint, allowDamaged));
  }
}

/// Sets one field to a value at some border, then, half the time, the offset of the first tensor that has one to where
/// the data begins.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  if (size < 33) return size;
  const std::span<std::byte> file = data.subspan(1, size - 1);
  FieldFinder finder(file);
  const std::span<const FieldFinder::Field> fields = finder.find();
  if (fields.empty()) return size;
  const FieldFinder::Field& field = fields[seed % fields.size()];
  const std::uint64_t left = file.size() - field.at - field.bytes;
  const std::array<std::uint64_t, 16> borders{0,     1,        2,          3,          32,         256,
                                              left,  left + 1, 1ull << 31, 1ull << 32, 1ull << 62, 1ull << 63,
                                              ~0ull, left / 8, left / 32,  9};
  const std::uint64_t value = borders[seed / 256 % borders.size()];
  std::memcpy(file.data() + field.at, &value, std::min<std::size_t>(field.bytes, file.size() - field.at));
  if (seed >> 16 & 1)
    for (const FieldFinder::Field& offset : fields)
      if (offset.isOffset) std::memset(file.data() + offset.at, 0, offset.bytes);
  return size;
}

}  // namespace ulpscope
