// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

namespace ulpscope {

/// Asks the system to back memory that was not touched yet by huge pages where it lies in whole ones; nothing where
/// that cannot be had. The first touch of an ordinary page may cost more than the work on it.
void preferHugePages(void* memory, std::size_t bytes);

/// resize() of a vector that may get very many elements.
template <class Value>
void resizeHuge(std::vector<Value>& vector, std::size_t size) {
  if (vector.capacity() < size) {
    vector.clear();  // what was there is not worth copying
    vector.reserve(size);
    preferHugePages(vector.data(), size * sizeof(Value));
  }
  vector.resize(size);
}

}  // namespace ulpscope
