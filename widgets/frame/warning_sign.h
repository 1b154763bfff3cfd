// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

namespace ulpscope {

/// The triangle before a sentence that must not be overlooked.
class WarningSign final : public QWidget {
 public:
  explicit WarningSign(QWidget* parent = nullptr);

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace ulpscope
