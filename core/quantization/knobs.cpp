// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <charconv>

#include "core/quantization/knobs.h"

namespace ulpscope {

Parameter granularityKnob(std::string_view defaultId) {
  return choiceKnob(
      "granularity", "Granularity", "Which values share a scale.",
      {{"tensor", "Whole tensor"}, {"row", "Each row"}, {"column", "Each column"}, {"group", "Groups in a row"}},
      std::string(defaultId));
}

Parameter groupKnob(std::int64_t defaultSize) {
  return {.id = "group",
          .title = "Group size",
          .help = "Values of a row that share a scale; the last group of a row may be short.",
          .defaultValue = defaultSize,
          .min = 1,
          .max = 1 << 20,
          .choices = {}};
}

Parameter wholeGroupKnob(std::string defaultSize) {
  return choiceKnob("group", "Group size", "Values of a row that share a scale; rows hold whole groups.",
                    {{"16", "16"}, {"32", "32"}, {"64", "64"}, {"128", "128"}, {"256", "256"}}, std::move(defaultSize));
}

Parameter bitsKnob() {
  return {.id = "bits",
          .title = "Bits",
          .help = "Width of a code.",
          .defaultValue = std::int64_t{8},
          .min = 2,
          .max = 8,
          .choices = {}};
}

Parameter choiceKnob(std::string id, std::string title, std::string help, std::vector<Parameter::Choice> choices,
                     std::string defaultId) {
  return {.id = std::move(id),
          .title = std::move(title),
          .help = std::move(help),
          .defaultValue = std::move(defaultId),
          .choices = std::move(choices)};
}

std::int64_t integerSetting(const Settings& settings, std::string_view id) {
  const auto found = settings.find(id);
  assert(found != settings.end());
  std::int64_t value = 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

const std::string& choiceSetting(const Settings& settings, std::string_view id) {
  const auto found = settings.find(id);
  assert(found != settings.end());
  return found->second;
}

Granularity granularitySetting(const Settings& settings) {
  const std::string& id = choiceSetting(settings, "granularity");
  if (id == "tensor") return Granularity::Tensor;
  if (id == "column") return Granularity::Column;
  return id == "group" ? Granularity::Group : Granularity::Row;
}

}  // namespace ulpscope
