// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/report/conspicuous.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"

namespace ulpscope {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Of the tensors of one pattern. NaN where no tensor has such a number.
struct PatternTotals {
  std::string pattern;
  std::size_t first = 0;
  std::uint64_t tensors = 0;
  std::uint64_t unread = 0;
  std::vector<std::string> types = {};
  std::vector<std::string> shapes = {};
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  double largest = std::nan("");
  double leastDeviation = std::nan("");
  double mostDeviation = std::nan("");
  double kurtosis = std::nan("");
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::uint64_t outlierColumns = 0;

  void add(const TensorInfo& info, const SurveyedTensor& tensor) {
    ++tensors;
    addTo(types, std::string(typeTitle(info)));
    addTo(shapes, bracketed(info.shape));
    elements = saturatingAdd(elements, info.elements);
    if (!info.sharesWith) bytes = saturatingAdd(bytes, info.bytes);
    if (!tensor.summary) {
      ++unread;
      return;
    }
    const Statistics& s = tensor.summary->statistics;
    largest = std::fmax(largest, s.absMax);
    leastDeviation = std::fmin(leastDeviation, s.standardDeviation);
    mostDeviation = std::fmax(mostDeviation, s.standardDeviation);
    kurtosis = std::fmax(kurtosis, s.kurtosis);
    nan += s.kinds.nan;
    infinite += s.kinds.positiveInfinity + s.kinds.negativeInfinity;
    outlierColumns += tensor.summary->outlierColumns;
  }

 private:
  static constexpr std::size_t kMostDistinct = 4;  ///< one more than are shown
  static void addTo(std::vector<std::string>& distinct, std::string text) {
    if (distinct.size() < kMostDistinct && std::ranges::find(distinct, text) == distinct.end())
      distinct.push_back(std::move(text));
  }
};

std::string joined(const std::vector<std::string>& distinct) {
  std::string text;
  for (std::size_t i = 0; i < distinct.size(); ++i)
    text += i == 3 ? ", …" : fmt::format("{}{}", text.empty() ? "" : ", ", distinct[i]);
  return text;
}

std::vector<PatternTotals> totalsByPattern(const HtmlReportInput& report) {
  std::vector<PatternTotals> all;
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t at = 0; at < report.survey.tensors.size(); ++at) {
    const TensorInfo& info = report.info(report.survey.tensors[at]);
    std::string pattern = namePattern(info.name);
    auto place = places.find(pattern);
    if (place == places.end()) {
      // What goes beyond the limit is one line, the last.
      const std::size_t line = std::min(places.size(), kMostPatterns - 1);
      if (line == all.size()) all.push_back({.pattern = pattern, .first = at});
      if (places.size() >= kMostPatterns) all[line].pattern = "all others";
      place = places.emplace(std::move(pattern), line).first;
    }
    all[place->second].add(info, report.survey.tensors[at]);
  }
  return all;
}

}  // namespace

std::string namePattern(std::string_view name) {
  std::string pattern;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (!isDigit(name[i]))
      pattern += name[i];
    else if (i == 0 || !isDigit(name[i - 1]))
      pattern += '*';
  return pattern;
}

std::string patternsTable(const HtmlReportInput& report) {
  HtmlTable table({{"first #", kNumber},
                   {"tensors", kLong, "* for each number in their names"},
                   {"count", kNumber},
                   {"not read", kNumber},
                   {"type"},
                   {"shape", kLong},
                   {"elements", kNumber},
                   {"bytes", kNumber, "stored, shared ones once"},
                   {"largest |value|", kNumber, "of all"},
                   {"least deviation", kNumber},
                   {"most", kNumber},
                   {"highest kurtosis", kNumber},
                   {"NaN", kNumber},
                   {"Inf", kNumber},
                   {"outlier columns", kNumber}});
  for (const PatternTotals& t : totalsByPattern(report)) {
    table.text(std::to_string(t.first)).text(t.pattern).count(t.tensors).count(t.unread);
    table.text(joined(t.types)).text(joined(t.shapes)).count(t.elements).count(t.bytes);
    table.number(t.largest).number(t.leastDeviation).number(t.mostDeviation).number(t.kurtosis);
    table.count(t.nan).count(t.infinite).count(t.outlierColumns).endRow();
  }
  return table.finish();
}

std::vector<std::size_t> rowsOf(const CheckpointSurvey& survey) {
  std::vector<std::size_t> rows(survey.tensors.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (rows.size() <= kMostRows) return rows;
  std::vector<bool> isTaken(rows.size());
  std::size_t left = kMostRows;
  const auto take = [&](std::size_t at) {
    if (left == 0 || isTaken[at]) return;
    isTaken[at] = true;
    --left;
  };
  for (const TensorDetail& detail : survey.details) take(detail.at);
  std::map<std::size_t, std::size_t> places;
  for (const std::size_t at : rows) places.emplace(survey.tensors[at].tensor, at);
  for (const LintFinding& finding : std::span(survey.findings).first(std::min(survey.findings.size(), kMostFindings)))
    if (const auto place = finding.tensor ? places.find(*finding.tensor) : places.end(); place != places.end())
      take(place->second);
  std::vector<const TensorSummary*> summaries;
  for (const SurveyedTensor& tensor : survey.tensors) summaries.push_back(tensor.summary ? &*tensor.summary : nullptr);
  for (const Conspicuous& one : conspicuousTensors(summaries, left)) take(one.at);
  for (const std::size_t at : rows) take(at);
  std::erase_if(rows, [&](std::size_t at) { return !isTaken[at]; });
  return rows;
}

}  // namespace ulpscope
