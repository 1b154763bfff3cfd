// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/table_view.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QSortFilterProxyModel>
#include <algorithm>

#include "widgets/models/hairline_delegate.h"
#include "widgets/models/table_model.h"

namespace ulpscope {
namespace {

constexpr int kRowHeight = 28;
constexpr int kCellMargin = 16;  ///< left and right of a cell, together
constexpr int kWidestColumn = 320;

}  // namespace

/// The rows of a table in the order of the column whose title was clicked.
class SortedRows final : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;
  void setSorting(TableView::Sorting sorting) { m_sorting = sorting; }
  void sort(int column, Qt::SortOrder order) override {
    if (m_sorting == TableView::Sorting::InBetween)
      QSortFilterProxyModel::sort(column, order);
    else if (sourceModel())
      sourceModel()->sort(column, order);
  }

 private:
  TableView::Sorting m_sorting = TableView::Sorting::InBetween;
};

TableView::TableView(const QString& name, QWidget* parent) : QTableView(parent), m_sorted(new SortedRows(this)) {
  setAccessibleName(name);
  setFrameShape(QFrame::NoFrame);
  setShowGrid(false);
  setMouseTracking(true);
  setWordWrap(false);
  setSelectionBehavior(SelectRows);
  setSelectionMode(ExtendedSelection);
  setEditTriggers(NoEditTriggers);
  setHorizontalScrollMode(ScrollPerPixel);
  setItemDelegate(new HairlineDelegate(this));
  setTabKeyNavigation(false);
  verticalHeader()->hide();
  verticalHeader()->setMinimumSectionSize(kRowHeight);  // the style's minimum would raise the default
  verticalHeader()->setDefaultSectionSize(kRowHeight);
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setStretchLastSection(false);
  horizontalHeader()->setAccessibleName(name);
  m_sorted->setSortRole(TableModel::SortRole);
  QTableView::setModel(m_sorted);
  setSortingEnabled(true);
  horizontalHeader()->setSortIndicatorClearable(true);
  sortByColumn(-1, Qt::AscendingOrder);
}

void TableView::setSource(QAbstractItemModel* source, Sorting sorting) {
  m_sorted->setSorting(sorting);
  m_sorted->setSourceModel(source);
  horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  if (source && source->columnCount() > 0) horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
    if (now.isValid() && m_announces) Q_EMIT rowChosen(m_sorted->mapToSource(now).row());
  });
}

int TableView::currentSourceRow() const { return m_sorted->mapToSource(currentIndex()).row(); }

int TableView::sourceRowAt(const QPoint& place) const {
  const QModelIndex index = indexAt(place);
  return index.isValid() ? m_sorted->mapToSource(index).row() : -1;
}

void TableView::setCurrentSourceRow(int row) {
  m_announces = false;
  const QModelIndex index = m_sorted->mapFromSource(m_sorted->sourceModel()->index(row, 0));
  if (index.isValid())
    selectRow(index.row());
  else
    clearSelection();
  m_announces = true;
}

int TableView::sizeHintForColumn(int column) const {
  const int hint = QTableView::sizeHintForColumn(column);
  return std::min(hint + kCellMargin / 2, kWidestColumn);
}

QList<int> TableView::rowsToCopy() const {
  QList<int> rows;
  for (const QModelIndex& index : selectionModel()->selectedRows()) rows << index.row();
  std::sort(rows.begin(), rows.end());
  if (rows.size() <= 1) {  // one row is where the reader is, not what they picked: the whole table is meant
    rows.clear();
    for (int row = 0; row < m_sorted->rowCount(); ++row) rows << row;
  }
  return rows;
}

Table TableView::table() const {
  QList<int> columns;
  for (int column = 0; column < m_sorted->columnCount(); ++column)
    if (m_copiesHidden || !isColumnHidden(column)) columns << column;
  return toTable(*m_sorted, rowsToCopy(), columns);
}

bool TableView::event(QEvent* event) {
  claimsCopyKey(*event);
  return QTableView::event(event);
}

void TableView::keyPressEvent(QKeyEvent* event) {
  if (!copyByKey(*this, *event, [this] { return table(); })) QTableView::keyPressEvent(event);
}

void TableView::contextMenuEvent(QContextMenuEvent* event) {
  openCopyMenu(*this, event->globalPos(), [this] { return table(); });
}

}  // namespace ulpscope
