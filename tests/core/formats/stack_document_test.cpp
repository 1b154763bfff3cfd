// SPDX-License-Identifier: Apache-2.0
// The tables of docs/formats.md are what the stacks do. Where they differ, the message is what belongs there.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/formats/exact_decimal.h"
#include "core/formats/stack.h"
#include "core/formats/value_text.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

struct DocumentTable {
  const char* format;
  std::vector<const char*> numbers;
};

const std::vector<DocumentTable>& tables() {
  static const std::vector<DocumentTable> all{
      {"float8_e4m3fn", {"464", "465", "1e30", "inf", "nan", "-nan", "-0"}},
      {"float8_e5m2", {"61439", "61440", "-inf", "nan", "-nan"}},
      {"float8_e4m3fnuz", {"248", "1e30", "inf", "nan", "-0"}},
      {"float4_e2m1fn", {"1.75", "-0.25", "7", "inf", "nan", "-nan"}},
      {"float8_e8m0fnu", {"0", "-1", "2.5", "3", "6", "inf", "3e38"}},
      {"float8_ue4m3", {"1.0625", "247", "256", "400", "-1", "nan"}},
  };
  return all;
}

std::string cell(const NumberFormat& format, const StackRow& row) {
  if (!row.code) return "open";
  return fmt::format("{} {}", codeText(format, *row.code), row.value);
}

/// A row for each stack that converts to the format.
std::string markdownOf(const DocumentTable& table) {
  const NumberFormat& format = *findFormat(table.format);
  std::string text = fmt::format("| {} |", table.format);
  for (const char* number : table.numbers) text += fmt::format(" {} |", number);
  text += "\n| --- |";
  for (std::size_t i = 0; i < table.numbers.size(); ++i) text += " --- |";
  for (std::size_t i = 0; i < stackRegistry().size(); ++i) {
    if (conversionTo(*stackRegistry()[i], format) == nullptr) continue;
    text += fmt::format("\n| {} |", stackRegistry()[i]->id);
    for (const char* number : table.numbers)
      text += fmt::format(" {} |", cell(format, whatOthersDo(format, unrounded(*parseNumber(number)))[i]));
  }
  return text + "\n";
}

TEST(FormatsDocument, HoldsTheTablesOfWhatOthersDo) {
  std::ifstream file(sourcePath("docs/formats.md"));
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  std::string expected;
  for (const DocumentTable& table : tables()) expected += "\n" + markdownOf(table);
  EXPECT_NE(document.find(expected), std::string::npos) << expected;
}

}  // namespace
}  // namespace ulpscope
