// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantization/run_layout.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// The knobs that several schemes share.
Parameter granularityKnob(std::string_view defaultId);
Parameter groupKnob(std::int64_t defaultSize);
/// Of schemes that take only rows of whole groups: powers of two.
Parameter wholeGroupKnob(std::string defaultSize);
Parameter bitsKnob();
Parameter choiceKnob(std::string id, std::string title, std::string help, std::vector<Parameter::Choice> choices,
                     std::string defaultId);

/// A decimal from `min` to `max`, both allowed.
Parameter decimalKnob(std::string id, std::string title, std::string help, double min, double max, double defaultValue);
/// Of schemes whose reference scales the columns of layers that share an input alike.
Parameter siblingsKnob();

/// Of complete settings.
std::int64_t integerSetting(const Settings& settings, std::string_view id);
double decimalSetting(const Settings& settings, std::string_view id);
Granularity granularitySetting(const Settings& settings);
/// Whether the scheme looks at layers that share the input. Settings need not be complete.
bool sharesWithSiblings(const SchemeInfo& info, const Settings& settings);
const std::string& choiceSetting(const Settings& settings, std::string_view id);

}  // namespace ulpscope
