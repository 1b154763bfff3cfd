// SPDX-License-Identifier: Apache-2.0
#include "core/formats/arithmetic_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/formats/binary_cut.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

constexpr const char* kExactResult = "The exact result is a value of the format, so nothing is rounded.";

std::string incremented(std::string bits) {
  for (std::size_t i = bits.size(); i-- > 0;) {
    bits[i] = bits[i] == '0' ? '1' : '0';
    if (bits[i] == '1') return bits;
  }
  return "1" + bits;
}

/// Bits of integers and of code books' indices are no significands to be aligned.
bool hasSignificands(const NumberFormat& format) {
  return std::ranges::none_of(format.fields(0), [](const BitField& field) {
    return field.kind == FieldKind::Integer || field.kind == FieldKind::Index;
  });
}

class Teller {
 public:
  explicit Teller(const ArithmeticCase& arithmetic) : m_case(arithmetic) {}

  ArithmeticReasoning tell();

 private:
  const NumberFormat& format() const { return m_case.format; }
  const ExactNumber& exact() const { return *m_case.exact.value; }
  std::string operandText(std::size_t index) const;
  std::string valueText(std::uint64_t code) const { return "`" + readableText(format(), code) + "`"; }
  Dropped dropped(int lastPlace) const;
  void say(const char* title, std::string text) { m_steps.push_back({title, std::move(text)}); }

  void tellOperands();
  void tellSpecial();
  void tellInBinary(int lastPlace);
  void tellRounding(int lastPlace);
  void tellNeighbours(std::optional<int> lastPlace);
  void tellOverflow();
  void tellCode();

  const ArithmeticCase& m_case;
  std::vector<CalculationStep> m_steps;
  std::string m_rule;
};

Dropped Teller::dropped(int lastPlace) const {
  const BinaryCut cut = cutAt(magnitudeOf(exact()), lastPlace);
  return droppedShare(cut.guard == '1', cut.round == '1' || cut.sticky ? 1 : 0);
}

ArithmeticReasoning Teller::tell() {
  tellOperands();
  if (!m_case.exact.value) {
    tellSpecial();
  } else {
    const auto lastPlace = lastPlaceAt(format(), exact());
    if (lastPlace && !m_case.outcome.overflowed && hasSignificands(format())) {
      tellInBinary(*lastPlace);
    } else {
      say("Exact", exactlyText(exact()) + ".");
      m_case.outcome.overflowed ? tellOverflow() : tellNeighbours(lastPlace);
    }
  }
  tellCode();
  return {std::move(m_steps), std::move(m_rule)};
}

std::string Teller::operandText(std::size_t index) const {
  const CalculationOperand& operand = m_case.operands[index];
  const Unrounded& value = m_case.values[index];
  const std::string stored = valueText(operand.outcome.code);
  std::string text = operand.outcome.exact ? stored
                                           : fmt::format("`{}` is no value of {} and becomes {}", operand.text,
                                                         format().info().title, quoted(operand.value));
  if (value.sticky) text += " (its first 64 bits are used)";
  if (value.kind == Kind::Finite && hasSignificands(format()) && lastPlaceAt(format(), ExactNumber(value))) {
    const ExactNumber number(value);
    return text + fmt::format(" = `{}{}` × 2{}.", number.negative() ? "-" : "", significandText(format(), number),
                              superscript(number.leading()));
  }
  return text + (operand.outcome.exact ? fmt::format(" is a value of {}.", format().info().title) : ".");
}

void Teller::tellOperands() {
  std::string text;
  for (std::size_t i = 0; i < m_case.operands.size(); ++i) {
    const std::string sentence = operandText(i);
    if (text.find(sentence) == std::string::npos) text += (text.empty() ? "" : " ") + sentence;
  }
  say(m_case.operands.size() == 1 ? "Operand" : "Operands", std::move(text));
}

void Teller::tellSpecial() {
  m_rule = m_case.exact.rule;
  const char* title = "Zero";
  if (m_case.exact.number.kind == Kind::Infinity) title = "Infinity";
  if (m_case.exact.number.kind == Kind::Nan) title = "NaN";
  say(title, m_rule);
  if (m_case.outcome.overflowed) tellOverflow();
}

void Teller::tellInBinary(int lastPlace) {
  std::ranges::move(explainOperation(m_case, lastPlace), std::back_inserter(m_steps));
  tellRounding(lastPlace);
  if (auto absorption = explainAbsorption(m_case)) m_steps.push_back(std::move(*absorption));
}

