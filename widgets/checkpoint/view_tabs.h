// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTabWidget>

#include "widgets/frame/tab_titles.h"

namespace ulpscope {

/// Tabs whose titles are short ones where the full ones have no room.
class ViewTabs final : public QTabWidget {
  Q_OBJECT

 public:
  explicit ViewTabs(QWidget* parent = nullptr);
  void addView(QWidget* view, const QString& title, const QString& shortTitle);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  TabTitles m_titles;
};

}  // namespace ulpscope
