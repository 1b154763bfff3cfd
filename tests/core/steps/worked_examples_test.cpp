// SPDX-License-Identifier: Apache-2.0
// The boards' examples. Oracle: figures published for the five numbers and the 5 x 5 tensor; for the layers, plain
// arithmetic in double here, and the schemes themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/scheme.h"
#include "core/steps/step_board.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Board {
 public:
  explicit Board(std::string_view lesson, std::size_t example = 0)
      : m_lesson(*findStepLesson(lesson)), m_input(m_lesson.examples[example].input) {
    auto board = makeStepBoard(m_lesson, m_input, *makeReferenceBackend());
    EXPECT_TRUE(board);
    if (board) m_board = *std::move(board);
  }

  const StepInput& input() const { return m_input; }
  const StepBoard& board() const { return m_board; }
  std::vector<std::string> titles() const {
    std::vector<std::string> titles;
    for (const BoardStep& step : m_board.steps) titles.push_back(step.title);
    return titles;
  }
  const BoardStep& step(std::string_view title) const {
    for (const BoardStep& step : m_board.steps)
      if (step.title == title) return step;
    ADD_FAILURE() << "no step " << title;
    return m_board.steps.at(0);
  }
  const BoardGrid& grid(std::string_view stepTitle, std::string_view title) const {
    const BoardStep& found = step(stepTitle);
    for (const BoardGrid& grid : found.grids)
      if (grid.title == title) return grid;
    ADD_FAILURE() << "no grid " << title;
    return found.grids.at(0);
  }
  std::vector<double> values(std::string_view stepTitle, std::string_view title) const {
    std::vector<double> values;
    for (const BoardCell& cell : grid(stepTitle, title).cells) values.push_back(cell.value.value());
    return values;
  }
  std::vector<std::string> texts(std::string_view stepTitle, std::string_view title) const {
    std::vector<std::string> texts;
    for (const BoardCell& cell : grid(stepTitle, title).cells) texts.push_back(cell.text);
    return texts;
  }
  std::vector<CellMark> marks(std::string_view stepTitle, std::string_view title) const {
    std::vector<CellMark> marks;
    for (const BoardCell& cell : grid(stepTitle, title).cells) marks.push_back(cell.mark);
    return marks;
  }

 private:
  const StepLesson& m_lesson;
  StepInput m_input;
  StepBoard m_board;
};

TEST(StepExamples, AbsmaxOfFiveNumbers) {
  const Board board("absmax");
  EXPECT_THAT(board.step("The scale").text, HasSubstr("127 / 3.7 = 34.3243."));
  EXPECT_THAT(board.step("Multiply").text, HasSubstr("2.1 * 34.3243 = 72.0811"));
  EXPECT_THAT(board.texts("Multiply", "value * scale"),
              ElementsAre("72.0811", "106.4054", "85.8108", "127.0000", "113.2703"));
  EXPECT_THAT(board.texts("Round", "codes"), ElementsAre("72", "106", "86", "127", "113"));
  EXPECT_THAT(board.texts("And back", "restored"), ElementsAre("2.0976", "3.0882", "2.5055", "3.7000", "3.2921"));
  EXPECT_EQ(board.marks("The largest magnitude", "values")[3], CellMark::Focus);
  EXPECT_THAT(board.marks("Round", "codes"), testing::Each(CellMark::Integer));
}

TEST(StepExamples, AbsmaxOfTwentyFiveWeights) {
  const Board board("absmax", 1);
  EXPECT_THAT(board.board().note, HasSubstr("the other 22, which are a fixed set of ours"));
  const std::vector<float>& weights = board.input().weights.values;
  EXPECT_EQ(weights.size(), 25u);
  EXPECT_EQ(*std::ranges::max_element(weights), 0.93212890625F);
  EXPECT_EQ(*std::ranges::min_element(weights), 0.06091308593750F);  // 0.0609 in binary16
  EXPECT_EQ(weights[0], 0.54150390625F);                             // 0.5415
  EXPECT_EQ(board.values("The scale", "scale")[1], 136.24724986904138);
  EXPECT_EQ(board.texts("Round", "codes")[0], "74");
  EXPECT_NEAR(board.values("And back", "restored")[0], 0.543, 0.0005);
}

