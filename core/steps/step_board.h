// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

class Backend;

/// What a cell is in its step; window and terminal colour it so.
enum class CellMark : std::uint8_t {
  Plain,
  Focus,    ///< what the sentence speaks of
  Outlier,  ///< column that stays in binary16
  Integer,  ///< held as an integer code
  Changed,  ///< other than in the step before
  Bad,      ///< does not fit, or is no number
};

/// "outlier": stable, for JSON.
std::string_view idOf(CellMark mark);
/// What the colour stands for: "column that stays in FP16". Empty for Plain.
std::string_view meaningOf(CellMark mark);

struct BoardCell {
  std::string text;             ///< brief, as it is shown
  std::optional<double> value;  ///< with all its digits, where it is a number
  CellMark mark = CellMark::Plain;
};

/// A small table. Cells are row-major: as many as `columns` times `rows`.
struct BoardGrid {
  std::string title;
  std::vector<std::string> columns;  ///< their names
  std::vector<std::string> rows;     ///< their names; one empty name for a vector
  std::vector<BoardCell> cells;
};

struct BoardStep {
  std::string title;
  std::string text;  ///< a few plain sentences with the numbers at hand
  std::vector<BoardGrid> grids;
};

/// A scheme at work on a few numbers, one step after the other.
struct StepBoard {
  std::string title;
  std::string note;  ///< what was put in
  std::vector<BoardStep> steps;
};

/// Numbers of a matrix, and of the inputs that meet it, at most.
inline constexpr std::uint64_t kMostStepValues = 64;
inline constexpr std::uint64_t kMostStepInputs = 256;

struct SmallMatrix {
  MatrixShape shape;
  std::vector<float> values;  ///< row-major
};

/// What a lesson is given.
struct StepInput {
  SmallMatrix weights;  ///< one row an output
  SmallMatrix inputs;   ///< one row an input vector, with the columns of the weights; empty: made by fillInputs()
  std::string note;     ///< where the numbers come from, one sentence
};

struct StepExample {
  std::string title;
  StepInput input;
};

/// How a scheme works, shown on numbers that fit on one screen.
struct StepLesson {
  std::string id;                     ///< stable: "absmax"
  std::string title;                  ///< "Absmax INT8"
  std::string summary;                ///< one sentence
  bool takesInputs;                   ///< looks at the layer's inputs
  std::vector<StepExample> examples;  ///< the first one is shown unless another is asked for
  Result<StepBoard> (*make)(const StepInput& input, const Backend& backend);
};

/// In the order in which one would learn them.
std::span<const StepLesson* const> stepLessons();
const StepLesson* findStepLesson(std::string_view id);

/// The board of a lesson. Usage where the matrix is empty, LimitExceeded where it is too large, Usage where the inputs
/// do not fit it or are not finite. Weights may be anything: the steps say what NaN and infinities do.
Result<StepBoard> makeStepBoard(const StepLesson& lesson, const StepInput& input, const Backend& backend);

/// Numbers as people paste them: a row a line, between spaces, commas or tabs; a single line may part rows by
/// semicolons or, as Python prints lists, brackets. Usage where rows differ in length or a number cannot be read,
/// LimitExceeded beyond `most` numbers.
Result<SmallMatrix> parseSmallMatrix(std::string_view text, std::uint64_t most = kMostStepValues);

}  // namespace ulpscope
