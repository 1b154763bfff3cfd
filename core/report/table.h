// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace ulpscope {

/// Cells as text, ready to be taken away. Used by the clipboard, files and the command line alike.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// RFC 4180; cells that a spreadsheet would take for a formula (= + - @ at the start of a non-number) get a leading '.
std::string toCsv(const Table& table);
/// Tab-separated, for spreadsheets and columns of text; tabs and line ends in cells become spaces, formulas get a '.
std::string toTsv(const Table& table);
std::string toMarkdown(const Table& table);
/// A tabular environment with booktabs rules, one line a row; columns of numbers stand at the right.
std::string toLatex(const Table& table);
/// {"columns": [...], "data": [[...], ...]}, a line a row, as pandas.read_json(orient="split") takes it. Cells that are
/// numbers by JSON's grammar are numbers, empty ones null, all others text.
std::string toJson(const Table& table);

}  // namespace ulpscope
