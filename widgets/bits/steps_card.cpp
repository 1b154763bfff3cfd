// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/steps_card.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QScrollBar>
#include <QTextBrowser>
#include <QTextDocument>
#include <QVBoxLayout>

#include "core/base/atomic_file.h"
#include "widgets/bits/explanation_text.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

StepsCard::StepsCard(Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_text(new QTextBrowser) {
  auto* card = new Card(tr("Step by step"));
  auto* copy = new LinkButton(tr("copy"));
  auto* exportSteps = new LinkButton(tr("export"));
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });
  connect(exportSteps, &LinkButton::clicked, this, &StepsCard::save);
  card->addToHeader(copy);
  card->addToHeader(exportSteps);

  m_text->setFrameShape(QFrame::NoFrame);
  m_text->viewport()->setAutoFillBackground(false);
  m_text->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_text->document()->setDocumentMargin(0);
  m_text->setFont(theme().words(13));
  m_text->setOpenLinks(false);
  m_text->setAccessibleName(tr("Steps from the number to its code"));
  card->body()->addWidget(m_text);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);
  connect(&theme(), &Theme::changed, this, &StepsCard::render);
}

void StepsCard::setExplanation(const Explanation& explanation) {
  m_explanation = explanation;
  render();
}

QString StepsCard::plainText() const { return m_explanation ? stepsAsText(*m_explanation) : QString(); }

void StepsCard::render() {
  if (!m_explanation) return;
  const int scrolled = m_text->verticalScrollBar()->value();
  m_text->setHtml(stepsAsHtml(*m_explanation));
  m_text->verticalScrollBar()->setValue(scrolled);
}

void StepsCard::copyMenu(QWidget* button) {
  if (!m_explanation) return;
  QMenu menu;
  menu.addAction(tr("Copy as text"), this, [this] { QApplication::clipboard()->setText(stepsAsText(*m_explanation)); });
  menu.addAction(tr("Copy as Markdown"), this,
                 [this] { QApplication::clipboard()->setText(stepsAsMarkdown(*m_explanation)); });
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

void StepsCard::save() {
  if (!m_explanation) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the steps"), QStringLiteral("steps.md"),
                                                    tr("Markdown (*.md);;Text (*.txt)"));
  if (path.isEmpty()) return;
  const bool text = path.endsWith(QLatin1String(".txt"));
  const QString content = text ? stepsAsText(*m_explanation) : stepsAsMarkdown(*m_explanation);
  // The dialog has asked about a file that exists.
  const auto written = writeFile(filePath(path), content.toStdString(), AtomicFile::Existing::Replace);
  if (!written) m_session.report(written.error());
}

}  // namespace ulpscope
