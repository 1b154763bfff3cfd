// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/formats/limits.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

Json valueJson(const NumberFormat& format, const std::optional<std::uint64_t>& code) {
  return code ? jsonNumber(toDouble(format.decode(*code))) : Json();
}

Json numberJson(const std::optional<std::string>& decimal) {
  return decimal ? jsonNumber(std::stod(*decimal)) : Json();
}

Json textJson(std::string_view text) { return text.empty() ? Json() : Json(text); }

int bitsOf(const NumberFormat& format, FieldKind kind) {
  int bits = 0;
  for (const BitField& field : format.fields())
    if (field.kind == kind) bits += field.bits;
  return bits;
}

Json formatJson(const NumberFormat& format) {
  const FormatInfo& info = format.info();
  const FormatLimits limits = limitsOf(format);
  const FloatSpec* spec = format.floatSpec();
  return {{"id", info.id},
          {"name", info.name},
          {"title", info.title},
          {"family", idOf(info.family)},
          {"bits", info.codeBits},
          {"signBits", bitsOf(format, FieldKind::Sign)},
          {"exponentBits", bitsOf(format, FieldKind::Exponent)},
          {"fractionBits", bitsOf(format, FieldKind::Fraction)},
          {"bias", spec ? Json(spec->bias) : Json()},
          {"max", valueJson(format, limits.largest)},
          {"lowest", valueJson(format, limits.lowest)},
          {"min", valueJson(format, limits.smallestNormal)},
          {"smallestSubnormal", valueJson(format, limits.smallestSubnormal)},
          {"epsilon", numberJson(limits.epsilon)},
          {"resolution", numberJson(limits.resolution)},
          {"hasInfinity", limits.hasInfinity},
          {"nanCodes", limits.nanCodes},
          {"hasNegativeZero", limits.hasNegativeZero},
          {"finiteValues", limits.finiteValues},
          {"torch", textJson(info.torch)},
          {"mlDtypes", textJson(info.mlDtypes)},
          {"source", info.source}};
}

std::string limitText(const Json& value) { return value.is_null() ? "—" : fmt::format("{:.6g}", value.get<double>()); }

std::string tableText(const Json& formats, const Terminal& terminal) {
  Table table{
      {"format", "name", "bits", "layout", "max", "smallest normal", "smallest subnormal", "epsilon", "resolution"},
      {}};
  for (const Json& format : formats) {
    const bool isFloat = !format["bias"].is_null();
    table.rows.push_back({textOf(format["id"]), textOf(format["title"]), format["bits"].dump(),
                          isFloat ? fmt::format("{}-{}-{}", format["signBits"].get<int>(),
                                                format["exponentBits"].get<int>(), format["fractionBits"].get<int>())
                                  : "—",
                          limitText(format["max"]), limitText(format["min"]), limitText(format["smallestSubnormal"]),
                          limitText(format["epsilon"]), limitText(format["resolution"])});
  }
  return terminal.table(table, "llrlrrrrr");
}

class FormatsCommand final : public Command {
 public:
  void declare(Options& options) override { options.arguments("ID", m_ids, "Formats to show (default: all)"); }

  Result<> run(CommandContext& context) override {
    std::vector<const NumberFormat*> formats;
    for (const std::string& id : m_ids) {
      const auto format = formatOf(id);
      if (!format) return tl::unexpected(format.error());
      formats.push_back(*format);
    }
    if (m_ids.empty()) formats.assign(formatRegistry().begin(), formatRegistry().end());
    Json document = Json::array();
    for (const NumberFormat* format : formats) document.push_back(formatJson(*format));
    context.output = context.json ? documentText(document) : tableText(document, context.terminal);
    return {};
  }

 private:
  std::vector<std::string> m_ids;
};

}  // namespace

const CommandInfo& formats_entry() {
  static const CommandInfo info{"formats", "The table of number formats and their limits",
                                "ulp formats bfloat16 float16", makeCommand<FormatsCommand>};
  return info;
}

}  // namespace ulpscope
