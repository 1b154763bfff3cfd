// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/splitter_place.h"

#include <QSettings>
#include <QSplitter>

namespace ulpscope {

QSplitter* newSplitter(const QString& name, Qt::Orientation orientation, int gap) {
  auto* splitter = new QSplitter(orientation);
  splitter->setObjectName(name);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(gap);
  return splitter;
}

void storePlace(const QSplitter& splitter, const QString& key) { QSettings().setValue(key, splitter.saveState()); }

void restorePlace(QSplitter& splitter, const QString& key) {
  if (const QByteArray place = QSettings().value(key).toByteArray(); !place.isEmpty()) splitter.restoreState(place);
}

void keepPlace(QSplitter& splitter, const QString& key) {
  restorePlace(splitter, key);
  QObject::connect(&splitter, &QSplitter::splitterMoved, &splitter, [&splitter, key] { storePlace(splitter, key); });
}

}  // namespace ulpscope