TEST(StepExamples, TimesOneHundredAndTwentySevenDoesNotFitInt8) {
  const Board board("affine");
  const std::string step = "A shortcut that is none: times 127";
  EXPECT_THAT(board.texts(step, "value * 127"),
              ElementsAre("266.7000", "393.7000", "317.5000", "469.9000", "419.1000"));
  EXPECT_THAT(board.texts(step, "rounded"), ElementsAre("267", "394", "318", "470", "419"));
  EXPECT_THAT(board.marks(step, "rounded"), testing::Each(CellMark::Bad));
  EXPECT_THAT(board.texts(step, "rounded / 127"), ElementsAre("2.1024", "3.1024", "2.5039", "3.7008", "3.2992"));
  EXPECT_THAT(board.texts("What clamping does to it", "clamped codes"), testing::Each(std::string("127")));
  EXPECT_THAT(board.values("What clamping does to it", "restored"), testing::Each(1.0));
}

TEST(StepExamples, AffineAsGivenAndWidened) {
  const Board board("affine");
  const std::string given = "The true way: a scale and a zero point";
  EXPECT_NEAR(board.values(given, "stored once")[0], 1.6 / 255, 1e-9);
  EXPECT_EQ(board.values(given, "stored once")[1], -463);
  EXPECT_EQ(board.marks(given, "stored once")[1], CellMark::Bad);
  EXPECT_THAT(board.step(given).text, HasSubstr("-128 - 335 = -463. That is no code of INT8"));
  EXPECT_THAT(board.texts(given, "codes"), ElementsAre("-128", "31", "-65", "127", "63"));
  const std::string widened = "What libraries do: a range that holds 0";
  EXPECT_NEAR(board.values(widened, "stored once")[0], 3.7 / 255, 1e-8);
  EXPECT_EQ(board.values(widened, "stored once")[1], -128);
  EXPECT_EQ(board.marks(widened, "stored once")[1], CellMark::Integer);
  EXPECT_THAT(board.texts(widened, "codes"), ElementsAre("17", "86", "44", "127", "99"));
  for (const auto& [title, step] :
       {std::pair{"restored, range as given", given}, {"restored, range widened", widened}}) {
    const auto restored = board.values(step, title);
    const double half = board.values(step, "stored once")[0] / 2;
    for (std::size_t i = 0; i < restored.size(); ++i)
      EXPECT_LE(std::fabs(restored[i] - double{board.input().weights.values[i]}), half * 1.001) << title;
  }
}

// Against round-to-nearest in the table of the type, looked for without midpoints.
TEST(StepExamples, Nf4TakesTheNearestOfItsSixteenValues) {
  for (const std::size_t example : {0u, 1u}) {
    const Board board("nf4", example);
    const auto book = board.values("The code book", "code book");
    const auto shares = board.values("Divide", "value / scale");
    const auto codes = board.values("The nearest code", "codes");
    ASSERT_EQ(book.size(), 16u);
    for (std::size_t i = 0; i < shares.size(); ++i)
      for (const double other : book)
        EXPECT_LE(std::fabs(book[static_cast<std::size_t>(codes[i])] - shares[i]), std::fabs(other - shares[i]) + 1e-6);
  }
}

TEST(StepExamples, ScalesAreSharedByMoreOrFewerWeights) {
  const Board board("granularity");
  const std::pair<std::string, std::size_t> kScales[] = {{"One scale for all", 1},
                                                         {"A scale for each row", 5},
                                                         {"A scale for each column", 5},
                                                         {"A scale for each group of 2", 15}};
  for (const auto& [title, count] : kScales) EXPECT_EQ(board.values(title, "scales").size(), count) << title;
  for (const char* kind : {"symmetric", "affine"}) {
    const auto errors = board.values("2 to 8 bits, symmetric and affine", kind);
    ASSERT_EQ(errors.size(), 28u);
    for (std::size_t i = 4; i < errors.size(); ++i) EXPECT_GT(errors[i], errors[i - 4]) << kind << i;
    for (std::size_t i = 0; i < errors.size(); i += 4) EXPECT_LT(errors[i + 3], errors[i]) << kind << i;
  }
}

