// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>

#include "core/calibration/calibration.h"

class QComboBox;

namespace ulpscope {

class PlainLabel;
class Session;

/// Chooses the session's calibration: nothing is known of the inputs of layers, they are drawn, or a file has recorded
/// them.
class InputsBox final : public QWidget {
  Q_OBJECT

 public:
  explicit InputsBox(Session& session, QWidget* parent = nullptr);

  /// What is said below: of the layer that is shown.
  void setNote(const QString& note);

 private:
  void choose();
  void follow();

  Session& m_session;
  QComboBox* m_box;
  PlainLabel* m_note;
  std::shared_ptr<const Calibration> m_file;  ///< the last one that was opened
};

}  // namespace ulpscope
