// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ulpscope::test {

/// While it lives, the allocation with index `allocationsThatWork` of this thread, and every later one, fails with
/// bad_alloc. Only in programs that link allocation_failure.cpp.
class FailingAllocations {
 public:
  explicit FailingAllocations(int allocationsThatWork);
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
  ~FailingAllocations();
};

}  // namespace ulpscope::test
