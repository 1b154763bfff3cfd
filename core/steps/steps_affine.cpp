// SPDX-License-Identifier: Apache-2.0
// Scales, zero points, codes and restored values are those of the scheme int_affine; only the "x * 127" that is told
// as a warning is no scheme of ours.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/steps/board_parts.h"
#include "core/steps/example_matrices.h"

namespace ulpscope {
namespace {

constexpr double kLow = -128, kHigh = 127;

std::string inParentheses(double integer) {
  return integer < 0 ? fmt::format("({})", integerText(integer)) : integerText(integer);
}

std::string givenIn(double value) { return value < 0 ? fmt::format("({})", givenText(value)) : givenText(value); }

bool isInt8(double code) { return code >= kLow && code <= kHigh; }

class AffineBoard {
 public:
  AffineBoard(const SmallMatrix& matrix, QuantizedTensor given, QuantizedTensor widened)
      : m_matrix(matrix), m_given(std::move(given)), m_widened(std::move(widened)), m_values(wide(matrix.values)) {
    const auto [low, high] = std::ranges::minmax_element(m_values);
    m_low = *low;
    m_high = *high;
  }

  std::vector<BoardStep> steps() {
    addRange();
    addShortcut();
    addClamping();
    addAffine(m_given, "The true way: a scale and a zero point", "restored, range as given", std::min(m_low, m_high),
              m_high);
    if (m_given.zeroPoints != m_widened.zeroPoints || m_given.scales != m_widened.scales) addWidened();
    addComparison();
    return std::move(m_steps);
  }

 private:
  void addRange() {
    const auto isEnd = [&](std::size_t i) {
      return m_values[i] == m_low || m_values[i] == m_high ? CellMark::Focus : CellMark::Plain;
    };
    m_steps.push_back(
        {"The range",
         fmt::format("The smallest value is {}, the largest {}. {}", givenText(m_low), givenText(m_high),
                     m_low > 0 || m_high < 0
                         ? "All lie on one side of zero, so absmax would leave at least half of the codes unused."
                         : "Affine codes go from one end to the other, wherever zero lies."),
         {matrixGrid("values", m_matrix, isEnd)}});
  }

  void addShortcut() {
    std::vector<double> products, codes, back;
    for (const double x : m_values) {
      products.push_back(x * 127);
      codes.push_back(std::nearbyint(x * 127));
      back.push_back(codes.back() / 127);
    }
    m_tooLarge = std::ranges::count_if(codes, [](double code) { return !isInt8(code); });
    const auto mark = [&](std::size_t i) { return isInt8(codes[i]) ? CellMark::Integer : CellMark::Bad; };
    m_steps.push_back(
        {"A shortcut that is none: times 127",
         fmt::format("Some texts call it zero-point quantization to multiply by 127 and round: {} * 127 = {}, so {}. "
                     "Divided by 127 that comes back well. But INT8 ends at 127, and {} of {} codes are beyond it.",
                     givenText(m_values[0]), resultText(products[0]), integerText(codes[0]), m_tooLarge, codes.size()),
         {matrixGrid("value * 127", m_matrix.shape, products, resultText),
          matrixGrid("rounded", m_matrix.shape, codes, integerText, mark),
          matrixGrid("rounded / 127", m_matrix.shape, back, resultText)}});
  }

  void addClamping() {
    std::vector<double> codes;
    for (const double x : m_values) codes.push_back(std::clamp(std::nearbyint(x * 127), kLow, kHigh));
    for (const double code : codes) m_clamped.push_back(code / 127);
    const auto mark = [&](std::size_t i) {
      return std::nearbyint(m_values[i] * 127) == codes[i] ? CellMark::Integer : CellMark::Changed;
    };
    const auto errors = errorsOf(m_clamped, m_matrix.values);
    const auto isLost = [&](std::size_t i) {
      return std::fabs(errors[i]) > 1.0 / 127 ? CellMark::Bad : CellMark::Plain;
    };
    m_steps.push_back(
        {"What clamping does to it",
         m_tooLarge == 0
             ? std::string("Here nothing has to be clamped: all magnitudes are at most 1. It is still absmax in "
                           "disguise, with a largest magnitude of 1 that was never looked up.")
             : fmt::format(
                   "Stored in INT8 the codes are clamped to -128 and 127, and {} of {} values come back as about "
                   "1 or -1: the largest error is {:.3g}. The differences between them are gone.",
                   m_tooLarge, codes.size(), largestMagnitude(errors)),
         {matrixGrid("clamped codes", m_matrix.shape, codes, integerText, mark),
          matrixGrid("restored", m_matrix.shape, m_clamped, resultText, isLost)}});
  }

