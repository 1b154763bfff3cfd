// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/json.h"

#include <cmath>

#include "core/base/text.h"

namespace ulpscope {

Json jsonNumber(double value) {
  if (std::isfinite(value)) return value;
  return shortest(value);
}

Json toJson(const Statistics& statistics) {
  return {{"count", statistics.count},
          {"finite", statistics.finite},
          {"nan", statistics.kinds.nan},
          {"positiveInfinity", statistics.kinds.positiveInfinity},
          {"negativeInfinity", statistics.kinds.negativeInfinity},
          {"zero", statistics.kinds.zero},
          {"subnormal", statistics.kinds.subnormal},
          {"min", jsonNumber(statistics.min)},
          {"max", jsonNumber(statistics.max)},
          {"absMax", jsonNumber(statistics.absMax)},
          {"mean", jsonNumber(statistics.mean)},
          {"standardDeviation", jsonNumber(statistics.standardDeviation)},
          {"kurtosis", jsonNumber(statistics.kurtosis)}};
}

Json toJson(const Histogram& histogram) {
  Json edges = Json::array();
  for (const double edge : histogram.edges) edges.push_back(jsonNumber(edge));
  return {{"edges", std::move(edges)},
          {"counts", histogram.counts},
          {"below", histogram.below},
          {"above", histogram.above}};
}

Json toJson(const ErrorMetrics& metrics) {
  return {{"meanSquaredError", jsonNumber(metrics.meanSquaredError)},
          {"rootMeanSquaredError", jsonNumber(metrics.rootMeanSquaredError)},
          {"relativeRmse", jsonNumber(metrics.relativeRmse)},
          {"signalToNoiseDb", jsonNumber(metrics.signalToNoiseDb)},
          {"maxAbsoluteError", jsonNumber(metrics.maxAbsoluteError)},
          {"maxAt", metrics.maxAt},
          {"meanError", jsonNumber(metrics.meanError)},
          {"cosine", jsonNumber(metrics.cosine)},
          {"percentiles",
           {{"p50", jsonNumber(metrics.p50)}, {"p95", jsonNumber(metrics.p95)}, {"p999", jsonNumber(metrics.p999)}}},
          {"included", metrics.included},
          {"excluded", metrics.excluded}};
}

Json toJson(const Outliers& outliers) {
  return {{"median", jsonNumber(outliers.median)},
          {"mad", jsonNumber(outliers.mad)},
          {"deviations", jsonNumber(outliers.deviations)},
          {"threshold", jsonNumber(outliers.threshold)},
          {"outliers", outliers.indices}};
}

std::string textOf(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string documentText(const Json& document) {
  return document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace ulpscope
