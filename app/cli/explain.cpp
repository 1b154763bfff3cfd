// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/explain.h"

#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/like_option.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "app/cli/via_option.h"
#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

class ExplainCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("VALUE", m_value, "Decimal of any length, hex float, inf or nan");
    options.required("--format", "ID", m_format, "The format that stores it");
    m_rounding.declare(options);
    m_like.declare(options, LikeOption::Takes::OneOrAll);
    m_via.declare(options);
  }

  Result<> run(CommandContext& context) override {
    const auto format = makeFormat(m_format);
    if (!format) return tl::unexpected(format.error());
    if (m_like.isGiven()) return explainAsOthers(**format, context);
    const auto rounding = m_rounding.read();
    if (!rounding) return tl::unexpected(rounding.error());
    const auto explanation = explainValue(m_value, **format, rounding->at(0), rounding->overflow);
    if (!explanation) return tl::unexpected(explanation.error());
    if (!m_via.isGiven()) {
      context.output = explanationText(*explanation, context);
      return {};
    }
    const auto chain = m_via.round(m_value, *format, *rounding);
    if (!chain) return tl::unexpected(chain.error());
    if (context.json) {
      Json document = explanationJson(*explanation);
      addTo(document, *chain);
      context.output = documentText(document);
    } else {
      context.output = explanationText(*explanation, context) + chainText(*chain, context.terminal);
    }
    return {};
  }

 private:
  Result<> explainAsOthers(const NumberFormat& format, CommandContext& context) const {
    if (m_via.isGiven()) return fail(Errc::Usage, "either --like or --via expected, found both");
    const auto stack = m_like.read(m_rounding);
    if (!stack) return tl::unexpected(stack.error());
    if (m_like.isAll()) {
      const auto number = parseNumber(m_value);
      if (!number) return tl::unexpected(number.error());
      const std::vector<StackRow> rows = whatOthersDo(format, unrounded(*number));
      context.output = context.json ? documentText(sideBySideJson(m_value, format, rows))
                                    : sideBySideText(m_value, format, rows, context.terminal);
      return {};
    }
    const auto explanation = explainLike(m_value, format, **stack);
    if (!explanation) return tl::unexpected(explanation.error());
    if (context.json) {
      Json document = explanationJson(*explanation);
      document["like"] = (*stack)->id;
      context.output = documentText(document);
    } else {
      context.output = explanationText(*explanation, context);
    }
    return {};
  }

  std::string m_value;
  std::string m_format;
  RoundingOptions m_rounding;
  LikeOption m_like;
  ViaOption m_via;
};

}  // namespace

const CommandInfo& explain_entry() {
  static const CommandInfo info{"explain", "One value in a format, step by step",
                                "ulp explain -27.15625 --format float16", makeCommand<ExplainCommand>};
  return info;
}

}  // namespace ulpscope
