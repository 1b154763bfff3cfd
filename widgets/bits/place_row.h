// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/formats/code_scale.h"
#include "widgets/bits/step.h"

namespace ulpscope {

class CodeSlider;
class PlainLabel;

/// Where a code stands among all codes of its format: a slider between the lowest and the highest value, and how many
/// are larger.
class PlaceRow final : public QWidget {
  Q_OBJECT

 public:
  explicit PlaceRow(QWidget* parent = nullptr);
  void setCode(const NumberFormat& format, const CodeScale& scale, std::uint64_t code);

 Q_SIGNALS:
  /// By the user, also amid a drag.
  void placePicked(int place);
  void stepped(ulpscope::Step step);

 private:
  PlainLabel* m_lowest;
  CodeSlider* m_slider;
  PlainLabel* m_highest;
  PlainLabel* m_above;
};

}  // namespace ulpscope
