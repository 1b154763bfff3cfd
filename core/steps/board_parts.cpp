// SPDX-License-Identifier: Apache-2.0
#include "core/steps/board_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/text.h"
#include "core/quantization/code_board.h"

namespace ulpscope {

std::string givenText(double value) {
  const std::string text = shortest(static_cast<float>(value));
  return text.size() <= 8 ? text : fmt::format("{:.6g}", value);
}

std::string resultText(double value) {
  if (!std::isfinite(value)) return shortest(value);
  const double magnitude = std::fabs(value);
  if (magnitude == 0) return "0";
  return magnitude >= 0.1 && magnitude < 1e5 ? fmt::format("{:.4f}", value) : fmt::format("{:.4g}", value);
}

std::string scaleText(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : shortest(value); }

std::string errorText(double value) {
  if (!std::isfinite(value)) return shortest(value);
  return value == 0 ? "0" : fmt::format("{:+.3g}", value);
}

std::string measureText(double value) { return std::isfinite(value) ? fmt::format("{:.3g}", value) : shortest(value); }

std::string integerText(double value) { return std::isfinite(value) ? fmt::format("{:.0f}", value) : shortest(value); }

MarkOf allOf(CellMark mark) {
  return [mark](std::size_t) { return mark; };
}

BoardCell numberCell(double value, NumberText text, CellMark mark) {
  return {text(value), value, std::isfinite(value) ? mark : CellMark::Bad};
}

BoardGrid matrixGrid(std::string title, const MatrixShape& shape, std::span<const double> values, NumberText text,
                     const MarkOf& mark) {
  BoardGrid grid{std::move(title), {}, {}, {}};
  for (std::uint64_t c = 0; c < shape.columns; ++c) grid.columns.push_back(fmt::to_string(c));
  for (std::uint64_t r = 0; r < shape.rows; ++r) grid.rows.push_back(shape.rows == 1 ? "" : fmt::to_string(r));
  for (std::size_t i = 0; i < values.size(); ++i)
    grid.cells.push_back(numberCell(values[i], text, mark ? mark(i) : CellMark::Plain));
  return grid;
}

BoardGrid matrixGrid(std::string title, const SmallMatrix& matrix, const MarkOf& mark) {
  return matrixGrid(std::move(title), matrix.shape, wide(matrix.values), givenText, mark);
}

BoardGrid factGrid(std::string title, std::vector<NamedCell> facts) {
  BoardGrid grid{std::move(title), {}, {""}, {}};
  for (NamedCell& fact : facts) {
    grid.columns.push_back(std::move(fact.name));
    grid.cells.push_back(std::move(fact.cell));
  }
  return grid;
}

std::vector<double> wide(std::span<const float> values) { return {values.begin(), values.end()}; }

std::vector<double> codesOf(const QuantizedTensor& tensor) {
  std::vector<double> codes(tensor.codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = codeNumber(tensor, i);
  return codes;
}

std::vector<double> errorsOf(std::span<const double> restored, std::span<const float> original) {
  std::vector<double> errors(original.size());
  for (std::size_t i = 0; i < errors.size(); ++i) errors[i] = restored[i] - double{original[i]};
  return errors;
}

double largestMagnitude(std::span<const double> values) {
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::fabs(x));
  return largest;
}

double rootMeanSquare(std::span<const double> values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

std::size_t largestAt(std::span<const float> values) {
  const auto smaller = [](float a, float b) { return std::fabs(a) < std::fabs(b); };
  return static_cast<std::size_t>(std::ranges::max_element(values, smaller) - values.begin());
}

std::string placeOf(const MatrixShape& shape, std::size_t element) {
  if (shape.rows == 1) return fmt::format("number {}", element);
  return fmt::format("[{}, {}]", element / shape.columns, element % shape.columns);
}

Result<QuantizedTensor> quantizeSmall(std::string_view scheme, const Settings& settings, const SmallMatrix& matrix,
                                      const Backend& backend, const LayerCalibration* layer) {
  return findScheme(scheme)->quantize({MatrixView{matrix.shape, matrix.values}, layer}, settings, backend, {});
}

bool isFinite(const SmallMatrix& matrix) {
  return std::ranges::all_of(matrix.values, [](float x) { return std::isfinite(x); });
}

std::vector<BoardStep> stepsWithoutNumbers(const SmallMatrix& matrix, const QuantizedTensor& tensor,
                                           std::string_view why) {
  const auto isLost = [](float x) { return !std::isfinite(x); };
  const auto count = std::ranges::count_if(matrix.values, isLost);
  const auto lost = std::ranges::count_if(tensor.restored, isLost);
  std::vector<BoardStep> steps;
  steps.push_back({"The values",
                   fmt::format("{} of {} values {} NaN or infinite. {}", count, matrix.values.size(),
                               count == 1 ? "is" : "are", why),
                   {matrixGrid("values", matrix)}});
  steps.push_back({"What the scheme makes of them",
                   fmt::format("The implementation does its arithmetic all the same. {} of {} values come back as NaN "
                               "or infinite. Mend the tensor before you quantize it.",
                               lost, matrix.values.size()),
                   {matrixGrid("codes", matrix.shape, codesOf(tensor), integerText, allOf(CellMark::Integer)),
                    matrixGrid("restored", matrix.shape, wide(tensor.restored), resultText)}});
  return steps;
}

BoardStep errorStep(const SmallMatrix& matrix, std::span<const double> errors, const std::string& more) {
  const double largest = largestMagnitude(errors);
  const auto mark = [&](std::size_t i) {
    return largest > 0 && std::fabs(errors[i]) == largest ? CellMark::Focus : CellMark::Plain;
  };
  return {"What was lost",
          fmt::format("Restored minus original: {} at most, a root mean square of {}. {}", measureText(largest),
                      measureText(rootMeanSquare(errors)), more),
          {matrixGrid("error", matrix.shape, errors, errorText, mark)}};
}

}  // namespace ulpscope
