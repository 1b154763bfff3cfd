// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

namespace ulpscope {

class BitText;
class ElidedLabel;
class LinkButton;
class PlainLabel;
class Session;

/// The selected element below the views: where it stands, its value, its code and its bits, and the way to take them
/// apart. Hidden where no element of the shown tensor is selected.
class ElementStrip final : public QWidget {
  Q_OBJECT

 public:
  explicit ElementStrip(Session& session, QWidget* parent = nullptr);

  void followSelection();

 private:
  Session& m_session;
  PlainLabel* m_position;
  ElidedLabel* m_value;
  PlainLabel* m_code;
  BitText* m_bits;
};

}  // namespace ulpscope
