// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/report/checkpoint_survey.h"
#include "core/report/html_report.h"

namespace ulpscope {

/// The sections of htmlReport, each a `<section>` with an id and a heading.
struct HtmlReportInput {
  const Checkpoint& checkpoint;
  const CheckpointSurvey& survey;
  const ReportNames& names;
  /// The tensors (indices into survey.tensors, ascending) that have rows of their own: all, or the kMostRows that
  /// matter most: those at length, those of findings, the conspicuous ones and then the first.
  std::vector<std::size_t> rows;

  const TensorInfo& info(const SurveyedTensor& tensor) const { return checkpoint.tensors[tensor.tensor]; }
};

/// Everything in `<style>`: the colours of the house, light and dark as the reader's system is.
std::string htmlStyle();

std::string factsSection(const HtmlReportInput& report);
std::string typesSection(const HtmlReportInput& report);
std::string findingsSection(const HtmlReportInput& report);
std::string warningsSection(const HtmlReportInput& report);
std::string overviewSection(const HtmlReportInput& report);
std::string tensorsSection(const HtmlReportInput& report);
std::string detailsSection(const HtmlReportInput& report);
std::string schemesSection(const HtmlReportInput& report);  ///< empty where no schemes were asked for

/// All tensors by their names with `*` for each number in them: what is on the page of every tensor where there are
/// more than kMostRows.
std::string patternsTable(const HtmlReportInput& report);
/// "model.layers.*.mlp.experts.*.up_proj.weight".
std::string namePattern(std::string_view name);

std::vector<std::size_t> rowsOf(const CheckpointSurvey& survey);

/// Lines of the page's tables: a page of any checkpoint stays below some 10 MB. Beyond them it says what is left out.
inline constexpr std::size_t kMostRows = 2000;
inline constexpr std::size_t kMostFindings = 1000;
inline constexpr std::size_t kMostRemarks = 1000;  ///< of each kind
inline constexpr std::size_t kMostPatterns = 1000;

}  // namespace ulpscope
