// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

#include "core/tensor/element_type.h"

namespace ulpscope::kernels {

/// What Backend::decode takes.
std::vector<const ElementType*> typesWithinFloat();

/// All codes of types of up to 16 bits; random bits of wider ones.
std::vector<std::byte> everyCode(const ElementType& type);

}  // namespace ulpscope::kernels
