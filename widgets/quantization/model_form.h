// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <utility>
#include <vector>

#include "widgets/quantization/model_study.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace ulpscope {

class InputsBox;
class PlainLabel;
class SchemeTicks;

/// What is asked of a whole model: the tool that carries the recipe out, the schemes that are tried, what stays as it
/// is stored, and what is known of the layers' inputs; and the button that begins.
class ModelForm final : public QWidget {
  Q_OBJECT

 public:
  explicit ModelForm(Session& session, QWidget* parent = nullptr);

  ModelQuestion question() const;
  void setTarget(const QString& id);
  /// While it is being measured, the button stops.
  void setMeasuring(bool isMeasuring);
  /// How many of the measurements that the question asks for are still to be made, each a tensor in a scheme.
  void setMissing(std::size_t missing, std::size_t asked);

 Q_SIGNALS:
  void edited();
  void measureRequested();
  void cancelRequested();
  void finished();  ///< nothing is left for the button, which had the focus

 private:
  QWidget* buildKept();
  void chooseTarget();
  void showButton();

  bool m_isMeasuring = false;
  std::size_t m_missing = 0;
  QComboBox* m_target;
  SchemeTicks* m_ticks;
  std::vector<std::pair<TensorRole, QCheckBox*>> m_roles;
  QLineEdit* m_names;
  InputsBox* m_inputs;
  PlainLabel* m_note;
  QPushButton* m_measure;
};

}  // namespace ulpscope
