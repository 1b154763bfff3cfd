// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTableView>

#include "widgets/models/copy_as.h"

namespace ulpscope {

class SortedRows;

/// A table to read, sort and take away. Click on a header sorts; Ctrl+C copies the selected rows (all, where none is)
/// as tab-separated text, Ctrl+Shift+C opens a menu of all forms.
class TableView final : public QTableView {
  Q_OBJECT

 public:
  using CopyAs = ulpscope::CopyAs;

  explicit TableView(const QString& name, QWidget* parent = nullptr);

  /// Where rows are sorted: in between, or by a source that does it itself, which large tables have to.
  enum class Sorting { InBetween, OfSource };

  /// `source` stays its owner's.
  void setSource(QAbstractItemModel* source, Sorting sorting = Sorting::InBetween);
  /// Row of the source model; -1 where none is selected.
  int currentSourceRow() const;
  /// Row of the source model under a place of the viewport; -1 where there is none.
  int sourceRowAt(const QPoint& place) const;
  /// Selects without announcing it.
  void setCurrentSourceRow(int row);

  /// Hidden columns are copied too, unless told otherwise: they hold what there is no room for.
  void setCopiesHiddenColumns(bool copies) { m_copiesHidden = copies; }

  /// The selected rows, or all.
  Table table() const;
  QString textAs(CopyAs form) const { return ulpscope::textAs(table(), form); }

 Q_SIGNALS:
  /// The user chose a row, by pointer or keys.
  void rowChosen(int sourceRow);

 protected:
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  int sizeHintForColumn(int column) const override;

 private:
  QList<int> rowsToCopy() const;

  SortedRows* m_sorted;
  bool m_announces = true;
  bool m_copiesHidden = true;
};

}  // namespace ulpscope
