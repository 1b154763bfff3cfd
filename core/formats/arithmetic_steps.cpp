// SPDX-License-Identifier: Apache-2.0
#include "core/formats/arithmetic_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/arithmetic_board.h"
#include "core/formats/binary_cut.h"
#include "core/formats/brief_decimal.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

constexpr int kTail = 12;  ///< bits shown behind the last place

/// A number with the name it goes by on the board.
struct Term {
  ExactNumber number;
  std::string name;
};

ExactNumber powerOfTwo(int exponent) { return ExactNumber(exactNumber(false, 1, exponent)); }
ExactNumber magnitude(const ExactNumber& number) { return number.negative() ? -number : number; }

std::string times2To(int exponent) { return "× 2" + superscript(exponent); }
std::string places(int count) { return fmt::format("{} place{}", count, count == 1 ? "" : "s"); }

/// The last weight worth showing of a number that is cut at `lastPlace`: where it ends, but not far below the cut.
int bottomOf(const ExactNumber& number, int lastPlace) {
  return std::max(number.trailing().value_or(lastPlace - kTail), lastPlace - kTail);
}

/// A number of many digits by its first ones.
std::string briefly(const ExactNumber& number) {
  constexpr int kDigits = 12;
  auto [text, exact] = briefDecimal(number.text(), kDigits);
  return exact ? text : text.insert(std::min(text.find('e'), text.size()), "…");
}

std::string withoutSign(const std::string& name) { return name.starts_with('-') ? name.substr(1) : name; }

std::string incremented(std::string bits) {
  for (std::size_t i = bits.size(); i-- > 0;) {
    bits[i] = bits[i] == '0' ? '1' : '0';
    if (bits[i] == '1') return bits;
  }
  return "1" + bits;
}

class Teller {
 public:
  explicit Teller(const ArithmeticCase& arithmetic) : m_case(arithmetic) {}

  ArithmeticReasoning tell();

 private:
  const NumberFormat& format() const { return m_case.format; }
  const ExactNumber& exact() const { return *m_case.exact.value; }
  Term term(std::size_t index) const;
  std::string operandText(std::size_t index) const;
  std::string valueText(std::uint64_t code) const { return "`" + readableText(format(), code) + "`"; }
  std::string exactlyText() const;
  Dropped dropped(int lastPlace) const;
  void say(const char* title, std::string text, std::string board = {}) {
    m_steps.push_back({title, std::move(text), std::move(board)});
  }

  void sayWithBoard(const char* title, const std::string& text, std::string board) {
    const char* end = board.empty() ? "; all its bits are far below the last place." : ":";
    say(title, text + end, std::move(board));
  }

  void tellOperands();
  void tellSpecial();
  void tellInBinary(int lastPlace);
  void tellAddition(const Term& a, const Term& b, int lastPlace);
  void tellCancellation(const ExactNumber& larger);
  void tellAbsorption(const Term& larger, const Term& smaller);
  void tellSign();
  void tellProduct(int lastPlace);
  void tellQuotient(int lastPlace);
  void tellRoot(int lastPlace);
  void tellFused(int lastPlace);
  std::string significandBoard(int exponent, int lastPlace) const;
  void tellRounding(int lastPlace);
  void tellNeighbours(std::optional<int> lastPlace);
  void tellOverflow();
  void tellCode();

  const ArithmeticCase& m_case;
  std::vector<CalculationStep> m_steps;
  std::string m_rule;
};

constexpr const char* kExactResult = "The exact result is a value of the format, so nothing is rounded.";

/// Bits of integers and of code books' indices are no significands to be aligned.
bool hasSignificands(const NumberFormat& format) {
  return std::ranges::none_of(format.fields(), [](const BitField& field) {
    return field.kind == FieldKind::Integer || field.kind == FieldKind::Index;
  });
}

/// Significant bits with the point behind the first, as far as the format keeps them.
std::string significandText(const NumberFormat& format, const ExactNumber& number) {
  const auto lastPlace = lastPlaceAt(format, number);
  return pointed(number.digits(lastPlace.value_or(number.leading() - 63)).digits);
}

