// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/quantization/block_pass.h"

namespace ulpscope {
namespace {

/// "an integer from 2 to 8", "one of tensor, row".
std::string expectedText(const Parameter& parameter) {
  if (parameter.choices.empty())
    return fmt::format("{} from {}", parameter.isDecimal() ? "a decimal" : "an integer", rangeText(parameter));
  std::string text = "one of";
  for (const Parameter::Choice& choice : parameter.choices)
    text += (&choice == parameter.choices.data() ? " " : ", ") + choice.id;
  return text;
}

/// All of `text` as a number within the range. Independent of the locale.
template <class Number>
std::optional<Number> numberIn(const Parameter& parameter, const std::string& text) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  const auto compared = static_cast<double>(value);
  if (problem != std::errc{} || stopped != end || !(compared >= parameter.min && compared <= parameter.max)) return {};
  return value;
}

/// The setting as it is kept; none where the knob does not take it.
std::optional<std::string> accepted(const Parameter& parameter, const std::string& text) {
  if (!parameter.choices.empty())
    return std::ranges::find(parameter.choices, text, &Parameter::Choice::id) != parameter.choices.end()
               ? std::optional(text)
               : std::nullopt;
  if (!parameter.isDecimal()) return numberIn<std::int64_t>(parameter, text) ? std::optional(text) : std::nullopt;
  const auto value = numberIn<double>(parameter, text);
  return value ? std::optional(fmt::format("{}", *value + 0.0)) : std::nullopt;  // -0 is 0
}

std::string knobNames(const SchemeInfo& info) {
  if (info.parameters.empty()) return "no knobs";
  std::string text = "the knobs";
  for (const Parameter& parameter : info.parameters)
    text += (&parameter == info.parameters.data() ? " " : ", ") + parameter.id;
  return text;
}

}  // namespace

QuantizedTensor SchemeInput::emptyResult() const {
  QuantizedTensor result;
  if (!spare) return result;
  const auto takeEmpty = [](auto& from, auto& to) {
    to = std::move(from);
    to.clear();
  };
  result.codes = std::move(spare->codes);
  result.restored = std::move(spare->restored);
  takeEmpty(spare->scales, result.scales);
  takeEmpty(spare->zeroPoints, result.zeroPoints);
  takeEmpty(spare->offsets, result.offsets);
  takeEmpty(spare->packed, result.packed);
  *spare = {};
  return result;
}

std::string defaultText(const Parameter& parameter) {
  if (const auto* number = std::get_if<std::int64_t>(&parameter.defaultValue)) return std::to_string(*number);
  if (const auto* number = std::get_if<double>(&parameter.defaultValue)) return fmt::format("{}", *number);
  return std::get<std::string>(parameter.defaultValue);
}

std::string rangeText(const Parameter& parameter) { return fmt::format("{} to {}", parameter.min, parameter.max); }

const Scheme* findScheme(std::string_view id) {
  const auto schemes = schemeRegistry();
  const auto found = std::find_if(schemes.begin(), schemes.end(), [&](const Scheme* s) { return s->info().id == id; });
  return found == schemes.end() ? nullptr : *found;
}

Result<Settings> completeSettings(const SchemeInfo& info, const Settings& settings) {
  Settings complete;
  for (const Parameter& parameter : info.parameters) {
    const auto given = settings.find(parameter.id);
    const std::string text = given == settings.end() ? defaultText(parameter) : given->second;
    auto kept = accepted(parameter, text);
    if (!kept)
      return fail(Errc::Usage,
                  fmt::format("{} takes {}, \"{}\" was given", parameter.id, expectedText(parameter), text), info.id);
    complete.emplace(parameter.id, std::move(*kept));
  }
  for (const auto& [id, value] : settings)
    if (!complete.contains(id))
      return fail(Errc::Usage, fmt::format("the scheme has {}, \"{}\" was given", knobNames(info), id), info.id);
  return complete;
}

std::optional<BlockPass> Scheme::blockPass(const SchemeInput&, const Settings&) const { return std::nullopt; }

}  // namespace ulpscope
