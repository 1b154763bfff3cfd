// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <span>

#include "core/formats/arithmetic.h"
#include "core/formats/explain.h"

namespace ulpscope {

/// The steps of an explanation or a calculation, to be shown or taken away. Runs between backticks are numbers and
/// bits.
QString stepsAsHtml(const Explanation& explanation);  ///< in the theme's faces and colours of the moment
QString stepsAsText(const Explanation& explanation);
QString stepsAsMarkdown(const Explanation& explanation);
QString stepsAsHtml(std::span<const ExplanationStep> steps);
QString stepsAsHtml(const Calculation& calculation);
QString stepsAsText(const Calculation& calculation);
QString stepsAsMarkdown(const Calculation& calculation);

/// "2048 + 1", "fma(2, 3, 4)", "√2".
QString expressionText(const Calculation& calculation);

}  // namespace ulpscope
