// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/tab_titles.h"

#include <QTabBar>

namespace ulpscope {

void TabTitles::add(const QString& title, const QString& shortTitle) {
  m_titles.push_back({title, shortTitle.isEmpty() ? title : shortTitle});
}

void TabTitles::fit(QTabBar& tabs, int width) const {
  write(tabs, false);
  if (tabs.sizeHint().width() > width) write(tabs, true);
}

void TabTitles::write(QTabBar& tabs, bool briefly) const {
  for (std::size_t i = 0; i < m_titles.size(); ++i) {
    const auto& [full, brief] = m_titles[i];
    tabs.setTabText(int(i), briefly ? brief : full);
    tabs.setTabToolTip(int(i), briefly && brief != full ? full : QString());
  }
}

}  // namespace ulpscope
