// SPDX-License-Identifier: Apache-2.0
#include "core/report/svg_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/report/markup.h"

namespace ulpscope {
namespace {

constexpr std::string_view kWords = "Inter,'Noto Sans',sans-serif";
constexpr std::string_view kNumbers = "'JetBrains Mono','DejaVu Sans Mono',monospace";

}  // namespace

SvgWriter::SvgWriter(double height) {
  m_body = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\">\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"{2}\"/>\n",
      kWidth, height, svg::kSurface);
}

void SvgWriter::text(double x, double y, std::string_view text, const SvgTextStyle& style) {
  using Anchor = SvgTextStyle::Anchor;
  std::string attributes = fmt::format("x=\"{}\" y=\"{}\" font-family=\"{}\" font-size=\"{}\"", svgNumber(x),
                                       svgNumber(y), style.numeric ? kNumbers : kWords, style.size);
  if (style.strong) attributes += " font-weight=\"600\"";
  if (style.anchor != Anchor::Start)
    attributes += style.anchor == Anchor::Middle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
  if (style.upright) attributes += fmt::format(" transform=\"rotate(-90 {} {})\"", svgNumber(x), svgNumber(y));
  const std::string content = markupText(text);
  // Twice rather than with paint-order, which Qt does not know.
  if (style.halo)
    m_body += fmt::format("<text {} fill=\"none\" stroke=\"{}\" stroke-width=\"3\">{}</text>\n", attributes,
                          svg::kSurface, content);
  m_body += fmt::format("<text {} fill=\"{}\">{}</text>\n", attributes, style.colour, content);
}

void SvgWriter::line(double x1, double y1, double x2, double y2, std::string_view colour) {
  m_body += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\"/>\n", svgNumber(x1), svgNumber(y1),
                        svgNumber(x2), svgNumber(y2), colour);
}

void SvgWriter::path(std::string_view data, std::string_view attributes) {
  if (!data.empty()) m_body += fmt::format("<path d=\"{}\" {}/>\n", data, attributes);
}

void SvgWriter::heading(std::string_view title, const std::vector<std::string>& notes) {
  text(24, 28, title, {.size = 14, .colour = svg::kText, .strong = true});
  std::string line;
  for (const std::string& note : notes) line += (line.empty() ? "" : " · ") + note;
  if (!line.empty()) text(24, 46, line, {.size = 12});
}

std::string SvgWriter::finish() const { return m_body + "</svg>\n"; }

std::string svgNumber(double value) {
  std::string text = fmt::format("{:.2f}", value == 0 ? 0.0 : value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

double svgTextWidth(std::string_view text, int size) {
  const auto continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  const auto characters =
      static_cast<double>(text.size()) - static_cast<double>(std::ranges::count_if(text, continuation));
  return 0.58 * size * characters;
}

}  // namespace ulpscope
