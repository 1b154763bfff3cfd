// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/quantization/scheme.h"

namespace ulpscope {

/// Everything that is known of a scheme as Markdown: what docs/schemes holds and the window shows.
std::string schemePage(const Scheme& scheme);

/// All schemes of the registry as a table with links to their pages.
std::string schemeIndexPage();

/// All departures from references, numbered, with the schemes that have them: a Markdown table.
std::string departureTable();

/// "Looks at the layer's inputs where they are given".
std::string_view calibrationText(CalibrationUse use);

}  // namespace ulpscope
