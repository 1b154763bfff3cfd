// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/heat_cells_p.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/report/colour_map.h"
#include "widgets/plots/ticker_p.h"

namespace ulpscope {
namespace {

constexpr int kColors = 1024;
constexpr int kStops = 64;  ///< of the scale beside the map
constexpr int kScaleWidth = 12;
constexpr double kLeastWidth = 40;  ///< px of a cell that shows its value
constexpr double kLeastHeight = 18;
constexpr std::uint64_t kMostValues = 1500;  ///< printed at once: text takes 10 us each
constexpr double kDarkGround = 0.45;         ///< a ground less bright takes white text

QColor toQt(Colour colour) { return {colour.red, colour.green, colour.blue}; }

Colour colourAt(bool isSigned, double t) { return isSigned ? blueWhiteOrange(2 * t - 1) : cividis(t); }

/// The most digits of the value that fit into so many characters; empty where not even two do.
QString fitted(float value, qsizetype characters) {
  if (std::isnan(value)) return QStringLiteral("NaN");
  QString text = QString::fromStdString(shortest(value));
  for (int digits = 6; text.size() > characters && digits >= 2; --digits)
    text = QString::number(static_cast<double>(value), 'g', digits);
  return text.size() <= characters ? text : QString();
}

}  // namespace

HeatCells::HeatCells(QCPAxis* columns, QCPAxis* rows) : QCPAbstractPlottable(columns, rows) {
  setSelectable(QCP::stNone);
  setScale(true, {-1, 1});
}

void HeatCells::setScale(bool isSigned, const QCPRange& range) {
  m_range = range;
  m_colors.resize(kColors);
  for (int i = 0; i < kColors; ++i)
    m_colors[std::size_t(i)] = toQt(colourAt(isSigned, double(i) / (kColors - 1))).rgb();
}

QRgb HeatCells::colorOf(float value) const {
  if (!std::isfinite(value)) return m_special;
  const double at = (double(value) - m_range.lower) / m_range.size() * (kColors - 1);
  return m_colors[std::size_t(std::clamp(at, 0.0, kColors - 1.0) + 0.5)];
}

QCPRange HeatCells::getKeyRange(bool& found, QCP::SignDomain) const {
  found = !m_maps.empty();
  return found ? QCPRange(0, double(m_maps[0]->matrix.columns)) : QCPRange();
}

QCPRange HeatCells::getValueRange(bool& found, QCP::SignDomain, const QCPRange&) const {
  found = !m_maps.empty();
  return found ? QCPRange(0, double(m_maps[0]->matrix.rows)) : QCPRange();
}

CellSize HeatCells::elementsPerPixel() const {
  const QRect area = keyAxis()->axisRect()->rect();
  const double scale = mParentPlot->bufferDevicePixelRatio();
  const auto per = [&](const QCPRange& range, int pixels) {
    const double across = std::clamp(pixels * scale, 1.0, double(kMostAcross));
    return std::max<std::uint64_t>(1, std::uint64_t(std::ceil(std::min(range.size() / across, 1e18))));
  };
  return {per(valueAxis()->range(), area.height()), per(keyAxis()->range(), area.width())};
}

std::optional<HeatCells::Grid> HeatCells::gridOf(const HeatMap& map, CellSize atLeast) const {
  if (map.values.empty()) return std::nullopt;
  const auto by = [](std::uint64_t wanted, std::uint64_t cell) {
    return std::bit_ceil(std::max<std::uint64_t>(1, divideRoundingUp(wanted, cell)));
  };
  Grid grid{.map = &map, .by = {by(atLeast.rows, map.cellRows), by(atLeast.columns, map.cellColumns)}};
  // Cells as drawn begin where the map does, so that they stay what they are while the picture is dragged.
  const auto span = [](const QCPRange& range, std::uint64_t origin, std::uint64_t cell, std::uint64_t cells,
                       std::uint64_t factor, std::uint64_t& first, std::uint64_t& count) {
    const double size = double(cell) * double(factor);
    const double all = double(divideRoundingUp(cells, factor));
    const double from = std::clamp(std::floor((range.lower - double(origin)) / size), 0.0, all);
    const double to = std::clamp(std::ceil((range.upper - double(origin)) / size), from, all);
    first = std::uint64_t(from) * factor;
    count = std::uint64_t(to - from);
    return count > 0;
  };
  const bool isSeen =
      span(valueAxis()->range(), map.firstRow, map.cellRows, map.rows, grid.by.rows, grid.firstRow, grid.rows) &&
      span(keyAxis()->range(), map.firstColumn, map.cellColumns, map.columns, grid.by.columns, grid.firstColumn,
           grid.columns);
  return isSeen ? std::optional(grid) : std::nullopt;
}

HeatCells::Cell HeatCells::cellOf(const Grid& grid, std::uint64_t row, std::uint64_t column) const {
  const HeatMap& map = *grid.map;
  const MatrixPart cells{grid.firstRow + row * grid.by.rows, grid.firstColumn + column * grid.by.columns,
                         std::min(grid.by.rows, map.rows), std::min(grid.by.columns, map.columns)};
  MatrixPart part{cells.firstRow * map.cellRows, cells.firstColumn * map.cellColumns, cells.rows * map.cellRows,
                  cells.columns * map.cellColumns};
  part.rows = std::min(part.rows, map.matrix.rows - part.firstRow);
  part.columns = std::min(part.columns, map.matrix.columns - part.firstColumn);
  part.firstRow += map.firstRow;
  part.firstColumn += map.firstColumn;
  return {part, largestIn(map, cells)};
}

std::optional<HeatCells::Cell> HeatCells::cellAt(QPointF place) const {
  const CellSize pixel = elementsPerPixel();
  for (auto map = m_maps.rbegin(); map != m_maps.rend(); ++map) {
    const auto grid = gridOf(**map, pixel);
    if (!grid) continue;
    const HeatMap& m = **map;
    const double row = (place.y() - double(m.firstRow)) / double(m.cellRows) - double(grid->firstRow);
    const double column = (place.x() - double(m.firstColumn)) / double(m.cellColumns) - double(grid->firstColumn);
    if (row < 0 || column < 0) continue;
    const auto r = std::uint64_t(row) / grid->by.rows;
    const auto c = std::uint64_t(column) / grid->by.columns;
    const bool isInside = place.y() < double(m.firstRow + m.matrix.rows) && r < grid->rows && c < grid->columns &&
                          place.x() < double(m.firstColumn + m.matrix.columns);
    if (isInside) return cellOf(*grid, r, c);
  }
  return std::nullopt;
}

HeatMap HeatCells::visible(std::uint64_t most) const {
  const QCPRange rows = valueAxis()->range();
  const QCPRange columns = keyAxis()->range();
  const auto atLeast = [most](const QCPRange& range) {
    return std::max<std::uint64_t>(1, std::uint64_t(std::ceil(range.size() / double(most))));
  };
  const CellSize pixel = elementsPerPixel();
  const CellSize cell{std::max(pixel.rows, atLeast(rows)), std::max(pixel.columns, atLeast(columns))};
  for (auto map = m_maps.rbegin(); map != m_maps.rend(); ++map) {
    const HeatMap& m = **map;
    const bool covers = double(m.firstRow) <= rows.lower && double(m.firstColumn) <= columns.lower &&
                        double(m.firstRow + m.matrix.rows) >= rows.upper &&
                        double(m.firstColumn + m.matrix.columns) >= columns.upper;
    const auto grid = covers ? gridOf(m, cell) : std::nullopt;
    if (!grid) continue;
    const Cell first = cellOf(*grid, 0, 0);
    const Cell last = cellOf(*grid, grid->rows - 1, grid->columns - 1);
    HeatMap seen{.matrix = {last.part.firstRow + last.part.rows - first.part.firstRow,
                            last.part.firstColumn + last.part.columns - first.part.firstColumn},
                 .firstRow = first.part.firstRow,
                 .firstColumn = first.part.firstColumn,
                 .cellRows = m.cellRows * grid->by.rows,
                 .cellColumns = m.cellColumns * grid->by.columns,
                 .rows = grid->rows,
                 .columns = grid->columns,
                 .values = {}};
    seen.values.reserve(grid->rows * grid->columns);
    for (std::uint64_t r = 0; r < grid->rows; ++r)
      for (std::uint64_t c = 0; c < grid->columns; ++c) seen.values.push_back(cellOf(*grid, r, c).value);
    return seen;
  }
  return {};
}

QRectF HeatCells::rectOf(const MatrixPart& part) const {
  const auto x = [this](std::uint64_t column) { return keyAxis()->coordToPixel(double(column)); };
  const auto y = [this](std::uint64_t row) { return valueAxis()->coordToPixel(double(row)); };
  return {QPointF(x(part.firstColumn), y(part.firstRow)),
          QPointF(x(part.firstColumn + part.columns), y(part.firstRow + part.rows))};
}

void HeatCells::draw(QCPPainter* painter) {
  const CellSize pixel = elementsPerPixel();
  painter->setAntialiasing(false);
  painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
  for (const Map& map : m_maps) {
    const auto grid = gridOf(*map, pixel);
    if (!grid) continue;
    drawGrid(*painter, *grid);
    if (map == m_maps.back()) drawValues(*painter, *grid);
  }
}

void HeatCells::drawGrid(QCPPainter& painter, const Grid& grid) const {
  const HeatMap& map = *grid.map;
  QImage image(int(grid.columns), int(grid.rows), QImage::Format_RGB32);
  const MatrixPart cells{grid.firstRow, grid.firstColumn, std::min(grid.rows * grid.by.rows, map.rows - grid.firstRow),
                         std::min(grid.columns * grid.by.columns, map.columns - grid.firstColumn)};
  const std::vector<float> values = pooledCells(map, cells, grid.by);
  for (std::uint64_t row = 0; row < grid.rows; ++row) {
    auto* const line = reinterpret_cast<QRgb*>(image.scanLine(int(row)));
    for (std::uint64_t column = 0; column < grid.columns; ++column)
      line[column] = colorOf(values[row * grid.columns + column]);
  }
  // The last cells may be cut off by the matrix' end; the picture's are all of one size, and what is over is clipped.
  const double rowSize = double(map.cellRows) * double(grid.by.rows);
  const double columnSize = double(map.cellColumns) * double(grid.by.columns);
  const double top = double(map.firstRow) + double(grid.firstRow) * double(map.cellRows);
  const double left = double(map.firstColumn) + double(grid.firstColumn) * double(map.cellColumns);
  const QRectF target(QPointF(keyAxis()->coordToPixel(left), valueAxis()->coordToPixel(top)),
                      QPointF(keyAxis()->coordToPixel(left + columnSize * double(grid.columns)),
                              valueAxis()->coordToPixel(top + rowSize * double(grid.rows))));
  painter.save();
  const QRectF all = rectOf({map.firstRow, map.firstColumn, map.matrix.rows, map.matrix.columns});
  painter.setClipRect(all.intersected(keyAxis()->axisRect()->rect()).toAlignedRect(), Qt::IntersectClip);
  painter.drawImage(target, image);
  painter.restore();
}

void HeatCells::drawValues(QCPPainter& painter, const Grid& grid) const {
  const QRectF cell = rectOf({0, 0, 1, 1});
  const bool single = grid.by == CellSize{} && grid.map->cellRows == 1 && grid.map->cellColumns == 1;
  if (!m_printsValues || !single || cell.width() < kLeastWidth || cell.height() < kLeastHeight ||
      grid.rows * grid.columns > kMostValues)
    return;
  const QFont font = theme().numbers(11);
  const auto room = qsizetype((cell.width() - 6) / QFontMetricsF(font).horizontalAdvance(QLatin1Char('0')));
  painter.setFont(font);
  for (std::uint64_t row = 0; row < grid.rows; ++row)
    for (std::uint64_t column = 0; column < grid.columns; ++column) {
      const Cell at = cellOf(grid, row, column);
      const QColor ground(colorOf(at.value));
      painter.setPen(QPen(ground.lightnessF() < float(kDarkGround) ? Qt::white : Qt::black));
      painter.drawText(rectOf(at.part), Qt::AlignCenter, fitted(at.value, room));
    }
}

QCPColorScale* addColorScale(QCustomPlot& plot) {
  auto* scale = new QCPColorScale(&plot);
  plot.plotLayout()->addElement(0, 1, scale);
  scale->setBarWidth(kScaleWidth);
  scale->setRangeDrag(false);
  scale->setRangeZoom(false);
  scale->axis()->setTicker(QSharedPointer<Ticker>::create(Axis()));
  auto* group = new QCPMarginGroup(&plot);
  plot.axisRect()->setMarginGroup(QCP::msTop | QCP::msBottom, group);
  scale->setMarginGroup(QCP::msTop | QCP::msBottom, group);
  return scale;
}

void setColorScale(QCPColorScale& scale, bool isSigned, const QCPRange& range, const QString& title) {
  QCPColorGradient gradient;
  gradient.clearColorStops();
  for (int i = 0; i <= kStops; ++i)
    gradient.setColorStopAt(double(i) / kStops, toQt(colourAt(isSigned, double(i) / kStops)));
  scale.setGradient(gradient);
  scale.setDataRange(range);
  scale.axis()->setLabel(title);
}

void styleColorScale(QCPColorScale& scale, const ThemeColors& c) {
  auto& axis = *scale.axis();
  axis.setTickLabelFont(theme().words(11));
  axis.setTickLabelColor(c.muted);
  axis.setLabelFont(theme().words(11));
  axis.setLabelColor(c.muted);
  const QCustomPlot& plot = *scale.parentPlot();
  for (auto* side : {scale.axis(), plot.xAxis2, plot.yAxis2}) {
    side->setBasePen(Qt::NoPen);
    side->setTickPen(Qt::NoPen);
    side->setSubTickPen(Qt::NoPen);
  }
  for (auto* border : scale.axis()->axisRect()->axes()) border->setBasePen(Qt::NoPen);
}

}  // namespace ulpscope
