// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/explanation_text.h"

#include <QStringList>
#include <vector>

#include "core/formats/value_text.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

// Widths in px. Qt's tables would else squeeze short words to one letter a line.
constexpr int kNumberColumn = 28;
constexpr int kTitleColumn = 88;

/// A step of either kind.
struct StoryStep {
  QString title;
  QString text;
  QString board;
};

struct Story {
  QString heading;
  std::vector<StoryStep> steps;
};

/// "FP16: 0xCECA = -27.15625".
Story storyOf(const Explanation& explanation) {
  Story story;
  story.heading = QStringLiteral("%1: %2 = %3")
                      .arg(qt(explanation.format->info().title), qt(codeText(*explanation.format, explanation.code)),
                           qt(explanation.value));
  for (const ExplanationStep& step : explanation.steps) story.steps.push_back({qt(step.title), qt(step.text), {}});
  return story;
}

/// "FP16: 2048 + 1 = 2049, rounded to 2048 (0x6800)".
Story storyOf(const Calculation& calculation) {
  Story story;
  const QString code = qt(codeText(*calculation.format, calculation.outcome.code));
  story.heading = QStringLiteral("%1: %2 = %3, %4 %5 (%6)")
                      .arg(qt(calculation.format->info().title), expressionText(calculation), qt(calculation.exact),
                           calculation.outcome.exact ? QStringLiteral("stored as") : QStringLiteral("rounded to"),
                           qt(calculation.value), code);
  for (const CalculationStep& step : calculation.steps)
    story.steps.push_back({qt(step.title), qt(step.text), qt(step.board)});
  return story;
}

QString runsAsHtml(const QString& text) {
  static const QString kNumbers = QStringLiteral("<span style=\"font-family:'%1'; font-size:12px\">%2</span>");
  const QString face = theme().numbers().families().value(0);
  QString html;
  bool number = false;
  for (const QString& run : text.split(QLatin1Char('`'))) {
    const QString escaped = run.toHtmlEscaped();
    html += number ? kNumbers.arg(face, escaped) : escaped;
    number = !number;
  }
  return html;
}

QString boardAsHtml(const QString& board) {
  if (board.isEmpty()) return {};
  return QStringLiteral("<pre style=\"font-family:'%1'; font-size:12px; margin:6px 0 0 0\">%2</pre>")
      .arg(theme().numbers().families().value(0), board.toHtmlEscaped());
}

QString storyAsHtml(const Story& story) {
  const ThemeColors& colors = theme().colors();
  static const QString kCell =
      QStringLiteral("<td width=\"%1\" style=\"color:%2; padding:6px 12px 7px 0; border-bottom:1px solid %3\">%4</td>");
  const auto cell = [&](const QString& width, const QColor& color, const QString& content) {
    return kCell.arg(width, color.name(), colors.hairline.name(), content);
  };
  const QString numberWidth = QString::number(kNumberColumn);
  const QString titleWidth = QString::number(kTitleColumn);
  QString rows;
  int number = 0;
  for (const StoryStep& step : story.steps) {
    rows += QStringLiteral("<tr>") + cell(numberWidth, colors.muted, QString::number(++number)) +
            cell(titleWidth, colors.muted, step.title.toHtmlEscaped()) +
            cell({}, colors.text, runsAsHtml(step.text) + boardAsHtml(step.board)) + QStringLiteral("</tr>");
  }
  return QStringLiteral(
             "<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" "
             "style=\"border-collapse:collapse\">%1</table>")
      .arg(rows);
}

/// Each line of a board moved under its step's text.
QString indented(const QString& board) {
  QString text;
  for (const QString& line : board.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) text += QStringLiteral("\n   ") + line;
  return text;
}

QString storyAsText(const Story& story) {
  QStringList lines{story.heading};
  int number = 0;
  for (const StoryStep& step : story.steps)
    lines << QStringLiteral("%1. %2: %3").arg(++number).arg(step.title, QString(step.text).remove(QLatin1Char('`'))) +
                 indented(step.board);
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

QString storyAsMarkdown(const Story& story) {
  QStringList lines{QStringLiteral("### ") + story.heading, QString()};
  int number = 0;
  for (const StoryStep& step : story.steps) {
    lines << QStringLiteral("%1. **%2**: %3").arg(++number).arg(step.title, step.text);
    if (!step.board.isEmpty()) lines.back() += QStringLiteral("\n\n   ```%1\n   ```\n").arg(indented(step.board));
  }
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace

QString expressionText(const Calculation& calculation) {
  QStringList operands;
  for (const CalculationOperand& operand : calculation.operands) operands << qt(operand.text);
  if (calculation.operation == Operation::FusedMultiplyAdd)
    return QStringLiteral("fma(%1)").arg(operands.join(QLatin1String(", ")));
  const QString sign = qt(signOf(calculation.operation));
  return operands.size() == 1 ? sign + operands[0] : operands.join(QLatin1Char(' ') + sign + QLatin1Char(' '));
}

QString stepsAsHtml(const Explanation& explanation) { return storyAsHtml(storyOf(explanation)); }
QString stepsAsText(const Explanation& explanation) { return storyAsText(storyOf(explanation)); }
QString stepsAsMarkdown(const Explanation& explanation) { return storyAsMarkdown(storyOf(explanation)); }
QString stepsAsHtml(std::span<const ExplanationStep> steps) {
  Story story;
  for (const ExplanationStep& step : steps) story.steps.push_back({qt(step.title), qt(step.text), {}});
  return storyAsHtml(story);
}
QString stepsAsHtml(const Calculation& calculation) { return storyAsHtml(storyOf(calculation)); }
QString stepsAsText(const Calculation& calculation) { return storyAsText(storyOf(calculation)); }
QString stepsAsMarkdown(const Calculation& calculation) { return storyAsMarkdown(storyOf(calculation)); }

}  // namespace ulpscope
