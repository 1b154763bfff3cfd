// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/plots/plot_base.h"

class QCheckBox;
class QLineEdit;
class QSpinBox;

namespace ulpscope {

/// Asks for title, size and background of a picture, then for its file. A small window that blocks nothing; it deletes
/// itself when closed.
class ExportPanel final : public QWidget {
  Q_OBJECT

 public:
  ExportPanel(const QString& title, QSize size, QWidget* parent);

 Q_SIGNALS:
  void accepted(const ulpscope::PictureRequest& request);

 private:
  void choose();

  QLineEdit* m_title;
  QSpinBox* m_width;
  QSpinBox* m_height;
  QCheckBox* m_onWhite;
};

}  // namespace ulpscope
