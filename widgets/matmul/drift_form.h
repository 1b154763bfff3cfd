// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/matmul/operand_material.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace ulpscope {

class OperandBox;

/// A preset, the operands, the order of K, the rounding of operands and the reference. Which engines are compared is
/// chosen elsewhere.
class DriftForm final : public QWidget {
  Q_OBJECT

 public:
  explicit DriftForm(QWidget* parent = nullptr);

  /// All of the question but its engines.
  DriftQuestion question() const;
  /// What operands can be made of.
  void setMaterial(const OperandMaterial& material);
  /// One sentence: why the operands cannot be multiplied. Empty: they can.
  QString obstacle() const { return m_material.obstacleTo(question()); }
  /// What is multiplied, of tensors; empty where both operands are drawn.
  QString facts() const;
  void setPreset(const DriftPreset& preset);
  /// nullptr once something else was chosen than the preset has.
  const DriftPreset* preset() const;

 Q_SIGNALS:
  void edited();
  void presetChosen(const ulpscope::DriftPreset& preset);

 private:
  QSpinBox* sizeBox(const QString& name, int most);
  void leavePreset();
  void showOrder();
  /// K, and the seed: those of the form, or what the tensors leave of them.
  void showMaterial();
  QString factsOf(const DriftQuestion& question, OperandSide side) const;

  OperandMaterial m_material;
  int m_drawnK = 0;  ///< as a power of two, while both operands are drawn
  QComboBox* m_preset;
  OperandBox* m_a;
  OperandBox* m_b;
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
