// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/preferences.h"

#include <QSettings>

namespace ulpscope {
namespace {
constexpr auto kTheme = "theme";
constexpr auto kBackend = "backend";
constexpr auto kCache = "cache/used";
}  // namespace

QString idOf(ThemeMode mode) {
  switch (mode) {
    case ThemeMode::Light:
      return QStringLiteral("light");
    case ThemeMode::Dark:
      return QStringLiteral("dark");
    case ThemeMode::System:
      break;
  }
  return QStringLiteral("system");
}

ThemeMode themeModeOf(const QString& id) {
  for (const auto mode : {ThemeMode::Light, ThemeMode::Dark})
    if (id == idOf(mode)) return mode;
  return ThemeMode::System;
}

ThemeMode storedThemeMode() { return themeModeOf(QSettings().value(QLatin1String(kTheme)).toString()); }
void storeThemeMode(ThemeMode mode) { QSettings().setValue(QLatin1String(kTheme), idOf(mode)); }

QString storedBackend() { return QSettings().value(QLatin1String(kBackend)).toString(); }
void storeBackend(const QString& id) { QSettings().setValue(QLatin1String(kBackend), id); }

bool storedUseOfCache() { return QSettings().value(QLatin1String(kCache), true).toBool(); }
void storeUseOfCache(bool isUsed) { QSettings().setValue(QLatin1String(kCache), isUsed); }

}  // namespace ulpscope
