// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/explain.h"

#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"

namespace ulpscope {
namespace {

class ExplainCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("VALUE", m_value, "Decimal of any length, hex float, inf or nan");
    options.required("--format", "ID", m_format, "The format that stores it");
    options.option("--rounding", "R", m_rounding, roundingIds());
    options.option("--overflow", "O", m_overflow, overflowIds());
  }

  Result<> run(CommandContext& context) override {
    const auto format = formatOf(m_format);
    if (!format) return tl::unexpected(format.error());
    const auto rounding = roundingOf(m_rounding);
    if (!rounding) return tl::unexpected(rounding.error());
    const auto overflow = overflowOf(m_overflow);
    if (!overflow) return tl::unexpected(overflow.error());
    const auto explanation = explainValue(m_value, **format, *rounding, *overflow);
    if (!explanation) return tl::unexpected(explanation.error());
    context.output = explanationText(*explanation, context);
    return {};
  }

 private:
  std::string m_value;
  std::string m_format;
  std::string m_rounding{idOf(Rounding::NearestEven)};
  std::string m_overflow{idOf(Overflow::Format)};
};

}  // namespace

const CommandInfo& explain_entry() {
  static const CommandInfo info{"explain", "One value in a format, step by step",
                                "ulp explain -27.15625 --format float16", makeCommand<ExplainCommand>};
  return info;
}

}  // namespace ulpscope
