// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/code_row.h"

#include "core/formats/brief_decimal.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {

CodeRow codeRow(const NumberFormat& format, std::uint64_t code) {
  return {codeText(format, code), bitsText(format, code), format.classify(code), readableText(format, code),
          exactText(format, code)};
}

int codeGridColumns(int codeBits) {
  if (codeBits >= 5) return 16;
  return codeBits == 1 ? 2 : 1 << (codeBits - 1);
}

std::string fittedValueText(const NumberFormat& format, std::uint64_t code, std::size_t characters) {
  std::string text = readableText(format, code);
  for (int digits = 6; text.size() > characters && digits > 0; --digits) {
    text = briefDecimal(exactText(format, code), digits).text;
    if (text.size() <= characters) break;
    if (const auto number = parseNumber(text)) text = toScientificString(number->decimal);
  }
  return text.size() <= characters ? text : std::string();
}

}  // namespace ulpscope
