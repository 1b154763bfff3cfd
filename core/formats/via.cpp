// SPDX-License-Identifier: Apache-2.0
#include "core/formats/via.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/binary_cut.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// A number and, where it is finite, every digit of it.
struct Number {
  Unrounded unrounded;
  ExactDecimal decimal;
};

Number numberOf(const NumberFormat& format, std::uint64_t code) {
  const Unrounded value = format.decode(code);
  return {value, value.kind == Kind::Finite ? exactDecimal(value) : ExactDecimal{.negative = value.negative}};
}

std::string difference(const Number& a, const Number& b) {
  return isFinite(a.unrounded) && isFinite(b.unrounded) ? toString(subtract(a.decimal, b.decimal)) : std::string();
}

Result<StageOutcome> pass(const Number& before, const Number& given, const ViaStage& stage, Overflow overflow) {
  const NumberFormat& format = *stage.format;
  const Encoded outcome = format.encode(before.unrounded, stage.rounding, overflow);
  if (outcome.lostNan)
    return fail(Errc::Usage, fmt::format("a number expected, NaN found, which {} cannot hold", format.info().id));
  const Number after = numberOf(format, outcome.code);
  return StageOutcome{.format = stage.format,
                      .rounding = stage.rounding.mode,
                      .outcome = outcome,
                      .value = exactText(format, outcome.code),
                      .error = difference(after, given),
                      .loss = difference(after, before)};
}

std::string valueText(const NumberFormat& format, std::uint64_t code) { return "`" + readableText(format, code) + "`"; }

std::string magnitudeText(ExactDecimal decimal) {
  decimal.negative = false;
  return quoted(toString(decimal));
}

bool isNearest(Rounding rounding) { return rounding == Rounding::NearestEven || rounding == Rounding::NearestAway; }

/// The ways part at `culprit`: rounded once from there, the number no longer goes where it would have gone.
std::string partingText(const Number& given, const StageOutcome& culprit, const ViaStage& target,
                        const ChainedRounding& chain) {
  const NumberFormat& format = *target.format;
  const std::string chained = valueText(format, chain.stages.back().outcome.code);
  const std::string direct = valueText(format, chain.direct.outcome.code);
  const std::string ends =
      fmt::format("The way round ends in {}; rounded once, the number goes to {}.", chained, direct);
  const Number value = numberOf(*culprit.format, culprit.outcome.code);
  const std::string& name = culprit.format->info().title;
  const std::string there = valueText(*culprit.format, culprit.outcome.code);
  if (!isFinite(value.unrounded) || culprit.outcome.overflowed)
    return fmt::format("{} does not reach as far as the number, which becomes {} there. {}", name, there, ends);
  if (value.unrounded.kind == Kind::Zero)
    return fmt::format("The number is too small for {}, which makes it zero. {}", name, ends);

  const std::uint64_t below = format.encode(value.unrounded, Rounding::TowardNegative, Overflow::Saturate).code;
  const std::uint64_t above = format.encode(value.unrounded, Rounding::TowardPositive, Overflow::Saturate).code;
  const ExactDecimal lost = subtract(value.decimal, given.decimal);
  const bool isTie = below != above && isNearest(target.rounding.mode) &&
                     compareWithMiddle(ExactNumber(value.unrounded), format.decode(below), format.decode(above)) == 0;
  if (isTie)
    return fmt::format(
        "The number lies {} {} {}, the middle between {} and {}. Rounding to {} loses just that, and what "
        "follows meets a tie. {}",
        magnitudeText(lost), lost.negative ? "above" : "below", there, valueText(format, below),
        valueText(format, above), name, ends);
  return fmt::format(
      "Rounding to {} moves the number by {}, to {}, and that is across the border between two values of "
      "{}. {}",
      name, magnitudeText(lost), there, format.info().title, ends);
}

