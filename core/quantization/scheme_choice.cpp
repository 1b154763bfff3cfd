// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/scheme_choice.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::string_view kAsStored = "as_stored";

}  // namespace

Result<SchemeChoice> parseSchemeChoice(std::string_view text) {
  if (text == kAsStored) return SchemeChoice{};
  const std::string_view id = text.substr(0, text.find(':'));
  SchemeChoice choice{findScheme(id)};
  if (!choice.scheme)
    return fail(Errc::Usage,
                fmt::format("the id of a scheme expected (`ulp schemes` lists them), found {}", printable(id)));
  for (std::size_t at = id.size(); at < text.size();) {
    const std::size_t end = std::min(text.find(':', at + 1), text.size());
    const std::string_view knob = text.substr(at + 1, end - at - 1);
    const std::size_t equals = knob.find('=');
    if (equals == std::string_view::npos)
      return fail(Errc::Usage, fmt::format("{}: knob=value expected, found {}", id, printable(knob)));
    choice.settings.insert_or_assign(std::string(knob.substr(0, equals)), std::string(knob.substr(equals + 1)));
    at = end;
  }
  const auto complete = completeSettings(choice.scheme->info(), choice.settings);
  if (!complete) return tl::unexpected(complete.error());
  for (const Parameter& parameter : choice.scheme->info().parameters)
    if (const auto knob = choice.settings.find(parameter.id);
        knob != choice.settings.end() && knob->second == defaultText(parameter))
      choice.settings.erase(knob);
  return choice;
}

std::string textOf(const SchemeChoice& choice) {
  if (!choice.scheme) return std::string(kAsStored);
  std::string text = choice.scheme->info().id;
  for (const auto& [knob, value] : choice.settings) text += fmt::format(":{}={}", knob, value);
  return text;
}

}  // namespace ulpscope
