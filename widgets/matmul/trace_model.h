// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <memory>

#include "core/matmul/dot_trace.h"

namespace ulpscope {

/// The steps of an element's accumulator, a row each; texts are made when they are looked at.
class TraceModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { kStep, kProducts, kExponent, kCut, kRounded, kSum, kColumns };

  using QAbstractTableModel::QAbstractTableModel;
  /// Empty: no steps.
  void setTrace(std::shared_ptr<const DotTrace> trace);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : kColumns; }
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QString text(const DotStep& step, int row, int column) const;
  QString exact(const DotStep& step, int row, int column) const;

  std::shared_ptr<const DotTrace> m_trace;
};

}  // namespace ulpscope
