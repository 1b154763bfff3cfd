// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/map_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/report/colour_map.h"
#include "widgets/plots/ticker_p.h"

namespace ulpscope {
namespace {

constexpr int kStops = 64;
constexpr int kScaleWidth = 12;

QColor toQt(Colour colour) { return {colour.red, colour.green, colour.blue}; }

QCPColorGradient gradient(bool isSigned) {
  QCPColorGradient result;
  result.clearColorStops();
  for (int i = 0; i <= kStops; ++i) {
    const double t = double(i) / kStops;
    result.setColorStopAt(t, toQt(isSigned ? blueWhiteOrange(2 * t - 1) : cividis(t)));
  }
  result.setNanHandling(QCPColorGradient::nhNanColor);
  result.setNanColor(theme().colors().plotSpecial);
  return result;
}

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
    : PlotBase(parent), m_map(new QCPColorMap(plot().xAxis, plot().yAxis)), m_colors(new QCPColorScale(&plot())) {
  QCustomPlot& p = plot();
  p.plotLayout()->addElement(0, 1, m_colors);
  m_colors->setBarWidth(kScaleWidth);
  m_colors->axis()->setTicker(QSharedPointer<Ticker>::create(Axis()));
  p.xAxis->setTicker(QSharedPointer<Ticker>::create(Axis()));
  p.yAxis->setTicker(QSharedPointer<Ticker>::create(Axis()));
  p.yAxis->setRangeReversed(true);
  p.xAxis->grid()->setVisible(false);
  p.yAxis->grid()->setVisible(false);
  auto* group = new QCPMarginGroup(&p);
  p.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, group);
  m_colors->setMarginGroup(QCP::msTop | QCP::msBottom, group);
  m_map->setInterpolate(false);
  m_map->setTightBoundary(false);
  m_map->setSelectable(QCP::stNone);
  m_map->setColorScale(m_colors);
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
  connect(p.selectionRect(), &QCPSelectionRect::accepted, this, [this](const QRect& rect, QMouseEvent*) {
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
  m_colors->axis()->setLabel(QString::fromStdString(m_figure.valueTitle));

  const int rows = int(m_figure.rows);
  const int columns = int(m_figure.columns);
  m_map->setVisible(rows > 0 && columns > 0);
  if (rows > 0 && columns > 0) {
    auto* cells = m_map->data();
    cells->setSize(columns, rows);
    // Ranges name the centres of the outermost cells.
    const QPointF first = centreOf({0, 0});
    const QPointF last = centreOf({m_figure.rows - 1, m_figure.columns - 1});
    cells->setRange({first.x(), last.x()}, {first.y(), last.y()});
    for (int r = 0; r < rows; ++r)
      for (int c = 0; c < columns; ++c)
        cells->setCell(c, r, double(m_figure.values[std::size_t(r) * m_figure.columns + std::size_t(c)]));
    m_map->setGradient(gradient(m_figure.isSigned));
    m_map->setDataRange(valueRange(m_figure));
  }
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
  auto& axis = *m_colors->axis();
  axis.setTickLabelFont(theme().words(11));
  axis.setTickLabelColor(c.muted);
  axis.setLabelFont(theme().words(11));
  axis.setLabelColor(c.muted);
  for (auto* side : {m_colors->axis(), plot().xAxis2, plot().yAxis2}) {
    side->setBasePen(Qt::NoPen);
    side->setTickPen(Qt::NoPen);
    side->setSubTickPen(Qt::NoPen);
  }
  for (auto* rectAxis : m_colors->children())
    if (auto* element = qobject_cast<QCPAxisRect*>(rectAxis))
      for (auto* border : element->axes()) border->setBasePen(Qt::NoPen);
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
