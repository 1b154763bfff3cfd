// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// A format on a number's way, and how numbers are rounded to it.
struct ViaStage {
  FormatPointer format;
  RoundingChoice rounding;
};

/// What became of a number at one stage. Texts are exact decimals, "inf" or "nan".
struct StageOutcome {
  FormatPointer format;
  Rounding rounding;
  Encoded outcome;  ///< of rounding the value of the stage before
  std::string value;
  std::string error;  ///< value - the number given; empty where either is not finite
  std::string loss;   ///< value - the value of the stage before; empty likewise
};

/// One number rounded twice or more often, beside the same number rounded once.
struct ChainedRounding {
  std::string input;
  std::vector<StageOutcome> stages;  ///< the last one is the target
  StageOutcome direct;
  bool doubleRounding;  ///< the two ways end in different codes
  std::string verdict;  ///< whether they do, and which stage lost what mattered; numbers between backticks
  std::string board;    ///< significands one under the other, lines for a monospaced face; empty where there are none
};

/// `text`, as parseNumber reads it, through the formats of `stages` in turn, the last of them the target. Usage if
/// there are fewer than two, if the text cannot be read, or if NaN reaches a format that has none.
Result<ChainedRounding> roundVia(std::string_view text, std::span<const ViaStage> stages, Overflow overflow);

}  // namespace ulpscope
