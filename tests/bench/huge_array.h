// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace ulpscope::bench {

/// Memory in huge pages where the system gives them, as buffers of this size should be: 4 KiB pages cost up to a fifth.
class HugeMemory {
 public:
  explicit HugeMemory(std::size_t bytes);
  ~HugeMemory();
  HugeMemory(const HugeMemory&) = delete;
  HugeMemory& operator=(const HugeMemory&) = delete;

  std::span<std::byte> bytes() const { return m_bytes; }

 private:
  std::span<std::byte> m_bytes;
};

template <class T>
class HugeArray {
 public:
  explicit HugeArray(std::size_t size) : m_memory(size * sizeof(T)) {}
  std::span<T> span() const {
    return {reinterpret_cast<T*>(m_memory.bytes().data()), m_memory.bytes().size() / sizeof(T)};
  }

 private:
  HugeMemory m_memory;
};

}  // namespace ulpscope::bench