TEST(StepExamples, LlmInt8SplitsTheProductAtTheOutlierColumns) {
  const Board board("llm_int8");
  const SmallMatrix& x = board.input().inputs;
  const SmallMatrix& w = board.input().weights;
  const std::uint64_t columns = w.shape.columns;
  const auto isOutlier = [](std::uint64_t c) { return c == 2 || c == 4; };
  const auto inputMarks = board.marks("Outlier columns", "inputs");
  const auto weightMarks = board.marks("Outlier columns", "weights");
  for (std::size_t i = 0; i < inputMarks.size(); ++i) {
    const CellMark expected = isOutlier(i % columns) ? CellMark::Outlier : CellMark::Plain;
    EXPECT_EQ(inputMarks[i], expected);
    EXPECT_EQ(weightMarks[i], expected);
  }
  const auto inputCodes = board.values("Inputs to INT8, row by row", "input codes");
  const auto weightCodes = board.values("Weights to INT8, output by output", "weight codes");
  const auto inputScales = board.values("Inputs to INT8, row by row", "largest of each token");
  const auto weightScales = board.values("Weights to INT8, output by output", "largest of each output");
  const auto sums = board.values("INT8 product, INT32 sum", "sums, a row a token");
  const auto integerPart = board.values("Scaled back", "INT8 part");
  const auto fp16Part = board.values("The outlier columns in FP16", "FP16 part");
  const auto sum = board.values("The sum", "sum");
  const auto exact = board.values("Against FP32 and plain INT8", "exact product");
  EXPECT_THAT(board.marks("Scaled back", "INT8 part"), testing::Each(CellMark::Integer));
  EXPECT_THAT(board.marks("The outlier columns in FP16", "FP16 part"), testing::Each(CellMark::Outlier));
  for (std::uint64_t t = 0; t < x.shape.rows; ++t)
    for (std::uint64_t o = 0; o < w.shape.rows; ++o) {
      double codes = 0, outliers = 0, whole = 0;
      for (std::uint64_t c = 0; c < columns; ++c) {
        const double product = double{x.values[t * columns + c]} * double{w.values[o * columns + c]};
        whole += product;
        if (isOutlier(c)) outliers += product;
        codes += inputCodes[t * columns + c] * weightCodes[o * columns + c];
      }
      const std::uint64_t at = t * w.shape.rows + o;
      EXPECT_EQ(sums[at], codes);
      EXPECT_NEAR(integerPart[at], codes * inputScales[t] * weightScales[o] / 127 / 127, 1e-3);
      EXPECT_NEAR(fp16Part[at], outliers, 5e-3);
      EXPECT_NEAR(sum[at], integerPart[at] + fp16Part[at], 5e-3);
      EXPECT_NEAR(exact[at], whole, 1e-12);
    }
  const auto errors = board.values("Against FP32 and plain INT8", "error");
  EXPECT_LT(errors[0] * 5, errors[2]);  // largest: LLM.int8() against plain INT8
  EXPECT_LT(errors[1] * 5, errors[3]);
}

double figure(const QuantizedTensor& tensor, std::string_view name) {
  for (const auto& [key, value] : tensor.figures)
    if (key == name) return value;
  return std::nan("");
}

