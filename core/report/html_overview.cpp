// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/base/text.h"
#include "core/report/conspicuous.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"

namespace ulpscope {
namespace {

constexpr double kCurveHeight = 280;

struct Curve {
  std::string title;
  std::string axis;
  bool logarithmic;
  double (*of)(const TensorSummary&);
};

const Curve kCurves[]{
    {"Largest magnitude of each tensor", "largest |value|", true,
     [](const TensorSummary& s) { return s.statistics.absMax; }},
    {"Standard deviation of each tensor", "deviation", true,
     [](const TensorSummary& s) { return s.statistics.standardDeviation; }},
    {"Kurtosis of each tensor", "kurtosis", false, [](const TensorSummary& s) { return s.statistics.kurtosis; }},
    {"Share of outlier columns of each tensor", "share of columns", false, outlierColumnShare}};

/// Numbers the highest of the marked bars, where there is room for the number.
void label(Series& bars, const std::vector<std::size_t>& marked) {
  constexpr std::size_t kMostLabels = 6;
  std::vector<std::size_t> highest = marked;
  std::ranges::stable_sort(highest, std::greater{}, [&](std::size_t at) { return bars.y[at]; });
  std::vector<std::size_t> labelled;
  for (const std::size_t at : highest) {
    const auto isNear = [&](std::size_t other) {
      return std::max(at, other) - std::min(at, other) <= bars.y.size() / 24;
    };
    if (labelled.size() == kMostLabels || std::ranges::any_of(labelled, isNear)) continue;
    labelled.push_back(at);
    bars.labels[at] = std::to_string(at);
  }
}

Figure curveFigure(const CheckpointSurvey& survey, const Curve& curve) {
  Figure figure{.title = curve.title,
                .x = {.title = "tensor, by its number in the table of all tensors"},
                .y = {.title = curve.axis, .logarithmic = curve.logarithmic}};
  const std::size_t count = survey.tensors.size();
  Series bars{.kind = Series::Kind::Bars, .name = curve.axis, .labels = std::vector<std::string>(count)};
  std::size_t missing = 0;
  for (std::size_t i = 0; i <= count; ++i) bars.x.push_back(static_cast<double>(i));
  for (const SurveyedTensor& tensor : survey.tensors) {
    bars.y.push_back(tensor.summary ? curve.of(*tensor.summary) : std::nan(""));
    const double value = bars.y.back();
    if (!std::isfinite(value) || (curve.logarithmic && value <= 0)) ++missing;
  }
  bars.marked.resize(count);
  std::vector<std::size_t> marked;
  for (const TensorDetail& detail : survey.details)
    if (std::isfinite(bars.y[detail.at])) {
      bars.marked[detail.at] = true;
      marked.push_back(detail.at);
    }
  label(bars, marked);
  if (missing > 0) figure.notes.push_back(fmt::format("{} without such a number", counted(missing, "tensor")));
  figure.series.push_back(std::move(bars));
  return figure;
}

std::string outlineText(const TensorSummary& summary) {
  std::string text;
  for (const float height : summary.outline)
    text += fmt::format("{}{}", text.empty() ? "" : " ", std::lround(100 * static_cast<double>(height)));
  return text;
}

/// Every number of the curves and of the table of tensors, in full.
std::string exactTable(const HtmlReportInput& report) {
  std::vector<HtmlColumn> columns{
      {"#", kNumber},
      {"tensor", kLong},
      {"elements", kNumber},
      {"finite", kNumber},
      {"min", kNumber},
      {"max", kNumber},
      {"largest |value|", kNumber},
      {"mean", kNumber},
      {"standard deviation", kNumber},
      {"kurtosis", kNumber},
      {"zero", kNumber},
      {"subnormal", kNumber},
      {"NaN", kNumber},
      {"+Inf", kNumber},
      {"−Inf", kNumber},
      {"columns", kNumber},
      {"outlier columns", kNumber},
      {"share of them", kNumber},
      {"outline", kNumber, fmt::format("heights of its {} bins, % of the highest", TensorSummary::kOutline)}};
  HtmlTable table(std::move(columns));
  for (const std::size_t i : report.rows) {
    const SurveyedTensor& tensor = report.survey.tensors[i];
    if (!tensor.summary) continue;
    const Statistics& s = tensor.summary->statistics;
    table.text(std::to_string(i)).text(report.info(tensor).name).count(s.count).count(s.finite);
    table.exact(s.min).exact(s.max).exact(s.absMax).exact(s.mean).exact(s.standardDeviation).exact(s.kurtosis);
    table.count(s.kinds.zero).count(s.kinds.subnormal).count(s.kinds.nan);
    table.count(s.kinds.positiveInfinity).count(s.kinds.negativeInfinity).count(tensor.summary->columns);
    const double share = outlierColumnShare(*tensor.summary);
    std::isnan(share) ? table.text("—") : table.count(tensor.summary->outlierColumns);
    table.exact(share);
    table.text(outlineText(*tensor.summary)).endRow();
  }
  return table.finish();
}

}  // namespace

std::string overviewSection(const HtmlReportInput& report) {
  std::string out = "<section id=\"overview\">\n<h2>Overview</h2>\n";
  if (report.survey.tensors.empty()) return out + "<p>There are no tensors.</p>\n</section>\n";
  out +=
      "<p>Over the finite values of each tensor. Numbers of tensors are their places in the order of the file, from 0, "
      "as "
      "<code>position</code> in <code>ulp scan</code>. Orange: what is shown at length under "
      "<a href=\"#details\">what stands out</a>.</p>\n";
  for (const Curve& curve : kCurves) out += htmlFigure(curveFigure(report.survey, curve), kCurveHeight, "");
  const std::string whose =
      report.rows.size() == report.survey.tensors.size()
          ? "every tensor"
          : fmt::format("{} of {}", groupedDigits(report.rows.size()), counted(report.survey.tensors.size(), "tensor"));
  return out +
         htmlDetails(fmt::format("Data of these pictures: every number of {} in full", whose), exactTable(report)) +
         "</section>\n";
}

}  // namespace ulpscope
