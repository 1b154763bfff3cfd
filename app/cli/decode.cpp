// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/options.h"
#include "core/formats/explain.h"

namespace ulpscope {
namespace {

class DecodeCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("CODE", m_code, "Hexadecimal (0xCECA), binary (0b1100...) or decimal");
    options.required("--format", "ID", m_format, "The format it is a code of");
  }

  Result<> run(CommandContext& context) override {
    const auto format = makeFormat(m_format);
    if (!format) return tl::unexpected(format.error());
    const auto code = parseCode(m_code, **format);
    if (!code) return tl::unexpected(code.error());
    const auto explanation = explainCode(*code, **format);
    if (!explanation) return tl::unexpected(explanation.error());
    context.output = explanationText(*explanation, context);
    return {};
  }

 private:
  std::string m_code;
  std::string m_format;
};

}  // namespace

const CommandInfo& decode_entry() {
  static const CommandInfo info{"decode", "What a code stands for in a format, step by step",
                                "ulp decode 0xCECA --format float16", makeCommand<DecodeCommand>};
  return info;
}

}  // namespace ulpscope
