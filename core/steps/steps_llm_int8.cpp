// SPDX-License-Identifier: Apache-2.0
// Codes, scales, both products and their sum are those of llmInt8Product() and of the scheme llm_int8.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/text.h"
#include "core/formats/int8_vectors.h"
#include "core/quantization/llm_int8_product.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

constexpr float kThreshold = 6;

class LlmInt8Board {
 public:
  LlmInt8Board(const StepInput& input, const QuantizedTensor& weightCodes, LlmInt8Product mixed, LlmInt8Product plain)
      : m_weights(input.weights),
        m_inputs(input.inputs),
        m_columns(input.weights.shape.columns),
        m_weightCodes(codesOf(weightCodes)),
        m_mixed(std::move(mixed)),
        m_plain(std::move(plain)),
        m_isOutlier(m_columns) {
    for (const std::uint64_t c : m_mixed.outlierColumns) m_isOutlier[c] = true;
  }

  std::vector<BoardStep> steps() {
    addLayer();
    addOutliers();
    addInputCodes();
    addWeightCodes();
    addIntegerSums();
    addScaledBack();
    addOutlierProduct();
    addSum();
    addComparison();
    return std::move(m_steps);
  }

 private:
  MarkOf outliersElse(CellMark mark) const {
    return [this, mark](std::size_t i) { return m_isOutlier[i % m_columns] ? CellMark::Outlier : mark; };
  }
  MatrixShape outputShape() const { return {m_mixed.tokens, m_mixed.outputs}; }
  BoardGrid outputGrid(std::string title, std::span<const double> values, NumberText text, CellMark mark) const {
    return matrixGrid(std::move(title), outputShape(), values, text, allOf(mark));
  }

  void addLayer() {
    m_steps.push_back(
        {"A layer and its inputs",
         fmt::format("The layer multiplies {} of {} with {} rows of weights, all rounded to FP16 first. INT8 would be "
                     "fine for the "
                     "weights; the trouble is in the inputs.",
                     counted(m_mixed.tokens, "token"), counted(m_columns, "input"), m_mixed.outputs),
         {matrixGrid("inputs, a row a token", m_inputs), matrixGrid("weights, a row an output", m_weights)}});
  }

  void addOutliers() {
    std::string text = "A column of the inputs is an outlier where a magnitude in it is at least 6 (the threshold). ";
    if (m_mixed.outlierColumns.empty()) {
      text += "Here there is none: all goes through INT8.";
    } else {
      text += fmt::format("Here {} of {} are: {}. All of such a column stays in FP16, with the weights that it meets.",
                          m_mixed.outlierColumns.size(), m_columns, outlierNames());
      if (const double small = smallestInput(); small != 0)
        text += fmt::format(" In one INT8 row with {}, a value such as {} would have few codes left.",
                            givenText(largestInput()), givenText(small));
    }
    m_steps.push_back({"Outlier columns",
                       std::move(text),
                       {matrixGrid("inputs", m_inputs, outliersElse(CellMark::Plain)),
                        matrixGrid("weights", m_weights, outliersElse(CellMark::Plain))}});
  }

  void addInputCodes() {
    const std::vector<double> codes(m_mixed.inputCodes.begin(), m_mixed.inputCodes.end());
    const std::string scale = givenText(double{m_mixed.inputScales[0]});
    std::string text = "Each row has a scale of its own, the largest magnitude that is left: ";
    text += m_mixed.inputScales[0] == 0 ? std::string("for token 0 there is nothing left, and its codes are 0.")
                                        : fmt::format("{} for token 0. A code is round(x * 127 / {}).", scale, scale);
    if (!m_mixed.outlierColumns.empty()) text += " In outlier columns the codes are 0 and add nothing.";
    if (const auto token = tokenScaledByOutlier())
      text += fmt::format(
          " Token {} shows a quirk of the library: {} is its scale although its column is an outlier, as "
          "only magnitudes of at least 6 are left out.",
          *token, givenText(double{m_mixed.inputScales[*token]}));
    m_steps.push_back({"Inputs to INT8, row by row",
                       std::move(text),
                       {matrixGrid("input codes", m_inputs.shape, codes, integerText, outliersElse(CellMark::Integer)),
                        scaleGrid("largest of each token", "token", m_mixed.inputScales)}});
  }

  /// The first whose scale is a value of an outlier column.
  std::optional<std::uint64_t> tokenScaledByOutlier() const {
    for (std::uint64_t token = 0; token < m_mixed.tokens; ++token) {
      float largest = 0;
      for (std::uint64_t c = 0; c < m_columns; ++c)
        if (!m_isOutlier[c]) largest = std::max(largest, std::fabs(asBinary16(m_inputs.values[token * m_columns + c])));
      if (largest < m_mixed.inputScales[token]) return token;
    }
    return std::nullopt;
  }

