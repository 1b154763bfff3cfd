// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/error_panel.h"

#include <QVBoxLayout>
#include <algorithm>

#include "core/report/figures.h"
#include "widgets/frame/link_button.h"
#include "widgets/plots/map_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/error_lines_panel.h"
#include "widgets/quantization/inputs_panel.h"
#include "widgets/quantization/quantization_text.h"
#include "widgets/quantization/tab_stack.h"

namespace ulpscope {

ErrorPanel::ErrorPanel(QWidget* parent)
    : QWidget(parent),
      m_tabs(new TabStack(tr("Pictures of the error"))),
      m_histogram(new PlotView),
      m_lines(new ErrorLinesPanel),
      m_map(new MapView),
      m_inputs(new InputsPanel),
      m_scale(new LinkButton({})) {
  m_tabs->addTab(tr("Rounding error"), m_histogram, tr("Error"));
  m_tabs->addTab(tr("Columns, rows, blocks"), m_lines, tr("Lines"));
  m_tabs->addTab(tr("Map"), m_map);
  m_tabs->addTab(tr("Inputs"), m_inputs);
  m_inputs->setProperty("viewId", QStringLiteral("inputs"));
  m_lines->setProperty("viewId", QStringLiteral("errorlines"));
  m_map->setProperty("viewId", QStringLiteral("errormap"));
  m_histogram->setProperty("viewId", QStringLiteral("errorhistogram"));
  m_tabs->rememberChoice(QStringLiteral("quantization/errorPicture"));
  auto* save = new LinkButton(tr("export"));
  m_tabs->addToNote(m_scale);
  m_tabs->addToNote(save);
  m_scale->setToolTip(tr("Axis of the counts: linear or logarithmic"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_tabs);

  connect(m_scale, &LinkButton::clicked, this, [this] {
    m_logarithmic = !m_logarithmic;
    showHistogram();
  });
  connect(save, &LinkButton::clicked, this, [this] { picture().askAndExport(); });
  connect(m_tabs, &TabStack::currentChanged, this, [this] { m_scale->setVisible(m_tabs->current() == m_histogram); });
  connect(m_lines, &ErrorLinesPanel::partClicked, this, &ErrorPanel::partClicked);
  connect(m_lines, &ErrorLinesPanel::weightClicked, this, &ErrorPanel::weightClicked);
  connect(m_map, &MapView::cellClicked, this, &ErrorPanel::clickCell);
  show({});
}

PlotBase& ErrorPanel::picture() const {
  if (m_tabs->current() == m_lines) return m_lines->plot();
  if (m_tabs->current() == m_map) return *m_map;
  if (m_tabs->current() == m_inputs) return m_inputs->plot();
  return *m_histogram;
}

void ErrorPanel::show(const std::shared_ptr<const Measurement>& measurement) {
  m_measurement = measurement;
  showHistogram();
  showMap();
  m_lines->show(measurement);
  const bool hasErrors = m_measurement && m_measurement->report.metrics.included > 0;
  if (!hasErrors) return m_tabs->setNote({});
  const ErrorMetrics& metrics = m_measurement->report.metrics;
  m_tabs->setNote(tr("RMSE %1 \u00B7 max %2")
                      .arg(briefNumber(metrics.rootMeanSquaredError), briefNumber(metrics.maxAbsoluteError)));
}

void ErrorPanel::showHistogram() {
  m_scale->setText(m_logarithmic ? tr("log") : tr("linear"));
  if (!m_measurement) return m_histogram->clear();
  Figure figure = errorHistogramFigure(m_measurement->report);
  figure.y.logarithmic = m_logarithmic;
  // The first note is the card's own: RMSE and largest error.
  if (!figure.notes.empty()) figure.notes.erase(figure.notes.begin());
  m_histogram->show(std::move(figure));
}

void ErrorPanel::showMap() {
  if (!m_measurement) return m_map->show({});
  const HeatMap& map = m_measurement->errorMap;
  MapFigure figure = heatMapFigure({}, map);
  figure.title = "Error map of " + m_measurement->report.scheme;
  figure.valueTitle = "restored - original";
  m_map->show(std::move(figure), {.firstRow = map.firstRow,
                                  .firstColumn = map.firstColumn,
                                  .rowsPerCell = map.cellRows,
                                  .columnsPerCell = map.cellColumns});
}

void ErrorPanel::clickCell(std::size_t row, std::size_t column) {
  if (!m_measurement) return;
  const HeatMap& map = m_measurement->errorMap;
  const std::uint64_t firstRow = row * map.cellRows;
  const std::uint64_t firstColumn = column * map.cellColumns;
  Q_EMIT partClicked({.firstRow = firstRow,
                      .firstColumn = firstColumn,
                      .rows = std::min(map.cellRows, map.matrix.rows - firstRow),
                      .columns = std::min(map.cellColumns, map.matrix.columns - firstColumn)});
}

}  // namespace ulpscope
