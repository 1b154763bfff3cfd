// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/table_model.h"

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

QColor colorOf(CellTone tone) {
  const auto& c = theme().colors();
  switch (tone) {
    case CellTone::Muted:
      return c.muted;
    case CellTone::Bad:
      return c.bad;
    case CellTone::Good:
      return c.good;
    case CellTone::Outlier:
      return c.outlier;
    case CellTone::Special:
      return c.special;
    case CellTone::Plain:
      break;
  }
  return c.text;
}

}  // namespace

TableModel::TableModel(std::vector<TableColumn> columns, QObject* parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns)) {}

void TableModel::setRows(std::vector<std::vector<TableCell>> rows) {
  beginResetModel();
  m_rows = std::move(rows);
  endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int TableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_columns.size()); }

QVariant TableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto& row = m_rows[std::size_t(index.row())];
  const auto column = std::size_t(index.column());
  if (column >= row.size()) return {};
  const TableCell& cell = row[column];
  switch (role) {
    case Qt::DisplayRole:
      return cell.text;
    case Qt::ToolTipRole:
      return plainToolTip(cell.exact.isEmpty() ? cell.text : cell.exact);
    case Qt::ForegroundRole:
      return colorOf(cell.tone);
    case Qt::FontRole:
      return m_columns[column].numeric ? theme().numbers(12) : theme().words(12);
    case Qt::TextAlignmentRole:
      return int((m_columns[column].numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case SortRole:
      return cell.key ? QVariant(*cell.key) : QVariant(cell.text);
    case ExactRole:
      return cell.exact.isEmpty() ? cell.text : cell.exact;
    default:
      return {};
  }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const TableColumn& column = m_columns[std::size_t(section)];
  switch (role) {
    case Qt::DisplayRole:
      return column.title;
    case Qt::ToolTipRole:
      return column.toolTip.isEmpty() ? QVariant() : plainToolTip(column.toolTip);
    case Qt::FontRole:
      return theme().words(11, QFont::Medium);
    case Qt::TextAlignmentRole:
      return int((column.numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    default:
      return {};
  }
}

Table toTable(const QAbstractItemModel& model, const QList<int>& rows, const QList<int>& columns) {
  Table table;
  for (const int c : columns)
    table.header.push_back(model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString().toStdString());
  for (const int row : rows) {
    auto& cells = table.rows.emplace_back();
    for (const int c : columns) {
      const QModelIndex index = model.index(row, c);
      const QVariant exact = index.data(TableModel::ExactRole);
      cells.push_back((exact.isValid() ? exact : index.data(Qt::DisplayRole)).toString().toStdString());
    }
  }
  return table;
}

}  // namespace ulpscope
