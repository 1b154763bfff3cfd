// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QApplication>
#include <QTest>
#include <QWheelEvent>
#include <QWidget>

namespace ulpscope {

/// The widget inside a plot that takes mouse and wheel.
inline QWidget* canvasOf(const QWidget& plot) {
  for (QWidget* child : plot.findChildren<QWidget*>())
    if (child->inherits("QCustomPlot")) return child;
  return nullptr;
}

/// One step of a mouse wheel, away from the user for positive `steps`.
inline void turnWheel(QWidget& canvas, QPointF at, double steps) {
  QWheelEvent event(at, canvas.mapToGlobal(at), QPoint(), QPoint(0, int(steps * 120)), Qt::NoButton, Qt::NoModifier,
                    Qt::NoScrollPhase, false);
  QApplication::sendEvent(&canvas, &event);
}

inline void drag(QWidget& canvas, QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
  QTest::mousePress(&canvas, Qt::LeftButton, modifiers, from);
  for (const QPoint at : {from + (to - from) / 2, to}) {
    QMouseEvent move(QEvent::MouseMove, at, canvas.mapToGlobal(at), Qt::NoButton, Qt::LeftButton, modifiers);
    QApplication::sendEvent(&canvas, &move);
  }
  QTest::mouseRelease(&canvas, Qt::LeftButton, modifiers, to);
}

}  // namespace ulpscope
