// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantization/scheme.h"
#include "core/steps/step_board.h"

namespace ulpscope {

/// How the number of a cell is written.
using NumberText = std::string (*)(double);
std::string givenText(double value);    ///< as it was given: shortest of float32, at most six digits
std::string resultText(double value);   ///< four digits behind the point, or four digits where it is small or large
std::string scaleText(double value);    ///< six digits, so that what is multiplied by it comes out
std::string errorText(double value);    ///< three digits, with its sign
std::string measureText(double value);  ///< three digits: of what sums up many errors
std::string integerText(double value);  ///< a code, a sum of codes

/// The mark of element i.
using MarkOf = std::function<CellMark(std::size_t element)>;
MarkOf allOf(CellMark mark);

/// Rows and columns by number; a single row has no name. What is NaN or infinite is Bad, whatever `mark` says.
BoardGrid matrixGrid(std::string title, const MatrixShape& shape, std::span<const double> values, NumberText text,
                     const MarkOf& mark = {});
BoardGrid matrixGrid(std::string title, const SmallMatrix& matrix, const MarkOf& mark = {});

/// Cells side by side, each under its name.
struct NamedCell {
  std::string name;
  BoardCell cell;
};
BoardGrid factGrid(std::string title, std::vector<NamedCell> facts);
/// Bad where it is no number, whatever `mark` says.
BoardCell numberCell(double value, NumberText text, CellMark mark = CellMark::Plain);

std::vector<double> wide(std::span<const float> values);
/// Signed where they are.
std::vector<double> codesOf(const QuantizedTensor& tensor);
/// restored - original.
std::vector<double> errorsOf(std::span<const double> restored, std::span<const float> original);
double largestMagnitude(std::span<const double> values);
double rootMeanSquare(std::span<const double> values);
/// Element of largest magnitude, the first of them.
std::size_t largestAt(std::span<const float> values);
/// "[1, 3]", or "number 3" of a vector.
std::string placeOf(const MatrixShape& shape, std::size_t element);

/// The matrix through a scheme of the registry.
Result<QuantizedTensor> quantizeSmall(std::string_view scheme, const Settings& settings, const SmallMatrix& matrix,
                                      const Backend& backend, const LayerCalibration* layer = nullptr);

bool isFinite(const SmallMatrix& matrix);
/// In place of all steps where weights are not finite: which they are, and what the scheme makes of them.
std::vector<BoardStep> stepsWithoutNumbers(const SmallMatrix& matrix, const QuantizedTensor& tensor,
                                           std::string_view why);

/// "What was lost": errors with the largest and the root mean square, and `more`.
BoardStep errorStep(const SmallMatrix& matrix, std::span<const double> errors, const std::string& more);

}  // namespace ulpscope
