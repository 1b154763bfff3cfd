// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QKeyEvent>
#include <optional>

namespace ulpscope {

/// The moves through the values of a format: one ulp, or one exponent.
enum class Step { Down, Up, Halve, Double };

/// Left and right are one ulp, up and down one exponent, as everywhere where a number has the focus.
inline std::optional<Step> stepOf(const QKeyEvent& event) {
  if (event.modifiers() & ~Qt::KeypadModifier) return std::nullopt;
  switch (event.key()) {
    case Qt::Key_Left:
      return Step::Down;
    case Qt::Key_Right:
      return Step::Up;
    case Qt::Key_Down:
      return Step::Halve;
    case Qt::Key_Up:
      return Step::Double;
    default:
      return std::nullopt;
  }
}

}  // namespace ulpscope
