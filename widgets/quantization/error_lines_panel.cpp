// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/error_lines_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "widgets/forms/field.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

// Ids of what the bars are, and of their order.
const QString kColumn = QStringLiteral("column");
const QString kRow = QStringLiteral("row");
const QString kBlock = QStringLiteral("block");
const QString kStored = QStringLiteral("stored");
const QString kWorst = QStringLiteral("worst");

}  // namespace

ErrorLinesPanel::ErrorLinesPanel(QWidget* parent)
    : QWidget(parent), m_line(comboBox(tr("Error of each"))), m_order(comboBox(tr("Order"))), m_plot(new PlotView) {
  m_line->addItem(tr("by column"), kColumn);
  m_line->addItem(tr("by row"), kRow);
  m_line->addItem(tr("by block"), kBlock);
  m_line->setItemData(2, plainToolTip(tr("The weights that share a scale, as the scheme cuts the tensor")),
                      Qt::ToolTipRole);
  m_order->addItem(tr("in order"), kStored);
  m_order->addItem(tr("worst first"), kWorst);
  m_plot->setAccessibleName(tr("Error by column, row or block"));
  auto* choice = new QHBoxLayout;
  choice->setSpacing(8);
  choice->addWidget(m_line);
  choice->addWidget(m_order);
  choice->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(choice);
  column->addWidget(m_plot, 1);
  connect(m_line, &QComboBox::currentIndexChanged, this, &ErrorLinesPanel::draw);
  connect(m_order, &QComboBox::currentIndexChanged, this, &ErrorLinesPanel::draw);
  connect(m_plot, &PlotView::itemClicked, this, [this](std::size_t, std::size_t bar) { click(bar); });
}

void ErrorLinesPanel::show(const std::shared_ptr<const Measurement>& measurement) {
  m_measurement = measurement;
  draw();
}

LineOrder ErrorLinesPanel::order() const {
  return currentId(*m_order) == kWorst ? LineOrder::LargestFirst : LineOrder::AsStored;
}

ErrorLines ErrorLinesPanel::lines() const {
  const QuantizationReport& report = m_measurement->report;
  const QString id = currentId(*m_line);
  if (id == kColumn) return {.line = id.toStdString(), .rmse = report.columnRmse};
  if (id == kRow) return {.line = id.toStdString(), .rmse = report.rowRmse};
  const BlockErrors& blocks = m_measurement->blocks;
  return {.line = id.toStdString(),
          .rmse = blocks.rmse,
          .place = [&blocks, columns = report.quantized.shape.columns](std::uint64_t block) {
            const std::uint64_t first = blocks.first[block];
            return QStringLiteral("[%1, %2]").arg(first / columns).arg(first % columns).toStdString();
          }};
}

void ErrorLinesPanel::draw() {
  m_plot->show(m_measurement ? errorByLineFigure(m_measurement->report.scheme, lines(), order()) : Figure());
}

void ErrorLinesPanel::click(std::size_t bar) {
  if (!m_measurement) return;
  const std::uint64_t line = errorBars(lines().rmse, order())[bar];
  const MatrixShape& matrix = m_measurement->report.quantized.shape;
  const QString id = currentId(*m_line);
  if (id == kBlock) return Q_EMIT weightClicked(m_measurement->blocks.worst[line]);
  if (id == kColumn) return Q_EMIT partClicked({.firstRow = 0, .firstColumn = line, .rows = matrix.rows, .columns = 1});
  Q_EMIT partClicked({.firstRow = line, .firstColumn = 0, .rows = 1, .columns = matrix.columns});
}

}  // namespace ulpscope
