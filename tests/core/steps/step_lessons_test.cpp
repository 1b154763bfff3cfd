// SPDX-License-Identifier: Apache-2.0
// What holds for the board of every lesson, whatever is put in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/backend/backend.h"
#include "core/steps/step_board.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

StepInput filled(std::uint64_t rows, std::uint64_t columns, float (*value)(std::size_t)) {
  StepInput input{{{rows, columns}, {}}, {}, ""};
  for (std::size_t i = 0; i < rows * columns; ++i) input.weights.values.push_back(value(i));
  return input;
}

void expectWhole(const StepBoard& board) {
  EXPECT_FALSE(board.title.empty());
  EXPECT_GE(board.steps.size(), 2u);
  std::set<std::string> titles;
  for (const BoardStep& step : board.steps) {
    SCOPED_TRACE(step.title);
    EXPECT_TRUE(titles.insert(step.title).second) << "twice";
    EXPECT_GT(step.text.size(), 20u);
    EXPECT_THAT(step.text, testing::MatchesRegex("(.|\n)*[.)]$"));
    EXPECT_FALSE(step.grids.empty());
    for (const BoardGrid& grid : step.grids) {
      SCOPED_TRACE(grid.title);
      EXPECT_FALSE(grid.title.empty());
      EXPECT_EQ(grid.cells.size(), grid.columns.size() * grid.rows.size());
      for (const BoardCell& cell : grid.cells) {
        EXPECT_FALSE(cell.text.empty());
        if (!cell.value) continue;
        EXPECT_TRUE(std::isfinite(*cell.value) || cell.mark == CellMark::Bad) << cell.text;
        const bool isCode = grid.title.find("code") != std::string::npos && grid.title != "code book";
        EXPECT_TRUE(!isCode || cell.mark == CellMark::Bad || *cell.value == std::nearbyint(*cell.value)) << cell.text;
      }
    }
  }
}

TEST(EveryStepLesson, TellsItsExamplesStepByStep) {
  const auto backend = makeReferenceBackend();
  std::set<std::string> ids;
  for (const StepLesson* lesson : stepLessons()) {
    SCOPED_TRACE(lesson->id);
    EXPECT_TRUE(ids.insert(lesson->id).second);
    EXPECT_EQ(findStepLesson(lesson->id), lesson);
    EXPECT_FALSE(lesson->examples.empty());
    for (const StepExample& example : lesson->examples) {
      const auto board = makeStepBoard(*lesson, example.input, *backend);
      ASSERT_TRUE(board) << board.error().message;
      expectWhole(*board);
      EXPECT_FALSE(board->note.empty());
    }
  }
  EXPECT_EQ(findStepLesson("other"), nullptr);
}

TEST(EveryStepLesson, TakesAnyMatrixOfItsBounds) {
  const auto backend = makeReferenceBackend();
  const auto wave = [](std::size_t i) { return static_cast<float>(std::sin(static_cast<double>(i) * 1.7) * 3); };
  std::vector<StepInput> inputs;
  for (const auto& [rows, columns] :
       std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 1}, {1, 64}, {64, 1}, {8, 8}, {2, 3}, {1, 2}})
    inputs.push_back(filled(rows, columns, wave));
  inputs.push_back(filled(3, 4, [](std::size_t) { return 0.0F; }));
  inputs.push_back(filled(8, 8, [](std::size_t) { return 0.0F; }));
  inputs.push_back(filled(2, 4, [](std::size_t) { return -2.5F; }));
  inputs.push_back(filled(2, 2, [](std::size_t i) { return i == 0 ? 1e-45F : 0.0F; }));
  inputs.push_back(filled(2, 2, [](std::size_t i) { return i == 0 ? 6e4F : -6e4F; }));
  for (const StepLesson* lesson : stepLessons())
    for (const StepInput& input : inputs) {
      SCOPED_TRACE(lesson->id + " " + std::to_string(input.weights.shape.rows) + " x " +
                   std::to_string(input.weights.shape.columns) + ", " + std::to_string(input.weights.values[0]));
      const auto board = makeStepBoard(*lesson, input, *backend);
      ASSERT_TRUE(board) << board.error().message;
      expectWhole(*board);
    }
}

