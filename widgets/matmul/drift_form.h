// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/matmul/drift_question.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace ulpscope {

/// A preset, the operands, the order of K, the rounding of operands and the reference. Which engines are compared is
/// chosen elsewhere.
class DriftForm final : public QWidget {
  Q_OBJECT

 public:
  explicit DriftForm(QWidget* parent = nullptr);

  /// All of the question but its engines.
  DriftQuestion question() const;
  /// Whether a readable tensor is selected, and inputs are known: what operands can be.
  void setMaterial(bool hasTensor, bool hasInputs);
  void setPreset(const DriftPreset& preset);
  /// nullptr once something else was chosen than the preset has.
  const DriftPreset* preset() const;
  void setSource(OperandChoice::Source ofA, OperandChoice::Source ofB);

 Q_SIGNALS:
  void edited();
  void presetChosen(const ulpscope::DriftPreset& preset);

 private:
  QSpinBox* sizeBox(const QString& name, int most);
  void leavePreset();
  void showOrder();

  QComboBox* m_preset;
  QComboBox* m_a;
  QComboBox* m_b;
  QSpinBox* m_rows;
  QSpinBox* m_columns;
  QComboBox* m_k;
  QSpinBox* m_seed;
  QComboBox* m_reference;
  QComboBox* m_rounding;
  QComboBox* m_order;
  QSpinBox* m_count;
};

}  // namespace ulpscope