  void addWeightCodes() {
    m_steps.push_back(
        {"Weights to INT8, output by output",
         fmt::format("The weights of an output share a scale as well (a column of W^T, hence \"column-wise\"): {} for "
                     "output 0. This was done once, before any input was seen, so outlier columns are coded too.",
                     givenText(double{m_mixed.weightScales[0]})),
         {matrixGrid("weight codes", m_weights.shape, m_weightCodes, integerText, allOf(CellMark::Integer)),
          scaleGrid("largest of each output", "output", m_mixed.weightScales)}});
  }

  void addIntegerSums() {
    std::vector<double> sums;
    for (std::uint64_t token = 0; token < m_mixed.tokens; ++token)
      for (std::uint64_t output = 0; output < m_mixed.outputs; ++output) {
        double sum = 0;
        for (std::uint64_t c = 0; c < m_columns; ++c) sum += codeProduct(token, output, c);
        sums.push_back(sum);
      }
    m_firstSum = sums[0];
    m_steps.push_back({"INT8 product, INT32 sum",
                       fmt::format("Token 0 and output 0: {} = {}. Integers of 32 bits hold such sums exactly.",
                                   firstSumText(), integerText(m_firstSum)),
                       {outputGrid("sums, a row a token", sums, integerText, CellMark::Integer)}});
  }

  void addScaledBack() {
    m_steps.push_back(
        {"Scaled back",
         fmt::format(
             "Each sum times both scales over 127^2: {} * {} * {} / 16129 = {}, rounded to FP16. That is the INT8 "
             "part of the product.",
             integerText(m_firstSum), givenText(double{m_mixed.inputScales[0]}),
             givenText(double{m_mixed.weightScales[0]}), resultText(double{m_mixed.regular[0]})),
         {outputGrid("INT8 part", wide(m_mixed.regular), resultText, CellMark::Integer)}});
  }

  void addOutlierProduct() {
    if (m_mixed.outlierColumns.empty()) return;
    std::string terms;
    for (const std::uint64_t c : m_mixed.outlierColumns)
      terms += fmt::format("{}{} * {}", terms.empty() ? "" : " + ", inParentheses(m_inputs.values[c], terms.empty()),
                           inParentheses(m_weights.values[c], false));
    m_steps.push_back(
        {"The outlier columns in FP16",
         fmt::format(
             "Only {} of inputs and weights: {} = {} for token 0 and output 0, with both as FP16 numbers. "
             "(That is the method as published; the library today restores these weights from their INT8 codes.)",
             outlierNames(), terms, resultText(double{m_mixed.outliers[0]})),
         {outputGrid("FP16 part", wide(m_mixed.outliers), resultText, CellMark::Outlier)}});
  }

  void addSum() {
    m_steps.push_back({"The sum",
                       m_mixed.outlierColumns.empty()
                           ? std::string("Without outlier columns the INT8 part is the result.")
                           : fmt::format("{} + {} = {}: both parts together are the output of the layer.",
                                         resultText(double{m_mixed.regular[0]}),
                                         inParentheses(resultText(double{m_mixed.outliers[0]}), false),
                                         resultText(double{m_mixed.sum[0]})),
                       {outputGrid("INT8 part", wide(m_mixed.regular), resultText, CellMark::Integer),
                        outputGrid("FP16 part", wide(m_mixed.outliers), resultText, CellMark::Outlier),
                        outputGrid("sum", wide(m_mixed.sum), resultText, CellMark::Plain)}});
  }

  void addComparison() {
    const std::vector<double> exact = exactProduct();
    const auto errorsAgainst = [&](std::span<const float> product) {
      std::vector<double> errors = wide(product);
      for (std::size_t i = 0; i < errors.size(); ++i) errors[i] -= exact[i];
      return errors;
    };
    const auto mixed = errorsAgainst(m_mixed.sum), plain = errorsAgainst(m_plain.sum);
    const double mixedLargest = largestMagnitude(mixed), plainLargest = largestMagnitude(plain);
    BoardGrid table{"error", {"largest", "root mean square"}, {"LLM.int8()", "plain INT8"}, {}};
    for (const double value : {mixedLargest, rootMeanSquare(mixed), plainLargest, rootMeanSquare(plain)})
      table.cells.push_back(numberCell(value, measureText));
    m_steps.push_back(
        {"Against FP32 and plain INT8",
         fmt::format(
             "Against the product in full precision, LLM.int8() is off by {:.3g} at most. With the outliers left "
             "in INT8 it would be {:.3g}{}.",
             mixedLargest, plainLargest, ratioText(mixedLargest, plainLargest)),
         {outputGrid("exact product", exact, resultText, CellMark::Plain),
          outputGrid("error of LLM.int8()", mixed, errorText, CellMark::Plain),
          outputGrid("error of plain INT8", plain, errorText, CellMark::Plain), std::move(table)}});
  }

  static std::string ratioText(double mixed, double plain) {
    return mixed > 0 && plain > mixed ? fmt::format(", {:.2g} times as much", plain / mixed) : std::string();
  }

  double codeProduct(std::uint64_t token, std::uint64_t output, std::uint64_t c) const {
    return double{static_cast<double>(m_mixed.inputCodes[token * m_columns + c])} *
           m_weightCodes[output * m_columns + c];
  }