Term Teller::term(std::size_t index) const {
  return {ExactNumber(m_case.values[index]), readableText(format(), m_case.operands[index].outcome.code)};
}

std::string Teller::exactlyText() const {
  const std::string symbol = exact().symbolicText();
  return fmt::format("Exactly {}{}", symbol.empty() ? "" : "`" + symbol + "` = ", quoted(exact().text()));
}

Dropped Teller::dropped(int lastPlace) const {
  const BinaryCut cut = cutAt(magnitude(exact()), lastPlace);
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
      say("Exact", exactlyText() + ".");
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
    return text + fmt::format(" = `{}{}` {}.", number.negative() ? "-" : "", significandText(format(), number),
                              times2To(number.leading()));
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
  switch (m_case.operation) {
    case Operation::Add:
    case Operation::Subtract:
      if (m_case.values[0].kind == Kind::Finite && m_case.values[1].kind == Kind::Finite) {
        Term second = term(1);
        if (m_case.operation == Operation::Subtract) second.number = -second.number;
        return tellAddition(term(0), second, lastPlace);
      }
      say("Zero", "One of them is zero and changes nothing.");
      break;
    case Operation::Multiply:
      tellProduct(lastPlace);
      break;
    case Operation::Divide:
      tellQuotient(lastPlace);
      break;
    case Operation::SquareRoot:
      tellRoot(lastPlace);
      break;
    case Operation::FusedMultiplyAdd:
      return tellFused(lastPlace);
  }
  tellRounding(lastPlace);
}

void Teller::tellAddition(const Term& a, const Term& b, int lastPlace) {
  const bool firstIsLarger = compare(magnitude(a.number), magnitude(b.number)) >= 0;
  const Term& larger = firstIsLarger ? a : b;
  const Term& smaller = firstIsLarger ? b : a;
  const bool subtracts = a.number.negative() != b.number.negative();
  const int exponent = larger.number.leading();
  const int shift = exponent - smaller.number.leading();

  std::string align = shift == 0
                          ? fmt::format("Both exponents are {}: the bits stand under one another already.", exponent)
                          : fmt::format("The larger exponent is {}; the bits of `{}` move {} to the right.", exponent,
                                        withoutSign(smaller.name), places(shift));
  if (subtracts) align += " The smaller magnitude is taken from the larger, whose sign the result has.";
  if (!subtracts && a.number.negative()) align += " The sum of two negative numbers is negative.";
  const int ownPlace = std::max(lastPlace, lastPlaceAt(format(), larger.number).value_or(lastPlace));
  const int bottom = std::min({ownPlace, bottomOf(larger.number, lastPlace), bottomOf(smaller.number, lastPlace),
                               bottomOf(exact(), lastPlace)});
  const std::string scale = times2To(exponent) + "  ";
  Board board({.top = std::max({exponent, exact().leading(), lastPlace}),
               .bottom = bottom,
               .point = exponent,
               .lastPlace = lastPlace});
  board.add(' ', magnitude(larger.number), scale + withoutSign(larger.name));
  board.add(subtracts ? '-' : '+', magnitude(smaller.number), scale + withoutSign(smaller.name));
  board.addLine();
  board.add(' ', magnitude(exact()), scale + briefly(magnitude(exact())));
  board.addGuards();
  say("Align", std::move(align), board.text());

  const int moved = exact().leading() - exponent;
  std::string result = exactlyText();
  if (moved > 0)
    result += fmt::format("; the carry moves the point {} to the left, so the exponent becomes {}", places(moved),
                          exponent + moved);
  if (moved < 0)
    result += fmt::format("; the point moves {} to the right, behind the first 1, so the exponent becomes {}",
                          places(-moved), exponent + moved);
  say(subtracts ? "Difference" : "Sum", result + ".");
  if (subtracts) tellCancellation(larger.number);
  tellRounding(lastPlace);
  tellAbsorption(larger, smaller);
}

