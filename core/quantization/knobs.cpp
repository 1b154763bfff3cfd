// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <charconv>

#include "core/quantization/knobs.h"

namespace ulpscope {

Parameter granularityKnob(std::string_view defaultId) {
  return choiceKnob("granularity", "Granularity", "Which values share a scale.",
                    {{"tensor", "Whole tensor"},
                     {"row", "Each row"},
                     {"column", "Each column"},
                     {"group", "Groups in a row"},
                     {"block", "Blocks across row ends"}},
                    std::string(defaultId));
}

Parameter groupKnob(std::int64_t defaultSize) {
  return {.id = "group",
          .title = "Group size",
          .help = "Values that share a scale; the last group of a row, or the last block of all, may be short.",
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

Parameter decimalKnob(std::string id, std::string title, std::string help, double min, double max,
                      double defaultValue) {
  return {.id = std::move(id),
          .title = std::move(title),
          .help = std::move(help),
          .defaultValue = defaultValue,
          .min = min,
          .max = max,
          .choices = {}};
}

Parameter siblingsKnob() {
  return choiceKnob("siblings", "Layers that share the input",
                    "Whether their columns are scaled alike, as files need it (query, key and value; gate and up).",
                    {{"shared", "Scaled alike"}, {"alone", "This layer alone"}}, "shared");
}

std::int64_t integerSetting(const Settings& settings, std::string_view id) {
  const auto found = settings.find(id);
  assert(found != settings.end());
  std::int64_t value = 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

double decimalSetting(const Settings& settings, std::string_view id) {
  const std::string& text = choiceSetting(settings, id);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
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
  if (id == "block") return Granularity::FlatBlocks;
  return id == "group" ? Granularity::Group : Granularity::Row;
}

bool sharesWithSiblings(const SchemeInfo& info, const Settings& settings) {
  const auto complete = completeSettings(info, settings);
  const auto found = complete ? complete->find("siblings") : settings.end();
  return complete && found != complete->end() && found->second == "shared";
}

}  // namespace ulpscope
