// SPDX-License-Identifier: Apache-2.0
#include "core/steps/step_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/formats/block_input.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

Result<> check(const SmallMatrix& matrix, std::string_view what, std::uint64_t most) {
  const std::uint64_t count = matrix.values.size();
  if (count == 0) return fail(Errc::Usage, fmt::format("{} of at least one number expected, none found", what));
  if (count > most)
    return fail(Errc::LimitExceeded,
                fmt::format("{} of at most {} numbers expected, as all are shown; {} found", what, most, count));
  if (matrix.shape.rows * matrix.shape.columns != count)
    return fail(Errc::Usage, fmt::format("{} of {} x {} numbers expected, {} found", what, matrix.shape.rows,
                                         matrix.shape.columns, count));
  return {};
}

Result<> checkInputs(const StepInput& input) {
  if (auto fits = check(input.inputs, "inputs", kMostStepInputs); !fits) return fits;
  if (input.inputs.shape.columns != input.weights.shape.columns)
    return fail(Errc::Usage, fmt::format("inputs of {} expected, as the weights have, {} found",
                                         counted(input.weights.shape.columns, "column"), input.inputs.shape.columns));
  if (!std::ranges::all_of(input.inputs.values, [](float x) { return std::isfinite(x); }))
    return fail(Errc::Usage, "finite inputs expected, NaN or an infinity found");
  return {};
}

/// The message names the number, which parseFloats() leaves to the subject.
Error inRow(Error error, std::uint64_t row) {
  if (!error.subject.empty()) error.message += fmt::format(", found {} in row {}", printable(error.subject, 40), row);
  error.subject.clear();
  return error;
}

/// The text between separators, without what holds nothing.
std::vector<std::string_view> partsOf(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.find_first_not_of(" \t,;[](){}") != std::string_view::npos) lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

/// The text in rows. In a single line, semicolons and closing brackets end a row.
std::vector<std::string_view> linesOf(std::string_view text) {
  std::vector<std::string_view> lines = partsOf(text, "\r\n");
  if (lines.size() != 1) return lines;
  return partsOf(lines.front(), lines.front().find(';') == std::string_view::npos ? "]" : ";");
}

}  // namespace

std::string_view idOf(CellMark mark) {
  constexpr std::string_view kIds[] = {"plain", "focus", "outlier", "integer", "changed", "bad"};
  return kIds[static_cast<std::size_t>(mark)];
}

std::string_view meaningOf(CellMark mark) {
  constexpr std::string_view kMeanings[] = {
      "",        "what the step is about",        "column that stays in FP16", "held as an integer",
      "changed", "does not fit, or is no number",
  };
  return kMeanings[static_cast<std::size_t>(mark)];
}

const StepLesson* findStepLesson(std::string_view id) {
  for (const StepLesson* lesson : stepLessons())
    if (lesson->id == id) return lesson;
  return nullptr;
}

Result<StepBoard> makeStepBoard(const StepLesson& lesson, const StepInput& input, const Backend& backend) {
  if (auto fits = check(input.weights, "a matrix", kMostStepValues); !fits) return tl::unexpected(fits.error());
  StepInput whole = input;
  if (lesson.takesInputs) {
    if (whole.inputs.values.empty()) fillInputs(whole);
    if (auto fits = checkInputs(whole); !fits) return tl::unexpected(fits.error());
  }
  auto board = lesson.make(whole, backend);
  if (!board) return board;
  board->title = lesson.title;
  board->note = whole.note;
  return board;
}

Result<SmallMatrix> parseSmallMatrix(std::string_view text, std::uint64_t most) {
  SmallMatrix matrix;
  for (const std::string_view line : linesOf(text)) {
    const auto row = parseFloats(line, most);
    if (!row) return tl::unexpected(inRow(row.error(), matrix.shape.rows + 1));
    if (matrix.shape.rows == 0) matrix.shape.columns = row->size();
    ++matrix.shape.rows;
    if (row->size() != matrix.shape.columns)
      return fail(Errc::Usage, fmt::format("rows of equal length expected, {} in the first and {} in row {} found",
                                           counted(matrix.shape.columns, "number"), row->size(), matrix.shape.rows));
    matrix.values.insert(matrix.values.end(), row->begin(), row->end());
    if (matrix.values.size() > most)
      return fail(Errc::LimitExceeded, fmt::format("at most {} numbers expected, more found", most));
  }
  if (matrix.values.empty()) return fail(Errc::Usage, "numbers expected, none found");
  return matrix;
}

}  // namespace ulpscope
