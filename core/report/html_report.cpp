// SPDX-License-Identifier: Apache-2.0
#include "core/report/html_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "core/base/text.h"
#include "core/checkpoint/checkpoint_facts.h"
#include "core/checkpoint/security_remark.h"
#include "core/checkpoint/tensor_tree.h"
#include "core/report/html_parts.h"
#include "core/report/html_sections.h"
#include "core/report/markup.h"

namespace ulpscope {
namespace {

std::string baseName(const std::string& path) {
  const std::filesystem::path whole(path);
  const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  return name.empty() ? path : name;
}

std::string factMarkup(std::string_view title, std::string_view valueMarkup) {
  return fmt::format("<dt>{}</dt><dd>{}</dd>\n", markupText(title), valueMarkup);
}

std::string bytesText(std::uint64_t bytes) {
  return bytes < 1024 ? humanBytes(bytes) : fmt::format("{} ({} bytes)", humanBytes(bytes), groupedDigits(bytes));
}

std::vector<TypeShare> typesOf(const HtmlReportInput& report) {
  std::vector<std::size_t> tensors;
  for (const SurveyedTensor& tensor : report.survey.tensors) tensors.push_back(tensor.tensor);
  return sharesByType(report.checkpoint, tensors);
}

/// "1,000 of 92,000 are listed; `ulp inspect` lists all." where there are more.
std::string leftOutMarkup(std::size_t all) {
  if (all <= kMostRemarks) return {};
  return fmt::format("<p><strong>{} of {} are listed</strong>; <code>ulp inspect</code> lists all.</p>\n",
                     groupedDigits(kMostRemarks), groupedDigits(all));
}

std::string listMarkup(const std::vector<std::string>& sentences) {
  std::string list = "<ul>\n";
  for (const std::string& sentence : std::span(sentences).first(std::min(sentences.size(), kMostRemarks)))
    list += fmt::format("<li>{}</li>\n", markupText(sentence, 4096));
  return list + "</ul>\n" + leftOutMarkup(sentences.size());
}

/// Of opening, of reading, and of loading for schemes.
std::vector<std::string> warningsOf(const HtmlReportInput& report) {
  std::vector<std::string> warnings = ulpscope::warningsOf(report.checkpoint);
  for (const SurveyedTensor& tensor : report.survey.tensors)
    for (const std::string& warning : tensor.warnings)
      warnings.push_back(fmt::format("{}: {}", printable(report.info(tensor).name), warning));
  return warnings;
}

/// Tensors about which something must be said; those that were not read first.
std::string remarksMarkup(const HtmlReportInput& report) {
  std::vector<std::pair<const SurveyedTensor*, std::string>> remarks;
  for (const bool isRead : {false, true})
    for (const SurveyedTensor& tensor : report.survey.tensors) {
      if (tensor.summary.has_value() != isRead) continue;
      std::string remark = tensor.failure.empty() ? remarkOn(report.checkpoint, report.info(tensor)) : tensor.failure;
      if (!remark.empty()) remarks.emplace_back(&tensor, std::move(remark));
    }
  if (remarks.empty()) return {};
  HtmlTable table({{"tensor", kLong}, {"type"}, {"values"}, {"remark", kLong}});
  for (const auto& [tensor, remark] : std::span(remarks).first(std::min(remarks.size(), kMostRemarks))) {
    table.text(report.info(*tensor).name).text(typeTitle(report.info(*tensor)));
    table.markup(tensor->summary ? "read" : "<span class=\"special\">not read</span>").text(remark).endRow();
  }
  return fmt::format("<h3>Remarks on {}</h3>\n{}{}", counted(remarks.size(), "tensor"), table.finish(),
                     leftOutMarkup(remarks.size()));
}

std::string objectsMarkup(const Checkpoint& checkpoint) {
  if (checkpoint.objects.empty()) return {};
  HtmlTable table({{"not a tensor", kLong}, {"is", kLong}, {"remark", kLong}});
  const std::span all(checkpoint.objects);
  for (const InertObject& object : all.first(std::min(all.size(), kMostRemarks))) {
    table.text(object.name);
    table.markup(
        fmt::format("<span{}>{}</span>", object.suspicious ? " class=\"special\"" : "", markupText(object.type)));
    table.text(object.remark).endRow();
  }
  return fmt::format("<h3>{} in the file, listed and never run</h3>\n{}{}",
                     counted(checkpoint.objects.size(), "object"), table.finish(), leftOutMarkup(all.size()));
}

/// One file has its hash in the list of facts, many have a list of their own.
std::string hashFacts(std::span<const HashedFile> files) {
  if (files.empty()) return {};
  if (files.size() == 1) return factMarkup("SHA-256", files.front().sha256);
  std::string list;
  for (const HashedFile& file : files) list += fmt::format("{}  {}\n", file.sha256, markupText(file.name, 4096));
  return factMarkup("SHA-256", fmt::format("<details><summary>of {}</summary><pre>{}</pre></details>",
                                           counted(files.size(), "file"), list));
}

std::uint64_t notRead(const CheckpointSurvey& survey) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(survey.tensors, [](const SurveyedTensor& tensor) { return !tensor.summary; }));
}

}  // namespace

