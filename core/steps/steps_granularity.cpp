// SPDX-License-Identifier: Apache-2.0
// Codes, scales and restored values are those of the schemes int_symmetric and int_affine.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/base/text.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

struct Cut {
  const char* id;  ///< of the knob
  const char* title;
  const char* text;
};

constexpr std::uint64_t kGroup = 2;
constexpr std::array<Cut, 4> kCuts{{
    {"tensor", "One scale for all", "The largest magnitude of the whole tensor sets every step."},
    {"row", "A scale for each row",
     "Each row (an output of the layer) has steps of its own size: quiet rows get finer ones."},
    {"column", "A scale for each column", "The same along the other side: each column (an input) has a scale."},
    {"group", "A scale for each group of 2",
     "Every two neighbours in a row share one. Real groups have 32 to 128 weights: "
     "the smaller, the closer, and the more scales to keep."},
}};

Result<QuantizedTensor> through(const char* scheme, int bits, const char* granularity, const SmallMatrix& matrix,
                                const Backend& backend) {
  return quantizeSmall(
      scheme, {{"bits", fmt::to_string(bits)}, {"granularity", granularity}, {"group", fmt::to_string(kGroup)}}, matrix,
      backend);
}

Result<BoardStep> cutStep(const Cut& cut, const SmallMatrix& matrix, const Backend& backend) {
  const auto tensor = through("int_symmetric", 4, cut.id, matrix, backend);
  if (!tensor) return tl::unexpected(tensor.error());
  const auto errors = errorsOf(wide(tensor->restored), matrix.values);
  std::vector<NamedCell> scales;
  for (std::size_t i = 0; i < tensor->scales.size(); ++i)
    scales.push_back({fmt::to_string(i), numberCell(double{tensor->scales[i]}, resultText, CellMark::Focus)});
  return BoardStep{
      cut.title,
      fmt::format("{} {} for {} weights; the root mean square of the errors is {:.3g}.", cut.text,
                  counted(tensor->scales.size(), "scale"), matrix.values.size(), rootMeanSquare(errors)),
      {factGrid("scales", std::move(scales)),
       matrixGrid("codes of 4 bits", matrix.shape, codesOf(*tensor), integerText, allOf(CellMark::Integer)),
       matrixGrid("error", matrix.shape, errors, errorText)}};
}

/// Root mean square of the errors, a row a width.
Result<BoardGrid> widthGrid(const char* scheme, std::string title, const SmallMatrix& matrix, const Backend& backend) {
  BoardGrid grid{std::move(title), {"tensor", "row", "column", "group of 2"}, {}, {}};
  for (int bits = 8; bits >= 2; --bits) {
    grid.rows.push_back(fmt::format("{} bits", bits));
    for (const Cut& cut : kCuts) {
      const auto tensor = through(scheme, bits, cut.id, matrix, backend);
      if (!tensor) return tl::unexpected(tensor.error());
      grid.cells.push_back(numberCell(rootMeanSquare(errorsOf(wide(tensor->restored), matrix.values)), measureText));
    }
  }
  return grid;
}

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  const SmallMatrix& matrix = input.weights;
  StepBoard board;
  if (!isFinite(matrix)) {
    const auto tensor = through("int_symmetric", 4, "row", matrix, backend);
    if (!tensor) return tl::unexpected(tensor.error());
    board.steps = stepsWithoutNumbers(
        matrix, *tensor, "Such a value spoils all that share its scale: the smaller the blocks, the fewer.");
    return board;
  }
  const std::size_t top = largestAt(matrix.values);
  board.steps.push_back(
      {"The values",
       fmt::format("How many weights should share a scale? The largest of these {} is {} ({}). It is the "
                   "neighbours under the same scale that pay for it.",
                   matrix.values.size(), givenText(std::fabs(double{matrix.values[top]})), placeOf(matrix.shape, top)),
       {matrixGrid("values", matrix, [&](std::size_t i) { return i == top ? CellMark::Focus : CellMark::Plain; })}});
  for (const Cut& cut : kCuts) {
    auto step = cutStep(cut, matrix, backend);
    if (!step) return tl::unexpected(step.error());
    board.steps.push_back(*std::move(step));
  }
  auto symmetric = widthGrid("int_symmetric", "symmetric", matrix, backend);
  auto affine = widthGrid("int_affine", "affine", matrix, backend);
  if (!symmetric || !affine) return tl::unexpected(symmetric ? affine.error() : symmetric.error());
  const double wideStep = *symmetric->cells[0].value, narrowStep = *symmetric->cells[6 * kCuts.size()].value;
  board.steps.push_back(
      {"2 to 8 bits, symmetric and affine",
       fmt::format(
           "Root mean square of the errors. With one scale for all it goes from {:.3g} (8 bits) to {:.3g} (2 bits): "
           "each bit less doubles the steps. Affine codes gain where values lie on one side of zero.",
           wideStep, narrowStep),
       {*std::move(symmetric), *std::move(affine)}});
  return board;
}

}  // namespace

const StepLesson& steps_granularity_entry() {
  static const StepLesson lesson{.id = "granularity",
                                 .title = "Who shares a scale",
                                 .summary = "One scale for a tensor, a row, a column or a group, from 2 to 8 bits.",
                                 .takesInputs = false,
                                 .examples = {fiveByFive(), fiveNumbers()},
                                 .make = make};
  return lesson;
}

}  // namespace ulpscope
