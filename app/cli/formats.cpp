// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/analysis/format_table.h"
#include "core/base/text.h"
#include "core/formats/limits.h"

namespace ulpscope {
namespace {

Json toJson(const FormatValue& value) {
  return std::visit(
      []<class T>(const T& held) -> Json {
        if constexpr (std::is_same_v<T, std::monostate>)
          return {};
        else if constexpr (std::is_same_v<T, double>)
          return jsonNumber(held);
        else
          return held;
      },
      value);
}

Json formatJson(const NumberFormat& format) {
  const std::vector<FormatCell> cells = formatRow(format, limitsOf(format));
  Json json;
  for (std::size_t i = 0; i < cells.size(); ++i) json[std::string(formatColumns()[i].key)] = toJson(cells[i].value);
  return json;
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
    std::vector<FormatPointer> formats;
    for (const std::string& id : m_ids) {
      const auto format = makeFormat(id);
      if (!format) return tl::unexpected(format.error());
      formats.push_back(*format);
    }
    if (m_ids.empty())
      for (const NumberFormat* format : formatRegistry()) formats.emplace_back(FormatPointer(), format);
    Json document = Json::array();
    for (const FormatPointer& format : formats) document.push_back(formatJson(*format));
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
