// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "widgets/theme/theme.h"

namespace ulpscope {

/// What the user chose in the settings page, kept between runs.
QString idOf(ThemeMode mode);
ThemeMode themeModeOf(const QString& id);  ///< System for what it does not know

ThemeMode storedThemeMode();
void storeThemeMode(ThemeMode mode);

/// The id of a backend; empty: the best there is.
QString storedBackend();
void storeBackend(const QString& id);

/// Whether results of checkpoints are kept between runs; they are unless it was chosen otherwise.
bool storedUseOfCache();
void storeUseOfCache(bool isUsed);

}  // namespace ulpscope
