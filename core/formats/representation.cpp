// SPDX-License-Identifier: Apache-2.0
#include "core/formats/representation.h"

#include <cmath>
#include <limits>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// No finite value lies beyond the stored one.
bool isLargest(const NumberFormat& format, std::uint64_t code) {
  const auto next = format.decode(code).negative ? format.nextDown(code) : format.nextUp(code);
  return !next || format.classify(*next) == NumberClass::Infinity;
}

StorageMark markOf(const ParsedNumber& number, const NumberFormat& format, const Encoded& outcome) {
  if (outcome.lostNan) return StorageMark::NoNan;
  if (outcome.underflowed) return StorageMark::Underflowed;
  const NumberClass stored = format.classify(outcome.code);
  if (!isFinite(number.kind) && outcome.exact) return StorageMark::None;
  if (stored == NumberClass::Nan) return number.kind == Kind::Nan ? StorageMark::None : StorageMark::Nan;
  if (stored == NumberClass::Infinity) return StorageMark::Infinity;
  if (outcome.overflowed) return StorageMark::Saturated;
  return stored == NumberClass::Normal && isLargest(format, outcome.code) ? StorageMark::Largest : StorageMark::None;
}

}  // namespace

Representation represent(const ParsedNumber& number, const NumberFormat& format, const RoundingChoice& rounding,
                         Overflow overflow) {
  const Encoded outcome = format.encode(unrounded(number), rounding, overflow);
  Representation result{.format = &format,
                        .outcome = outcome,
                        .stored = readableText(format, outcome.code),
                        .exact = exactText(format, outcome.code),
                        .error = {},
                        .errorMagnitude = std::numeric_limits<double>::infinity(),
                        .code = codeText(format, outcome.code),
                        .mark = markOf(number, format, outcome)};
  const Unrounded stored = format.decode(outcome.code);
  if (isFinite(number.kind) && isFinite(stored)) {
    const ExactDecimal error = subtract(exactDecimal(stored), number.decimal);
    const Kind kind = error.digits == "0" ? Kind::Zero : Kind::Finite;
    result.error = stored.sticky ? cutText(error, kIrrationalErrorDigits) : toString(error);
    result.errorMagnitude = std::abs(toDouble(unrounded(ParsedNumber{kind, error})));
  } else if (outcome.exact) {
    result.errorMagnitude = 0;
  }
  return result;
}

std::vector<Representation> representEverywhere(const ParsedNumber& number, const RoundingChoice& rounding,
                                                Overflow overflow) {
  std::vector<Representation> all;
  all.reserve(formatRegistry().size());
  for (const NumberFormat* format : formatRegistry()) all.push_back(represent(number, *format, rounding, overflow));
  return all;
}

}  // namespace ulpscope
