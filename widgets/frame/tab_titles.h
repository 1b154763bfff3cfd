// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

class QTabBar;

namespace ulpscope {

/// The titles of tabs, of which short ones take the place where the full ones have no room.
class TabTitles {
 public:
  /// Of the next tab. An empty short title: the same.
  void add(const QString& title, const QString& shortTitle);
  void remove(int tab) { m_titles.erase(m_titles.begin() + tab); }
  /// Writes those that fit into `width` on the tabs.
  void fit(QTabBar& tabs, int width) const;

 private:
  void write(QTabBar& tabs, bool briefly) const;

  struct Titles {
    QString full;
    QString brief;
  };
  std::vector<Titles> m_titles;
};

}  // namespace ulpscope
