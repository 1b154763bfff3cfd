// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/core/checkpoint/little_endian.h"

namespace ulpscope::test {

/// An .npy file of this header, as it stands, and these elements.
inline std::string npyFile(std::string_view header, std::string_view elements, char major = 1) {
  std::string file = "\x93NUMPY";
  file += {major, '\0'};
  file += major == 1 ? le(static_cast<std::uint16_t>(header.size())) : le(static_cast<std::uint32_t>(header.size()));
  return file + std::string(header) + std::string(elements);
}

/// The header that NumPy would write, without padding. `descr` and `shape` as literals: "'<f4'", "(2, 3)".
inline std::string npyDictionary(std::string_view descr, std::string_view shape, bool fortranOrder = false) {
  std::string text = "{'descr': ";
  text += descr;
  text += fortranOrder ? ", 'fortran_order': True, 'shape': " : ", 'fortran_order': False, 'shape': ";
  text += shape;
  return text + ", }\n";
}

}  // namespace ulpscope::test
