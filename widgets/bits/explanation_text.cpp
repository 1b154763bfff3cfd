// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/explanation_text.h"

#include <QStringList>

#include "core/formats/value_text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

// Widths in px. Qt's tables would else squeeze short words to one letter a line.
constexpr int kNumberColumn = 28;
constexpr int kTitleColumn = 88;

QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

/// "FP16: 0xCECA = -27.15625".
QString heading(const Explanation& explanation) {
  return QStringLiteral("%1: %2 = %3")
      .arg(qt(explanation.format->info().title), qt(codeText(*explanation.format, explanation.code)),
           qt(explanation.value));
}

QString runsAsHtml(std::string_view text) {
  static const QString kNumbers = QStringLiteral("<span style=\"font-family:'%1'; font-size:12px\">%2</span>");
  const QString face = theme().numbers().families().value(0);
  QString html;
  bool number = false;
  for (const QString& run : qt(text).split(QLatin1Char('`'))) {
    const QString escaped = run.toHtmlEscaped();
    html += number ? kNumbers.arg(face, escaped) : escaped;
    number = !number;
  }
  return html;
}

}  // namespace

QString stepsAsHtml(const Explanation& explanation) {
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
  for (const ExplanationStep& step : explanation.steps) {
    rows += QStringLiteral("<tr>") + cell(numberWidth, colors.muted, QString::number(++number)) +
            cell(titleWidth, colors.muted, qt(step.title).toHtmlEscaped()) +
            cell({}, colors.text, runsAsHtml(step.text)) + QStringLiteral("</tr>");
  }
  return QStringLiteral(
             "<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" "
             "style=\"border-collapse:collapse\">%1</table>")
      .arg(rows);
}

QString stepsAsText(const Explanation& explanation) {
  QStringList lines{heading(explanation)};
  int number = 0;
  for (const ExplanationStep& step : explanation.steps)
    lines << QStringLiteral("%1. %2: %3").arg(++number).arg(qt(step.title), qt(step.text).remove(QLatin1Char('`')));
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

QString stepsAsMarkdown(const Explanation& explanation) {
  QStringList lines{QStringLiteral("### ") + heading(explanation), QString()};
  int number = 0;
  for (const ExplanationStep& step : explanation.steps)
    lines << QStringLiteral("%1. **%2**: %3").arg(++number).arg(qt(step.title), qt(step.text));
  return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

}  // namespace ulpscope
