// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/steps/step_board.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/explanation_text.h"
#include "app/cli/json.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

std::string lessonIds() {
  std::string ids;
  for (const StepLesson* lesson : stepLessons()) ids += (ids.empty() ? "" : ", ") + lesson->id;
  return ids;
}

Json gridJson(const BoardGrid& grid) {
  Json values = Json::array(), marks = Json::array();
  for (std::size_t at = 0; at < grid.cells.size(); at += grid.columns.size()) {
    Json valueRow = Json::array(), markRow = Json::array();
    for (std::size_t c = 0; c < grid.columns.size(); ++c) {
      const BoardCell& cell = grid.cells[at + c];
      valueRow.push_back(cell.value ? jsonNumber(*cell.value) : Json(cell.text));
      markRow.push_back(idOf(cell.mark));
    }
    values.push_back(std::move(valueRow));
    marks.push_back(std::move(markRow));
  }
  return {{"title", grid.title},
          {"columns", grid.columns},
          {"rows", grid.rows},
          {"values", std::move(values)},
          {"marks", std::move(marks)}};
}

Json boardJson(const StepLesson& lesson, const StepBoard& board) {
  Json steps = Json::array();
  for (const BoardStep& step : board.steps) {
    Json grids = Json::array();
    for (const BoardGrid& grid : step.grids) grids.push_back(gridJson(grid));
    steps.push_back({{"title", step.title}, {"text", step.text}, {"grids", std::move(grids)}});
  }
  return {{"id", lesson.id}, {"name", board.title}, {"input", board.note}, {"steps", std::move(steps)}};
}

/// A pipe has no colours: there a sign behind the number says what the window's colour does.
constexpr std::string_view signOf(CellMark mark) {
  constexpr std::string_view kSigns[] = {" ", ".", "^", "i", "*", "!"};
  return kSigns[static_cast<std::size_t>(mark)];
}

std::string gridText(const BoardGrid& grid, const Terminal& terminal) {
  const bool isMarked =
      std::ranges::any_of(grid.cells, [](const BoardCell& cell) { return cell.mark != CellMark::Plain; });
  Table table{{grid.title}, {}};
  std::string alignment = "l";
  for (const std::string& column : grid.columns) {
    table.header.push_back(column + (isMarked ? " " : ""));
    alignment += 'r';
  }
  for (std::size_t r = 0; r < grid.rows.size(); ++r) {
    std::vector<std::string> row{grid.rows[r]};
    for (std::size_t c = 0; c < grid.columns.size(); ++c) {
      const BoardCell& cell = grid.cells[r * grid.columns.size() + c];
      row.push_back(cell.text + std::string(isMarked ? signOf(cell.mark) : ""));
    }
    table.rows.push_back(std::move(row));
  }
  return indented(terminal.table(table, alignment), 4);
}

std::string boardText(const StepBoard& board, const Terminal& terminal) {
  std::string out = fmt::format("{}\n  {}\n", terminal.strong(board.title), terminal.wrapped(board.note, 2));
  bool isMarked[6] = {};
  for (std::size_t i = 0; i < board.steps.size(); ++i) {
    const BoardStep& step = board.steps[i];
    out += fmt::format("\n{} {}\n", i + 1, terminal.strong(step.title));
    out += indented(terminal.wrapped(step.text, 2) + "\n", 2);
    for (const BoardGrid& grid : step.grids) {
      out += "\n" + gridText(grid, terminal);
      for (const BoardCell& cell : grid.cells) isMarked[static_cast<std::size_t>(cell.mark)] = true;
    }
  }
  std::string legend;
  for (std::size_t i = 1; i < std::size(isMarked); ++i)
    if (isMarked[i])
      legend += fmt::format("{}{} {}", legend.empty() ? "" : "   ", signOf(static_cast<CellMark>(i)),
                            meaningOf(static_cast<CellMark>(i)));
  return legend.empty() ? out : out + "\n" + terminal.muted(legend) + "\n";
}

class StepsCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments("ID", m_arguments,
                      fmt::format("{}; then PATH TENSOR for a tensor of at most {} weights (default: a list of boards)",
                                  lessonIds(), kMostStepValues));
    options.option("--values", "NUMBERS", m_values, "A matrix: a row a line, or rows between semicolons");
    options.option("--inputs", "NUMBERS", m_inputs, "llm_int8, gptq: inputs of the layer, a row a vector");
    options.option("--example", "N", m_example, "Another worked example of the board, from 1");
    m_flags.declare(options);
  }

  Result<> run(CommandContext& context) override {
    if (m_arguments.empty()) return list(context);
    const StepLesson* lesson = findStepLesson(m_arguments[0]);
    if (!lesson)
      return fail(Errc::Usage, fmt::format("a board expected ({}), found {}", lessonIds(), printable(m_arguments[0])));
    if (m_arguments.size() != 1 && m_arguments.size() != 3)
      return fail(Errc::Usage, "ID, or ID PATH TENSOR expected, found " + counted(m_arguments.size(), "argument"));
    const auto input = inputOf(*lesson, context);
    if (!input) return tl::unexpected(input.error());
    const auto board = makeStepBoard(*lesson, *input, context.backend);
    if (!board) return tl::unexpected(board.error());
    context.output = context.json ? documentText(boardJson(*lesson, *board)) : boardText(*board, context.terminal);
    return {};
  }

 private:
  Result<> list(CommandContext& context) const {
    if (m_values || m_inputs || m_example)
      return fail(Errc::Usage, fmt::format("a board expected ({}), found none", lessonIds()));
    Json document = Json::array();
    Table table{{"board", "name", "shows"}, {}};
    for (const StepLesson* lesson : stepLessons()) {
      Json examples = Json::array();
      for (const StepExample& example : lesson->examples) examples.push_back(example.title);
      document.push_back({{"id", lesson->id},
                          {"name", lesson->title},
                          {"summary", lesson->summary},
                          {"takesInputs", lesson->takesInputs},
                          {"examples", std::move(examples)}});
      table.rows.push_back({lesson->id, lesson->title, lesson->summary});
    }
    context.output = context.json ? documentText(document) : context.terminal.table(table, "lll");
    return {};
  }

  /// Numbers, a tensor, or one of the board's own examples.
  Result<StepInput> inputOf(const StepLesson& lesson, const CommandContext& context) const {
    const bool isTensor = m_arguments.size() == 3;
    if (isTensor + m_values.has_value() + m_example.has_value() > 1)
      return fail(Errc::Usage, "one of PATH TENSOR, --values and --example expected, more found");
    if (m_inputs && !lesson.takesInputs)
      return fail(Errc::Usage, fmt::format("{} looks at no inputs, but --inputs was given", lesson.id));
    auto input = isTensor ? tensorInput(context) : m_values ? valuesInput() : exampleInput(lesson);
    if (!input || !m_inputs) return input;
    auto inputs = parseSmallMatrix(*m_inputs, kMostStepInputs);
    if (!inputs) return named(std::move(inputs).error(), "--inputs");
    input->inputs = *std::move(inputs);
    return input;
  }

  static tl::unexpected<Error> named(Error error, std::string_view option) {
    error.subject = option;
    return tl::unexpected(std::move(error));
  }

  Result<StepInput> valuesInput() const {
    auto values = parseSmallMatrix(*m_values);
    if (!values) return named(std::move(values).error(), "--values");
    return StepInput{*std::move(values), {}, "Numbers as given."};
  }

  Result<StepInput> exampleInput(const StepLesson& lesson) const {
    const std::uint64_t number = m_example.value_or(1);
    if (number < 1 || number > lesson.examples.size())
      return fail(Errc::Usage,
                  fmt::format("--example of {} takes 1 to {}, found {}", lesson.id, lesson.examples.size(), number));
    return lesson.examples[number - 1].input;
  }

  Result<StepInput> tensorInput(const CommandContext& context) const {
    const auto checkpoint = m_flags.open(m_arguments[1], context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    const auto source = tensorOf(**checkpoint, m_arguments[2]);
    if (!source) return tl::unexpected(source.error());
    if (source->info().elements > kMostStepValues)
      return fail(Errc::LimitExceeded,
                  fmt::format("a tensor of at most {} weights expected, as all are shown; {} has {}", kMostStepValues,
                              printable(source->info().name), groupedDigits(source->info().elements)),
                  m_arguments[1]);
    auto loaded = loadTensor(*source, context.backend, context.job);
    if (!loaded) return tl::unexpected(std::move(loaded).error());
    for (const std::string& warning : loaded->warnings) context.warn(warning);
    return StepInput{
        {loaded->shape, std::move(loaded->values)}, {}, fmt::format("The tensor {}.", printable(source->info().name))};
  }

  std::vector<std::string> m_arguments;
  std::optional<std::string> m_values;
  std::optional<std::string> m_inputs;
  std::optional<std::uint64_t> m_example;
  OpenFlags m_flags;
};

}  // namespace

const CommandInfo& steps_entry() {
  static const CommandInfo info{"steps", "A scheme at work on a few numbers, step by step",
                                "ulp steps absmax --values \"2.1 3.1 2.5 3.7 3.3\"", makeCommand<StepsCommand>};
  return info;
}

}  // namespace ulpscope
