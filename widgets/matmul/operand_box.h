// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/matmul/operand_material.h"

class QComboBox;

namespace ulpscope {

class TensorPicker;

/// What A or B is: drawn, the selected tensor, another one by its name, recorded inputs; and of a tensor, which way
/// round.
class OperandBox final : public QWidget {
  Q_OBJECT

 public:
  explicit OperandBox(OperandSide side, QWidget* parent = nullptr);

  const OperandChoice& choice() const { return m_choice; }
  /// Says nothing of it.
  void setChoice(OperandChoice choice);
  /// `kOfOther`: that of the other operand where it is a tensor.
  void setMaterial(const OperandMaterial& material, std::optional<std::uint64_t> kOfOther);
  void openPicker();

 Q_SIGNALS:
  void edited();

 private:
  void take(int item);
  void name(std::size_t tensor);
  void showChoice();

  OperandSide m_side;
  OperandChoice m_choice;
  OperandMaterial m_material;
  std::optional<std::uint64_t> m_kOfOther;
  QComboBox* m_source;
  QComboBox* m_way;
  TensorPicker* m_picker = nullptr;  ///< once it was wanted
};

}  // namespace ulpscope
