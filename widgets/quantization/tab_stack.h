// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/frame/tab_titles.h"

class QStackedWidget;
class QTabBar;

namespace ulpscope {

class ElidedLabel;

/// Tabs in place of the title of a card, a muted note with controls at its right below, and what the tabs bring up.
class TabStack final : public QWidget {
  Q_OBJECT

 public:
  explicit TabStack(const QString& name, QWidget* parent = nullptr);

  /// `shortTitle` takes the place of the title where the titles of all tabs have no room; empty: the same.
  void addTab(const QString& title, QWidget* content, const QString& shortTitle = {});
  /// Of content that is elsewhere by now, or goes there.
  void removeTab(QWidget* content);
  void addToNote(QWidget* control);
  /// Without a note its line goes, and the controls on it.
  void setNote(const QString& note);
  QWidget* current() const;
  void setCurrent(QWidget* content);
  /// As if the user had: it is remembered.
  void choose(QWidget* content);
  /// Begins with the tab that the user had chosen last, and remembers what they choose from now on, in the settings
  /// under `key`. Tabs are known by their contents' property "viewId"; those without are not remembered.
  void rememberChoice(const QString& key);
  bool holds(const QWidget* content) const;

 Q_SIGNALS:
  void currentChanged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  TabTitles m_titles;
  QString m_key;           ///< of the settings; empty: nothing is remembered
  bool m_isOfUser = true;  ///< whoever changes the tab
  QTabBar* m_tabs;
  ElidedLabel* m_note;
  QWidget* m_noteRow;
  QStackedWidget* m_stack;
};

}  // namespace ulpscope
