// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/huge_array.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace ulpscope::bench {

HugeMemory::HugeMemory(std::size_t bytes) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);  // a wish; without it the figures are a little worse
  std::memset(memory, 0, bytes);          // page faults are not what is measured
  m_bytes = {static_cast<std::byte*>(memory), bytes};
}

HugeMemory::~HugeMemory() { munmap(m_bytes.data(), m_bytes.size()); }

}  // namespace ulpscope::bench
