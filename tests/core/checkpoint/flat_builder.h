// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/protobuf_builder.h"

namespace ulpscope::test {

/// A table, a vector or a text of FlatBuffers. Parents are written before their children, breadth first.
class Flat {
 public:
  static Flat table() { return Flat(Kind::Table); }
  static Flat tables(std::vector<Flat> elements) {
    Flat vector(Kind::Tables);
    for (Flat& element : elements) vector.m_elements.push_back(std::make_shared<Flat>(std::move(element)));
    return vector;
  }
  /// `count` numbers with these bytes.
  static Flat numbers(std::size_t count, std::string bytes) {
    Flat vector(Kind::Bytes);
    vector.m_count = static_cast<std::uint32_t>(count);
    vector.m_bytes = std::move(bytes);
    return vector;
  }
  static Flat text(std::string_view text) { return numbers(text.size(), std::string(text)); }

  template <class T>
  Flat number(int field, T value) && {
    m_numbers[field] = rawBytes(value);
    return std::move(*this);
  }
  Flat child(int field, Flat value) && {
    m_children[field] = std::make_shared<Flat>(std::move(value));
    return std::move(*this);
  }

  /// The file with this as its root; `behind` follows the buffer.
  std::string file(std::string_view identifier, std::string_view behind = {}) const {
    std::string out = rawBytes(std::uint32_t{0});
    out += identifier;
    std::deque<std::pair<std::size_t, const Flat*>> open{{0, this}};  // where a distance goes, and to what
    for (; !open.empty(); open.pop_front()) {
      const auto [at, node] = open.front();
      const std::size_t begin = node->write(out, open);
      const auto distance = static_cast<std::uint32_t>(begin - at);
      std::memcpy(out.data() + at, &distance, sizeof distance);
    }
    return out += behind;
  }

 private:
  enum class Kind { Table, Tables, Bytes };
  explicit Flat(Kind kind) : m_kind(kind) {}

  std::size_t write(std::string& out, std::deque<std::pair<std::size_t, const Flat*>>& open) const {
    if (m_kind == Kind::Table) return writeTable(out, open);
    const std::size_t begin = out.size();
    out += rawBytes(m_kind == Kind::Tables ? static_cast<std::uint32_t>(m_elements.size()) : m_count);
    out += m_bytes;
    for (const auto& element : m_elements) {
      open.emplace_back(out.size(), element.get());
      out += rawBytes(std::uint32_t{0});
    }
    return begin;
  }

  std::size_t writeTable(std::string& out, std::deque<std::pair<std::size_t, const Flat*>>& open) const {
    int last = -1;
    for (const auto& [field, bytes] : m_numbers) last = std::max(last, field);
    for (const auto& [field, node] : m_children) last = std::max(last, field);
    std::vector<std::uint16_t> offsets(static_cast<std::size_t>(last + 1), 0);
    std::string inside;
    std::vector<std::pair<std::size_t, const Flat*>> children;
    for (const auto& [field, bytes] : m_numbers) {
      offsets[static_cast<std::size_t>(field)] = static_cast<std::uint16_t>(4 + inside.size());
      inside += bytes;
    }
    for (const auto& [field, node] : m_children) {
      offsets[static_cast<std::size_t>(field)] = static_cast<std::uint16_t>(4 + inside.size());
      children.emplace_back(4 + inside.size(), node.get());
      inside += rawBytes(std::uint32_t{0});
    }
    const std::size_t vtable = out.size();
    out += rawBytes(static_cast<std::uint16_t>(4 + 2 * offsets.size()));
    out += rawBytes(static_cast<std::uint16_t>(4 + inside.size()));
    for (const std::uint16_t offset : offsets) out += rawBytes(offset);
    const std::size_t begin = out.size();
    out += rawBytes(static_cast<std::int32_t>(begin - vtable)) + inside;
    for (const auto& [at, node] : children) open.emplace_back(begin + at, node);
    return begin;
  }

  Kind m_kind;
  std::map<int, std::string> m_numbers;
  std::map<int, std::shared_ptr<Flat>> m_children;
  std::vector<std::shared_ptr<Flat>> m_elements;
  std::uint32_t m_count = 0;
  std::string m_bytes;
};

// The tables of TensorFlow Lite.

struct TfliteTensor {
  std::string name = {};
  int type = 0;
  std::vector<std::int32_t> shape = {};
  std::uint32_t buffer = 0;
  std::vector<float> scales = {};
  std::vector<std::int64_t> zeroPoints = {};
  int axis = 0;
  bool sparse = false;
  int details = 0;
};

inline Flat tfliteTensor(const TfliteTensor& tensor) {
  const auto vectorOf = [](const auto& values) {
    std::string bytes;
    for (const auto value : values) bytes += rawBytes(value);
    return Flat::numbers(values.size(), bytes);
  };
  Flat flat = Flat::table()
                  .number(1, static_cast<std::uint8_t>(tensor.type))
                  .number(2, tensor.buffer)
                  .child(3, Flat::text(tensor.name));
  if (!tensor.shape.empty()) flat = std::move(flat).child(0, vectorOf(tensor.shape));
  if (!tensor.scales.empty() || tensor.details != 0)
    flat = std::move(flat).child(4, Flat::table()
                                        .child(2, vectorOf(tensor.scales))
                                        .child(3, vectorOf(tensor.zeroPoints))
                                        .number(4, static_cast<std::uint8_t>(tensor.details))
                                        .number(6, static_cast<std::int32_t>(tensor.axis)));
  if (tensor.sparse) flat = std::move(flat).child(6, Flat::table());
  return flat;
}

inline Flat tfliteBuffer(std::string_view bytes) {
  return bytes.empty() ? Flat::table() : Flat::table().child(0, Flat::text(bytes));
}

/// One that lies outside the FlatBuffer.
inline Flat tfliteBufferAt(std::uint64_t offset, std::uint64_t size) {
  return Flat::table().number(1, offset).number(2, size);
}

inline Flat tfliteSubgraph(const std::vector<TfliteTensor>& tensors, std::string_view name = {}) {
  std::vector<Flat> flats;
  for (const TfliteTensor& tensor : tensors) flats.push_back(tfliteTensor(tensor));
  Flat subgraph = Flat::table().child(0, Flat::tables(std::move(flats)));
  return name.empty() ? subgraph : std::move(subgraph).child(4, Flat::text(name));
}

/// Buffer 0 is added: it stands for none.
inline std::string tfliteModel(std::vector<Flat> subgraphs, std::vector<Flat> buffers, std::string_view behind = {}) {
  buffers.insert(buffers.begin(), Flat::table());
  return Flat::table()
      .number(0, std::uint32_t{3})
      .child(2, Flat::tables(std::move(subgraphs)))
      .child(4, Flat::tables(std::move(buffers)))
      .file("TFL3", behind);
}

}  // namespace ulpscope::test
