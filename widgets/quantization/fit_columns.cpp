// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/fit_columns.h"

#include <QFontMetrics>
#include <QHeaderView>
#include <QTableView>
#include <algorithm>

namespace ulpscope {
namespace {

constexpr int kMargins = 12;    ///< left and right of a text, together
constexpr int kSortArrow = 14;  ///< at the right of a title

int advance(const QVariant& font, const QVariant& text) {
  return QFontMetrics(font.value<QFont>()).horizontalAdvance(text.toString());
}

int widthOf(const QAbstractItemModel& model, int column) {
  int width = kSortArrow + advance(model.headerData(column, Qt::Horizontal, Qt::FontRole),
                                   model.headerData(column, Qt::Horizontal, Qt::DisplayRole));
  for (int row = 0; row < model.rowCount(); ++row) {
    const QModelIndex cell = model.index(row, column);
    width = std::max(width, advance(cell.data(Qt::FontRole), cell.data(Qt::DisplayRole)));
  }
  return width + kMargins;
}

}  // namespace

void fitColumns(QTableView& table, int stretched) {
  QHeaderView& header = *table.horizontalHeader();
  for (int column = 0; column < header.count(); ++column) {
    header.setSectionResizeMode(column, column == stretched ? QHeaderView::Stretch : QHeaderView::Interactive);
    if (column != stretched && !table.isColumnHidden(column))
      header.resizeSection(column, widthOf(*table.model(), column));
  }
}

}  // namespace ulpscope
