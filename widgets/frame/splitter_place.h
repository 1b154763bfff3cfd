// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

class QSplitter;

namespace ulpscope {

/// Where the user has left a splitter, in the settings under `key`.
void storePlace(const QSplitter& splitter, const QString& key);
/// Leaves `splitter` as it is where no place of it is known.
void restorePlace(QSplitter& splitter, const QString& key);

/// Restores the place, and stores each that the user moves the splitter to. Called when its widgets are in it.
void keepPlace(QSplitter& splitter, const QString& key);

}  // namespace ulpscope
