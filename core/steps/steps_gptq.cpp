// SPDX-License-Identifier: Apache-2.0
// Codes, restored values and the loss are those of the scheme gptq. What happens between two columns, which the scheme
// does not keep, is replayed with its own grid and its own inverse; a test compares the end of it with the scheme.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/calibration/hessian.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/gptq_grid.h"
#include "core/quantization/gptq_inverse.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

constexpr GptqGrid kGrid{.largest = 7, .symmetric = false, .searches = false};
constexpr double kDamp = 0.01;

Settings settings() {
  return {{"bits", "3"}, {"group", "-1"}, {"symmetric", "no"}, {"scales", "float32"}, {"damp_percent", "0.01"}};
}

std::string moveText(double value) { return value == 0 ? "0" : fmt::format("{:+.4g}", value); }

class GptqBoard {
 public:
  GptqBoard(const StepInput& input, const QuantizedTensor& tensor, std::vector<double> hessian, DampedInverse damped,
            std::vector<bool> isDead)
      : m_weights(input.weights),
        m_inputs(input.inputs),
        m_tensor(tensor),
        m_hessian(std::move(hessian)),
        m_damped(std::move(damped)),
        m_isDead(std::move(isDead)),
        m_rows(m_weights.shape.rows),
        m_columns(m_weights.shape.columns),
        m_current(m_weights.values),
        m_rounded(m_weights.values.size()) {
    for (std::uint64_t r = 0; r < m_rows; ++r)
      m_scales.push_back(findScale(kGrid, std::span(m_weights.values).subspan(r * m_columns, m_columns)));
  }

  std::vector<BoardStep> steps() {
    addLayer();
    addHessian();
    addInverse();
    addScales();
    for (std::uint64_t c = 0; c < m_columns; ++c) addColumn(c);
    addBatches();
    addOutcome();
    return std::move(m_steps);
  }

 private:
  void addLayer() {
    m_steps.push_back(
        {"A layer and its inputs",
         fmt::format("GPTQ does not ask how far each weight moves, but how far the outputs of the layer do, for inputs "
                     "it has seen: here {} for {} of {}. It takes 3 bits here, so that one can see the errors.",
                     counted(m_inputs.shape.rows, "input vector"), counted(m_rows, "output"),
                     counted(m_columns, "weight")),
         {matrixGrid("weights, a row an output", m_weights), matrixGrid("inputs, a row a vector", m_inputs)}});
  }

  void addHessian() {
    const std::size_t dead = deadColumns();
    std::string text = fmt::format(
        "H = 2 / {} * sum of x x^T over the inputs. On its diagonal stands how strong an input is; beside it, how much "
        "two of them go together.",
        m_inputs.shape.rows);
    if (m_columns > 1)
      text += fmt::format(" Columns 0 and 1: {}. Where two go together, one can make up for the error of the other.",
                          resultText(m_hessian[1]));
    if (dead != 0)
      text += fmt::format(" {} had no input other than 0: the weights there do not matter and are set to 0.",
                          counted(dead, "column"));
    const auto mark = [&](std::size_t i) { return i / m_columns == i % m_columns ? CellMark::Focus : CellMark::Plain; };
    m_steps.push_back(
        {"The Hessian", std::move(text), {matrixGrid("H", {m_columns, m_columns}, m_hessian, resultText, mark)}});
  }

  void addInverse() {
    const MatrixShape square{m_columns, m_columns};
    const double added = m_damped.hessian[0] - (m_isDead[0] ? 1 : m_hessian[0]);
    std::string text = fmt::format(
        "1 % of the mean of the diagonal, {}, is added to the diagonal (damp_percent), so "
        "that H can be inverted.",
        resultText(added));
    if (m_damped.damp != kDamp)
      text = fmt::format(
          "The inputs do not span all columns, so 1 % was not enough: the share of the mean that is added "
          "to the diagonal grew to {:.4g} %, {} in all.",
          100 * m_damped.damp, resultText(added));
    text +=
        " U is the upper triangular factor of the inverse: U^T U = H^-1. Row i says how the error of column i is "
        "spread over the columns to its right.";
    const auto onDiagonal = [&](std::size_t i) {
      return i / m_columns == i % m_columns ? CellMark::Changed : CellMark::Plain;
    };
    m_steps.push_back({"Damping and inverse",
                       std::move(text),
                       {matrixGrid("H, damped", square, m_damped.hessian, resultText, onDiagonal),
                        matrixGrid("U", square, wide(m_damped.inverse), resultText)}});
  }

