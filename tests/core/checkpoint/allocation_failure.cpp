// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/allocation_failure.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr int kNoLimit = std::numeric_limits<int>::max();
thread_local int allocationsLeft = kNoLimit;

void* allocate(std::size_t size) {
  if (allocationsLeft != kNoLimit && allocationsLeft-- <= 0) {
    allocationsLeft = 0;
    throw std::bad_alloc();
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ulpscope::test {

FailingAllocations::FailingAllocations(int allocationsThatWork) { allocationsLeft = allocationsThatWork; }
FailingAllocations::~FailingAllocations() { allocationsLeft = kNoLimit; }

}  // namespace ulpscope::test
