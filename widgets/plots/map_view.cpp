// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/map_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/plots/heat_cells_p.h"
#include "widgets/plots/ticker_p.h"

namespace ulpscope {
namespace {

/// Of the finite values; around zero for signed ones.
QCPRange valueRange(const MapFigure& figure) {
  double lower = 0;
  double upper = 0;
  bool any = false;
  for (const float value : figure.values) {
    if (!std::isfinite(value)) continue;
    lower = any ? std::min(lower, double(value)) : double(value);
    upper = any ? std::max(upper, double(value)) : double(value);
    any = true;
  }
  if (!any) return {0, 1};
  if (figure.isSigned) {
    const double most = std::max({std::abs(lower), std::abs(upper), 1e-300});
    return {-most, most};
  }
  return lower < upper ? QCPRange(lower, upper) : QCPRange(lower, lower + std::max(1e-300, std::abs(lower)));
}

}  // namespace

MapView::MapView(QWidget* parent)
    : PlotBase(parent), m_cells(new HeatCells(plot().xAxis, plot().yAxis)), m_colors(addColorScale(plot())) {
  QCustomPlot& p = plot();
  p.xAxis->setTicker(QSharedPointer<Ticker>::create(Axis()));
  p.yAxis->setTicker(QSharedPointer<Ticker>::create(Axis()));
  p.yAxis->setRangeReversed(true);
  p.xAxis->grid()->setVisible(false);
  p.yAxis->grid()->setVisible(false);
  watchRectangle();
  connect(this, &PlotBase::clicked, this, [this](QPointF place) {
    if (const auto cell = cellAt(place)) Q_EMIT cellClicked(cell->row, cell->column);
  });
  show({});
}

MapView::~MapView() = default;

void MapView::watchRectangle() {
  QCustomPlot& p = plot();
  connect(&p, &QCustomPlot::mousePress, this, [&p](QMouseEvent* event) {
    p.setSelectionRectMode(event->modifiers() & Qt::ShiftModifier ? QCP::srmCustom : QCP::srmNone);
  });
  connect(p.selectionRect(), &QCPSelectionRect::accepted, this, [this](const QRect& drawn, QMouseEvent*) {
    const QRect rect = drawn.normalized();
    if (m_figure.rows == 0 || m_figure.columns == 0 || rect.isEmpty()) return;
    const auto bounded = [this](QPoint pixel) {
      const QPointF place = dataAt(pixel);
      const double row = (place.y() - double(m_scale.firstRow)) / double(m_scale.rowsPerCell);
      const double column = (place.x() - double(m_scale.firstColumn)) / double(m_scale.columnsPerCell);
      return Cell{std::size_t(std::clamp(row, 0.0, double(m_figure.rows) - 1)),
                  std::size_t(std::clamp(column, 0.0, double(m_figure.columns) - 1))};
    };
    const Cell from = bounded(rect.topLeft());
    const Cell to = bounded(rect.bottomRight());
    Q_EMIT partChosen(from.row, from.column, to.row - from.row + 1, to.column - from.column + 1);
  });
}

void MapView::show(MapFigure figure, const Scale& scale) {
  m_figure = std::move(figure);
  m_scale = scale;
  m_probed.reset();
  hideProbe();
  setTitle(QString::fromStdString(printable(m_figure.title)));
  setNotes(m_figure.notes);
  setAxisTitles(QString::fromStdString(m_figure.columnTitle), QString::fromStdString(m_figure.rowTitle));
  const QCPRange range = valueRange(m_figure);
  setColorScale(*m_colors, m_figure.isSigned, range, QString::fromStdString(m_figure.valueTitle));
  m_cells->setScale(m_figure.isSigned, range);
  m_cells->setMaps({std::make_shared<const HeatMap>(
      HeatMap{.matrix = {m_figure.rows * m_scale.rowsPerCell, m_figure.columns * m_scale.columnsPerCell},
              .firstRow = m_scale.firstRow,
              .firstColumn = m_scale.firstColumn,
              .cellRows = m_scale.rowsPerCell,
              .cellColumns = m_scale.columnsPerCell,
              .rows = m_figure.rows,
              .columns = m_figure.columns,
              .values = m_figure.values})});
  restyle();
  resetView();
}

void MapView::resetView() {
  if (m_figure.rows > 0 && m_figure.columns > 0) {
    const auto end = [](std::uint64_t first, std::uint64_t cells, std::uint64_t perCell) {
      return double(first) + double(cells) * double(perCell);
    };
    plot().xAxis->setRange(double(m_scale.firstColumn),
                           end(m_scale.firstColumn, m_figure.columns, m_scale.columnsPerCell));
    plot().yAxis->setRange(double(m_scale.firstRow), end(m_scale.firstRow, m_figure.rows, m_scale.rowsPerCell));
  }
  plot().replot(QCustomPlot::rpQueuedReplot);
}

void MapView::applyColors(const ThemeColors& c) {
  styleColorScale(*m_colors, c);
  m_cells->setSpecialColor(c.plotSpecial);
  plot().selectionRect()->setPen(QPen(c.accent, 1));
  plot().selectionRect()->setBrush(Qt::NoBrush);
}

QPointF MapView::centreOf(Cell cell) const {
  return {double(m_scale.firstColumn) + (double(cell.column) + 0.5) * double(m_scale.columnsPerCell),
          double(m_scale.firstRow) + (double(cell.row) + 0.5) * double(m_scale.rowsPerCell)};
}

std::optional<MapView::Cell> MapView::cellAt(QPointF place) const {
  const double row = std::floor((place.y() - double(m_scale.firstRow)) / double(m_scale.rowsPerCell));
  const double column = std::floor((place.x() - double(m_scale.firstColumn)) / double(m_scale.columnsPerCell));
  if (row < 0 || column < 0 || row >= double(m_figure.rows) || column >= double(m_figure.columns)) return std::nullopt;
  return Cell{std::size_t(row), std::size_t(column)};
}

PlotBase::Probe MapView::probeOf(Cell cell) {
  m_probed = cell;
  const std::uint64_t row = m_scale.firstRow + cell.row * m_scale.rowsPerCell;
  const std::uint64_t column = m_scale.firstColumn + cell.column * m_scale.columnsPerCell;
  const bool pooled = m_scale.rowsPerCell > 1 || m_scale.columnsPerCell > 1;
  const QString place = QStringLiteral("[%1, %2]").arg(row).arg(column);
  const QString size =
      pooled ? tr(" and on, %1 \u00D7 %2").arg(m_scale.rowsPerCell).arg(m_scale.columnsPerCell) : QString();
  const float value = m_figure.values[cell.row * m_figure.columns + cell.column];
  return {centreOf(cell), place + size + QLatin1Char('\n') + QString::fromStdString(shortest(value))};
}

std::optional<PlotBase::Probe> MapView::probeAt(QPointF pixel) {
  const auto cell = cellAt(dataAt(pixel));
  return cell ? std::optional(probeOf(*cell)) : std::nullopt;
}

std::optional<PlotBase::Probe> MapView::probeBeside(int dx, int dy) {
  if (m_figure.rows == 0 || m_figure.columns == 0) return std::nullopt;
  Cell cell = m_probed.value_or(Cell{0, 0});
  if (m_probed) {
    const auto stepped = [](std::size_t at, int by, std::size_t size) {
      return std::size_t(std::clamp<std::ptrdiff_t>(std::ptrdiff_t(at) + by, 0, std::ptrdiff_t(size) - 1));
    };
    cell = {stepped(cell.row, dy, m_figure.rows), stepped(cell.column, dx, m_figure.columns)};
  }
  return probeOf(cell);
}

}  // namespace ulpscope
