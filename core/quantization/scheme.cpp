// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ulpscope {
namespace {

/// "an integer from 2 to 8", "one of tensor, row".
std::string expectedText(const Parameter& parameter) {
  if (parameter.choices.empty()) return fmt::format("an integer from {} to {}", parameter.min, parameter.max);
  std::string text = "one of";
  for (const Parameter::Choice& choice : parameter.choices)
    text += (&choice == parameter.choices.data() ? " " : ", ") + choice.id;
  return text;
}

bool accepts(const Parameter& parameter, const std::string& text) {
  if (!parameter.choices.empty())
    return std::any_of(parameter.choices.begin(), parameter.choices.end(),
                       [&](const Parameter::Choice& choice) { return choice.id == text; });
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc{} && stopped == end && value >= parameter.min && value <= parameter.max;
}

std::string knobNames(const SchemeInfo& info) {
  if (info.parameters.empty()) return "no knobs";
  std::string text = "the knobs";
  for (const Parameter& parameter : info.parameters)
    text += (&parameter == info.parameters.data() ? " " : ", ") + parameter.id;
  return text;
}

}  // namespace

std::string defaultText(const Parameter& parameter) {
  if (const auto* number = std::get_if<std::int64_t>(&parameter.defaultValue)) return std::to_string(*number);
  return std::get<std::string>(parameter.defaultValue);
}

const Scheme* findScheme(std::string_view id) {
  const auto schemes = schemeRegistry();
  const auto found = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme* s) { return s->info().id == id; });
  return found == schemes.end() ? nullptr : *found;
}

Result<Settings> completeSettings(const SchemeInfo& info, const Settings& settings) {
  Settings complete;
  for (const Parameter& parameter : info.parameters) {
    const auto given = settings.find(parameter.id);
    std::string text = given == settings.end() ? defaultText(parameter) : given->second;
    if (!accepts(parameter, text))
      return fail(Errc::Usage,
                  fmt::format("{} takes {}, \"{}\" was given", parameter.id, expectedText(parameter), text), info.id);
    complete.emplace(parameter.id, std::move(text));
  }
  for (const auto& [id, value] : settings)
    if (!complete.contains(id))
      return fail(Errc::Usage, fmt::format("the scheme has {}, \"{}\" was given", knobNames(info), id), info.id);
  return complete;
}

}  // namespace ulpscope
