// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/explanation_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

Json orNull(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json orNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

}  // namespace

Json explanationJson(const Explanation& e) {
  Json steps = Json::array();
  for (const ExplanationStep& step : e.steps) steps.push_back({{"title", step.title}, {"text", step.text}});
  return {{"input", e.input},
          {"format", e.format->info().id},
          {"code", codeText(*e.format, e.code)},
          {"bits", bitsText(*e.format, e.code)},
          {"class", idOf(e.numberClass)},
          {"value", e.value},
          {"hexFloat", e.hexFloat},
          {"shortest", e.shortest},
          {"exact", e.outcome.exact},
          {"overflowed", e.outcome.overflowed},
          {"underflowed", e.outcome.underflowed},
          {"error", orNull(e.error)},
          {"ulp", orNull(e.ulp)},
          {"previous", orNull(e.previous)},
          {"next", orNull(e.next)},
          {"steps", std::move(steps)},
          {"rule", e.rule}};
}

std::string indented(std::string_view lines, std::size_t indent) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    out += std::string(indent, ' ') + std::string(lines.substr(at, end + 1 - at));
    at = end + 1;
  }
  return out;
}

std::string withoutBackticks(std::string text) {
  std::erase(text, '`');
  return text;
}

std::string colouredBits(const NumberFormat& format, std::uint64_t code, const Terminal& terminal) {
  std::string bits = bitsText(format, code);
  std::erase(bits, ' ');
  std::string out;
  std::size_t at = 0;
  for (const BitField& field : format.fields(code)) {
    const std::string run = bits.substr(at, static_cast<std::size_t>(field.bits));
    at += run.size();
    out += out.empty() ? "" : " ";
    switch (field.kind) {
      case FieldKind::Sign:
        out += terminal.sign(run);
        break;
      case FieldKind::Direction:
      case FieldKind::Regime:
        out += terminal.regime(run);
        break;
      case FieldKind::Exponent:
      case FieldKind::Characteristic:
        out += terminal.exponent(run);
        break;
      case FieldKind::Fraction:
      case FieldKind::Integer:
      case FieldKind::Index:
        out += terminal.fraction(run);
        break;
      case FieldKind::Padding:
        out += terminal.muted(run);
        break;
    }
  }
  return out;
}

std::string explanationText(const Explanation& e, const CommandContext& context) {
  if (context.json) return documentText(explanationJson(e));
  const Terminal& terminal = context.terminal;
  std::string out = terminal.strong(printable(e.input)) + " in " + terminal.strong(e.format->info().title) + "\n\n";
  const auto row = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("  {:<10} {}\n", name, text);
  };
  row("code", codeText(*e.format, e.code));
  row("bits", colouredBits(*e.format, e.code, terminal));
  row("class", std::string(idOf(e.numberClass)));
  row("value", terminal.wrapped(e.value, 13));
  row("shortest", e.shortest);
  row("hex float", e.hexFloat);
  row("error", e.error == "0" ? "0, exact" : terminal.wrapped(e.error, 13));
  row("ulp", e.ulp.value_or(""));
  row("previous", terminal.wrapped(e.previous.value_or(""), 13));
  row("next", terminal.wrapped(e.next.value_or(""), 13));
  out += "\n";
  for (std::size_t i = 0; i < e.steps.size(); ++i) {
    out += fmt::format("  {} {:<12} {}\n", i + 1, e.steps[i].title,
                       terminal.wrapped(withoutBackticks(e.steps[i].text), 17));
  }
  if (!e.rule.empty()) out += "\n  " + terminal.wrapped(withoutBackticks(e.rule), 2) + "\n";
  return out;
}

}  // namespace ulpscope
