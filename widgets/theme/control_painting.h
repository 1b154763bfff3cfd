// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QRect>
#include <QStyle>

class QPainter;
class QStyleOption;
class QStyleOptionMenuItem;

namespace ulpscope::painting {

/// The painted parts of HouseStyle, one function a control, in the colours of the theme.

enum class Chevron { Up, Down, Left, Right };

void roundedPanel(QPainter& painter, const QRectF& rect, const QColor& fill, const QColor& border, double radius = 4);
void chevron(QPainter& painter, QPointF centre, Chevron direction, double size, const QColor& color);
void field(QPainter& painter, const QRect& rect, QStyle::State state);
void focusRing(QPainter& painter, const QRect& rect);
void checkIndicator(QPainter& painter, const QRect& rect, QStyle::State state, bool round);
void pushButton(QPainter& painter, const QRect& rect, QStyle::State state);
void toolButton(QPainter& painter, const QRect& rect, QStyle::State state);
void itemRow(QPainter& painter, const QRect& rect, QStyle::State state);
void menuItem(QPainter& painter, const QStyleOptionMenuItem& item);
void progressBar(QPainter& painter, const QRect& rect, double share);
void slider(QPainter& painter, const QRectF& groove, const QRectF& handle);
void scrollHandle(QPainter& painter, const QRect& handle, bool horizontal, bool active);

/// Columns of a menu row, in px from its left edge: check mark or icon, text, shortcut at the right.
inline constexpr int kMenuTextLeft = 32;
inline constexpr int kMenuRight = 16;
inline constexpr int kMenuShortcutGap = 32;

}  // namespace ulpscope::painting