void Teller::tellRounding(int lastPlace) {
  const Dropped share = dropped(lastPlace);
  if (share == Dropped::Nothing) {
    m_rule = kExactResult;
    return say("Round", m_rule);
  }
  m_rule = roundingRule(m_case.rounding, share, exact().negative());
  const BinaryCut cut = cutAt(magnitudeOf(exact()), lastPlace);
  const Unrounded stored = format().decode(m_case.outcome.code);
  const std::string storedBits =
      stored.kind == Kind::Finite ? cutAt(magnitudeOf(ExactNumber(stored)), lastPlace).kept : "0";
  const std::string decision = storedBits == cut.kept ? fmt::format("`{}` stays.", pointed(cut.kept))
                                                      : fmt::format("`{}` + 1 in the last place = `{}`.",
                                                                    pointed(cut.kept), pointed(incremented(cut.kept)));
  say("Round", fmt::format("Left over: guard bit `{}`, round bit `{}`, sticky `{:d}` (whether anything is set below). "
                           "{} {}",
                           cut.guard, cut.round, cut.sticky, m_rule, decision));
}

/// For formats whose codes are no significands. `lastPlace` where the values are an even grid around the result.
void Teller::tellNeighbours(std::optional<int> lastPlace) {
  if (m_case.outcome.exact) {
    m_rule = kExactResult;
    return say("Round", m_rule);
  }
  const Unrounded& number = m_case.exact.number;
  const std::uint64_t below = format().encode(number, Rounding::TowardNegative, Overflow::Saturate).code;
  const std::uint64_t above = format().encode(number, Rounding::TowardPositive, Overflow::Saturate).code;
  say("Neighbours", fmt::format("{} lies between {} (`{}`) and {} (`{}`).", quoted(exact().text()), valueText(below),
                                codeText(format(), below), valueText(above), codeText(format(), above)));
  const std::string chosen = valueText(m_case.outcome.code);
  if (lastPlace) {
    m_rule = roundingRule(m_case.rounding, dropped(*lastPlace), exact().negative());
    return say("Choice", fmt::format("{} {} is taken.", m_rule, chosen));
  }
  const auto valueOf = [&](std::uint64_t code) { return format().decode(code); };
  const auto side = compareWithMiddle(exact().rational(), valueOf(below), valueOf(above));
  const bool nearest = m_case.rounding.mode == Rounding::NearestEven || m_case.rounding.mode == Rounding::NearestAway;
  if (!nearest)
    m_rule = fmt::format("This rounding mode takes {}.", chosen);
  else if (side == 0)
    m_rule = fmt::format("It is exactly in the middle; the rule of the format for ties takes {}.", chosen);
  else if ((side < 0) == (m_case.outcome.code == below))
    m_rule = fmt::format("The nearer one is {}.", chosen);
  else
    m_rule =
        fmt::format("The format draws the border between them elsewhere than in the middle, so it takes {}.", chosen);
  say("Choice", m_rule);
}

void Teller::tellOverflow() {
  Unrounded beyond = m_case.exact.number;
  if (beyond.kind == Kind::Finite) beyond = {.kind = Kind::Infinity, .negative = beyond.negative};
  const std::uint64_t end = format().encode(beyond, Rounding::TowardZero, Overflow::Saturate).code;
  const std::string what = m_case.exact.value                       ? quoted(exact().text())
                           : m_case.exact.number.kind == Kind::Zero ? "Zero"
                                                                    : "Infinity";
  m_rule =
      fmt::format("{} is outside the values of {}, which end at {}; by the overflow rule `{}` the result is {}.", what,
                  format().info().title, valueText(end), idOf(m_case.overflow), valueText(m_case.outcome.code));
  say("Overflow", m_rule);
}

void Teller::tellCode() {
  const std::uint64_t code = m_case.outcome.code;
  std::string text = fmt::format("`{}` = `{}`", bitsText(format(), code), codeText(format(), code));
  const Kind stored = format().decode(code).kind;
  if (isFinite(stored)) text += fmt::format(", which stands for {}", quoted(exactText(format(), code)));
  say("Code", text + ".");
}

}  // namespace

ArithmeticReasoning explainArithmetic(const ArithmeticCase& arithmetic) { return Teller(arithmetic).tell(); }

}  // namespace ulpscope
