// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/formats/codebook_format.h"
#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/explain.h"
#include "core/formats/integer_format.h"
#include "core/formats/tapered_format.h"

// The parts that explain.cpp is put together from, one file a kind of format.
namespace ulpscope {

/// A number on its way into a format, and what became of it.
struct EncodingCase {
  ParsedNumber number;
  Unrounded unrounded;  ///< of `number`
  RoundingChoice rounding;
  Overflow overflow;
  Encoded outcome;
};

struct Reasoning {
  std::vector<ExplanationStep> steps;
  std::string rule;
};

Reasoning explainFloatEncoding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding);
Reasoning explainIntegerEncoding(const IntegerFormat& format, const EncodingCase& encoding);
Reasoning explainCodebookEncoding(const CodebookFormat& format, const EncodingCase& encoding);
Reasoning explainTaperedEncoding(const TaperedFormat& format, const EncodingCase& encoding);

Reasoning explainFloatDecoding(const NumberFormat& format, const FloatSpec& spec, std::uint64_t code);
Reasoning explainIntegerDecoding(const IntegerFormat& format, std::uint64_t code);
Reasoning explainCodebookDecoding(const CodebookFormat& format, std::uint64_t code);
Reasoning explainTaperedDecoding(const TaperedFormat& format, std::uint64_t code);

/// How much of the last kept place is dropped.
enum class Dropped { Nothing, LessThanHalf, Half, MoreThanHalf };

template <class Word>
constexpr Dropped droppedShare(bool guard, Word rest) {
  if (!guard) return rest == 0 ? Dropped::Nothing : Dropped::LessThanHalf;
  return rest == 0 ? Dropped::Half : Dropped::MoreThanHalf;
}

/// What the mode does with it, in one sentence.
std::string roundingRule(const RoundingChoice& rounding, Dropped dropped, bool negative);

/// `stored`: the format has a sign bit.
std::string signText(bool negative, bool stored);
std::string codeStepText(const NumberFormat& format, const EncodingCase& encoding);

/// A decimal between backticks; of many digits only the first, then an ellipsis and the exponent if there is one.
std::string quoted(std::string number);

/// "⁻¹²".
std::string superscript(int value);

inline constexpr const char* kExactRule = "The number is a value of the format, so nothing is rounded.";

}  // namespace ulpscope
