// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/formats/arithmetic_board.h"
#include "core/formats/arithmetic_steps.h"
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

std::string places(int count) { return fmt::format("{} place{}", count, count == 1 ? "" : "s"); }

/// The last weight worth showing of a number that is cut at `lastPlace`: where it ends, but not far below the cut.
int bottomOf(const ExactNumber& number, int lastPlace) {
  return std::max(number.trailing().value_or(lastPlace - kTail), lastPlace - kTail);
}

/// A number of many digits by its first ones.
std::string briefly(const ExactNumber& number) {
  constexpr int kDigits = 12;
  const auto [text, exact] = briefDecimal(number.text(), kDigits);
  return (exact ? "" : "≈ ") + text;
}

std::string withoutSign(const std::string& name) { return name.starts_with('-') ? name.substr(1) : name; }

Term termOf(const ArithmeticCase& arithmetic, std::size_t index) {
  const std::uint64_t code = arithmetic.operands[index].outcome.code;
  return {ExactNumber(arithmetic.values[index]), readableText(arithmetic.format, code)};
}

/// What is added in the end, of sums, differences and fma; nullopt where a side of it is zero.
std::optional<std::pair<Term, Term>> addends(const ArithmeticCase& arithmetic) {
  const auto isFinite = [&](std::size_t index) { return arithmetic.values[index].kind == Kind::Finite; };
  if (!isFinite(0) || operandCount(arithmetic.operation) < 2 || !isFinite(1)) return std::nullopt;
  Term first = termOf(arithmetic, 0), second = termOf(arithmetic, 1);
  switch (arithmetic.operation) {
    case Operation::Add:
      break;
    case Operation::Subtract:
      second.number = -second.number;
      break;
    case Operation::FusedMultiplyAdd: {
      if (!isFinite(2)) return std::nullopt;
      const ExactNumber product = first.number * second.number;
      first = {product, briefly(product)};
      second = termOf(arithmetic, 2);
      break;
    }
    default:
      return std::nullopt;
  }
  // The larger magnitude first: the other one is moved under it.
  if (compare(magnitudeOf(first.number), magnitudeOf(second.number)) < 0) std::swap(first, second);
  return std::pair(std::move(first), std::move(second));
}

class OperationTeller {
 public:
  OperationTeller(const ArithmeticCase& arithmetic, int lastPlace) : m_case(arithmetic), m_lastPlace(lastPlace) {}

  std::vector<CalculationStep> tell();

 private:
  const NumberFormat& format() const { return m_case.format; }
  const ExactNumber& exact() const { return *m_case.exact.value; }
  ExactNumber operand(std::size_t index) const { return ExactNumber(m_case.values[index]); }
  void say(const char* title, std::string text, std::string board = {}) {
    m_steps.push_back({title, std::move(text), std::move(board)});
  }
  /// `text` and, under it, the magnitude of the exact result over 2^exponent.
  void sayWithResult(const char* title, const std::string& text, int exponent);

  void tellSum();
  void tellAlignment(const Term& larger, const Term& smaller);
  void tellCancellation(const ExactNumber& larger);
  void tellSign();
  void tellProduct();
  void tellQuotient();
  void tellRoot();
  void tellFactors();

  const ArithmeticCase& m_case;
  int m_lastPlace;
  std::vector<CalculationStep> m_steps;
};

std::vector<CalculationStep> OperationTeller::tell() {
  switch (m_case.operation) {
    case Operation::FusedMultiplyAdd:
      tellFactors();
      [[fallthrough]];
    case Operation::Add:
    case Operation::Subtract:
      tellSum();
      break;
    case Operation::Multiply:
      tellProduct();
      break;
    case Operation::Divide:
      tellQuotient();
      break;
    case Operation::SquareRoot:
      tellRoot();
      break;
  }
  return std::move(m_steps);
}

void OperationTeller::tellSum() {
  const auto terms = addends(m_case);
  if (!terms) return say("Zero", "One side of the sum is zero and changes nothing.");
  const auto& [larger, smaller] = *terms;
  tellAlignment(larger, smaller);
  const bool subtracts = larger.number.negative() != smaller.number.negative();
  const int exponent = larger.number.leading();
  const int moved = exact().leading() - exponent;
  std::string result = exactlyText(exact());
  if (moved > 0)
    result += fmt::format("; the carry moves the point {} to the left, so the exponent becomes {}", places(moved),
                          exponent + moved);
  if (moved < 0)
    result += fmt::format("; the point moves {} to the right, behind the first 1, so the exponent becomes {}",
                          places(-moved), exponent + moved);
  say(subtracts ? "Difference" : "Sum", result + ".");
  if (subtracts) tellCancellation(larger.number);
}

void OperationTeller::tellAlignment(const Term& larger, const Term& smaller) {
  const bool subtracts = larger.number.negative() != smaller.number.negative();
  const int exponent = larger.number.leading();
  const int shift = exponent - smaller.number.leading();
  std::string text = shift == 0
                         ? fmt::format("Both exponents are {}: the bits stand under one another already.", exponent)
                         : fmt::format("The larger exponent is {}; the bits of `{}` move {} to the right.", exponent,
                                       withoutSign(smaller.name), places(shift));
  if (subtracts) text += " The smaller magnitude is taken from the larger, whose sign the result has.";
  if (!subtracts && larger.number.negative()) text += " The sum of two negative numbers is negative.";

  const int ownPlace = std::max(m_lastPlace, lastPlaceAt(format(), larger.number).value_or(m_lastPlace));
  Board board({.top = std::max({exponent, exact().leading(), m_lastPlace}),
               .bottom = std::min({ownPlace, bottomOf(larger.number, m_lastPlace),
                                   bottomOf(smaller.number, m_lastPlace), bottomOf(exact(), m_lastPlace)}),
               .point = exponent,
               .lastPlace = m_lastPlace});
  const std::string scale = "× 2" + superscript(exponent) + "  ";
  board.add(' ', magnitudeOf(larger.number), scale + withoutSign(larger.name));
  board.add(subtracts ? '-' : '+', magnitudeOf(smaller.number), scale + withoutSign(smaller.name));
  board.addLine();
  board.add(' ', magnitudeOf(exact()), scale + briefly(magnitudeOf(exact())));
  board.addGuards();
  say("Align", std::move(text), board.text());
}

