// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/lines_view.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "core/analysis/outliers.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {

LinesView::LinesView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_order(new QComboBox),
      m_deviations(new QDoubleSpinBox),
      m_columns(new PlotView),
      m_rows(new PlotView) {
  m_order->addItems({tr("in order"), tr("largest first")});
  m_order->setAccessibleName(tr("Order of the lines"));
  m_order->setObjectName(QStringLiteral("linesOrder"));
  m_deviations->setRange(0.5, 1000);
  m_deviations->setSingleStep(0.5);
  m_deviations->setDecimals(1);
  m_deviations->setValue(6);
  m_deviations->setKeyboardTracking(false);
  m_deviations->setPrefix(tr("outliers beyond "));
  m_deviations->setSuffix(tr(" scaled MADs"));
  m_deviations->setAccessibleName(tr("Deviations from which on a line is an outlier"));
  m_deviations->setToolTip(tr("In these two pictures; everywhere else outliers lie beyond 6 scaled MADs"));
  m_deviations->setObjectName(QStringLiteral("linesDeviations"));
  auto* top = new QHBoxLayout;
  top->setSpacing(8);
  top->addWidget(m_order);
  top->addWidget(m_deviations);
  top->addStretch();
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addLayout(top);
  m_columns->setAccessibleName(tr("Largest magnitude of every column"));
  m_rows->setAccessibleName(tr("Largest magnitude of every row"));
  m_columns->setObjectName(QStringLiteral("linesColumns"));
  m_rows->setObjectName(QStringLiteral("linesRows"));
  for (PlotView* plot : {m_columns, m_rows}) {
    plot->setMinimumHeight(120);
    all->addWidget(plot, 1);
  }
  connect(m_order, &QComboBox::currentIndexChanged, this, &LinesView::refresh);
  connect(m_deviations, &QDoubleSpinBox::valueChanged, this, &LinesView::refresh);
  connect(m_columns, &PlotView::itemClicked, this, [this](std::size_t, std::size_t bar) {
    if (tensor()) Q_EMIT columnChosen(linesInOrder(tensor()->profile->columnAbsMax, order())[bar]);
  });
  connect(m_rows, &PlotView::itemClicked, this, [this](std::size_t, std::size_t bar) {
    if (tensor()) Q_EMIT rowChosen(linesInOrder(tensor()->profile->rowAbsMax, order())[bar]);
  });
}

PlotBase* LinesView::figure() const { return m_columns; }

LineOrder LinesView::order() const {
  return m_order->currentIndex() == 0 ? LineOrder::AsStored : LineOrder::LargestFirst;
}

void LinesView::refresh() {
  if (!tensor()) {
    m_columns->clear();
    m_rows->clear();
    return;
  }
  const TensorProfile& profile = *tensor()->profile;
  const double deviations = m_deviations->value();
  m_columns->show(columnsFigure(tensor()->name(), profile.columnAbsMax, columnOutliers(profile, deviations), order()));
  m_rows->show(rowsFigure(tensor()->name(), profile.rowAbsMax, rowOutliers(profile, deviations), order()));
}

}  // namespace ulpscope