TEST(EveryStepLesson, SaysWhatNanAndInfinitiesDo) {
  const auto backend = makeReferenceBackend();
  for (const StepLesson* lesson : stepLessons())
    for (const float bad : {kNan, kInfinity, -kInfinity}) {
      SCOPED_TRACE(lesson->id);
      StepInput input{{{2, 2}, {1, bad, 0.5F, -1}}, {}, ""};
      const auto board = makeStepBoard(*lesson, input, *backend);
      ASSERT_TRUE(board) << board.error().message;
      expectWhole(*board);
      EXPECT_THAT(board->steps[0].text, HasSubstr("1 of 4 values is NaN or infinite."));
      EXPECT_EQ(board->steps[0].grids[0].cells[1].mark, CellMark::Bad);
    }
}

TEST(EveryStepLesson, RefusesWhatDoesNotFitOnABoard) {
  const auto backend = makeReferenceBackend();
  const auto one = [](std::size_t) { return 1.0F; };
  for (const StepLesson* lesson : stepLessons()) {
    SCOPED_TRACE(lesson->id);
    const auto large = makeStepBoard(*lesson, filled(5, 13, one), *backend);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::LimitExceeded);
    EXPECT_THAT(large.error().message, HasSubstr("at most 64 numbers expected, as all are shown; 65 found"));
    EXPECT_EQ(makeStepBoard(*lesson, {}, *backend).error().code, Errc::Usage);
    if (!lesson->takesInputs) continue;
    StepInput input = filled(2, 3, one);
    input.inputs = {{1, 2}, {1, 2}};
    EXPECT_EQ(makeStepBoard(*lesson, input, *backend).error().message,
              "inputs of 3 columns expected, as the weights have, 2 found");
    input.inputs = {{1, 3}, {1, kNan, 2}};
    EXPECT_EQ(makeStepBoard(*lesson, input, *backend).error().message,
              "finite inputs expected, NaN or an infinity found");
  }
}

TEST(StepLessons, SayWhatCannotBeShown) {
  const auto backend = makeReferenceBackend();
  StepInput input = filled(2, 2, [](std::size_t i) { return static_cast<float>(i) - 1; });
  input.inputs = {{1, 2}, {1e30F, 2e30F}};
  EXPECT_EQ(makeStepBoard(*findStepLesson("gptq"), input, *backend).error().message,
            "inputs whose squares float32 holds expected, as GPTQ adds them up; larger ones found");
  input.inputs = {{1, 2}, {100, -50}};  // nothing but outliers
  const auto board = makeStepBoard(*findStepLesson("llm_int8"), input, *backend);
  ASSERT_TRUE(board);
  for (const BoardStep& step : board->steps) {
    EXPECT_THAT(step.text, Not(HasSubstr("such as 0"))) << "there is no value beside the outliers";
    EXPECT_THAT(step.text, Not(HasSubstr("/ 0")));
  }
}

TEST(SmallMatrices, AreReadAsPeoplePasteThem) {
  const auto read = [](std::string_view text) { return parseSmallMatrix(text); };
  for (const char* text :
       {"1 2 3\n4 5 6", "1,2,3\r\n\r\n4,5,6\r\n", "1\t2\t3\n4\t5\t6\n", "1 2 3; 4 5 6;", "[[1, 2, 3],\n [4, 5, 6]]",
        "1;2;3\n4;5;6", "1 2 3; 4 5 6\n", "[[1, 2, 3], [4, 5, 6]]", "\n[1 2 3; 4 5 6]\n"}) {
    SCOPED_TRACE(text);
    const auto matrix = read(text);
    ASSERT_TRUE(matrix) << matrix.error().message;
    EXPECT_EQ(matrix->shape, (MatrixShape{2, 3}));
    EXPECT_EQ(matrix->values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  }
  EXPECT_EQ(read("0x1p-3").value().values[0], 0.125F);
  EXPECT_EQ(read("1 2\n3").error().message,
            "rows of equal length expected, 2 numbers in the first and 1 in row 2 found");
  EXPECT_EQ(read(" \n ").error().message, "numbers expected, none found");
  EXPECT_THAT(read("1 2\n1 two").error().message, HasSubstr("expected, found two in row 2"));
  EXPECT_EQ(parseSmallMatrix("1 2\n3 4", 3).error().code, Errc::LimitExceeded);
}

}  // namespace
}  // namespace ulpscope
