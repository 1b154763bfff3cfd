// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "core/report/table.h"

class QTableView;

namespace ulpscope {

/// The data behind a picture as a table, for those who read rather than look: by a screen reader, by the cursor keys.
/// Ctrl+C and the context menu copy the selected rows, Escape closes. A small window that blocks nothing; it deletes
/// itself when closed.
class TablePanel final : public QWidget {
  Q_OBJECT

 public:
  TablePanel(const QString& title, Table table, QWidget* parent);
  /// Shows one, with the focus.
  static void open(const QString& title, Table table, QWidget* parent);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  Table rowsToCopy() const;

  QTableView* m_view;
};

}  // namespace ulpscope
