// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QComboBox>

#include "core/formats/number_format.h"

namespace ulpscope {

class FormatPopup;

/// The choice of a format: a combo box that drops down a list under family headings with a line to filter it. Typing
/// while it has the focus opens the list and filters; up and down go through the formats; an id that makeFormat takes
/// ("binary6p3sf") may be typed whole.
class FormatPicker final : public QComboBox {
  Q_OBJECT

 public:
  explicit FormatPicker(QWidget* parent = nullptr);

  void setFormat(const NumberFormat& format);
  /// Opens the list with this text in its filter.
  void openWith(const QString& filter);

  void showPopup() override;
  void hidePopup() override;

 Q_SIGNALS:
  void picked(const QString& id);
  /// A member of a family of formats that has knobs, to turn them.
  void designPicked(const QString& id);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;

 private:
  void stepThroughList(int by);

  FormatPopup* m_popup;
  QString m_id;
};

}  // namespace ulpscope
