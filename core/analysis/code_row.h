// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

/// A code in a table of all codes.
struct CodeRow {
  std::string code;  ///< "0xCECA"
  std::string bits;  ///< "1 10011 1011001010"
  NumberClass numberClass;
  std::string value;  ///< readable
  std::string exact;  ///< every digit
};

CodeRow codeRow(const NumberFormat& format, std::uint64_t code);

/// Columns of a table of all codes: a power of two that divides their number, at most 16, so that a row holds the codes
/// that share their upper bits. 16 x 16 for 8 bits, 2 x 8 for 4.
int codeGridColumns(int codeBits);

/// The value of a code in at most `characters`, with as many digits as fit; empty where not even one does.
std::string fittedValueText(const NumberFormat& format, std::uint64_t code, std::size_t characters);

}  // namespace ulpscope
