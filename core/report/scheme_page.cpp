// SPDX-License-Identifier: Apache-2.0
#include "core/report/scheme_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/quantization/departures.h"

namespace ulpscope {
namespace {

/// Square as in a large model, those of a small one, and one whose rows are no multiple of 256.
constexpr std::array kPricedShapes = {MatrixShape{4096, 4096}, MatrixShape{14336, 4096}, MatrixShape{384, 1536},
                                      MatrixShape{384, 384}};

/// In a cell of a table a bar would end it.
std::string cellText(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string takesText(const Parameter& parameter) {
  if (parameter.choices.empty()) return rangeText(parameter);
  std::string text;
  for (const Parameter::Choice& choice : parameter.choices) {
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", choice.id);
    if (choice.title != choice.id) text += fmt::format(" ({})", cellText(choice.title));
  }
  return text;
}

std::string knobsMarkdown(const SchemeInfo& info) {
  if (info.parameters.empty()) return "None.\n";
  std::string table = "| knob | takes | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const Parameter& parameter : info.parameters)
    table += fmt::format("| `{}` | {} | `{}` | {} |\n", parameter.id, takesText(parameter), defaultText(parameter),
                         cellText(parameter.help));
  return table;
}

std::string departuresMarkdown(const SchemeInfo& info) {
  std::string list;
  for (const Departure& departure : departuresOf(info.id))
    list +=
        fmt::format("- `{}`: {}. Here {}; {}.\n", departure.id, departure.reference, departure.ours, departure.reason);
  return list.empty() ? "Nowhere that is known.\n" : list;
}

std::string priceText(const Scheme& scheme, const MatrixShape& shape) {
  const auto bits = scheme.bitsPerWeight(shape, {});
  return bits ? fmt::format("{:.4f}", *bits) : bits.error().message;
}

std::string pricesMarkdown(const Scheme& scheme) {
  std::string table = "| shape | bits per weight, with default knobs |\n| --- | --- |\n";
  for (const MatrixShape& shape : kPricedShapes)
    table += fmt::format("| {} x {} | {} |\n", shape.rows, shape.columns, priceText(scheme, shape));
  return table;
}

}  // namespace

std::string_view calibrationText(CalibrationUse use) {
  switch (use) {
    case CalibrationUse::None:
      return "Does not look at the layer's inputs.";
    case CalibrationUse::Optional:
      return "Looks at the layer's inputs where they are given.";
    case CalibrationUse::Required:
      return "Needs the layer's inputs.";
  }
  return {};
}

std::string schemePage(const Scheme& scheme) {
  const SchemeInfo& info = scheme.info();
  std::string page = fmt::format("# {}\n\n`{}`, family {}. {}\n\n", info.title, info.id, info.family,
                                 calibrationText(info.calibration));
  page += fmt::format("## Definition\n\n{}\n\nReproduces: {}.\n\n", info.text.definition, info.reference);
  page += fmt::format("## Knobs\n\n{}\n", knobsMarkdown(info));
  page += fmt::format("## Bits per weight\n\n{}\n\n{}\n", info.text.stored, pricesMarkdown(scheme));
  page += "## Quirks\n\n";
  if (info.text.quirks.empty()) page += "None known.\n";
  for (const std::string& quirk : info.text.quirks) page += fmt::format("- {}\n", quirk);
  page += fmt::format("\n## Where it departs from the reference\n\n{}", departuresMarkdown(info));
  return page + fmt::format("\n## When to use it\n\n{}\n", info.text.advice);
}

std::string schemeIndexPage() {
  std::string page =
      "# Quantization schemes\n\nEach does the arithmetic of its reference, in its order and precision. Bits per "
      "weight "
      "count everything that is stored,\nhere of a 4096 x 4096 matrix with default knobs. These pages are made by "
      "`script/scheme-pages` from what `ulp schemes` and the window show.\n\n"
      "| scheme | name | family | bits per weight | layer's inputs |\n| --- | --- | --- | --- | --- |\n";
  for (const Scheme* scheme : schemeRegistry()) {
    const SchemeInfo& info = scheme->info();
    const std::string_view inputs = info.calibration == CalibrationUse::None       ? ""
                                    : info.calibration == CalibrationUse::Optional ? "optional"
                                                                                   : "needed";
    page += fmt::format("| [`{}`]({}.md) | {} | {} | {} | {} |\n", info.id, info.id, info.title, info.family,
                        priceText(*scheme, kPricedShapes.front()), inputs);
  }
  return page;
}

std::string departureTable() {
  std::string table = "| | departure and schemes | the reference | here | why |\n| --- | --- | --- | --- | --- |\n";
  int number = 0;
  for (const Departure& departure : departures())
    table += fmt::format("| {} | `{}`: `{}` | {} | {} | {} |\n", ++number, departure.id,
                         fmt::join(departure.schemes, "`, `"), departure.reference, departure.ours, departure.reason);
  return table;
}

}  // namespace ulpscope
