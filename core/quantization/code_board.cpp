// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/code_board.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "core/base/text.h"

namespace ulpscope {
namespace {

struct Candidate {
  int code;
  float value;
};

std::string text(const Candidate& candidate) {
  return fmt::format("{} is {}", candidate.code, shortest(candidate.value));
}

/// Negative zero beside zero: what negative numbers are rounded to.
bool isNegativeTwin(float value, float other) { return value == other && std::signbit(value) && !std::signbit(other); }

}  // namespace

std::string nearestCodesText(float x, int codeBits, bool isSigned, const CodeValue& valueOf) {
  std::optional<Candidate> below;  // the largest value not above x
  std::optional<Candidate> above;  // the smallest value not below x
  const int half = 1 << (codeBits - 1);
  for (int code = isSigned ? -half : 0; code < (isSigned ? half : 2 * half); ++code) {
    const auto value = valueOf(code);
    if (!value) continue;
    if (*value <= x && (!below || *value > below->value)) below = {code, *value};
    if (*value >= x && (!above || *value < above->value || isNegativeTwin(*value, above->value)))
      above = {code, *value};
  }
  if (below && above && below->value != above->value) return text(*below) + "; " + text(*above);
  if (below) return text(*below);
  return above ? text(*above) : "no code has a value";
}

int codeNumber(const QuantizedTensor& tensor, std::uint64_t element) {
  const std::uint8_t code = tensor.codes[element];
  return tensor.signedCodes ? static_cast<std::int8_t>(code) : static_cast<int>(code);
}

BoardLine weightLine(const MatrixView& input, std::uint64_t element) {
  return {"Weight", shortest(input.values[element]),
          fmt::format("row {}, column {}", element / input.shape.columns, element % input.shape.columns)};
}

BoardLine runLine(const RunLayout& layout, std::uint64_t run) {
  return {"Block", fmt::format("{} of {}", groupedDigits(run), groupedDigits(layout.runs())),
          fmt::format("counted from 0; {} values", groupedDigits(layout.run(run).size()))};
}

void append(std::vector<BoardLine>& lines, std::vector<BoardLine> more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<BoardLine> outcomeLines(const MatrixView& input, const QuantizedTensor& tensor, std::uint64_t element,
                                    const CodeValue& valueOf) {
  const float x = input.values[element];
  const float restored = tensor.restored[element];
  const float columnScale = tensor.columnScales.empty() ? 1.0f : tensor.columnScales[element % input.shape.columns];
  const CodeValue restoredOf = [&](int code) {
    auto value = valueOf(code);
    if (value && !tensor.columnScales.empty()) *value /= columnScale;
    return value;
  };
  std::vector<BoardLine> lines;
  if (!tensor.columnScales.empty())
    lines.push_back(
        {"Column scale", shortest(columnScale), "the weight times it is coded; the input is divided by it"});
  append(lines, {{"Nearest codes", nearestCodesText(x, tensor.codeBits, tensor.signedCodes, restoredOf)},
                 {"Code", std::to_string(codeNumber(tensor, element))},
                 {"Restored", shortest(restored)},
                 {"Error", shortest(static_cast<double>(restored) - static_cast<double>(x))}});
  return lines;
}

void sayWhatWasTaken(std::vector<BoardLine>& lines, const QuantizedTensor& tensor, std::uint64_t element,
                     std::string_view why) {
  const std::string taken = text({codeNumber(tensor, element), tensor.restored[element]});
  for (BoardLine& line : lines)
    if (line.title == "Nearest codes" && line.text.find(taken) == std::string::npos) {
      line.text += fmt::format("; taken: {}", taken);
      line.note = why;
    }
}

}  // namespace ulpscope
