// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/checkpoint/hdf5_protocol.h"

namespace ulpscope::hdf5 {

/// The payload of one record (core/checkpoint/hdf5_protocol.h).
class Payload {
 public:
  template <class T>
  Payload& add(T value) {
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Payload& text(std::string_view text) {
    add(static_cast<std::uint32_t>(text.size()));
    m_bytes.append(text);
    return *this;
  }
  Payload& append(const Payload& other) {
    m_bytes.append(other.m_bytes);
    return *this;
  }
  const std::string& bytes() const { return m_bytes; }

 private:
  std::string m_bytes;
};

void writeMagic();
/// Ends the process where nobody reads any more.
void writeRecord(RecordKind kind, const Payload& payload = {});
[[noreturn]] void fail(FailureKind kind, std::string_view what);

}  // namespace ulpscope::hdf5
