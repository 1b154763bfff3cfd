// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/tab_stack.h"

#include <QHBoxLayout>
#include <QScopedValueRollback>
#include <QSettings>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include "widgets/frame/labels.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

TabStack::TabStack(const QString& name, QWidget* parent)
    : QWidget(parent),
      m_tabs(new QTabBar),
      m_note(new ElidedLabel({}, TextRole::Muted)),
      m_noteRow(new QWidget),
      m_stack(new QStackedWidget) {
  m_tabs->setAccessibleName(name);
  m_tabs->setDrawBase(false);
  m_tabs->setExpanding(false);
  m_tabs->setUsesScrollButtons(true);
  m_tabs->setElideMode(Qt::ElideNone);
  m_tabs->setContentsMargins(0, 0, 0, 0);
  m_note->setFont(theme().words(12));
  m_note->setElideMode(Qt::ElideRight);
  auto* noteRow = new QHBoxLayout(m_noteRow);
  noteRow->setContentsMargins(8, 0, 0, 0);
  noteRow->setSpacing(12);
  noteRow->addWidget(m_note, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(m_tabs, 0, Qt::AlignLeft);
  column->addWidget(m_noteRow);
  column->addWidget(m_stack, 1);
  connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
    m_stack->setCurrentIndex(index);
    const QVariant id = index < 0 ? QVariant() : m_stack->widget(index)->property("viewId");
    if (m_isOfUser && !m_key.isEmpty() && id.isValid()) QSettings().setValue(m_key, id);
    Q_EMIT currentChanged();
  });
}

void TabStack::addTab(const QString& title, QWidget* content, const QString& shortTitle) {
  const QScopedValueRollback<bool> quiet(m_isOfUser, false);
  m_stack->addWidget(content);
  m_titles.add(title, shortTitle);
  m_tabs->addTab(title);
  m_tabs->updateGeometry();
}

void TabStack::removeTab(QWidget* content) {
  const int index = m_stack->indexOf(content);
  if (index < 0) return;
  const QScopedValueRollback<bool> quiet(m_isOfUser, false);
  m_stack->removeWidget(content);
  m_tabs->removeTab(index);
  m_titles.remove(index);
  m_stack->setCurrentIndex(m_tabs->currentIndex());
}

void TabStack::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_titles.fit(*m_tabs, width());
}

void TabStack::addToNote(QWidget* control) { m_noteRow->layout()->addWidget(control); }

void TabStack::setNote(const QString& note) {
  m_note->setText(note);
  m_noteRow->setVisible(!note.isEmpty());
}

QWidget* TabStack::current() const { return m_stack->currentWidget(); }

void TabStack::setCurrent(QWidget* content) {
  const QScopedValueRollback<bool> quiet(m_isOfUser, false);
  choose(content);
}

void TabStack::choose(QWidget* content) { m_tabs->setCurrentIndex(m_stack->indexOf(content)); }

void TabStack::rememberChoice(const QString& key) {
  m_key = key;
  const QString id = QSettings().value(key).toString();
  for (int i = 0; i < m_stack->count() && !id.isEmpty(); ++i)
    if (m_stack->widget(i)->property("viewId") == id) setCurrent(m_stack->widget(i));
}

bool TabStack::holds(const QWidget* content) const { return content->parentWidget() == m_stack; }

}  // namespace ulpscope