  void addScales() {
    BoardGrid grid{"of each row", {"scale", "zero point"}, {}, {}};
    for (std::uint64_t r = 0; r < m_rows; ++r) {
      grid.rows.push_back(fmt::format("row {}", r));
      grid.cells.push_back(numberCell(double{m_scales[r].scale}, scaleText));
      grid.cells.push_back(numberCell(double{m_scales[r].zero}, integerText, CellMark::Integer));
    }
    m_steps.push_back(
        {"The scales",
         fmt::format(
             "Codes go from 0 to 7: a row's range, widened to hold 0, over 7 is its scale. Row 0: scale {}, zero "
             "point {}. Here a group is the whole row (group_size -1); with groups of 128, each has its own.",
             scaleText(double{m_scales[0].scale}), integerText(double{m_scales[0].zero})),
         {std::move(grid)}});
  }

  /// Rounds column c and moves those to its right, in float32 and in the order of quantizeRowsByGptq().
  void addColumn(std::uint64_t c) {
    if (m_isDead[c])
      for (std::uint64_t r = 0; r < m_rows; ++r) m_current[r * m_columns + c] = 0;
    const std::vector<float> before = m_current;
    BoardGrid errors{"this column", {"weight", "code", "restored", "error", "error / U"}, {}, {}};
    const float pivot = m_damped.inverse[c * m_columns + c];
    float firstSpread = 0;
    for (std::uint64_t r = 0; r < m_rows; ++r) {
      float* const row = &m_current[r * m_columns];
      const GptqRounded rounded = roundTo(kGrid, m_scales[r], row[c]);
      const float error = row[c] - rounded.value;
      const float spread = error / pivot;
      if (r == 0) firstSpread = spread;
      errors.rows.push_back(fmt::format("row {}", r));
      errors.cells.push_back(numberCell(double{row[c]}, resultText));
      errors.cells.push_back(numberCell(double{rounded.code}, integerText, CellMark::Integer));
      errors.cells.push_back(numberCell(double{rounded.value}, resultText));
      errors.cells.push_back(numberCell(double{error}, moveText, CellMark::Focus));
      errors.cells.push_back(numberCell(double{spread}, moveText));
      for (std::uint64_t j = c; j < m_columns; ++j) row[j] -= spread * m_damped.inverse[c * m_columns + j];
      row[c] = rounded.value;
    }
    const auto mark = [&](std::size_t i) {
      if (i % m_columns <= c) return CellMark::Integer;
      return m_current[i] == before[i] ? CellMark::Plain : CellMark::Changed;
    };
    m_steps.push_back(
        {fmt::format("Column {}", c),
         columnText(c, before[c], firstSpread),
         {std::move(errors), matrixGrid("weights now", m_weights.shape, wide(m_current), resultText, mark)}});
  }

  std::string columnText(std::uint64_t c, float before, float spread) const {
    const float now = m_current[c];
    std::string text = fmt::format("Row 0: {} is rounded to {}, an error of {}.", resultText(double{before}),
                                   resultText(double{now}), moveText(double{before - now}));
    if (c + 1 == m_columns) return text + " No column is left to make up for it.";
    const float factor = m_damped.inverse[c * m_columns + c + 1];
    text += fmt::format(
        " Over U[{0}, {0}] = {1} that is {2}. Every column to come moves by minus that, times its entry of U: column "
        "{3} "
        "by {4} * {5} = {6}.",
        c, resultText(double{m_damped.inverse[c * m_columns + c]}), moveText(double{spread}), c + 1,
        moveText(-double{spread}),
        factor < 0 ? fmt::format("({})", resultText(double{factor})) : resultText(double{factor}),
        moveText(-double{spread} * double{factor}));
    return text;
  }

  void addBatches() {
    m_steps.push_back({"In a wide matrix: lazy batches",
                       "So far every column to come moved at once. With thousands of columns that is slow, so GPTQ "
                       "works in blocks of "
                       "128: within the block columns move one by one as seen here, all later columns move once, by "
                       "one matrix product "
                       "of the errors of the block and the rows of U. The codes are the same.",
                       {matrixGrid("weights, restored", m_weights.shape, wide(m_tensor.restored), resultText,
                                   allOf(CellMark::Integer))}});
  }

