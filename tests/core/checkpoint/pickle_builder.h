// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "tests/core/checkpoint/container_sample.h"

namespace ulpscope::test {

/// Writes pickles opcode by opcode, sound ones and others. Independent of the reader.
class PickleBuilder {
 public:
  explicit PickleBuilder(int protocol = 2) {
    if (protocol >= 2) (op('\x80')).raw(std::string(1, static_cast<char>(protocol)));
  }

  PickleBuilder& op(char code) {
    m_bytes += code;
    return *this;
  }
  PickleBuilder& raw(std::string_view bytes) {
    m_bytes += bytes;
    return *this;
  }
  template <class T>
  PickleBuilder& number(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    return raw({bytes, sizeof value});
  }

  PickleBuilder& global(std::string_view module, std::string_view name) {
    return op('c').raw(module).raw("\n").raw(name).raw("\n");
  }
  PickleBuilder& text(std::string_view value) {
    return op('X').number(static_cast<std::uint32_t>(value.size())).raw(value);
  }
  PickleBuilder& bytes(std::string_view value) {
    return op('B').number(static_cast<std::uint32_t>(value.size())).raw(value);
  }
  PickleBuilder& integer(std::int32_t value) { return op('J').number(value); }
  PickleBuilder& wide(std::int64_t value) { return op('\x8A').raw("\x08").number(value); }
  PickleBuilder& tuple(std::initializer_list<std::int64_t> values) {
    op('(');
    for (const std::int64_t value : values) wide(value);
    return op('t');
  }
  PickleBuilder& small(std::initializer_list<std::uint8_t> values) {
    op('(');
    for (const std::uint8_t value : values) op('K').raw(std::string(1, static_cast<char>(value)));
    return op('t');
  }

  /// The persistent id of a storage.
  PickleBuilder& storage(std::string_view type, std::string_view key, std::int64_t elements, bool legacy = false) {
    op('(').text("storage").global("torch", type).text(key).text("cpu").wide(elements);
    return (legacy ? op('N') : *this).op('t').op('Q');
  }
  /// A tensor of it, by _rebuild_tensor_v2.
  PickleBuilder& tensor(std::string_view type, std::string_view key, std::int64_t elements, std::int64_t offset,
                        std::initializer_list<std::int64_t> size, std::initializer_list<std::int64_t> stride,
                        bool legacy = false) {
    global("torch._utils", "_rebuild_tensor_v2").op('(').storage(type, key, elements, legacy);
    return wide(offset).tuple(size).tuple(stride).op('\x89').hooks().op('t').op('R');
  }
  PickleBuilder& hooks() { return global("collections", "OrderedDict").op(')').op('R'); }

  std::string stop() {
    m_bytes += '.';
    return m_bytes;
  }
  const std::string& bytesSoFar() const { return m_bytes; }

 private:
  std::string m_bytes;
};

}  // namespace ulpscope::test
