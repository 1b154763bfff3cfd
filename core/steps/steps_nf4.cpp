// SPDX-License-Identifier: Apache-2.0
// Codes, scale and restored values are those of the scheme bnb_nf4: at most 64 values, one block.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/quantization/block_codec.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

BoardStep codeBook(const std::vector<double>& codes, std::size_t first) {
  BoardGrid book{"code book", {}, {"value"}, {}};
  const auto values = nf4Values();
  for (std::size_t code = 0; code < values.size(); ++code) {
    book.columns.push_back(fmt::to_string(code));
    const bool isUsed = std::ranges::find(codes, static_cast<double>(code)) != codes.end();
    const bool isFirst = code == static_cast<std::size_t>(codes[first]);
    book.cells.push_back(numberCell(double{values[code]}, resultText,
                                    isFirst  ? CellMark::Focus
                                    : isUsed ? CellMark::Integer
                                             : CellMark::Plain));
  }
  return {"The code book",
          "NF4 has 16 values, close together near 0 and far apart at the ends: each is meant to be hit as often as the "
          "others where weights follow a normal distribution. 0 is one of them, -1 and 1 are the ends. Blue ones are "
          "taken by this block.",
          {std::move(book)}};
}

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  const SmallMatrix& matrix = input.weights;
  const auto tensor = quantizeSmall("bnb_nf4", {}, matrix, backend);
  if (!tensor) return tl::unexpected(tensor.error());
  StepBoard board;
  if (!isFinite(matrix)) {
    board.steps = stepsWithoutNumbers(matrix, *tensor, "The block shares the largest magnitude as its scale.");
    return board;
  }
  const double a = std::max(double{tensor->scales[0]}, 1e-38);
  const std::size_t top = largestAt(matrix.values);
  const auto values = wide(matrix.values), codes = codesOf(*tensor), restored = wide(tensor->restored);
  std::vector<double> shares(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) shares[i] = values[i] / a;
  const auto isTop = [&](std::size_t i) { return i == top ? CellMark::Focus : CellMark::Plain; };
  const bool isZero = matrix.values[top] == 0;

  board.steps.push_back(
      {"One block, one scale",
       isZero ? fmt::format("All {} values are 0. As nothing can be divided by 0, 1e-38 stands in for the largest "
                            "magnitude; all zeros come back.",
                            values.size())
              : fmt::format("NF4 cuts a tensor into blocks of 64 values; these {} are one block. Its scale is the "
                            "largest magnitude: {} ({}).",
                            values.size(), givenText(a), placeOf(matrix.shape, top)),
       {matrixGrid("values", matrix, isTop)}});
  board.steps.push_back({"Divide",
                         fmt::format("Every value over {}, which brings all of them into -1 to 1: {} / {} = {}.",
                                     givenText(a), givenText(values[0]), givenText(a), resultText(shares[0])),
                         {matrixGrid("value / scale", matrix.shape, shares, resultText, isTop)}});
  board.steps.push_back(codeBook(codes, 0));
  const auto code = static_cast<std::size_t>(codes[0]);
  const auto midpoints = nf4Midpoints();
  std::string between;
  if (code > 0)
    between += fmt::format("above {}, the middle between codes {} and {}", resultText(double{midpoints[code - 1]}),
                           code - 1, code);
  if (code < 15)
    between += fmt::format("{}not above {}, the middle between codes {} and {}", between.empty() ? "" : ", and ",
                           resultText(double{midpoints[code]}), code, code + 1);
  board.steps.push_back({"The nearest code",
                         fmt::format("{} is {}: code {}. A code takes 4 bits, so that two of them share a byte.",
                                     resultText(shares[0]), between, code),
                         {matrixGrid("codes", matrix.shape, codes, integerText, allOf(CellMark::Integer))}});
  board.steps.push_back(
      {"And back",
       fmt::format("The value of the code times the scale: {} * {} = {}, where {} went in.",
                   resultText(double{nf4Values()[code]}), givenText(a), resultText(restored[0]), givenText(values[0])),
       {matrixGrid("restored", matrix.shape, restored, resultText)}});
  board.steps.push_back(errorStep(matrix, errorsOf(restored, matrix.values),
                                  isZero ? std::string("Nothing was there to lose.")
                                         : "The steps are widest near the ends of the code book: values on one side of "
                                           "zero, or far from it, meet few codes there."));
  return board;
}

}  // namespace

const StepLesson& steps_nf4_entry() {
  static const StepLesson lesson{.id = "nf4",
                                 .title = "NF4",
                                 .summary = "Sixteen values that are denser near zero, times the largest magnitude.",
                                 .takesInputs = false,
                                 .examples = {fiveNumbers(), fiveByFive()},
                                 .make = make};
  return lesson;
}

}  // namespace ulpscope
