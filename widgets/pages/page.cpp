// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/page.h"

#include <QCoreApplication>

namespace ulpscope {

const PageEntry* findPage(const QString& id) {
  for (const PageEntry* page : pageRegistry())
    if (id == QLatin1String(page->id)) return page;
  return nullptr;
}

QString titleOf(const PageEntry& page) { return QCoreApplication::translate("PageEntry", page.title); }

}  // namespace ulpscope
