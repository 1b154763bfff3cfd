// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <vector>

#include "core/formats/representation.h"
#include "core/report/table.h"

namespace ulpscope {

/// One number in every format, a row each.
class RepresentationModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Format, Stored, Error, Code, ColumnCount };
  enum Role {
    BadgeRole = Qt::UserRole,  ///< QString: a word beside the stored value
    FormatIdRole,              ///< QString
    ExactRole,                 ///< bool: nothing was lost
  };

  using QAbstractTableModel::QAbstractTableModel;

  void setRows(std::vector<Representation> rows);
  void setSortedByError(bool sorted);
  bool isSortedByError() const { return m_sortedByError; }

  /// The row of that format; -1 if there is none.
  int rowOf(const NumberFormat& format) const;
  /// The rows as they stand, exact.
  Table table() const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  void sort();
  QString textOf(const Representation& row, int column) const;

  std::vector<Representation> m_rows;
  bool m_sortedByError = false;
};

}  // namespace ulpscope
