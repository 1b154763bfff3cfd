// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/diff_errors.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {
namespace {

Json withoutPercentiles(const ErrorMetrics& metrics) {
  Json json = toJson(metrics);
  json.erase("percentiles");
  return json;
}

Json weightedJson(const WeightedError& error) {
  return {{"relative", jsonNumber(error.relative)},
          {"signalToNoiseDb", jsonNumber(error.decibel)},
          {"basis", idOf(error.basis)}};
}

Json rivalJson(const SchemeComparison& rival) {
  Json json{
      {"scheme", rival.scheme}, {"bitsPerWeight", jsonNumber(rival.bitsPerWeight)}, {"metrics", toJson(rival.metrics)}};
  if (rival.weightedError) json["weightedError"] = weightedJson(*rival.weightedError);
  return json;
}

const TensorInfo& publishedOf(const ComparedErrors& compared, const PublishedError& error) {
  return compared.published.tensors[*compared.diff.tensors[error.diff].second];
}

std::string decibel(double value) { return fmt::format("{:.2f}", value); }
std::string lostText(double share) { return fmt::format("{:.4g} %", 100 * share); }

std::string rivalText(const SchemeComparison& rival) {
  return fmt::format(
      "{} at {:.4f}: {}", rival.scheme, rival.bitsPerWeight,
      rival.weightedError ? lostText(rival.weightedError->relative) : decibel(rival.metrics.signalToNoiseDb) + " dB");
}

}  // namespace

Json errorsJson(const ComparedErrors& compared) {
  Json all = Json::array();
  for (const PublishedError& error : compared.errors.tensors) {
    Json& json = all.emplace_back(Json{{"name", compared.diff.tensors[error.diff].name},
                                       {"type", typeTitle(publishedOf(compared, error))},
                                       {"bitsPerWeight", jsonNumber(error.bitsPerWeight)},
                                       {"metrics", withoutPercentiles(error.metrics)}});
    if (error.weightedError) json["weightedError"] = weightedJson(*error.weightedError);
    if (error.rival) json["rival"] = rivalJson(*error.rival);
    if (!error.remark.empty()) json["remark"] = error.remark;
  }
  return all;
}

Json typesJson(const PublishedErrors& errors) {
  Json all = Json::array();
  for (const PublishedType& type : errors.types)
    all.push_back({{"type", type.type},
                   {"tensors", type.totals.tensors()},
                   {"elements", type.totals.elements()},
                   {"bitsPerWeight", jsonNumber(type.totals.bitsPerWeight())},
                   {"meanSquaredError", jsonNumber(type.totals.meanSquaredError())},
                   {"signalToNoiseDb", jsonNumber(type.totals.signalToNoiseDb())}});
  return all;
}

std::string errorsText(const ComparedErrors& compared, bool all, const Terminal& terminal) {
  const auto& tensors = compared.errors.tensors;
  const bool isWeighted =
      std::ranges::any_of(tensors, [](const auto& error) { return error.weightedError.has_value(); });
  const bool hasRivals = std::ranges::any_of(tensors, [](const auto& error) { return error.rival.has_value(); });
  Table table{{"tensor", "type", "bits", "SNR dB", "relative RMSE", "cosine", "max |error|"}, {}};
  if (isWeighted) table.header.emplace_back("output lost");
  if (hasRivals) table.header.emplace_back("best scheme of its bits");
  for (const PublishedError& error : tensors) {
    const ErrorMetrics& metrics = error.metrics;
    if (metrics.maxAbsoluteError == 0 && !all) continue;
    std::vector<std::string> row{
        printable(compared.diff.tensors[error.diff].name), std::string(typeTitle(publishedOf(compared, error))),
        fmt::format("{:.4f}", error.bitsPerWeight),        decibel(metrics.signalToNoiseDb),
        fmt::format("{:.4g}", metrics.relativeRmse),       fmt::format("{:.6f}", metrics.cosine),
        fmt::format("{:.3g}", metrics.maxAbsoluteError)};
    if (isWeighted) row.push_back(error.weightedError ? lostText(error.weightedError->relative) : "");
    if (hasRivals) row.push_back(error.rival ? rivalText(*error.rival) : "");
    table.rows.push_back(std::move(row));
  }
  std::string text;
  if (!table.rows.empty()) text = terminal.table(table, std::string("llrrrrrrl").substr(0, table.header.size())) + '\n';
  Table totals{{"type", "tensors", "elements", "bits", "SNR dB"}, {}};
  for (const PublishedType& type : compared.errors.types)
    totals.rows.push_back({type.type, groupedDigits(type.totals.tensors()), groupedDigits(type.totals.elements()),
                           fmt::format("{:.4f}", type.totals.bitsPerWeight()), decibel(type.totals.signalToNoiseDb())});
  if (!totals.rows.empty()) text += terminal.table(totals, "lrrrr") + '\n';
  return text;
}

}  // namespace ulpscope
