// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

class QSplitter;

namespace ulpscope {

/// Its widgets have a gap of `gap` px between them, and none can be pushed away. The name is what its place is kept by.
QSplitter* newSplitter(const QString& name, Qt::Orientation orientation, int gap);

/// Where the user has left a splitter, in the settings under `key`.
void storePlace(const QSplitter& splitter, const QString& key);
/// Leaves `splitter` as it is where no place of it is known.
void restorePlace(QSplitter& splitter, const QString& key);

/// Restores the place, and stores each that the user moves the splitter to. Called when its widgets are in it.
void keepPlace(QSplitter& splitter, const QString& key);

}  // namespace ulpscope
