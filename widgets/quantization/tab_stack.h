// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

class QHBoxLayout;
class QStackedWidget;
class QTabBar;

namespace ulpscope {

class ElidedLabel;

/// Tabs in place of the title of a card, controls at their right, a muted note with controls of its own below, and what
/// the tabs bring up.
class TabStack final : public QWidget {
  Q_OBJECT

 public:
  explicit TabStack(const QString& name, QWidget* parent = nullptr);

  void addTab(const QString& title, QWidget* content);
  void addToHeader(QWidget* control);
  void addToNote(QWidget* control);
  void setNote(const QString& note);
  QWidget* current() const;
  void setCurrent(QWidget* content);

 Q_SIGNALS:
  void currentChanged();

 private:
  QTabBar* m_tabs;
  ElidedLabel* m_note;
  QHBoxLayout* m_header;
  QHBoxLayout* m_noteRow;
  QStackedWidget* m_stack;
};

}  // namespace ulpscope
