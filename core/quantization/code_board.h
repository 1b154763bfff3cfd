// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantization/run_layout.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// What `code` (negative where codes are signed) stands for beside the scale of a weight; nullopt where it is not used.
using CodeValue = std::function<std::optional<float>(int code)>;

/// The two codes whose values stand on both sides of x, or the one that is nearest: "3 is 0.28; 4 is 0.38".
std::string nearestCodesText(float x, int codeBits, bool isSigned, const CodeValue& valueOf);

/// The code of an element as a number: signed where codes are.
int codeNumber(const QuantizedTensor& tensor, std::uint64_t element);

/// "Weight" with its row and column: the first line of every board.
BoardLine weightLine(const MatrixView& input, std::uint64_t element);

/// "Block": which of the runs, and how many values it has.
BoardLine runLine(const RunLayout& layout, std::uint64_t run);

/// "Nearest codes", "Code", "Restored", "Error": the last lines of every board. With `columnScales`
/// valueOf() is before they are divided out, and a line says the column's.
std::vector<BoardLine> outcomeLines(const MatrixView& input, const QuantizedTensor& tensor, std::uint64_t element,
                                    const CodeValue& valueOf);

/// Where a code is taken that is none of the nearest, says so and why.
void sayWhatWasTaken(std::vector<BoardLine>& lines, const QuantizedTensor& tensor, std::uint64_t element,
                     std::string_view why);

/// Adds `more` to `lines`.
void append(std::vector<BoardLine>& lines, std::vector<BoardLine> more);

}  // namespace ulpscope
