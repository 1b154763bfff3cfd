// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace ulpscope {
namespace {

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Characters, as far as UTF-8 alone tells.
std::size_t widthOf(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, isContinuation));
}

std::string padded(const std::string& text, std::size_t width, bool toTheRight) {
  const std::string space(width - std::min(width, widthOf(text)), ' ');
  return toTheRight ? space + text : text + space;
}

/// The byte at which character `count` starts.
std::size_t byteOf(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count)
    for (++at; at < text.size() && isContinuation(text[at]);) ++at;
  return at;
}

std::string elided(const std::string& text, std::size_t width) {
  const std::size_t length = widthOf(text);
  if (length <= width) return text;
  const std::size_t head = (width - 1) / 2;
  return text.substr(0, byteOf(text, head)) + "…" + text.substr(byteOf(text, length - (width - 1 - head)));
}

}  // namespace

Terminal Terminal::of(int descriptor) {
  Terminal terminal;
  terminal.m_isTerminal = isatty(descriptor) == 1;
  const char* noColour = std::getenv("NO_COLOR");
  terminal.m_hasColour = terminal.m_isTerminal && (noColour == nullptr || *noColour == '\0');
  winsize size{};
  if (terminal.m_isTerminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    terminal.m_width = size.ws_col;
  return terminal;
}

std::string Terminal::styled(std::string_view text, std::string_view code) const {
  return m_hasColour ? fmt::format("\x1B[{}m{}\x1B[0m", code, text) : std::string(text);
}

std::string Terminal::wrapped(std::string_view text, std::size_t indent) const {
  if (!m_isTerminal) return std::string(text);
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column > indent && column + 1 + widthOf(word) > m_width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) out += ' ', ++column;
    out += word;
    column += widthOf(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out;
}

std::string Terminal::table(const Table& table, std::string_view alignment) const {
  std::vector<std::size_t> widths;
  for (const std::string& cell : table.header) widths.push_back(widthOf(cell));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], widthOf(row[i]));
  if (m_isTerminal && !widths.empty()) {
    std::size_t others = 0;
    for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i] + 2;
    widths[0] = std::min(widths[0], std::max<std::size_t>(16, m_width > others ? m_width - others : 0));
  }
  const auto rowText = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += (i > 0 ? "  " : "") + padded(elided(cells[i], widths[i]), widths[i], alignment[i] == 'r');
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  std::string out = strong(rowText(table.header)) + "\n";
  for (const auto& row : table.rows) out += rowText(row) + "\n";
  return out;
}

}  // namespace ulpscope
