// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <QString>
#include <optional>
#include <vector>

#include "core/report/table.h"

namespace ulpscope {

/// A column: numbers stand at the right in fixed-width digits, words at the left.
struct TableColumn {
  QString title = {};
  bool numeric = false;
  QString toolTip = {};
};

/// What colour a cell's text has, by meaning.
enum class CellTone { Plain, Muted, Bad, Good, Outlier, Special };

struct TableCell {
  QString text = {};
  QString exact = {};              ///< every digit, for the tooltip; empty: the text is all there is
  std::optional<double> key = {};  ///< what it sorts by; without one, by its text
  CellTone tone = CellTone::Plain;
};

/// Rows of cells, as a model. The texts are plain: strings from a file are safe in it.
class TableModel final : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Role { SortRole = Qt::UserRole, ExactRole };

  explicit TableModel(std::vector<TableColumn> columns, QObject* parent = nullptr);
  void setRows(std::vector<std::vector<TableCell>> rows);
  const std::vector<TableColumn>& columns() const { return m_columns; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<TableColumn> m_columns;
  std::vector<std::vector<TableCell>> m_rows;
};

/// These rows and columns of any table model as text, exact values where it has them (ExactRole).
Table toTable(const QAbstractItemModel& model, const QList<int>& rows, const QList<int>& columns);

}  // namespace ulpscope
