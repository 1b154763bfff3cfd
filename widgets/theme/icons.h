// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QIcon>
#include <QString>

namespace ulpscope {

/// The icon resources/icons/NAME.svg, drawn in the theme's colours of the moment (muted, accent when on, disabled) and
/// sharp at any size.
QIcon themedIcon(const QString& name);

/// The same always in one colour: for what must be seen.
QIcon tintedIcon(const QString& name, const QColor& color);

/// The icon of the application, in its own colours.
QIcon applicationIcon();

}  // namespace ulpscope
