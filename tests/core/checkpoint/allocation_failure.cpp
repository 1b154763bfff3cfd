// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/allocation_failure.h"

#include <cstdlib>
#include <limits>
#include <new>

namespace {

constexpr int kNoLimit = std::numeric_limits<int>::max();
thread_local int allocationsLeft = kNoLimit;

/// Null where it fails.
void* tryToAllocate(std::size_t size) noexcept {
  if (allocationsLeft != kNoLimit && allocationsLeft-- <= 0) {
    allocationsLeft = 0;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size) {
  void* const memory = tryToAllocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Every form whose memory the delete below frees: a sanitizer brings forms of its own for those left out.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return tryToAllocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return tryToAllocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace ulpscope::test {

FailingAllocations::FailingAllocations(int allocationsThatWork) { allocationsLeft = allocationsThatWork; }
FailingAllocations::~FailingAllocations() { allocationsLeft = kNoLimit; }

}  // namespace ulpscope::test
