// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/plots/plot_base.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace ulpscope {

/// Asks for title, size and background of a picture, then for its file, and saves it; stays with one sentence where
/// that fails. A small window that blocks nothing; it deletes itself when closed.
class ExportPanel final : public QWidget {
  Q_OBJECT

 public:
  using Save = std::function<Result<>(const PictureRequest& request)>;

  ExportPanel(const QString& title, QSize size, Save save, QWidget* parent);

  /// The picture as it is asked for, without the question for its file.
  void saveTo(const QString& path);

 private:
  void choose();

  Save m_save;

  QLineEdit* m_title;
  QSpinBox* m_width;
  QSpinBox* m_height;
  QCheckBox* m_onWhite;
  QLabel* m_failure;
};

}  // namespace ulpscope