void Teller::tellCancellation(const ExactNumber& larger) {
  constexpr int kWorthAWord = 2;
  const int cancelled = larger.leading() - exact().leading();
  const auto lastPlace = lastPlaceAt(format(), larger);
  if (cancelled < kWorthAWord || !lastPlace) return;
  const int had = larger.leading() - *lastPlace + 1;
  if (m_case.operation == Operation::FusedMultiplyAdd && cancelled >= had)
    return say("Cancellation", fmt::format("{} leading bits cancel. What is left stood below the {} bits of a rounded "
                                           "product: only because it was kept whole is there anything left.",
                                           cancelled, had));
  const int left = std::max(had - cancelled, 1);
  say("Cancellation",
      fmt::format("{} leading bits cancel. The difference {}, but of {} bits of information {} {} left: what was "
                  "rounded away earlier now weighs 2{} times as much.",
                  cancelled, m_case.outcome.exact ? "is exact" : "is rounded once more", had, left,
                  left == 1 ? "is" : "are", superscript(cancelled)));
}

/// Says so where the larger of two numbers comes back as if there were no second one.
void Teller::tellAbsorption(const Term& larger, const Term& smaller) {
  const std::uint64_t code = m_case.outcome.code;
  const Unrounded stored = format().decode(code);
  if (stored.kind != Kind::Finite || compare(ExactNumber(stored), larger.number) != 0) return;
  const auto next = smaller.number.negative() ? format().nextDown(code) : format().nextUp(code);
  if (!next || format().decode(*next).kind != Kind::Finite) return;
  const ExactNumber step = magnitude(*(ExactNumber(format().decode(*next)) + -larger.number));
  const auto half = compare(magnitude(smaller.number), step * powerOfTwo(-1));
  const char* share = half < 0 ? "less than half of that" : half == 0 ? "exactly half of that" : "less than that";
  say("Absorption",
      fmt::format("From `{}` to the next value it is `{}`; `{}` is {}, so it is lost and the result is `{}` again.",
                  larger.name, briefly(step), withoutSign(smaller.name), share, larger.name));
}

void Teller::tellSign() {
  const bool first = m_case.values[0].negative, second = m_case.values[1].negative;
  if (first && second) say("Sign", "Both are negative, so the result is positive.");
  if (first != second) say("Sign", "One of them is negative, so the result is negative.");
}

/// The magnitude of the exact result over 2^exponent; empty where all of it is far below the last place.
std::string Teller::significandBoard(int exponent, int lastPlace) const {
  const ExactNumber number = magnitude(exact());
  if (lastPlace - number.leading() > kTail) return {};
  const int top = std::max({number.leading(), exponent, lastPlace});
  Board board({.top = top,
               .bottom = std::min(lastPlace, bottomOf(number, lastPlace)),
               .point = exponent,
               .lastPlace = lastPlace});
  board.add(' ', number, times2To(exponent));
  board.addGuards();
  return board.text();
}

void Teller::tellProduct(int lastPlace) {
  const ExactNumber a = term(0).number, b = term(1).number;
  const int exponent = a.leading() + b.leading();
  tellSign();
  say("Exponents", fmt::format("{} + {} = {}.", a.leading(), b.leading(), exponent));
  sayWithBoard("Significands",
               fmt::format("`{}` times `{}`", significandText(format(), a), significandText(format(), b)),
               significandBoard(exponent, lastPlace));
  const bool carries = exact().leading() > exponent;
  say("Product", exactlyText() + (carries ? fmt::format("; the point moves one place to the left, behind the first 1, "
                                                        "so the exponent becomes {}.",
                                                        exponent + 1)
                                          : "."));
}

