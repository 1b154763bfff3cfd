// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>

class QObject;
class QPalette;

namespace ulpscope {

/// Whether the desktop is dark: by the settings portal, or, where it says nothing, by the luminance of the palette that
/// the platform came with. Qt 6.4 has no QStyleHints::colorScheme.
bool systemIsDark(const QPalette& platformPalette);

/// Calls `changed` whenever the portal announces another colour scheme, for as long as `owner` lives.
void watchSystemScheme(QObject* owner, std::function<void()> changed);

}  // namespace ulpscope
