// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QRect>
#include <QSize>

class QWidget;

namespace ulpscope {

/// Shows a popup below a field, of that size but within the screen: at least 200 pixels high.
void showBelow(QWidget& popup, const QRect& field, QSize most);

/// The ground of a popup.
void paintPopup(QWidget& popup);

}  // namespace ulpscope
