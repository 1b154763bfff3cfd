// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/matmul/drift_study.h"

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;
struct TableCell;

/// The errors of all engines at the largest K that is there, a row each; then those of what a device measured, with the
/// elements that are not those of its model.
class DriftTable final : public QWidget {
  Q_OBJECT

 public:
  explicit DriftTable(QWidget* parent = nullptr);

  void show(const DriftOutcome& outcome, std::size_t chosen);
  void clear();
  TableView& table() const { return *m_table; }

 Q_SIGNALS:
  void engineChosen(std::size_t engine);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fit();

  void addMeasured(const DriftOutcome& outcome, std::vector<std::vector<TableCell>>& rows, QStringList& notes);

  std::vector<std::size_t> m_engines;  ///< that each row is of, or stands beside
  TableModel* m_model;
  TableView* m_table;
  PlainLabel* m_note;
};

}  // namespace ulpscope
