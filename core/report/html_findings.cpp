// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"
#include "core/report/markup.h"

namespace ulpscope {
namespace {

std::string severityMarkup(Severity severity) {
  if (severity == Severity::Note) return std::string(idOf(severity));
  return fmt::format("<span class=\"{}\">{}</span>", severity == Severity::Error ? "special" : "outlier",
                     idOf(severity));
}

/// "2 errors, 3 warnings", as `ulp lint` ends.
std::string countsOf(const std::vector<LintFinding>& findings) {
  std::string counts;
  for (const Severity severity : kSeverities) {
    const auto count = static_cast<std::uint64_t>(std::ranges::count(findings, severity, &LintFinding::severity));
    if (count > 0) counts += (counts.empty() ? "" : ", ") + counted(count, idOf(severity));
  }
  return counts;
}

/// Leads to the tensor at length where it is, else to its row.
std::string nameMarkup(const HtmlReportInput& report, const std::map<std::size_t, std::size_t>& places,
                       std::size_t tensor) {
  const std::string name = markupText(report.checkpoint.tensors[tensor].name, 2048);
  const auto& whole = report.checkpoint.tensors[tensor].partOf;
  const auto place = places.find(whole ? *whole : tensor);
  if (place == places.end() || !std::ranges::binary_search(report.rows, place->second)) return name;
  const bool isDetailed =
      std::ranges::find(report.survey.details, place->second, &TensorDetail::at) != report.survey.details.end();
  return fmt::format("<a href=\"#{}{}\">{}</a>", isDetailed ? 't' : 'r', place->second, name);
}

std::string adviceMarkup(const std::vector<LintFinding>& findings) {
  std::set<std::string_view> found;
  for (const LintFinding& finding : findings) found.insert(finding.rule);
  HtmlTable table({{"rule"}, {"finds", kLong}, {"what to do", kLong}});
  for (const LintRule* rule : lintRules())
    if (found.contains(rule->id)) table.text(rule->id).text(rule->title).text(rule->advice).endRow();
  return htmlDetails("What these rules mean, and what to do", table.finish());
}

}  // namespace

std::string findingsSection(const HtmlReportInput& report) {
  const std::vector<LintFinding>& findings = report.survey.findings;
  std::string out = "<section id=\"findings\">\n<h2>Findings</h2>\n";
  if (!report.names.pattern.empty())
    out +=
        "<p>About the tensors on this page, and the checkpoint as a whole; rules that compare tensors saw these "
        "only.</p>\n";
  if (findings.empty()) return out + "<p>Nothing found.</p>\n</section>\n";
  out += fmt::format(
      "<p>{}: what <code>ulp lint</code> prints, worst first. An error means that what is computed with this is "
      "wrong, a warning that it is strange.</p>\n",
      countsOf(findings));
  std::map<std::size_t, std::size_t> places;
  for (std::size_t at = 0; at < report.survey.tensors.size(); ++at)
    places.emplace(report.survey.tensors[at].tensor, at);
  HtmlTable table({{"severity"}, {"tensor", kLong}, {"finding (rule)", kLong}});
  for (const LintFinding& finding : std::span(findings).first(std::min(findings.size(), kMostFindings))) {
    table.markup(severityMarkup(finding.severity));
    table.markup(finding.tensor ? nameMarkup(report, places, *finding.tensor) : "");
    table.markup(fmt::format("{} <span class=\"muted\">({})</span>", markupText(finding.message, 4096), finding.rule))
        .endRow();
  }
  out += table.finish();
  if (findings.size() > kMostFindings)
    out += fmt::format("<p><strong>{} of {} are listed</strong>; <code>ulp lint</code> prints all.</p>\n",
                       groupedDigits(kMostFindings), counted(findings.size(), "finding"));
  return out + adviceMarkup(findings) + "</section>\n";
}

}  // namespace ulpscope
