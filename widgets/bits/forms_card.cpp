// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/forms_card.h"

#include <QTextBrowser>
#include <QTextOption>
#include <QVBoxLayout>

#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kNameColumn = 150;  ///< px

QString rowOf(const CopyChoice& choice) {
  const ThemeColors& colors = theme().colors();
  const QString cell =
      QStringLiteral("<td width=\"%1\" style=\"color:%2; padding:6px 12px 7px 0; border-bottom:1px solid %3\">%4</td>");
  QString text = QStringLiteral("<span style=\"font-family:'%1'; font-size:12px\">%2</span>")
                     .arg(theme().numbers().families().value(0), choice.text.toHtmlEscaped());
  if (!choice.note.isEmpty())
    text += QStringLiteral("<br><span style=\"color:%1; font-size:11px\">%2</span>")
                .arg(colors.muted.name(), choice.note.toHtmlEscaped());
  return QStringLiteral("<tr>") +
         cell.arg(QString::number(kNameColumn), colors.muted.name(), colors.hairline.name(),
                  choice.title.toHtmlEscaped()) +
         cell.arg(QString(), colors.text.name(), colors.hairline.name(), text) + QStringLiteral("</tr>");
}

}  // namespace

FormsCard::FormsCard(QWidget* parent) : QWidget(parent), m_text(new QTextBrowser) {
  m_text->setFrameShape(QFrame::NoFrame);
  m_text->viewport()->setAutoFillBackground(false);
  m_text->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_text->setWordWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);  // float64 has values of 767 digits
  m_text->document()->setDocumentMargin(0);
  m_text->setFont(theme().words(13));
  m_text->setOpenLinks(false);
  m_text->setAccessibleName(tr("The number in every spelling"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_text);
  connect(&theme(), &Theme::changed, this, &FormsCard::render);
}

void FormsCard::setExplanation(const Explanation& explanation) {
  m_spellings = spellings(explanation);
  render();
}

void FormsCard::render() {
  QString rows;
  for (const CopyChoice& choice : m_spellings) rows += rowOf(choice);
  m_text->setHtml(QStringLiteral("<table width=\"100%\" cellspacing=\"0\" cellpadding=\"0\" "
                                 "style=\"border-collapse:collapse\">%1</table>")
                      .arg(rows));
}

}  // namespace ulpscope