std::string verdictText(const Number& given, std::span<const ViaStage> stages, const ChainedRounding& chain,
                        Overflow overflow) {
  const ViaStage& target = stages.back();
  const NumberFormat& format = *target.format;
  if (chain.doubleRounding) {
    for (const StageOutcome& stage : chain.stages) {
      const Unrounded value = stage.format->decode(stage.outcome.code);
      if (format.encode(value, target.rounding, overflow).code != chain.direct.outcome.code)
        return partingText(given, stage, target, chain);
    }
  }
  const std::string result = valueText(format, chain.direct.outcome.code);
  const auto dropped = std::ranges::find_if(chain.stages.begin(), chain.stages.end() - 1,
                                            [](const StageOutcome& stage) { return !stage.outcome.exact; });
  if (dropped == chain.stages.end() - 1)
    return fmt::format("Every format on the way holds the number as it is, so both ways give {}.", result);
  return fmt::format("{} drops something, but nothing that matters here: both ways give {}.",
                     dropped->format->info().title, result);
}

/// Bits of `number` in columns of weight `top` and down, the point behind weight `point`.
std::string alignedBits(const ExactNumber& number, int top, int point, int lowest) {
  const CutBinary bits = number.digits(lowest);
  const int first = lowest + static_cast<int>(bits.digits.size()) - 1;
  std::string text;
  for (int weight = top; weight >= lowest; --weight) {
    const char zero = weight > std::max(first, point) ? ' ' : '0';
    text += weight > first ? zero : bits.digits[static_cast<std::size_t>(first - weight)];
    if (weight == point && weight > lowest) text += '.';
  }
  return text + (bits.cut ? "…" : "");
}

/// Empty where a value is zero or not finite, or where its bits are not spaced evenly.
std::string boardOf(const Number& given, const ChainedRounding& chain) {
  constexpr int kTail = 12;
  struct Row {
    std::string name;
    ExactNumber number;
    int lowest;
  };
  std::vector<Row> rows;
  for (const StageOutcome& stage : chain.stages) {
    const Unrounded value = stage.format->decode(stage.outcome.code);
    if (value.kind != Kind::Finite) return {};
    const ExactNumber number(value);
    const auto lastPlace = lastPlaceAt(*stage.format, number);
    if (!lastPlace) return {};
    rows.push_back({stage.format->info().title, number, *lastPlace});
  }
  if (given.unrounded.kind != Kind::Finite) return {};
  const ExactNumber number(given.unrounded);
  const int finest = std::ranges::min(rows, {}, &Row::lowest).lowest;
  const int tail = std::max(number.trailing().value_or(finest), finest - kTail);
  rows.insert(rows.begin(), {"given", number, std::min(tail, number.leading())});

  const int point = number.leading();
  int top = point;
  std::size_t widest = 0;
  for (const Row& row : rows) {
    top = std::max(top, row.number.leading());
    widest = std::max(widest, row.name.size());
  }
  std::string text;
  for (const Row& row : rows) {
    const std::string bits = alignedBits(row.number, top, point, row.lowest);
    text += fmt::format("{:<{}}  {}\n", row.name, widest, bits);
  }
  return text;
}

}  // namespace

Result<ChainedRounding> roundVia(std::string_view text, std::span<const ViaStage> stages, Overflow overflow) {
  if (stages.size() < 2) return fail(Errc::Usage, fmt::format("two formats or more expected, {} found", stages.size()));
  const auto parsed = parseNumber(text);
  if (!parsed) return tl::unexpected(parsed.error());
  const Number given{unrounded(*parsed), parsed->decimal};

  ChainedRounding chain{
      .input = std::string(text), .stages = {}, .direct = {}, .doubleRounding = {}, .verdict = {}, .board = {}};
  Number at = given;
  for (const ViaStage& stage : stages) {
    auto outcome = pass(at, given, stage, overflow);
    if (!outcome) return tl::unexpected(std::move(outcome.error()));
    at = numberOf(*stage.format, outcome->outcome.code);
    chain.stages.push_back(std::move(*outcome));
  }
  auto direct = pass(given, given, stages.back(), overflow);
  if (!direct) return tl::unexpected(std::move(direct.error()));
  chain.direct = std::move(*direct);
  chain.doubleRounding = chain.direct.outcome.code != chain.stages.back().outcome.code;
  chain.verdict = verdictText(given, stages, chain, overflow);
  chain.board = boardOf(given, chain);
  return chain;
}

}  // namespace ulpscope
