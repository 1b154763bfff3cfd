// SPDX-License-Identifier: Apache-2.0
#include "core/report/table.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/text.h"

namespace ulpscope {
namespace {

bool isNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Out of range still is a number ("1e999"), only not one of ours.
  return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

/// Spreadsheets evaluate cells that begin so, even quoted ones; tab and return because they skip to what follows.
bool looksLikeFormula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos && !isNumber(cell);
}

void appendCsvRow(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    const std::string cell = looksLikeFormula(cells[i]) ? "'" + cells[i] : cells[i];
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  out += "\r\n";
}

void appendLatexRow(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += " & ";
    for (const char c : printable(cells[i], cells[i].size() * 8)) {
      if (c == '\\')
        out += "\\textbackslash{}";
      else if (c == '~' || c == '^')
        out.append(1, '\\').append(1, c).append("{}");
      else
        out.append(std::string_view("&%$#_{}").find(c) != std::string_view::npos ? 1 : 0, '\\').append(1, c);
    }
  }
  out += " \\\\\n";
}

bool isNumberColumn(const Table& table, std::size_t column) {
  bool any = false;
  for (const auto& row : table.rows) {
    if (row[column].empty()) continue;
    if (!isNumber(row[column])) return false;
    any = true;
  }
  return any;
}

void appendMarkdownRow(std::string& out, const std::vector<std::string>& cells) {
  out += '|';
  for (const std::string& cell : cells) {
    out += ' ';
    for (const char c : printable(cell, cell.size() * 8)) {
      if (std::string_view("\\|`*_<>[]&").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    out += " |";
  }
  out += '\n';
}

}  // namespace

std::string toCsv(const Table& table) {
  std::string out;
  appendCsvRow(out, table.header);
  for (const auto& row : table.rows) appendCsvRow(out, row);
  return out;
}

std::string toTsv(const Table& table) {
  std::string out;
  const auto append = [&out](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += '\t';
      if (looksLikeFormula(cells[i])) out += '\'';
      for (const char c : cells[i]) out += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    }
    out += '\n';
  };
  append(table.header);
  for (const auto& row : table.rows) append(row);
  return out;
}

std::string toMarkdown(const Table& table) {
  std::string out;
  appendMarkdownRow(out, table.header);
  out += '|';
  for (std::size_t i = 0; i < table.header.size(); ++i) out += " --- |";
  out += '\n';
  for (const auto& row : table.rows) appendMarkdownRow(out, row);
  return out;
}

std::string toLatex(const Table& table) {
  std::string out = "\\begin{tabular}{";
  for (std::size_t i = 0; i < table.header.size(); ++i) out += isNumberColumn(table, i) ? 'r' : 'l';
  out += "}\n\\toprule\n";
  appendLatexRow(out, table.header);
  out += "\\midrule\n";
  for (const auto& row : table.rows) appendLatexRow(out, row);
  return out + "\\bottomrule\n\\end{tabular}\n";
}

std::string toJson(const Table& table) {
  using Json = nlohmann::ordered_json;
  constexpr auto kReplace = Json::error_handler_t::replace;  // a cell may hold any bytes
  const auto line = [](const std::vector<std::string>& cells, auto value) {
    std::string out = "[";
    for (const std::string& cell : cells) {
      if (out.size() > 1) out += ", ";
      out += value(cell);
    }
    return out + "]";
  };
  const auto text = [&](const std::string& cell) { return Json(cell).dump(-1, ' ', false, kReplace); };
  const auto number = [&](const std::string& cell) {
    if (cell.empty()) return std::string("null");
    const bool isJson = (cell.front() == '-' || (cell.front() >= '0' && cell.front() <= '9')) && Json::accept(cell);
    return isJson ? cell : text(cell);
  };
  std::string out = "{\"columns\": " + line(table.header, text) + ",\n \"data\": [";
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    out += (row > 0 ? ",\n  " : "\n  ") + line(table.rows[row], number);
  return out + "\n]}\n";
}

}  // namespace ulpscope
