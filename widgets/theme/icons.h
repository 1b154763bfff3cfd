// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QIcon>
#include <QString>

namespace ulpscope {

/// The icon resources/icons/NAME.svg, drawn in the theme's colours of the moment (muted, accent when on, disabled) and
/// sharp at any size.
QIcon themedIcon(const QString& name);

/// The icon of the application, in its own colours.
QIcon applicationIcon();

}  // namespace ulpscope
