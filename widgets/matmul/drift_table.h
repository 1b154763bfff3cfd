// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/matmul/drift_study.h"

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;

/// The errors of all engines at the largest K that is there, a row each.
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

  TableModel* m_model;
  TableView* m_table;
  PlainLabel* m_note;
};

}  // namespace ulpscope