  std::string firstSumText() const {
    constexpr std::size_t kTerms = 8;
    std::string text;
    std::size_t terms = 0;
    for (std::uint64_t c = 0; c < m_columns; ++c) {
      if (m_isOutlier[c]) continue;
      if (++terms > kTerms) return text + " + ...";
      text += fmt::format("{}{} * {}", text.empty() ? "" : " + ",
                          inParentheses(integerText(static_cast<double>(m_mixed.inputCodes[c])), text.empty()),
                          inParentheses(integerText(m_weightCodes[c]), false));
    }
    return text.empty() ? "nothing is left" : text;
  }

  static std::string inParentheses(const std::string& number, bool isFirst) {
    return isFirst || !number.starts_with('-') ? number : fmt::format("({})", number);
  }
  static std::string inParentheses(float number, bool isFirst) {
    return inParentheses(givenText(double{number}), isFirst);
  }

  /// "column 4", "columns 1, 2 and 4".
  std::string outlierNames() const {
    const auto& outliers = m_mixed.outlierColumns;
    std::string names = outliers.size() == 1 ? "column " : "columns ";
    for (std::size_t i = 0; i < outliers.size(); ++i)
      names += fmt::format("{}{}", i == 0 ? "" : i + 1 == outliers.size() ? " and " : ", ", outliers[i]);
    return names;
  }

  double largestInput() const { return double{m_inputs.values[largestAt(m_inputs.values)]}; }
  /// Least magnitude of the other columns that is not 0; 0 where there is none.
  double smallestInput() const {
    double least = 0;
    for (std::size_t i = 0; i < m_inputs.values.size(); ++i) {
      const double x = double{m_inputs.values[i]};
      if (!m_isOutlier[i % m_columns] && x != 0 && (least == 0 || std::fabs(x) < std::fabs(least))) least = x;
    }
    return least;
  }

  std::vector<double> exactProduct() const {
    std::vector<double> exact;
    for (std::uint64_t token = 0; token < m_mixed.tokens; ++token)
      for (std::uint64_t output = 0; output < m_mixed.outputs; ++output) {
        double sum = 0;
        for (std::uint64_t c = 0; c < m_columns; ++c)
          sum += double{m_inputs.values[token * m_columns + c]} * double{m_weights.values[output * m_columns + c]};
        exact.push_back(sum);
      }
    return exact;
  }

  static BoardGrid scaleGrid(std::string title, std::string_view of, std::span<const float> scales) {
    std::vector<NamedCell> facts;
    for (std::size_t i = 0; i < scales.size(); ++i)
      facts.push_back({fmt::format("{} {}", of, i), numberCell(double{scales[i]}, givenText)});
    return factGrid(std::move(title), std::move(facts));
  }

  const SmallMatrix& m_weights;
  const SmallMatrix& m_inputs;
  const std::uint64_t m_columns;
  const std::vector<double> m_weightCodes;
  const LlmInt8Product m_mixed;
  const LlmInt8Product m_plain;
  std::vector<bool> m_isOutlier;
  double m_firstSum = 0;
  std::vector<BoardStep> m_steps;
};

bool fitsBinary16(const SmallMatrix& matrix) {
  return std::ranges::none_of(matrix.values, [](float x) { return std::isfinite(x) && std::isinf(asBinary16(x)); });
}

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  if (!fitsBinary16(input.weights) || !fitsBinary16(input.inputs))
    return fail(Errc::Usage,
                "numbers within FP16 (up to 65504) expected, as LLM.int8() takes them; a larger one found");
  const auto codes = quantizeSmall("llm_int8", {{"threshold", "0.0"}}, input.weights, backend);
  if (!codes) return tl::unexpected(codes.error());
  StepBoard board;
  if (!isFinite(input.weights)) {
    board.steps = stepsWithoutNumbers(input.weights, *codes,
                                      "The weights of an output share their largest magnitude as scale: one such value "
                                      "spoils its row.");
    return board;
  }
  const auto product = [&](float threshold) {
    const LlmInt8Options options{.path = LlmInt8Options::Path::Cuda, .threshold = threshold, .keepsWeights = true};
    return llmInt8Product({input.inputs.shape, input.inputs.values}, {input.weights.shape, input.weights.values},
                          options, backend, {});
  };
  auto mixed = product(kThreshold), plain = product(0);
  if (!mixed || !plain) return tl::unexpected(mixed ? plain.error() : mixed.error());
  board.steps = LlmInt8Board(input, *codes, *std::move(mixed), *std::move(plain)).steps();
  return board;
}

}  // namespace

const StepLesson& steps_llm_int8_entry() {
  static const StepLesson lesson{
      .id = "llm_int8",
      .title = "LLM.int8()",
      .summary = "Outlier columns of the inputs in FP16, the rest in INT8, and the sum of both products.",
      .takesInputs = true,
      .examples = {layerWithOutliers()},
      .make = make};
  return lesson;
}

}  // namespace ulpscope
