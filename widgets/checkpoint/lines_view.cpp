// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/lines_view.h"

#include <QVBoxLayout>

#include "core/analysis/outliers.h"
#include "core/report/figures.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
LinesView::LinesView(Session& session, QWidget* parent)
    : TensorView(session, parent), m_columns(new PlotView), m_rows(new PlotView) {
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  m_columns->setAccessibleName(tr("Largest magnitude of every column"));
  m_rows->setAccessibleName(tr("Largest magnitude of every row"));
  for (PlotView* plot : {m_columns, m_rows}) {
    plot->setMinimumHeight(120);
    all->addWidget(plot, 1);
  }
  connect(m_columns, &PlotView::itemClicked, this,
          [this](std::size_t, std::size_t column) { Q_EMIT columnChosen(column); });
  connect(m_rows, &PlotView::itemClicked, this, [this](std::size_t, std::size_t row) { Q_EMIT rowChosen(row); });
}

PlotBase* LinesView::figure() const { return m_columns; }

void LinesView::refresh() {
  if (!tensor()) {
    m_columns->clear();
    m_rows->clear();
    return;
  }
  const TensorProfile& profile = *tensor()->profile;
  m_columns->show(columnsFigure(tensor()->name(), profile.columnAbsMax, columnOutliers(profile)));
  m_rows->show(rowsFigure(tensor()->name(), profile.rowAbsMax, rowOutliers(profile)));
}

}  // namespace ulpscope
