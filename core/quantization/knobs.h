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

/// Of complete settings.
std::int64_t integerSetting(const Settings& settings, std::string_view id);
Granularity granularitySetting(const Settings& settings);
const std::string& choiceSetting(const Settings& settings, std::string_view id);

}  // namespace ulpscope
