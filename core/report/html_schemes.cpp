// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/quantization/scheme_totals.h"
#include "core/report/figures.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"
#include "core/report/markup.h"

namespace ulpscope {
namespace {

std::vector<SchemeTotals> totalsOf(const HtmlReportInput& report) {
  std::vector<SchemeTotals> totals(report.survey.schemes.size());
  for (const SurveyedTensor& tensor : report.survey.tensors)
    for (std::size_t s = 0; s < tensor.schemes.size(); ++s)
      if (const SchemeComparison& measured = tensor.schemes[s]; measured.error.empty())
        totals[s].add(report.info(tensor).elements, measured.bitsPerWeight, measured.metrics);
  return totals;
}

std::string totalsMarkup(const HtmlReportInput& report, const std::vector<SchemeTotals>& totals) {
  HtmlTable table({{"scheme"},
                   {"name"},
                   {"tensors", kNumber, "that it fits"},
                   {"elements", kNumber},
                   {"bits per weight", kNumber, "all that is stored, over elements"},
                   {"signal to noise (dB)", kNumber, "20 log10(‖x‖ / ‖y − x‖)"},
                   {"mean squared error", kNumber, "divides by n"},
                   {"left out", kNumber, "elements, x or y not finite"},
                   {"reproduces", kLong}});
  for (std::size_t s = 0; s < totals.size(); ++s) {
    const SchemeInfo& info = report.survey.schemes[s]->info();
    table.text(info.id).text(info.title).count(totals[s].tensors()).count(totals[s].elements());
    table.number(totals[s].bitsPerWeight()).number(totals[s].signalToNoiseDb()).number(totals[s].meanSquaredError());
    table.count(totals[s].excluded()).text(info.reference).endRow();
  }
  return table.finish();
}

/// The totals as the figure of one tensor takes them.
Figure chartOf(const HtmlReportInput& report, const std::vector<SchemeTotals>& totals) {
  std::vector<SchemeComparison> all;
  for (std::size_t s = 0; s < totals.size(); ++s) {
    const SchemeInfo& info = report.survey.schemes[s]->info();
    SchemeComparison comparison{.scheme = info.id,
                                .title = info.title,
                                .bitsPerWeight = totals[s].bitsPerWeight(),
                                .metrics = {},
                                .warnings = {},
                                .error = {}};
    comparison.metrics.signalToNoiseDb = totals[s].signalToNoiseDb();
    all.push_back(std::move(comparison));
  }
  Figure figure = errorAgainstSizeFigure("", all);
  figure.title = "Error against size, over all tensors that a scheme fits";
  return figure;
}

std::string schemeMarkup(const HtmlReportInput& report, std::size_t s, const SchemeTotals& totals) {
  HtmlTable table({{"#", kNumber},
                   {"tensor", kLong},
                   {"bits per weight", kNumber},
                   {"signal to noise (dB)", kNumber},
                   {"RMSE", kNumber},
                   {"relative RMSE", kNumber, "RMSE / RMS of x"},
                   {"largest |error|", kNumber},
                   {"median |error|", kNumber},
                   {"95 % of |error|", kNumber},
                   {"99.9 % of |error|", kNumber},
                   {"mean error", kNumber, "y − x"},
                   {"cosine", kNumber},
                   {"left out", kNumber},
                   {"remarks", kLong}});
  for (const std::size_t i : report.rows) {
    const SurveyedTensor& tensor = report.survey.tensors[i];
    table.text(std::to_string(i)).text(report.info(tensor).name);
    const bool isMeasured = !tensor.schemes.empty() && tensor.schemes[s].error.empty();
    if (!isMeasured) {
      for (int missing = 0; missing < 11; ++missing) table.text("—");
      const bool isRead = tensor.summary.has_value();
      table.text(!tensor.schemes.empty() ? tensor.schemes[s].error : isRead ? tensor.unmeasured : "not read").endRow();
      continue;
    }
    const ErrorMetrics& m = tensor.schemes[s].metrics;
    table.number(tensor.schemes[s].bitsPerWeight).number(m.signalToNoiseDb).number(m.rootMeanSquaredError);
    table.number(m.relativeRmse)
        .number(m.maxAbsoluteError)
        .number(m.p50)
        .number(m.p95)
        .number(m.p999)
        .number(m.meanError)
        .number(m.cosine, 8)
        .count(m.excluded);
    table.text(fmt::format("{}", fmt::join(tensor.schemes[s].warnings, "; "))).endRow();
  }
  const SchemeInfo& info = report.survey.schemes[s]->info();
  return htmlDetails(fmt::format("{}: {} of {}", info.title, groupedDigits(totals.tensors()),
                                 counted(report.survey.tensors.size(), "tensor")),
                     table.finish());
}

}  // namespace

std::string schemesSection(const HtmlReportInput& report) {
  if (report.survey.schemes.empty()) return {};
  const std::vector<SchemeTotals> totals = totalsOf(report);
  const Figure chart = chartOf(report, totals);
  std::string out =
      "<section id=\"schemes\">\n<h2>Quantization</h2>\n"
      "<p>Each tensor x through each scheme with its default knobs and back, y; errors are y − x. Totals weigh tensors "
      "by "
      "their elements; those of schemes that fit different tensors do not compare.</p>\n";
  out += totalsMarkup(report, totals);
  Table data = toTable(chart);
  data.header.pop_back();  // nothing is marked
  for (auto& row : data.rows) row.pop_back();
  if (std::ranges::any_of(chart.series, [](const Series& series) { return !series.x.empty(); }))
    out += htmlFigure(chart, 480, htmlDetails("Data of this picture", htmlTable(data)));
  out += "<h3>Tensor by tensor</h3>\n";
  if (report.rows.size() < report.survey.tensors.size())
    out += fmt::format("<p><strong>{} of {}</strong>; <code>ulp scan --json</code> prints all.</p>\n",
                       groupedDigits(report.rows.size()), counted(report.survey.tensors.size(), "tensor"));
  for (std::size_t s = 0; s < totals.size(); ++s) out += schemeMarkup(report, s, totals[s]);
  return out + "</section>\n";
}

}  // namespace ulpscope
