// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

#include "core/tensor/element_type.h"

namespace ulpscope::kernels {

/// Packed elements to floats as decodeElements of core/tensor gives them, by one thread. Preconditions as there;
/// `bytes` of any alignment. `stream`: write past the caches.
void decodeValues(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values, bool stream);

}  // namespace ulpscope::kernels
