// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/explain.h"

#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/like_option.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "app/cli/via_option.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/scaled_format.h"

namespace ulpscope {
namespace {

class ExplainCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("VALUE", m_value, "Decimal of any length, hex float, inf or nan");
    options.required("--format", "ID", m_format, "The format that stores it");
    options.option("--scale", "S", m_scale,
                   "The scale of the block, for a block format such as mxfp4: a decimal or a power such as 2^-3");
    m_rounding.declare(options);
    m_like.declare(options, LikeOption::Takes::OneOrAll);
    m_via.declare(options);
  }

  Result<> run(CommandContext& context) override {
    const auto format = target();
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
  /// The format, or one of a block format's elements.
  Result<FormatPointer> target() const {
    const BlockFormat* block = findBlockFormat(m_format);
    if (block == nullptr && m_scale)
      return fail(Errc::Usage, fmt::format("no --scale expected but for a block format ({})", blockFormatIds()),
                  m_format);
    if (block == nullptr) return makeFormat(m_format);
    if (!m_scale)
      return fail(Errc::Usage,
                  "--scale expected, for an element alone has no value (`ulp block` finds a block's scale)", m_format);
    auto scaled = scaledElements(*block, *m_scale);
    if (!scaled) return tl::unexpected(std::move(scaled.error()));
    return FormatPointer(std::move(*scaled));
  }

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
  std::optional<std::string> m_scale;
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
