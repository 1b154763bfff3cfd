// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/quantization/departures.h"
#include "core/report/scheme_page.h"

namespace ulpscope {
namespace {

/// The shape whose price stands in the table. What a weight costs depends on the shape where scales go with rows or
/// columns.
constexpr MatrixShape kPricedShape{4096, 4096};

Json parameterJson(const Parameter& parameter) {
  Json json{{"id", parameter.id}, {"title", parameter.title}, {"help", parameter.help}};
  if (const auto* number = std::get_if<std::int64_t>(&parameter.defaultValue)) {
    json.update({{"type", "integer"},
                 {"default", *number},
                 {"choices", Json::array()},
                 {"min", static_cast<std::int64_t>(parameter.min)},
                 {"max", static_cast<std::int64_t>(parameter.max)}});
  } else if (const auto* decimal = std::get_if<double>(&parameter.defaultValue)) {
    json.update({{"type", "decimal"},
                 {"default", *decimal},
                 {"choices", Json::array()},
                 {"min", parameter.min},
                 {"max", parameter.max}});
  } else {
    Json choices = Json::array();
    for (const Parameter::Choice& choice : parameter.choices)
      choices.push_back({{"id", choice.id}, {"title", choice.title}});
    json.update({{"type", "choice"},
                 {"default", std::get<std::string>(parameter.defaultValue)},
                 {"choices", std::move(choices)},
                 {"min", nullptr},
                 {"max", nullptr}});
  }
  return json;
}

Json departuresJson(const SchemeInfo& info) {
  Json list = Json::array();
  for (const Departure& departure : departuresOf(info.id))
    list.push_back({{"id", departure.id},
                    {"reference", departure.reference},
                    {"ours", departure.ours},
                    {"reason", departure.reason}});
  return list;
}

std::string_view calibrationId(CalibrationUse use) {
  return use == CalibrationUse::None ? "none" : use == CalibrationUse::Optional ? "optional" : "required";
}

Json schemeJson(const Scheme& scheme) {
  const SchemeInfo& info = scheme.info();
  Json parameters = Json::array();
  for (const Parameter& parameter : info.parameters) parameters.push_back(parameterJson(parameter));
  const auto bits = scheme.bitsPerWeight(kPricedShape, {});
  return {{"id", info.id},
          {"name", info.title},
          {"family", info.family},
          {"reference", info.reference},
          {"calibration", calibrationId(info.calibration)},
          {"definition", info.text.definition},
          {"stored", info.text.stored},
          {"quirks", info.text.quirks},
          {"departures", departuresJson(info)},
          {"advice", info.text.advice},
          {"parameters", std::move(parameters)},
          {"bitsPerWeight", bits ? jsonNumber(*bits) : Json()},
          {"pricedShape", {kPricedShape.rows, kPricedShape.columns}}};
}

/// A knob's number as `--set` takes it.
std::string settingText(const Json& value) {
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : textOf(value);
}

std::string knobsText(const Json& parameters) {
  std::string text;
  for (const Json& parameter : parameters) {
    text += (text.empty() ? "" : "  ") + textOf(parameter["id"]) + "=";
    text += settingText(parameter["default"]);
  }
  return text;
}

std::string tableText(const Json& schemes, const Terminal& terminal) {
  Table table{{"scheme", "name", "family", "bits/weight", "knobs and their defaults"}, {}};
  for (const Json& scheme : schemes)
    table.rows.push_back(
        {textOf(scheme["id"]), textOf(scheme["name"]), textOf(scheme["family"]),
         scheme["bitsPerWeight"].is_null() ? "—" : fmt::format("{:.4f}", scheme["bitsPerWeight"].get<double>()),
         knobsText(scheme["parameters"])});
  return terminal.table(table, "lllrl") +
         fmt::format("\nBits per weight of a {} x {} matrix, scales and zero points included.\n", kPricedShape.rows,
                     kPricedShape.columns);
}

/// Everything about one scheme.
std::string pageText(const Json& scheme, const Terminal& terminal) {
  std::string out =
      fmt::format("{}  {}\n  family     {}\n  reference  {}\n", terminal.strong(textOf(scheme["id"])),
                  textOf(scheme["name"]), textOf(scheme["family"]), terminal.wrapped(textOf(scheme["reference"]), 13));
  const auto paragraph = [&](std::string_view title, const Json& text) {
    out += fmt::format("  {:<10} {}\n", title, terminal.wrapped(textOf(text), 13));
  };
  paragraph("definition", scheme["definition"]);
  paragraph("stored", scheme["stored"]);
  paragraph("inputs", scheme["calibration"]);
  for (const Json& quirk : scheme["quirks"]) paragraph("quirk", quirk);
  for (const Json& departure : scheme["departures"])
    paragraph("departs", fmt::format("{}. Here {}; {}.", textOf(departure["reference"]), textOf(departure["ours"]),
                                     textOf(departure["reason"])));
  paragraph("advice", scheme["advice"]);
  for (const Json& parameter : scheme["parameters"]) {
    std::string takes;
    for (const Json& choice : parameter["choices"]) takes += (takes.empty() ? "" : ", ") + textOf(choice["id"]);
    if (takes.empty()) takes = fmt::format("{} to {}", settingText(parameter["min"]), settingText(parameter["max"]));
    out += fmt::format("  --set {}={}   ({})\n      {}\n", textOf(parameter["id"]), settingText(parameter["default"]),
                       takes, terminal.wrapped(textOf(parameter["help"]), 6));
  }
  return out;
}

class SchemesCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments("ID", m_ids, "Schemes to describe (default: a table of all)");
    options.flag("--markdown", m_markdown, "As the pages of docs/schemes");
  }

  Result<> run(CommandContext& context) override {
    Json document = Json::array();
    for (const std::string& id : m_ids) {
      const auto scheme = schemeOf(id);
      if (!scheme) return tl::unexpected(scheme.error());
      document.push_back(schemeJson(**scheme));
      if (m_markdown) context.output += schemePage(**scheme);
    }
    if (m_markdown) {
      if (m_ids.empty()) context.output = schemeIndexPage();
      return {};
    }
    if (m_ids.empty())
      for (const Scheme* scheme : schemeRegistry()) document.push_back(schemeJson(*scheme));
    if (context.json) {
      context.output = documentText(document);
    } else if (m_ids.empty()) {
      context.output = tableText(document, context.terminal);
    } else {
      for (const Json& scheme : document) context.output += pageText(scheme, context.terminal);
    }
    return {};
  }

 private:
  std::vector<std::string> m_ids;
  bool m_markdown = false;
};

}  // namespace

const CommandInfo& schemes_entry() {
  static const CommandInfo info{"schemes", "Quantization schemes, their knobs and what a weight costs",
                                "ulp schemes bnb_nf4 q4_0", makeCommand<SchemesCommand>};
  return info;
}

}  // namespace ulpscope
