// SPDX-License-Identifier: Apache-2.0
#include "core/report/html_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/base/text.h"
#include "core/report/markup.h"
#include "core/report/svg_writer.h"

namespace ulpscope {
namespace {

/// Longest text of a cell; cut with an ellipsis beyond it.
constexpr std::size_t kMostLongBytes = 2048;
constexpr std::size_t kMostWordBytes = 64;

std::string_view classOf(HtmlColumn::Kind kind) {
  return kind == kNumber ? " class=\"n\"" : kind == kLong ? " class=\"t\"" : "";
}

bool isNumber(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return text.empty() || (error != std::errc::invalid_argument && end == text.data() + text.size());
}

}  // namespace

HtmlTable::HtmlTable(std::vector<HtmlColumn> columns) : m_columns(std::move(columns)) {
  m_out = "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>";
  for (const HtmlColumn& column : m_columns) {
    m_out += fmt::format("<th scope=\"col\"{}>{}", classOf(column.kind), markupText(column.title));
    if (!column.definition.empty()) m_out += fmt::format("<small>{}</small>", markupText(column.definition));
    m_out += "</th>";
  }
  m_out += "</tr></thead>\n<tbody>\n";
}

HtmlTable& HtmlTable::cell(std::string_view markup, std::string_view title) {
  if (m_column == 0) m_out += "<tr>";
  m_out.append("<td").append(classOf(m_columns[m_column++].kind));
  if (!title.empty()) m_out.append(" title=\"").append(title).append("\"");
  m_out.append(">").append(markup).append("</td>");
  return *this;
}

HtmlTable& HtmlTable::text(std::string_view text) {
  const bool isWord = m_columns[m_column].kind == HtmlColumn::Kind::Word;
  return cell(markupText(text, isWord ? kMostWordBytes : kMostLongBytes));
}

HtmlTable& HtmlTable::number(double value, int digits) {
  if (std::isnan(value)) return cell("—");
  const std::string exact = shortest(value);
  const std::string rounded = fmt::format("{:.{}g}", value, digits);
  return cell(rounded, rounded == exact ? "" : exact);
}

HtmlTable& HtmlTable::exact(double value) { return cell(std::isnan(value) ? "—" : shortest(value)); }

HtmlTable& HtmlTable::count(std::uint64_t value) { return cell(groupedDigits(value)); }

HtmlTable& HtmlTable::markup(std::string_view markup) { return cell(markup); }

void HtmlTable::endRow() {
  m_out += "</tr>\n";
  m_column = 0;
}

std::string HtmlTable::finish() { return std::move(m_out) + "</tbody></table></div>\n"; }

std::string htmlTable(const Table& table) {
  std::vector<std::size_t> kept;
  std::vector<HtmlColumn> columns;
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    if (std::ranges::all_of(table.rows, [&](const auto& row) { return row[c].empty(); })) continue;
    kept.push_back(c);
    const bool isNumbers = std::ranges::all_of(table.rows, [&](const auto& row) { return isNumber(row[c]); });
    columns.push_back({.title = table.header[c], .kind = isNumbers ? kNumber : kLong});
  }
  HtmlTable html(std::move(columns));
  for (const auto& row : table.rows) {
    for (const std::size_t c : kept) html.text(row[c]);
    html.endRow();
  }
  return html.finish();
}

std::string htmlNumberGrid(std::string_view indexTitle, std::span<const double> numbers) {
  constexpr std::size_t kARow = 10;
  std::vector<HtmlColumn> columns{{.title = std::string(indexTitle), .kind = kNumber}};
  for (std::size_t i = 0; i < std::min(kARow, numbers.size()); ++i)
    columns.push_back({.title = fmt::format("+{}", i), .kind = kNumber});
  HtmlTable table(std::move(columns));
  for (std::size_t first = 0; first < numbers.size(); first += kARow) {
    table.text(std::to_string(first));
    for (const double number : numbers.subspan(first, std::min(kARow, numbers.size() - first))) table.exact(number);
    table.endRow();
  }
  return table.finish();
}

std::string htmlDetails(std::string_view summary, std::string_view contentMarkup) {
  return fmt::format("<details><summary>{}</summary>\n{}</details>\n", markupText(summary), contentMarkup);
}

std::string htmlFigure(const Figure& figure, double height, std::string_view dataMarkup) {
  std::string svg = toSvg(figure, height);
  constexpr std::string_view kRole = "role=\"img\"";
  svg.insert(svg.find(kRole) + kRole.size(), fmt::format(" aria-label=\"{}\"", markupText(figure.title)));
  return fmt::format("<figure><div class=\"plot\" tabindex=\"0\">\n{}</div>\n{}</figure>\n", svg, dataMarkup);
}

std::string_view barColour(std::size_t index) { return svg::kSeries[std::min(index, svg::kSeries.size() - 1)]; }

std::string htmlStackedBar(std::string_view title, std::span<const BarShare> shares) {
  constexpr double kHeight = 28;
  SvgWriter out(kHeight);
  double left = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double width = shares[i].share * SvgWriter::kWidth;
    const double gap = width > 4 ? 1 : 0;  // a hairline between those that are wide enough
    out.element(fmt::format("<rect x=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", svgNumber(left),
                            svgNumber(width - gap), svgNumber(kHeight), barColour(i)));
    const std::string_view colour = i == 0 ? "#FEFEFE" : "#111111";  // only the blue is dark enough for white
    if (width > svgTextWidth(shares[i].name, 12) + 16)
      out.text(left + 8, 18, shares[i].name, {.size = 12, .colour = colour, .strong = true});
    left += width;
  }
  std::string svg = out.finish();
  constexpr std::string_view kRole = "role=\"img\"";
  svg.insert(svg.find(kRole) + kRole.size(), fmt::format(" aria-label=\"{}\"", markupText(title)));
  return "<div class=\"bar\">\n" + svg + "</div>\n";
}

std::string htmlOutline(std::span<const float> heights) {
  constexpr double kHeight = 16;
  std::string path;
  for (std::size_t i = 0; i < heights.size(); ++i)
    if (heights[i] > 0) {
      const double height = std::max(0.5, static_cast<double>(heights[i]) * kHeight);  // the smallest bin is seen, too
      path += fmt::format("M{} {}v{}h1v{}z", i, kHeight, svgNumber(-height), svgNumber(height));
    }
  return fmt::format(
      "<svg class=\"outline\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<path d=\"{}\"/></svg>",
      heights.size(), svgNumber(kHeight), path.empty() ? "M0 0" : path);
}

}  // namespace ulpscope
