// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/page_panel.h"

#include <QKeyEvent>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "widgets/theme/theme.h"

namespace ulpscope {

constexpr QSize kSize(640, 680);

PagePanel::PagePanel(const QString& title, const QString& markdown, QWidget* parent) : QWidget(parent, Qt::Tool) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(title);
  auto* text = new QTextBrowser;
  text->setAccessibleName(title);
  text->setFrameShape(QFrame::NoFrame);
  text->setOpenLinks(false);
  text->document()->setDefaultFont(theme().words(13));
  text->setMarkdown(markdown);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 12, 12, 12);
  column->addWidget(text);
  resize(kSize);
  setFocusProxy(text);
}

void PagePanel::open(const QString& title, const QString& markdown, QWidget* parent) {
  auto* panel = new PagePanel(title, markdown, parent);
  panel->show();
  panel->activateWindow();
  panel->setFocus();
}

void PagePanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) close();
  QWidget::keyPressEvent(event);
}

}  // namespace ulpscope
