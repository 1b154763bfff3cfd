// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "core/analysis/error_metrics.h"
#include "core/analysis/histogram.h"
#include "core/analysis/outliers.h"
#include "core/analysis/statistics.h"

namespace ulpscope {

/// Keys stay in the order they were written.
using Json = nlohmann::ordered_json;

/// A number, or "inf", "-inf", "nan", which JSON does not have.
Json jsonNumber(double value);

Json toJson(const Statistics& statistics);
Json toJson(const Histogram& histogram);
Json toJson(const ErrorMetrics& metrics);
Json toJson(const Outliers& outliers);

/// A string as it is, anything else as JSON writes it.
std::string textOf(const Json& value);

/// The document as printed: indented, ASCII only (names from files cannot play tricks on a terminal, and stay exact).
std::string documentText(const Json& document);

}  // namespace ulpscope
