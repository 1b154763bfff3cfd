// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "core/formats/explain.h"

namespace ulpscope {

/// The steps of an explanation, to be shown or taken away. Runs between backticks are numbers and bits.
QString stepsAsHtml(const Explanation& explanation);  ///< in the theme's faces and colours of the moment
QString stepsAsText(const Explanation& explanation);
QString stepsAsMarkdown(const Explanation& explanation);

}  // namespace ulpscope
