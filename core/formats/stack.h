// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// A number on its way into a format by one stack's rounding and overflow, before its special rules are asked.
struct ConversionCase {
  const NumberFormat& format;
  const Unrounded& number;
  Rounding rounding;
  Overflow overflow;
  Encoded plain;  ///< what rounding and overflow alone make of it
};

/// Something a stack does that is not rounding and overflow: to which numbers, what comes of them, and in words.
struct StackRule {
  bool (*holds)(const ConversionCase& conversion);
  /// The code; null where the stack leaves it open.
  std::uint64_t (*code)(const ConversionCase& conversion);
  /// What happens, to follow "STACK: "; {value} and {code} stand for the result.
  std::string_view text;
};

/// How a stack converts numbers to one format, a binary float: the first of `rules` that holds decides, else rounding
/// and overflow.
struct StackConversion {
  std::string_view format;  ///< id
  std::span<const StackRule> rules = {};
  Overflow overflow = Overflow::Format;
  Rounding rounding = Rounding::NearestEven;
};

/// Somebody else's software or hardware, or a standard, of one version, as data.
struct Stack {
  std::string_view id;       ///< stable: "torch-2.12"
  std::string_view title;    ///< starts the sentences of its rules: "torch 2.12"
  std::string_view version;  ///< what it was checked against
  std::string_view source;
  std::span<const StackConversion> conversions;
  std::string_view otherwise;  ///< one sentence: why there are no other conversions
};

/// In the order that lists show. One file each in stacks/.
std::span<const Stack* const> stackRegistry();

/// nullptr if there is none of that id.
const Stack* findStack(std::string_view id);

/// nullptr if the stack does not convert to the format.
const StackConversion* conversionTo(const Stack& stack, const NumberFormat& format);

/// What a conversion did. `rule` is null where rounding and overflow alone decided; a rule without a code leaves the
/// outcome open, and `encoded` means nothing.
struct StackOutcome {
  Encoded encoded;
  const StackRule* rule = nullptr;

  bool isOpen() const { return rule != nullptr && rule->code == nullptr; }
};

/// Without the words, for whole arrays. `number` is what the stack is given: stacks start from float32 (or float64),
/// and whether a decimal was rounded to that before is the caller's affair. Precondition: `conversion` is to `format`.
StackOutcome encodeLike(const StackConversion& conversion, const NumberFormat& format, const Unrounded& number);

/// The sentence that names what decided: "torch 2.11: finite overflow becomes NaN, 0x7F".
std::string ruleText(const Stack& stack, const NumberFormat& format, const Unrounded& number,
                     const StackOutcome& outcome);

struct StackResult {
  Encoded encoded;
  std::string rule;
};

/// What `stack` would store. Unsupported where it does not convert to the format, or leaves open what this number
/// becomes.
Result<StackResult> convert(const Stack& stack, const NumberFormat& format, const Unrounded& number);

/// One line of the side-by-side view.
struct StackRow {
  const Stack* stack;
  std::optional<std::uint64_t> code;  ///< none where convert() fails
  std::string value;                  ///< of the code: readableText, or empty
  std::string rule;                   ///< or why there is no code
};

/// The same number through every stack.
std::vector<StackRow> whatOthersDo(const NumberFormat& format, const Unrounded& number);

}  // namespace ulpscope
