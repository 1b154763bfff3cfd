// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <optional>

#include "widgets/matmul/operand_material.h"

class QCheckBox;
class QLineEdit;
class QListView;

namespace ulpscope {

class PlainLabel;
class TensorPickList;

/// What "choose a tensor" drops down: the tensors of a checkpoint, and a line to filter them by, as that of the
/// checkpoint's page. Up and down move through the list while the line has the focus, Return takes, Esc leaves.
class TensorPicker final : public QFrame {
  Q_OBJECT

 public:
  explicit TensorPicker(QWidget* parent);

  /// `current`: marked at first. `k`: that of the other operand, of which those that cannot have it are muted.
  void open(const QRect& below, const OperandMaterial& material, std::optional<std::size_t> current,
            std::optional<std::uint64_t> k);

 Q_SIGNALS:
  void picked(std::size_t tensor);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void narrow();
  void describe();
  void move(int rows);
  void take(const QModelIndex& index);

  TensorPickList* m_rows;
  QLineEdit* m_filter;
  QCheckBox* m_fitting;
  QListView* m_list;
  PlainLabel* m_note;
};

}  // namespace ulpscope