  /// Scale, zero point, codes and values of one of the two ranges.
  void addAffine(const QuantizedTensor& tensor, std::string title, std::string restoredTitle, double low, double high) {
    const double scale = double{tensor.scales[0]};
    const double zero = tensor.zeroPoints[0];
    const auto codes = codesOf(tensor), restored = wide(tensor.restored);
    const std::string steps = inParentheses(kLow - zero);  // as the scheme has them: round(low / scale)
    std::string text;
    if (low == high)
      text = fmt::format("The range has no width, so the scale is taken as 1 and the zero point is -128 - {} = {}.",
                         steps, integerText(zero));
    else
      text = fmt::format(
          "255 steps from {} to {}: scale = ({} - {}) / 255 = {}. The lower end lies round({} / {}) = {} steps from "
          "zero "
          "and takes the code -128, so the zero point is -128 - {} = {}.",
          givenText(low), givenText(high), givenText(high), givenIn(low), scaleText(scale), givenText(low),
          scaleText(scale), integerText(kLow - zero), steps, integerText(zero));
    text += isInt8(zero) ? " It is a code itself, and zero comes back as exactly 0."
                         : " That is no code of INT8: it needs a wider integer beside the codes.";
    text += fmt::format("\n{} becomes round({} / {}) + {} = {}, and comes back as ({} - {}) * {} = {}.",
                        givenText(m_values[0]), givenText(m_values[0]), scaleText(scale), inParentheses(zero),
                        integerText(codes[0]), integerText(codes[0]), inParentheses(zero), scaleText(scale),
                        resultText(restored[0]));
    m_steps.push_back(
        {std::move(title),
         std::move(text),
         {factGrid("stored once",
                   {{"scale", numberCell(scale, scaleText, CellMark::Focus)},
                    {"zero point", numberCell(zero, integerText, isInt8(zero) ? CellMark::Integer : CellMark::Bad)}}),
          matrixGrid("codes", m_matrix.shape, codes, integerText, allOf(CellMark::Integer)),
          matrixGrid(std::move(restoredTitle), m_matrix.shape, restored, resultText)}});
  }

  void addWidened() {
    addAffine(m_widened, "What libraries do: a range that holds 0", "restored, range widened", std::min(m_low, 0.0),
              std::max(m_high, 0.0));
    m_steps.back().text += fmt::format(" The price: steps are {:.3g} times as wide.",
                                       double{m_widened.scales[0]} / double{m_given.scales[0]});
  }

  void addComparison() {
    const auto clamped = errorsOf(m_clamped, m_matrix.values);
    const auto given = errorsOf(wide(m_given.restored), m_matrix.values);
    const auto widened = errorsOf(wide(m_widened.restored), m_matrix.values);
    const double largest[] = {largestMagnitude(clamped), largestMagnitude(given), largestMagnitude(widened)};
    BoardGrid table{
        "error", {"largest", "root mean square"}, {"times 127, clamped", "range as given", "holding 0"}, {}};
    const std::vector<double>* all[] = {&clamped, &given, &widened};
    for (std::size_t i = 0; i < 3; ++i) {
      table.cells.push_back(numberCell(largest[i], measureText));
      table.cells.push_back(numberCell(rootMeanSquare(*all[i]), measureText));
    }
    m_steps.push_back(
        {"Side by side",
         fmt::format("The largest error is {:.3g} with clamped products, {:.3g} with the range as given and "
                     "{:.3g} with the range that holds 0. Zero must be exact where it is padding or the "
                     "output of a ReLU, and an INT8 zero point keeps the integer product simple.",
                     largest[0], largest[1], largest[2]),
         {std::move(table)}});
  }

  const SmallMatrix& m_matrix;
  const QuantizedTensor m_given;
  const QuantizedTensor m_widened;
  const std::vector<double> m_values;
  double m_low = 0;
  double m_high = 0;
  std::ptrdiff_t m_tooLarge = 0;
  std::vector<double> m_clamped;
  std::vector<BoardStep> m_steps;
};

Result<StepBoard> make(const StepInput& input, const Backend& backend) {
  const auto through = [&](const char* range) {
    return quantizeSmall("int_affine", {{"granularity", "tensor"}, {"bits", "8"}, {"range", range}}, input.weights,
                         backend);
  };
  auto given = through("as_given"), widened = through("with_zero");
  if (!given || !widened) return tl::unexpected(given ? widened.error() : given.error());
  StepBoard board;
  if (isFinite(input.weights))
    board.steps = AffineBoard(input.weights, *std::move(given), *std::move(widened)).steps();
  else
    board.steps = stepsWithoutNumbers(input.weights, *widened,
                                      "Both ends of the range set the scale of all: a NaN or an infinity leaves none.");
  return board;
}

}  // namespace

const StepLesson& steps_affine_entry() {
  static const StepLesson lesson{.id = "affine",
                                 .title = "Affine INT8",
                                 .summary = "Scale and zero point of a range; and why \"times 127\" is neither.",
                                 .takesInputs = false,
                                 .examples = {fiveNumbers(), fiveByFive()},
                                 .make = make};
  return lesson;
}

}  // namespace ulpscope
