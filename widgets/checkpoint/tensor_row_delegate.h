// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStyledItemDelegate>

namespace ulpscope {

class TensorTreeModel;

/// Paints the rows of a TensorTreeModel: names cut in the middle, a dot where something is strange (outlier columns,
/// NaN or infinity), and the outline of the histogram. What cannot be read is grey, what could do harm has a warning.
class TensorRowDelegate final : public QStyledItemDelegate {
  Q_OBJECT

 public:
  TensorRowDelegate(const TensorTreeModel& model, QObject* parent);

  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  const TensorTreeModel& m_model;
};

}  // namespace ulpscope
