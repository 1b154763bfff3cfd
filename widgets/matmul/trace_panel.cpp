// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/trace_panel.h"

#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/report/matmul_figures.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/matmul/trace_model.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/fit_columns.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostPoints = 2'000;  ///< of the picture

QString number(double value) { return QString::number(value, 'g', 4); }

/// Every n-th step of many, summed, so that lines stay exact where they have points.
DotTrace thinned(const DotTrace& trace) {
  if (trace.steps.size() <= kMostPoints) return trace;
  DotTrace thin = trace;
  thin.steps.clear();
  const std::size_t each = (trace.steps.size() + kMostPoints - 1) / kMostPoints;
  for (std::size_t first = 0; first < trace.steps.size(); first += each) {
    const std::size_t end = std::min(first + each, trace.steps.size());
    DotStep step;
    step.first = trace.steps[end - 1].first;
    step.count = trace.steps[end - 1].count;
    for (std::size_t i = first; i < end; ++i) {
      step.cut += trace.steps[i].cut;
      step.rounded += trace.steps[i].rounded;
    }
    thin.steps.push_back(std::move(step));
  }
  return thin;
}

}  // namespace

TracePanel::TracePanel(QWidget* parent)
    : QWidget(parent),
      m_summary(new PlainLabel({}, TextRole::Muted)),
      m_plot(new PlotView),
      m_table(new TableView(tr("Steps of the accumulator"))),
      m_model(new TraceModel(this)),
      m_parts(new QSplitter(Qt::Horizontal)) {
  m_summary->setWordWrap(true);
  m_table->setSource(m_model);
  m_table->setSortingEnabled(false);
  m_parts->setChildrenCollapsible(false);
  m_parts->setHandleWidth(12);
  m_parts->addWidget(m_table);
  m_parts->addWidget(m_plot);
  m_parts->setSizes({600, 400});  // shares
  keepPlace(*m_parts, QStringLiteral("matrix/trace"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_summary);
  column->addWidget(m_parts, 1);
}

void TracePanel::show(const DriftStudy::Traced& traced, const DriftOutcome& outcome) {
  const DotTrace& trace = traced.trace;
  const EngineChoice& engine = outcome.question.settings.engines[traced.engine];
  m_summary->setText(tr("C[%1, %2] by %3: %4, exactly %5. Of the error, %6, the operands' rounding makes %7, what "
                        "alignment cut off %8, "
                        "rounding of sums %9.")
                         .arg(QString::number(traced.row), QString::number(traced.column), qt(briefTitle(engine)),
                              QString::number(trace.result, 'g', 9), QString::number(trace.exact, 'g', 12),
                              number(trace.result - trace.exact), number(trace.inputs), number(trace.cut),
                              number(trace.rounded)));
  m_parts->setVisible(!trace.steps.empty());
  m_model->setTrace(std::make_shared<const DotTrace>(trace));
  m_plot->show(traceFigure(thinned(trace)));
  fitColumns(*m_table, TraceModel::kProducts);
  // Of the rows in view only: there may be many. Products are never cut, the others are scrolled to.
  const int products = static_cast<const QAbstractItemView*>(m_table)->sizeHintForColumn(TraceModel::kProducts);
  QHeaderView& header = *m_table->horizontalHeader();
  if (header.sectionSize(TraceModel::kProducts) < products) {
    header.setSectionResizeMode(TraceModel::kProducts, QHeaderView::Interactive);
    header.resizeSection(TraceModel::kProducts, products);
  }
  if (trace.steps.empty())
    m_summary->setText(m_summary->text() + u' ' +
                       tr("No single accumulator walks through its products: there are no steps to show."));
}

void TracePanel::clear(const QString& why) {
  m_summary->setText(why);
  m_model->setTrace(nullptr);
  m_plot->clear();
  m_parts->hide();
}

}  // namespace ulpscope