void OperationTeller::tellCancellation(const ExactNumber& larger) {
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

void OperationTeller::tellSign() {
  const bool first = m_case.values[0].negative, second = m_case.values[1].negative;
  if (first && second) say("Sign", "Both are negative, so the result is positive.");
  if (first != second) say("Sign", "One of them is negative, so the result is negative.");
}

void OperationTeller::sayWithResult(const char* title, const std::string& text, int exponent) {
  const ExactNumber number = magnitudeOf(exact());
  if (m_lastPlace - number.leading() > kTail) return say(title, text + "; all its bits are far below the last place.");
  Board board({.top = std::max({number.leading(), exponent, m_lastPlace}),
               .bottom = std::min(m_lastPlace, bottomOf(number, m_lastPlace)),
               .point = exponent,
               .lastPlace = m_lastPlace});
  board.add(' ', number, "× 2" + superscript(exponent));
  board.addGuards();
  say(title, text + ":", board.text());
}

void OperationTeller::tellProduct() {
  const ExactNumber a = operand(0), b = operand(1);
  const int exponent = a.leading() + b.leading();
  tellSign();
  say("Exponents", fmt::format("{} + {} = {}.", a.leading(), b.leading(), exponent));
  sayWithResult("Significands",
                fmt::format("`{}` times `{}`", significandText(format(), a), significandText(format(), b)), exponent);
  const bool carries = exact().leading() > exponent;
  say("Product",
      exactlyText(exact()) + (carries ? fmt::format("; the point moves one place to the left, behind the first 1, "
                                                    "so the exponent becomes {}.",
                                                    exponent + 1)
                                      : "."));
}

void OperationTeller::tellQuotient() {
  const ExactNumber a = operand(0), b = operand(1);
  const int exponent = a.leading() - b.leading();
  tellSign();
  say("Exponents", fmt::format("{} - {} = {}.", a.leading(), b.leading(), exponent));
  sayWithResult("Significands",
                fmt::format("`{}` over `{}`{}", significandText(format(), a), significandText(format(), b),
                            exact().trailing() ? " comes out even" : " never comes out even"),
                exponent);
  const bool belowOne = exact().leading() < exponent;
  say("Quotient",
      exactlyText(exact()) + (belowOne ? fmt::format("; the point moves one place to the right, behind the first "
                                                     "1, so the exponent becomes {}.",
                                                     exponent - 1)
                                       : "."));
}

void OperationTeller::tellRoot() {
  const ExactNumber radicand = operand(0);
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
  sayWithResult("Significand",
                fmt::format("The root of `{}`{}", bits, exact().trailing() ? " comes out even" : " is irrational"),
                half);
  say("Root", exactlyText(exact()) + ".");
}

void OperationTeller::tellFactors() {
  if (m_case.values[0].kind != Kind::Finite || m_case.values[1].kind != Kind::Finite)
    return say("Product", "A factor is zero, and so is the product.");
  const Term a = termOf(m_case, 0), b = termOf(m_case, 1);
  say("Product", fmt::format("`{}` times `{}` is {}, kept with every bit: nothing is rounded yet.", a.name, b.name,
                             quoted((a.number * b.number).text())));
}

}  // namespace

std::vector<CalculationStep> explainOperation(const ArithmeticCase& arithmetic, int lastPlace) {
  return OperationTeller(arithmetic, lastPlace).tell();
}

std::optional<CalculationStep> explainAbsorption(const ArithmeticCase& arithmetic) {
  const auto terms = addends(arithmetic);
  const NumberFormat& format = arithmetic.format;
  const std::uint64_t code = arithmetic.outcome.code;
  const Unrounded stored = format.decode(code);
  if (!terms || stored.kind != Kind::Finite) return std::nullopt;
  const auto& [larger, smaller] = *terms;
  if (compare(ExactNumber(stored), larger.number) != 0) return std::nullopt;
  const auto next = smaller.number.negative() ? format.nextDown(code) : format.nextUp(code);
  if (!next || format.decode(*next).kind != Kind::Finite) return std::nullopt;
  const ExactNumber step = magnitudeOf(*(ExactNumber(format.decode(*next)) + -larger.number));
  const auto half = compare(magnitudeOf(*(smaller.number + smaller.number)), step);
  const char* share = half < 0 ? "less than half of that" : half == 0 ? "exactly half of that" : "less than that";
  return CalculationStep{
      "Absorption",
      fmt::format("From `{}` to the next value it is `{}`; `{}` is {}, so it is lost and the result is `{}` again.",
                  larger.name, briefly(step), withoutSign(smaller.name), share, larger.name)};
}

std::string exactlyText(const ExactNumber& number) {
  const std::string symbol = number.symbolicText();
  return fmt::format("{} {}{}", number.approximate() ? "About" : "Exactly",
                     symbol.empty() ? "" : "`" + symbol + "` = ", quoted(number.text()));
}

std::string significandText(const NumberFormat& format, const ExactNumber& number) {
  const auto lastPlace = lastPlaceAt(format, number);
  return pointed(number.digits(lastPlace.value_or(number.leading() - 63)).digits);
}

}  // namespace ulpscope
