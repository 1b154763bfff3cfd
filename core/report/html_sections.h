// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/checkpoint/checkpoint.h"
#include "core/report/checkpoint_survey.h"
#include "core/report/html_report.h"

namespace ulpscope {

/// The sections of htmlReport, each a `<section>` with an id and a heading.
struct HtmlReportInput {
  const Checkpoint& checkpoint;
  const CheckpointSurvey& survey;
  const ReportNames& names;

  const TensorInfo& info(const SurveyedTensor& tensor) const { return checkpoint.tensors[tensor.tensor]; }
};

/// Everything in `<style>`: the colours of the house, light and dark as the reader's system is.
std::string htmlStyle();

std::string factsSection(const HtmlReportInput& report);
std::string typesSection(const HtmlReportInput& report);
std::string warningsSection(const HtmlReportInput& report);
std::string overviewSection(const HtmlReportInput& report);
std::string tensorsSection(const HtmlReportInput& report);
std::string detailsSection(const HtmlReportInput& report);
std::string schemesSection(const HtmlReportInput& report);  ///< empty where no schemes were asked for

/// Tensors beyond which the small outlines are left out: they are most of the page's bytes.
inline constexpr std::size_t kMostOutlines = 2000;

}  // namespace ulpscope