std::string factsSection(const HtmlReportInput& report) {
  const Checkpoint& checkpoint = report.checkpoint;
  std::string facts;
  facts += factMarkup("path", markupText(report.names.path, 4096));
  facts += factMarkup("container", markupText(checkpoint.container));
  if (checkpoint.model)
    if (const auto model = modelFacts(*checkpoint.model); !model.empty())
      facts += factMarkup("model", markupText(fmt::format("{}", fmt::join(model, ", ")), 2048));
  facts += factMarkup("files", groupedDigits(checkpoint.files.size()));
  facts += hashFacts(report.names.files);
  facts += factMarkup("tensors", groupedDigits(checkpoint.totalTensors()));
  facts += factMarkup("parameters", groupedDigits(checkpoint.totalElements()));
  facts += factMarkup("bytes of tensors", bytesText(checkpoint.totalBytes()));
  if (!report.names.pattern.empty())
    facts += factMarkup("on this page",
                        fmt::format("{} that match {}; all below is about these",
                                    counted(report.survey.tensors.size(), "tensor"), markupText(report.names.pattern)));
  const std::uint64_t unread = notRead(report.survey);
  facts += factMarkup("not read", unread == 0 ? "0 tensors"
                                              : fmt::format("<a class=\"special\" href=\"#warnings\">{}</a>",
                                                            counted(unread, "tensor")));
  std::uint64_t nonFinite = 0;
  for (const SurveyedTensor& tensor : report.survey.tensors)
    if (tensor.summary && tensor.summary->hasNonFinite()) ++nonFinite;
  facts += factMarkup(
      "with NaN or infinity",
      fmt::format("<span{}>{}</span>", nonFinite > 0 ? " class=\"special\"" : "", counted(nonFinite, "tensor")));
  return fmt::format("<header>\n<h1>{}</h1>\n<dl>\n{}</dl>\n</header>\n", markupText(baseName(report.names.path)),
                     facts);
}

std::string typesSection(const HtmlReportInput& report) {
  const std::vector<TypeShare> types = typesOf(report);
  double all = 0;
  for (const TypeShare& type : types) all += static_cast<double>(type.bytes);
  std::vector<BarShare> shares;
  for (const TypeShare& type : types)
    shares.push_back({std::string(type.type), all > 0 ? static_cast<double>(type.bytes) / all : 0});
  HtmlTable table({{"type"},
                   {"tensors", kNumber},
                   {"parameters", kNumber},
                   {"bytes", kNumber, "shared ones once"},
                   {"", kNumber},
                   {"share of bytes", kNumber}});
  for (std::size_t i = 0; i < types.size(); ++i) {
    table.markup(
        fmt::format("<svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect width=\"10\" "
                    "height=\"10\" fill=\"{}\"/></svg>{}",
                    barColour(i), markupText(types[i].type)));
    table.count(types[i].tensors).count(types[i].elements).count(types[i].bytes).text(humanBytes(types[i].bytes));
    table.text(fmt::format("{:.2f} %", 100 * shares[i].share)).endRow();
  }
  return "<section id=\"types\">\n<h2>Element types</h2>\n" + htmlStackedBar("Share of bytes by type", shares) +
         table.finish() + "</section>\n";
}

std::string warningsSection(const HtmlReportInput& report) {
  const std::vector<std::string> warnings = warningsOf(report);
  const std::uint64_t unread = notRead(report.survey);
  std::string out = "<section id=\"warnings\">\n<h2>Warnings</h2>\n";
  if (unread > 0)
    out += fmt::format("<p class=\"special\">{} of {} cannot be read; their statistics are missing below.</p>\n",
                       groupedDigits(unread), counted(report.survey.tensors.size(), "tensor"));
  if (!warnings.empty())
    out += listMarkup(warnings);
  else if (unread == 0)
    out += "<p>No warnings.</p>\n";
  return out + remarksMarkup(report) + objectsMarkup(report.checkpoint) + "</section>\n";
}

std::string htmlReport(const Checkpoint& checkpoint, const CheckpointSurvey& survey, const ReportNames& names) {
  const HtmlReportInput report{checkpoint, survey, names, rowsOf(survey)};
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n";
  page += fmt::format("<title>{} · Ulpscope</title>\n<style>\n{}</style>\n</head>\n<body>\n",
                      markupText(baseName(names.path)), htmlStyle());
  page += factsSection(report);
  page += fmt::format(
      "<nav aria-label=\"Sections\"><a href=\"#findings\">Findings</a><a href=\"#types\">Element types</a><a "
      "href=\"#warnings\">Warnings</a>"
      "<a href=\"#overview\">Overview</a><a href=\"#details\">What stands out</a>{}"
      "<a href=\"#tensors\">All tensors</a></nav>\n<main>\n",
      survey.schemes.empty() ? "" : "<a href=\"#schemes\">Quantization</a>");
  page += findingsSection(report) + typesSection(report) + warningsSection(report) + overviewSection(report) +
          detailsSection(report) + schemesSection(report) + tensorsSection(report);
  page += fmt::format(
      "</main>\n<footer><p>Written by {}{}. A rounded number shows all of its digits when pointed at; "
      "<code>ulp inspect --statistics --json</code>{} print the same numbers.</p></footer>\n"
      "</body>\n</html>\n",
      markupText(names.generator), names.backend.empty() ? "" : ", computed by " + markupText(names.backend),
      survey.schemes.empty() ? "" : " and <code>ulp scan --json</code>");
  return page;
}

}  // namespace ulpscope
