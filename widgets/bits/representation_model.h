// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <vector>

#include "core/formats/representation.h"
#include "widgets/models/table_model.h"

namespace ulpscope {

/// One number in every format, a row each, in the order of the registry. Sorted and copied by a TableView.
class RepresentationModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Format, Stored, Error, Code, ColumnCount };
  enum Role {
    SortRole = TableModel::SortRole,
    ExactTextRole = TableModel::ExactRole,
    BadgeRole = Qt::UserRole + 16,  ///< QString: a word beside the stored value
    FormatIdRole,                   ///< QString
    IsExactRole,                    ///< bool: nothing was lost
  };

  using QAbstractTableModel::QAbstractTableModel;

  void setRows(std::vector<Representation> rows);
  /// The row of the format of that id; -1 if there is none.
  int rowOf(const std::string& id) const;
  /// Whether all `words` occur in what there is to read of a row: title, name and id of its format, mark.
  static bool matches(const Representation& row, const QStringList& words);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  QVariant sortKey(const Representation& row, int column) const;
  QString textOf(const Representation& row, int column) const;

  std::vector<Representation> m_rows;
};

}  // namespace ulpscope
