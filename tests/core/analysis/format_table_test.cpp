// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/analysis/code_row.h"
#include "core/analysis/throughput.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

FormatCell cellOf(const char* id, const char* column) {
  const NumberFormat& format = *findFormat(id);
  return formatRow(format, limitsOf(format))[formatColumn(column)];
}

TEST(FormatTable, GivesEachNumberWithAllItsDigitsItsCodeAndItsSource) {
  const FormatCell max = cellOf("float8_e4m3fn", "max");
  EXPECT_EQ(std::get<double>(max.value), 448);
  EXPECT_EQ(max.text, "448");
  EXPECT_EQ(max.exact, "448");
  EXPECT_EQ(max.code, "0x7E");
  EXPECT_THAT(max.source, HasSubstr("all 256 codes"));
  EXPECT_THAT(max.source, HasSubstr(std::string(findFormat("float8_e4m3fn")->info().source)));
  EXPECT_THAT(cellOf("float32", "max").source, HasSubstr("layout"));
  EXPECT_EQ(cellOf("bfloat16", "max").exact, "338953138925153547590470800371487866880");
}

TEST(FormatTable, LeavesOutWhatAFormatDoesNotHave) {
  for (const char* column : {"bias", "smallestSubnormal", "torch", "epsilon"}) {
    const FormatCell cell = cellOf("nf4", column);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(cell.value)) << column;
    EXPECT_EQ(cell.text, "") << column;
  }
}

TEST(FormatTable, TellsTheTwoEpsilonsApart) {
  EXPECT_EQ(std::get<double>(cellOf("float16", "epsilonBelow").value), 0x1p-11);
  EXPECT_EQ(std::get<double>(cellOf("float4_e2m1fn", "epsilonBelow").value), 0.5) << "1 is its smallest normal value";
}

TEST(FormatTable, HasARowOfEveryColumnForEveryFormat) {
  for (const NumberFormat* format : formatRegistry()) {
    const auto row = formatRow(*format, limitsOf(*format));
    ASSERT_EQ(row.size(), formatColumns().size());
    for (const FormatCell& cell : row) {
      EXPECT_FALSE(cell.source.empty());
      EXPECT_EQ(cell.text.empty(), std::holds_alternative<std::monostate>(cell.value));
    }
  }
}

TEST(CodeRow, DescribesACode) {
  const CodeRow row = codeRow(*findFormat("float16"), 0xCECA);
  EXPECT_EQ(row.code, "0xCECA");
  EXPECT_EQ(row.bits, "1 10011 1011001010");
  EXPECT_EQ(row.numberClass, NumberClass::Normal);
  EXPECT_EQ(row.value, "-27.15625");
}

TEST(CodeGrid, Is16By16For8BitsAnd2By8For4) {
  EXPECT_EQ(codeGridColumns(8), 16);
  EXPECT_EQ(codeGridColumns(6), 16);
  EXPECT_EQ(codeGridColumns(4), 8);
  EXPECT_EQ(codeGridColumns(2), 2);
  EXPECT_EQ(codeGridColumns(1), 2);
}

TEST(CodeGrid, WritesAsManyDigitsAsFit) {
  const NumberFormat& format = *findFormat("float8_e4m3fn");
  EXPECT_EQ(fittedValueText(format, 0x01, 12), "0.001953125");
  EXPECT_EQ(fittedValueText(format, 0x01, 7), "0.00195");
  EXPECT_EQ(fittedValueText(format, 0x7E, 3), "448");
  EXPECT_EQ(fittedValueText(*findFormat("float8_e5m2"), 0x81, 8), "-1.5e-05");
  EXPECT_EQ(fittedValueText(format, 0x7E, 2), "");
}

TEST(PublishedThroughput, MakesTheRatiosThatPeopleQuoteOfTheA100) {
  EXPECT_EQ(throughputRatio("A100", "float32"), 1);
  EXPECT_EQ(throughputRatio("A100", "tfloat32"), 8);
  EXPECT_EQ(throughputRatio("A100", "bfloat16"), 16);
  EXPECT_EQ(throughputRatio("A100", "int8"), 32);
  EXPECT_EQ(throughputRatio("A100", "float8_e4m3fn"), std::nullopt);
  EXPECT_EQ(quotedRatio(*throughputRatio("H100 SXM", "tfloat32")), 7.4);
  EXPECT_EQ(quotedRatio(*throughputRatio("H100 SXM", "float16")), 15);
}

TEST(PublishedThroughput, NamesASourceAndAFormatOfOursInEachRow) {
  for (const Throughput& row : publishedThroughput()) {
    EXPECT_FALSE(row.source.empty());
    EXPECT_NE(findFormat(row.format), nullptr) << row.format;
    EXPECT_TRUE(throughputRatio(row.gpu, row.format));
  }
}

}  // namespace
}  // namespace ulpscope
