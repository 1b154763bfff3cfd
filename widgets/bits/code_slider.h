// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QSlider>

#include "widgets/bits/step.h"

namespace ulpscope {

/// All codes of a format in the order of their values, as a slider. Arrow keys step through values rather than through
/// codes, so the owner makes the step.
class CodeSlider final : public QSlider {
  Q_OBJECT

 public:
  explicit CodeSlider(QWidget* parent = nullptr);

  /// `places` codes, of which this is number `place`; negative where it has no place (NaN), which hides the slider.
  void setPlace(int place, int places);

 Q_SIGNALS:
  /// By the user, also amid a drag.
  void placePicked(int place);
  void stepped(ulpscope::Step step);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
};

}  // namespace ulpscope
