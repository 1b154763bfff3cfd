// SPDX-License-Identifier: Apache-2.0
// Codes, scale and restored values are those of the scheme int8_tensor.
#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  const SmallMatrix& matrix = input.weights;
  const auto tensor = quantizeSmall("int8_tensor", {}, matrix, backend);
  if (!tensor) return tl::unexpected(tensor.error());
  StepBoard board;
  if (!isFinite(matrix)) {
    board.steps = stepsWithoutNumbers(
        matrix, *tensor,
        "The largest magnitude sets the scale of all: a NaN makes every value NaN, an infinity makes the scale "
        "infinite.");
    return board;
  }
  const std::size_t top = largestAt(matrix.values);
  const double a = std::fabs(double{matrix.values[top]});
  const double factor = a == 0 ? 0 : 127 / a;
  const auto values = wide(matrix.values), codes = codesOf(*tensor), restored = wide(tensor->restored);
  std::vector<double> scaled(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) scaled[i] = values[i] * factor;
  const auto isTop = [&](std::size_t i) { return i == top ? CellMark::Focus : CellMark::Plain; };

  board.steps.push_back({"The largest magnitude",
                         fmt::format("Absmax looks for one number: the largest magnitude, here {} ({}). All values "
                                     "share one scale that follows from it.",
                                     givenText(a), placeOf(matrix.shape, top)),
                         {matrixGrid("values", matrix, isTop)}});
  if (a == 0) {
    board.steps.push_back({"Nothing but zeros",
                           "127 / 0 is no scale. The scheme stores codes of 0 and a scale of 0, and all zeros come "
                           "back as they were.",
                           {matrixGrid("codes", matrix.shape, codes, integerText, allOf(CellMark::Integer))}});
    return board;
  }
  board.steps.push_back(
      {"The scale",
       fmt::format(
           "INT8 holds -127 to 127 (-128 is left out, so that both sides are alike). The scale that takes {} to "
           "127 is 127 / {} = {}. What is stored is the way back: {} / 127 = {}.",
           givenText(a), givenText(a), scaleText(factor), givenText(a), scaleText(double{tensor->scales[0]})),
       {factGrid("scale", {{"largest", numberCell(a, givenText)},
                           {"127 / largest", numberCell(factor, scaleText, CellMark::Focus)},
                           {"stored scale", numberCell(double{tensor->scales[0]}, scaleText)}})}});
  board.steps.push_back({"Multiply",
                         fmt::format("Every value times {}: the first becomes {} * {} = {}, the largest exactly 127.",
                                     scaleText(factor), givenText(values[0]), scaleText(factor), resultText(scaled[0])),
                         {matrixGrid("value * scale", matrix.shape, scaled, resultText, isTop)}});
  board.steps.push_back({"Round",
                         fmt::format("To the nearest integer, ties to the even one: {} becomes {}. These {} bytes and "
                                     "one scale are all that is stored.",
                                     resultText(scaled[0]), integerText(codes[0]), codes.size()),
                         {matrixGrid("codes", matrix.shape, codes, integerText, allOf(CellMark::Integer))}});
  board.steps.push_back(
      {"And back",
       fmt::format("A code times the stored scale: {} * {} = {}, where {} went in.", integerText(codes[0]),
                   scaleText(double{tensor->scales[0]}), resultText(restored[0]), givenText(values[0])),
       {matrixGrid("restored", matrix.shape, restored, resultText)}});
  const auto errors = errorsOf(restored, matrix.values);
  const double half = double{tensor->scales[0]} / 2;
  board.steps.push_back(errorStep(
      matrix, errors,
      largestMagnitude(errors) <= half * 1.0001
          ? fmt::format("No error is above half a step, {} / 2 = {:.3g}. One larger value more would make the "
                        "steps of all of them wider.",
                        scaleText(2 * half), half)
          : "That is more than half a step: the scale itself is at the end of what float32 can hold."));
  return board;
}

}  // namespace

const StepLesson& steps_absmax_entry() {
  static const StepLesson lesson{.id = "absmax",
                                 .title = "Absmax INT8",
                                 .summary = "The largest magnitude becomes 127, and all values share that one scale.",
                                 .takesInputs = false,
                                 .examples = {fiveNumbers(), fiveByFive()},
                                 .make = make};
  return lesson;
}

}  // namespace ulpscope
