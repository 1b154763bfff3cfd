// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"
#include "core/formats/stack.h"

namespace ulpscope {

/// One line of what a teacher writes on the board. `text` is plain; runs of bits and numbers stand between backticks,
/// so that an interface can set them in a monospaced face.
struct ExplanationStep {
  std::string title;  ///< "Sign", "Binary", "Normalise", "Exponent", "Fraction", "Round", "Code"
  std::string text;
};

/// Everything there is to say about one number in one format. Texts are exact decimals unless said otherwise.
struct Explanation {
  std::string input;           ///< as it was given
  const NumberFormat* format;  ///< must outlive this
  std::uint64_t code;
  Encoded outcome;
  NumberClass numberClass;
  std::string value;     ///< exact; "inf", "nan"
  std::string shortest;  ///< fewest digits that read back
  std::string hexFloat;
  std::string error;  ///< stored - input, cut where the stored is irrational; empty where the input or the stored value
                      ///< is not finite
  std::optional<std::string> ulp;       ///< distance to the next value away from zero (the last one: toward zero)
  std::optional<std::string> previous;  ///< next smaller value
  std::optional<std::string> next;      ///< next larger value
  std::vector<ExplanationStep> steps;
  std::string rule;  ///< which rounding or overflow rule decided, in one sentence
};

/// `text` is what parseNumber reads. Usage if it cannot be read or if it is NaN and the format has none.
Result<Explanation> explainValue(std::string_view text, const NumberFormat& format, const RoundingChoice& rounding,
                                 Overflow overflow);

/// The same as `stack` stores it, with the rule that fired: where that is not plain rounding and overflow, it takes the
/// place of their steps. Unsupported as convert().
Result<Explanation> explainLike(std::string_view text, const NumberFormat& format, const Stack& stack);

/// The other way: what `code` stands for. Usage if it does not fit in the format's bits.
Result<Explanation> explainCode(std::uint64_t code, const NumberFormat& format);

/// A code as users write it: "0xCECA", "0b1100...", "52938"; spaces and underscores between digits are skipped.
Result<std::uint64_t> parseCode(std::string_view text, const NumberFormat& format);

}  // namespace ulpscope