void Teller::tellQuotient(int lastPlace) {
  const ExactNumber a = term(0).number, b = term(1).number;
  const int exponent = a.leading() - b.leading();
  tellSign();
  say("Exponents", fmt::format("{} - {} = {}.", a.leading(), b.leading(), exponent));
  sayWithBoard("Significands",
               fmt::format("`{}` over `{}`{}", significandText(format(), a), significandText(format(), b),
                           exact().trailing() ? ", which comes out even" : ", which never comes out even"),
               significandBoard(exponent, lastPlace));
  const bool belowOne = exact().leading() < exponent;
  say("Quotient", exactlyText() + (belowOne ? fmt::format("; the point moves one place to the right, behind the first "
                                                          "1, so the exponent becomes {}.",
                                                          exponent - 1)
                                            : "."));
}

void Teller::tellRoot(int lastPlace) {
  const ExactNumber radicand = term(0).number;
  const int exponent = radicand.leading();
  const int half = exponent >> 1;  // down, also below zero
  std::string bits = significandText(format(), radicand);
  if (exponent % 2 != 0) {
    const std::size_t point = bits.find('.');
    bits = point == std::string::npos ? bits + "0" : bits.substr(0, 1) + bits[2] + "." + bits.substr(3);
    if (bits.ends_with('.')) bits.pop_back();
  }
  say("Exponent", exponent % 2 == 0
                      ? fmt::format("Half of {} is {}.", exponent, half)
                      : fmt::format("{} is odd: one factor 2 goes into the significand, half of {} is {}.", exponent,
                                    2 * half, half));
  sayWithBoard(
      "Significand",
      fmt::format("The root of `{}`{}", bits, exact().trailing() ? ", which comes out even" : ", which is irrational"),
      significandBoard(half, lastPlace));
  say("Root", exactlyText() + ".");
}

void Teller::tellFused(int lastPlace) {
  if (m_case.values[0].kind == Kind::Zero || m_case.values[1].kind == Kind::Zero) {
    say("Product", "A factor is zero, so the result is the number that is added.");
    return tellRounding(lastPlace);
  }
  const Term a = term(0), b = term(1);
  const ExactNumber product = a.number * b.number;
  say("Product", fmt::format("`{}` times `{}` is {}, kept with every bit: nothing is rounded yet.", a.name, b.name,
                             quoted(product.text())));
  if (m_case.values[2].kind != Kind::Finite) return tellRounding(lastPlace);
  tellAddition({product, briefly(product)}, term(2), lastPlace);
}

void Teller::tellRounding(int lastPlace) {
  const Dropped share = dropped(lastPlace);
  if (share == Dropped::Nothing) {
    m_rule = kExactResult;
    return say("Round", m_rule);
  }
  m_rule = roundingRule(m_case.rounding, share, exact().negative());
  const BinaryCut cut = cutAt(magnitude(exact()), lastPlace);
  const Unrounded stored = format().decode(m_case.outcome.code);
  const std::string storedBits =
      stored.kind == Kind::Finite ? cutAt(magnitude(ExactNumber(stored)), lastPlace).kept : "0";
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
  const bool negative = m_case.exact.number.negative;
  const std::uint64_t end =
      format().encode({.kind = Kind::Infinity, .negative = negative}, Rounding::TowardZero, Overflow::Saturate).code;
  const std::string what = m_case.exact.value ? quoted(exact().text()) : "Infinity";
  m_rule =
      fmt::format("{} is beyond the last finite value of {}, {}; by the overflow rule `{}` the result is {}.", what,
                  format().info().title, valueText(end), idOf(m_case.overflow), valueText(m_case.outcome.code));
  say("Overflow", m_rule);
}

void Teller::tellCode() {
  const std::uint64_t code = m_case.outcome.code;
  std::string text = fmt::format("`{}` = `{}`", bitsText(format(), code), codeText(format(), code));
  const Kind stored = format().decode(code).kind;
  if (stored == Kind::Finite || stored == Kind::Zero)
    text += fmt::format(", which stands for {}", quoted(exactText(format(), code)));
  say("Code", text + ".");
}

}  // namespace

ArithmeticReasoning explainArithmetic(const ArithmeticCase& arithmetic) { return Teller(arithmetic).tell(); }

}  // namespace ulpscope
