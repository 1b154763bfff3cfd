// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/quantization/quantization_report.h"
#include "widgets/quantization/fact_list.h"

namespace ulpscope {

/// At most four significant digits; an infinity sign, and an em dash for "there is none".
QString briefNumber(double value);

/// The measures of a report, for reading. `siblings`: the layers whose columns were scaled alike, or nothing.
std::vector<Fact> summaryOf(const QuantizationReport& report, const TensorInfo& tensor, const std::string& siblings);

/// The lines of the board, the code strong and the error in its colour.
std::vector<Fact> factsOf(const std::vector<BoardLine>& lines);

}  // namespace ulpscope
