// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWheelEvent>

namespace ulpscope {

/// A control that a wheel scrolls past: only one that has the focus is turned by it.
template <class Control>
class QuietWheel : public Control {
 public:
  QuietWheel() { this->setFocusPolicy(Qt::StrongFocus); }

 protected:
  void wheelEvent(QWheelEvent* event) override {
    if (this->hasFocus())
      Control::wheelEvent(event);
    else
      event->ignore();
  }
};

}  // namespace ulpscope
