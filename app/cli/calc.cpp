// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "core/base/text.h"
#include "core/formats/arithmetic.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

struct Expression {
  Operation operation;
  std::vector<std::string> operands;
};

/// "A OP B", "sqrt A" or "fma A B C".
Result<Expression> parseExpression(const std::vector<std::string>& words) {
  const auto function = words.empty() ? std::nullopt : findOperation(words[0]);
  if (function == Operation::SquareRoot || function == Operation::FusedMultiplyAdd)
    return Expression{*function, {words.begin() + 1, words.end()}};
  if (words.size() != 3)
    return fail(Errc::Usage, fmt::format("A OP B, sqrt A or fma A B C expected, found {} words", words.size()));
  const auto operation = findOperation(words[1]);
  if (!operation || operandCount(*operation) != 2)
    return fail(Errc::Usage, fmt::format("an operation expected (+, -, *, x, /, add, sub, mul, div), found {}",
                                         printable(words[1])));
  return Expression{*operation, {words[0], words[2]}};
}

std::string titleOf(const Expression& expression) {
  const auto& operands = expression.operands;
  switch (expression.operation) {
    case Operation::FusedMultiplyAdd:
      return fmt::format("{} * {} + {}, rounded once", operands[0], operands[1], operands[2]);
    case Operation::SquareRoot:
      return fmt::format("square root of {}", operands[0]);
    default:
      return fmt::format("{} {} {}", operands[0], signOf(expression.operation), operands[1]);
  }
}

Json calculationJson(const Calculation& c, const RoundingRequest& request) {
  const NumberFormat& format = *c.format;
  Json operands = Json::array();
  for (const CalculationOperand& operand : c.operands)
    operands.push_back({{"text", operand.text},
                        {"code", codeText(format, operand.outcome.code)},
                        {"value", operand.value},
                        {"exact", operand.outcome.exact}});
  Json steps = Json::array();
  for (const CalculationStep& step : c.steps) {
    Json json{{"title", step.title}, {"text", step.text}};
    if (!step.board.empty()) json["board"] = step.board;
    steps.push_back(std::move(json));
  }
  return {{"operation", idOf(c.operation)},
          {"format", format.info().id},
          {"rounding", idOf(request.rounding)},
          {"overflow", idOf(request.overflow)},
          {"operands", std::move(operands)},
          {"exact", c.exact},
          {"exactSymbol", c.exactSymbol.empty() ? Json() : Json(c.exactSymbol)},
          {"approximate", c.approximate},
          {"value", c.value},
          {"shortest", shortestText(format, c.outcome.code)},
          {"code", codeText(format, c.outcome.code)},
          {"bits", bitsText(format, c.outcome.code)},
          {"class", idOf(c.numberClass)},
          {"inexact", !c.outcome.exact},
          {"overflowed", c.outcome.overflowed},
          {"underflowed", c.outcome.underflowed},
          {"errorUlp", c.errorUlp ? jsonNumber(*c.errorUlp) : Json()},
          {"steps", std::move(steps)},
          {"rule", c.rule}};
}

class CalcCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments("EXPRESSION", m_words,
                      "A OP B with OP one of + - * x / add sub mul div, or sqrt A, or fma A B C (A * B + C, rounded "
                      "once). A number is a decimal of any length, a hex float, inf, nan, or code:0x3C00",
                      true);
    options.option("--format", "ID", m_format, "The format of operands and result");
    m_rounding.declare(options);
  }

  Result<> run(CommandContext& context) override {
    const auto expression = parseExpression(m_words);
    if (!expression) return tl::unexpected(expression.error());
    const auto format = makeFormat(m_format);
    if (!format) return tl::unexpected(format.error());
    const auto rounding = m_rounding.read();
    if (!rounding) return tl::unexpected(rounding.error());
    const auto calculation =
        calculate(expression->operation, expression->operands, **format, rounding->at(0), rounding->overflow);
    if (!calculation) return tl::unexpected(calculation.error());
    context.output = context.json ? documentText(calculationJson(*calculation, *rounding))
                                  : text(*expression, *calculation, context.terminal);
    return {};
  }

 private:
  static std::string text(const Expression& expression, const Calculation& c, const Terminal& terminal);

  std::vector<std::string> m_words;
  std::string m_format = "float32";
  RoundingOptions m_rounding;
};

std::string errorText(const Calculation& c) {
  if (!c.errorUlp) return {};
  if (c.outcome.exact) return "0, exact";
  if (*c.errorUlp == 0) return "almost 0 ulp";
  return fmt::format("{}{:.4g} ulp", c.approximate ? "about " : "", *c.errorUlp);
}

std::string CalcCommand::text(const Expression& expression, const Calculation& c, const Terminal& terminal) {
  const NumberFormat& format = *c.format;
  std::string out =
      terminal.strong(printable(titleOf(expression))) + " in " + terminal.strong(format.info().title) + "\n\n";
  const auto row = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("  {:<10} {}\n", name, text);
  };
  row("exact", terminal.wrapped(c.exactSymbol.empty() ? c.exact : c.exactSymbol + " = " + c.exact, 13));
  row("value", terminal.wrapped(c.value, 13));
  row("code", codeText(format, c.outcome.code));
  row("bits", colouredBits(format, c.outcome.code, terminal));
  row("class", std::string(idOf(c.numberClass)));
  row("error", errorText(c));
  out += "\n";
  for (std::size_t i = 0; i < c.steps.size(); ++i) {
    const CalculationStep& step = c.steps[i];
    out += fmt::format("  {} {:<12} {}\n", i + 1, step.title, terminal.wrapped(withoutBackticks(step.text), 17));
    out += indented(step.board, 17);
  }
  return out;
}

}  // namespace

const CommandInfo& calc_entry() {
  static const CommandInfo info{"calc",
                                "Arithmetic in a format, with the steps from the exact result to the rounded one",
                                "ulp calc 2048 + 1 --format float16", makeCommand<CalcCommand>};
  return info;
}

}  // namespace ulpscope
