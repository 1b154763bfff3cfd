// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/matmul/drift_study.h"

class QSplitter;

namespace ulpscope {

class PlainLabel;
class PlotView;
class TableView;
class TraceModel;

/// One element of C: where its error came in, and every step of its accumulator.
class TracePanel final : public QWidget {
  Q_OBJECT

 public:
  explicit TracePanel(QWidget* parent = nullptr);

  void show(const DriftStudy::Traced& traced, const DriftOutcome& outcome);
  /// `why`: one sentence in place of the steps.
  void clear(const QString& why);
  PlotView& plot() const { return *m_plot; }
  TableView& table() const { return *m_table; }

 private:
  PlainLabel* m_summary;
  PlotView* m_plot;
  TableView* m_table;
  TraceModel* m_model;
  QSplitter* m_parts;
};

}  // namespace ulpscope
