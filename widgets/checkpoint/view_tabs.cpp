// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/view_tabs.h"

namespace ulpscope {

ViewTabs::ViewTabs(QWidget* parent) : QTabWidget(parent) { setDocumentMode(true); }

void ViewTabs::addView(QWidget* view, const QString& title, const QString& shortTitle) {
  m_titles.add(title, shortTitle);
  addTab(view, title);
}

void ViewTabs::resizeEvent(QResizeEvent* event) {
  m_titles.fit(*tabBar(), width());
  QTabWidget::resizeEvent(event);
}

}  // namespace ulpscope