TEST(StepExamples, GptqGoesColumnByColumnToTheCodesOfTheScheme) {
  const auto backend = makeReferenceBackend();
  const Board board("gptq");
  const SmallMatrix& x = board.input().inputs;
  const SmallMatrix& w = board.input().weights;
  const std::uint64_t n = w.shape.columns;

  const auto hessian = board.values("The Hessian", "H");
  const auto damped = board.values("Damping and inverse", "H, damped");
  const auto factor = board.values("Damping and inverse", "U");
  double trace = 0;
  for (std::uint64_t c = 0; c < n; ++c) trace += hessian[c * n + c];
  for (std::uint64_t r = 0; r < n; ++r)
    for (std::uint64_t c = 0; c < n; ++c) {
      double sum = 0, identity = 0;
      for (std::uint64_t v = 0; v < x.shape.rows; ++v) sum += double{x.values[v * n + r]} * double{x.values[v * n + c]};
      EXPECT_NEAR(hessian[r * n + c], sum * 2 / static_cast<double>(x.shape.rows), 1e-6);
      EXPECT_NEAR(damped[r * n + c], hessian[r * n + c] + (r == c ? 0.01 * trace / static_cast<double>(n) : 0), 1e-6);
      for (std::uint64_t k = 0; k < n; ++k)
        for (std::uint64_t i = 0; i < n; ++i) identity += damped[r * n + k] * factor[i * n + k] * factor[i * n + c];
      EXPECT_NEAR(identity, r == c ? 1 : 0, 1e-4);
    }

  LayerCalibration layer;
  layer.columns = n;
  layer.samples = x.shape.rows;
  layer.inputs = x.values;
  const auto tensor = findScheme("gptq")->quantize(
      {MatrixView{w.shape, w.values}, &layer},
      {{"bits", "3"}, {"group", "-1"}, {"symmetric", "no"}, {"scales", "float32"}}, *backend, {});
  ASSERT_TRUE(tensor);
  double loss = 0;
  for (std::uint64_t c = 0; c < n; ++c) {
    const std::string title = "Column " + std::to_string(c);
    const auto column = board.values(title, "this column");
    for (std::uint64_t r = 0; r < w.shape.rows; ++r) {
      const double* const cells = &column[r * 5];  // weight, code, restored, error, error / U
      EXPECT_EQ(cells[1], tensor->codes[r * n + c]);
      EXPECT_EQ(cells[2], double{tensor->restored[r * n + c]});
      EXPECT_NEAR(cells[3], cells[0] - cells[2], 1e-6);
      EXPECT_NEAR(cells[4], cells[3] / factor[c * n + c], 1e-6);
      loss += cells[4] * cells[4] / 2;
    }
    const auto marks = board.marks(title, "weights now");
    for (std::size_t i = 0; i < marks.size(); ++i) EXPECT_EQ(marks[i] == CellMark::Integer, i % n <= c);
  }
  EXPECT_NEAR(loss, figure(*tensor, "loss"), 1e-6);
  const auto outcome = board.values("Against rounding to nearest", "root mean square");
  EXPECT_GT(outcome[0], outcome[2]);      // weights: further off than rounded
  EXPECT_LT(outcome[1] * 2, outcome[3]);  // outputs: less than half as far
}

// The replay of a board is the scheme's own arithmetic, whatever the matrix.
TEST(StepExamples, GptqEndsWhereTheSchemeEndsOnAnyMatrix) {
  const auto backend = makeReferenceBackend();
  for (std::uint64_t columns = 1; columns <= 64; columns += 9) {
    StepInput input{{{64 / columns, columns}, {}}, {}, ""};
    for (std::size_t i = 0; i < 64 / columns * columns; ++i)
      input.weights.values.push_back(static_cast<float>(std::sin(static_cast<double>(i * i) * 0.37)));
    const auto board = makeStepBoard(*findStepLesson("gptq"), input, *backend);
    ASSERT_TRUE(board) << board.error().message;
    std::vector<double> replayed, restored;
    for (const BoardStep& step : board->steps)
      for (const BoardGrid& grid : step.grids) {
        if (grid.title != "weights now" && grid.title != "weights, restored") continue;
        auto& into = grid.title == "weights now" ? replayed : restored;
        into.clear();
        for (const BoardCell& cell : grid.cells) into.push_back(*cell.value);
      }
    EXPECT_EQ(replayed, restored) << columns;
  }
}

}  // namespace
}  // namespace ulpscope
