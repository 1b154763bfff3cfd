// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/report/conspicuous.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"
#include "core/report/markup.h"

namespace ulpscope {
namespace {

constexpr double kDetailHeight = 360;

/// A count that should be 0, in colour where it is not.
void appendFault(HtmlTable& table, std::uint64_t count) {
  if (count == 0)
    table.count(0);
  else
    table.markup(fmt::format("<span class=\"special\">{}</span>", groupedDigits(count)));
}

void appendStatistics(HtmlTable& table, const TensorSummary& summary) {
  const Statistics& s = summary.statistics;
  table.number(s.min).number(s.max).number(s.mean).number(s.standardDeviation).number(s.kurtosis);
  appendFault(table, s.kinds.nan);
  appendFault(table, s.kinds.positiveInfinity + s.kinds.negativeInfinity);
  if (std::isnan(outlierColumnShare(summary)))
    table.text("—");
  else if (summary.outlierColumns == 0)
    table.count(0);
  else
    table.markup(fmt::format("<span class=\"outlier\">{}</span>", groupedDigits(summary.outlierColumns)));
}

std::string columnsMarkup(const TensorDetail& detail) {
  if (!detail.columns)
    return detail.columnCount > kMostDrawnColumns
               ? fmt::format(
                     "<p class=\"muted\">{} are more than are drawn here; <code>ulp inspect --columns</code> "
                     "lists their maxima.</p>\n",
                     counted(detail.columnCount, "column"))
               : "";
  const Series& maxima = detail.columns->series.front();
  Table outliers{{"outlier column", "largest |value|"}, {}};
  for (std::size_t i = 0; i < maxima.y.size(); ++i)
    if (maxima.marked[i]) outliers.rows.push_back({std::to_string(i), shortest(maxima.y[i])});
  std::string data;
  if (!outliers.rows.empty())
    data += htmlDetails(fmt::format("Outlier columns: {}", groupedDigits(outliers.rows.size())), htmlTable(outliers));
  data += htmlDetails(fmt::format("Data: largest |value| of {}", counted(maxima.y.size(), "column")),
                      htmlNumberGrid("column", maxima.y));
  return htmlFigure(*detail.columns, kDetailHeight, data);
}

/// How large the absolute maxima of blocks are: a row for each octave, a column for each size.
std::string blocksMarkup(const BlockRanges& blocks) {
  std::vector<HtmlColumn> columns{{"largest |value| of a block"}};
  for (const std::uint64_t size : kBlockSizes) columns.push_back({fmt::format("blocks of {}", size), kNumber});
  HtmlTable table(std::move(columns));
  const auto row = [&](std::string_view title, auto countOf) {
    table.text(title);
    for (const BlockRange& range : blocks.bySize) table.count(countOf(range));
    table.endRow();
  };
  row("all", [](const BlockRange& range) { return range.blocks; });
  if (blocks.bySize.front().notFinite > 0) row("not finite", [](const BlockRange& range) { return range.notFinite; });
  if (blocks.bySize.front().zero > 0) row("0", [](const BlockRange& range) { return range.zero; });
  const BlockRange& smallest = blocks.bySize.front();  // every octave of larger blocks is one of these, too
  for (std::size_t i = 0; i < smallest.counts.size(); ++i) {
    const int octave = smallest.lowest + static_cast<int>(i);
    const std::string title =
        octave == BlockRange::kSubnormalOctave ? "below 2^-126" : fmt::format("[2^{}, 2^{})", octave, octave + 1);
    row(title, [&](const BlockRange& range) {
      const auto at = static_cast<std::size_t>(octave - range.lowest);  // far beyond its end where it is negative
      return at < range.counts.size() ? range.counts[at] : 0;
    });
  }
  return htmlDetails("How large blocks are: absolute maxima along the rows, by octave", table.finish());
}

std::string detailMarkup(const HtmlReportInput& report, const TensorDetail& detail) {
  const TensorInfo& info = report.info(report.survey.tensors[detail.at]);
  std::string out =
      fmt::format("<h3 id=\"t{}\">{} {}</h3>\n<p>{}, {}: {}.</p>\n", detail.at, detail.at, markupText(info.name, 2048),
                  markupText(typeTitle(info)), bracketed(info.shape), markupText(detail.reason));
  if (!detail.failure.empty())
    return out + fmt::format("<p class=\"special\">{}</p>\n", markupText(detail.failure, 4096));
  Table bins = toTable(detail.histogram);
  bins.header.resize(4);  // without the series, of which there is one, labels and marks
  bins.header.erase(bins.header.begin());
  for (auto& row : bins.rows) {
    row.resize(4);
    row.erase(row.begin());
  }
  const std::string data =
      bins.rows.empty() ? "" : htmlDetails(fmt::format("Data: {}", counted(bins.rows.size(), "bin")), htmlTable(bins));
  return out + htmlFigure(detail.histogram, kDetailHeight, data) + columnsMarkup(detail) + blocksMarkup(detail.blocks);
}

}  // namespace

std::string tensorsSection(const HtmlReportInput& report) {
  const std::vector<SurveyedTensor>& tensors = report.survey.tensors;
  HtmlTable table({{"#", kNumber},
                   {"tensor", kLong},
                   {"outline", HtmlColumn::Kind::Word, "from −largest to largest |value|"},
                   {"type"},
                   {"shape", kNumber},
                   {"bytes", kNumber, "stored"},
                   {"min", kNumber, "finite values"},
                   {"max", kNumber, "finite values"},
                   {"mean", kNumber, "finite values"},
                   {"standard deviation", kNumber, "divides by n"},
                   {"kurtosis", kNumber, "m4 / m2² − 3, both divide by n; normal: 0"},
                   {"NaN", kNumber},
                   {"Inf", kNumber, "of either sign"},
                   {"outlier columns", kNumber, "largest |value| above median + 6 × 1.4826 MAD"}});
  for (const std::size_t at : report.rows) {
    const TensorInfo& info = report.info(tensors[at]);
    const bool isDetailed =
        std::ranges::find(report.survey.details, at, &TensorDetail::at) != report.survey.details.end();
    const std::string name = markupText(info.name, 2048);
    table.markup(fmt::format("<span id=\"r{0}\">{0}</span>", at));
    table.markup(isDetailed ? fmt::format("<a href=\"#t{}\">{}</a>", at, name) : name);
    const auto& summary = tensors[at].summary;
    table.markup(summary ? htmlOutline(summary->outline) : "");
    table.text(typeTitle(info)).text(bracketed(info.shape)).count(info.bytes);
    if (summary)
      appendStatistics(table, *summary);
    else
      for (int missing = 0; missing < 8; ++missing) table.text("—");
    table.endRow();
  }
  const bool areAll = report.rows.size() == tensors.size();
  std::string out = fmt::format("<section id=\"tensors\">\n<h2>All {}</h2>\n", counted(tensors.size(), "tensor"));
  if (!areAll)
    out += fmt::format(
        "<p><strong>{} of these {} have rows of their own</strong>, here, under the pictures and under schemes: those "
        "of "
        "findings, those that stand out the most, and the first. Of the others the first table has the totals; "
        "<code>ulp inspect --statistics --json</code> prints the numbers of all, and <code>--tensor</code> puts others "
        "on a page.</p>\n<h3>By name</h3>\n{}<h3>One by one</h3>\n",
        groupedDigits(report.rows.size()), counted(tensors.size(), "tensor"), patternsTable(report));
  out +=
      "<p>A matrix has a row for each index of its first dimension, a column for all others; MAD is the median "
      "distance "
      "from the median of the columns' largest |value|. A dash stands where there is no such number.</p>\n";
  return out + table.finish() + "</section>\n";
}

std::string detailsSection(const HtmlReportInput& report) {
  std::string out = "<section id=\"details\">\n<h2>What stands out</h2>\n";
  if (report.survey.details.empty())
    return out +
           "<p>Nothing: no tensor has values that are not finite, kurtosis above 0 or outlier "
           "columns.</p>\n</section>\n";
  out += fmt::format(
      "<p>Up to {} tensors, chosen in turn by the number of elements that are not finite, by kurtosis and by the share "
      "of outlier columns, the largest first, where that is above 0{}. It says what is unlike the rest, not that it is "
      "wrong.</p>\n",
      kMostDetails, report.names.pattern.empty() ? "" : "; then the others that were chosen by name");
  for (const TensorDetail& detail : report.survey.details) out += detailMarkup(report, detail);
  return out + "</section>\n";
}

}  // namespace ulpscope
