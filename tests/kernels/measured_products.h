// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <iosfwd>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// Prints how what the backend's device multiplies compares with the model of it, format by format, and expects no
/// difference where none can come from the order of K: INT8, and matrix units on one block of K. Longer K is reported
/// in several orders, as the library's own is not known. `size` elements of C each way.
void compareMeasuredProducts(const Backend& backend, std::size_t size, std::size_t longK, std::ostream& out);

}  // namespace ulpscope::kernels