  void addOutcome() {
    for (std::size_t i = 0; i < m_rounded.size(); ++i)
      m_rounded[i] = roundTo(kGrid, m_scales[i / m_columns], m_weights.values[i]).value;
    const double ours = outputError(m_tensor.restored), nearest = outputError(m_rounded);
    const double moved = rootMeanSquare(errorsOf(wide(m_tensor.restored), m_weights.values));
    const double roundedBy = rootMeanSquare(errorsOf(wide(m_rounded), m_weights.values));
    double loss = 0;
    for (const auto& [name, value] : m_tensor.figures)
      if (name == "loss") loss = value;
    const auto differs = [&](std::size_t i) {
      return m_tensor.restored[i] == m_rounded[i] ? CellMark::Integer : CellMark::Changed;
    };
    BoardGrid table{"root mean square", {"of weights", "of outputs"}, {"GPTQ", "to nearest"}, {}};
    for (const double value : {moved, ours, roundedBy, nearest}) table.cells.push_back(numberCell(value, measureText));
    m_steps.push_back(
        {"Against rounding to nearest",
         fmt::format(
             "On the same grid the outputs are off by {:.3g} with GPTQ and by {:.3g} with rounding to nearest "
             "(root mean square over the inputs), while the weights are off by {:.3g} and {:.3g}. {} GPTQ's own "
             "loss, the sum of (error / U)^2 / 2, is {:.4g}.",
             ours, nearest, moved, roundedBy, verdict(ours, nearest), loss),
         {matrixGrid("codes", m_weights.shape, codesOf(m_tensor), integerText, differs), std::move(table)}});
  }

  static std::string_view verdict(double ours, double nearest) {
    if (ours < nearest) return "Weights that are further off make a layer that is closer.";
    if (ours == nearest) return "Here it makes no difference.";
    return "Here it did not help: it looks only one column ahead, and so few columns leave it little room.";
  }

  /// Root mean square of x (w - q) over inputs and outputs.
  double outputError(std::span<const float> restored) const {
    std::vector<double> errors;
    for (std::uint64_t v = 0; v < m_inputs.shape.rows; ++v)
      for (std::uint64_t r = 0; r < m_rows; ++r) {
        double sum = 0;
        for (std::uint64_t c = 0; c < m_columns; ++c)
          sum += double{m_inputs.values[v * m_columns + c]} *
                 (double{restored[r * m_columns + c]} - double{m_weights.values[r * m_columns + c]});
        errors.push_back(sum);
      }
    return rootMeanSquare(errors);
  }

  std::size_t deadColumns() const {
    std::size_t dead = 0;
    for (const bool isDead : m_isDead) dead += isDead ? 1 : 0;
    return dead;
  }

  const SmallMatrix& m_weights;
  const SmallMatrix& m_inputs;
  const QuantizedTensor& m_tensor;
  const std::vector<double> m_hessian;
  const DampedInverse m_damped;
  const std::vector<bool> m_isDead;
  const std::uint64_t m_rows;
  const std::uint64_t m_columns;
  std::vector<GptqScale> m_scales;  ///< by row
  std::vector<float> m_current;
  std::vector<float> m_rounded;  ///< each to its nearest
  std::vector<BoardStep> m_steps;
};

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  const std::uint64_t columns = input.weights.shape.columns;
  LayerCalibration layer;
  layer.columns = columns;
  layer.samples = input.inputs.shape.rows;
  layer.inputs = input.inputs.values;
  const auto tensor = quantizeSmall("gptq", settings(), input.weights, backend, &layer);
  if (!tensor) return tl::unexpected(tensor.error());
  StepBoard board;
  if (!isFinite(input.weights)) {
    board.steps = stepsWithoutNumbers(input.weights, *tensor,
                                      "The range of a row sets its scale, and the error of a column goes into those "
                                      "that follow: one such value spoils its row.");
    return board;
  }
  auto hessian = hessianOf(layer, backend, {});
  if (!hessian) return tl::unexpected(std::move(hessian).error());
  for (double& entry : *hessian) entry = double{static_cast<float>(entry)};
  if (!std::ranges::all_of(*hessian, [](double entry) { return std::isfinite(entry); }))
    return fail(Errc::Usage, "inputs whose squares float32 holds expected, as GPTQ adds them up; larger ones found");
  auto alive = *hessian;
  std::vector<bool> isDead(columns);
  for (std::uint64_t c = 0; c < columns; ++c)
    if (alive[c * columns + c] == 0) {
      isDead[c] = true;
      alive[c * columns + c] = 1;
    }
  auto damped = dampedInverse(std::move(alive), columns, kDamp, backend, {});
  if (!damped) return tl::unexpected(std::move(damped).error());
  if (!*damped) return fail(Errc::Usage, "inputs with a Hessian that can be inverted expected, none such found");
  board.steps = GptqBoard(input, *tensor, *std::move(hessian), std::move(**damped), std::move(isDead)).steps();
  return board;
}

}  // namespace

const StepLesson& steps_gptq_entry() {
  static const StepLesson lesson{
      .id = "gptq",
      .title = "GPTQ",
      .summary = "Column by column, the error of each made up for in the columns that follow.",
      .takesInputs = true,
      .examples = {correlatedLayer()},
      .make = make};
  return lesson;
}

}  // namespace ulpscope
