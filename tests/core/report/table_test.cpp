// SPDX-License-Identifier: Apache-2.0
#include "core/report/table.h"

#include <gtest/gtest.h>

namespace ulpscope {
namespace {

std::string csvOf(const std::string& cell) { return toCsv(Table{{cell}, {}}); }

TEST(Table, CsvQuotesOnlyWhatRfc4180AsksFor) {
  const Table table{{"name", "value"}, {{"a,b", "1"}, {"say \"hi\"", "2"}, {"two\nlines", "3"}, {"plain text", ""}}};
  EXPECT_EQ(toCsv(table), "name,value\r\n\"a,b\",1\r\n\"say \"\"hi\"\"\",2\r\n\"two\nlines\",3\r\nplain text,\r\n");
}

TEST(Table, CsvDisarmsFormulasButLeavesNumbersAlone) {
  EXPECT_EQ(csvOf("=1+1"), "'=1+1\r\n");
  EXPECT_EQ(csvOf("@SUM(A1)"), "'@SUM(A1)\r\n");
  EXPECT_EQ(csvOf("-cmd|' /C calc'!A0"), "'-cmd|' /C calc'!A0\r\n");
  EXPECT_EQ(csvOf("+1-800"), "'+1-800\r\n");
  EXPECT_EQ(csvOf("\t=1"), "'\t=1\r\n");
  EXPECT_EQ(csvOf("-27.15625"), "-27.15625\r\n");
  EXPECT_EQ(csvOf("+3e-5"), "+3e-5\r\n");
  EXPECT_EQ(csvOf("-inf"), "-inf\r\n");
}

TEST(Table, MarkdownKeepsCellsFromEndingTheRowOrBecomingMarkup) {
  const Table table{{"tensor"}, {{"a|b"}, {"<img src=x>"}, {"line\nbreak"}}};
  EXPECT_EQ(toMarkdown(table), "| tensor |\n| --- |\n| a\\|b |\n| \\<img src=x\\> |\n| line\\\\x0Abreak |\n");
}

TEST(Table, LatexSetsNumbersAtTheRightAndEscapesWhatTexReads) {
  const Table table{{"format", "max"}, {{"float8_e4m3fn", "448"}, {"100% & {a}\\^", "1e38"}}};
  EXPECT_EQ(toLatex(table),
            "\\begin{tabular}{lr}\n\\toprule\nformat & max \\\\\n\\midrule\nfloat8\\_e4m3fn & 448 \\\\\n"
            "100\\% \\& \\{a\\}\\textbackslash{}\\^{} & 1e38 \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(Table, TsvKeepsCellsInTheirPlaceAndDisarmsFormulas) {
  const Table table{{"tensor", "value"}, {{"a\tb\nc", "-1.5"}, {"=1+1", ""}}};
  EXPECT_EQ(toTsv(table), "tensor\tvalue\na b c\t-1.5\n'=1+1\t\n");
}

TEST(Table, JsonHasNumbersWhereTheGrammarKnowsThemAndTextElsewhere) {
  const Table table{{"tensor", "value"},
                    {{"a\"b", "-1.5e-07"}, {"", "inf"}, {"\xFF", "007"}, {"-", "0x1A"}, {"true", "1,234"}}};
  EXPECT_EQ(toJson(table),
            "{\"columns\": [\"tensor\", \"value\"],\n \"data\": [\n  [\"a\\\"b\", -1.5e-07],\n  [null, \"inf\"],\n"
            "  [\"\xEF\xBF\xBD\", \"007\"],\n  [\"-\", \"0x1A\"],\n  [\"true\", \"1,234\"]\n]}\n");
  EXPECT_EQ(toJson({{"nothing"}, {}}), "{\"columns\": [\"nothing\"],\n \"data\": [\n]}\n");
}

}  // namespace
}  // namespace ulpscope
