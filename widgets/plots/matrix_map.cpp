// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/matrix_map.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QNativeGestureEvent>
#include <QPinchGesture>
#include <QTimer>
#include <algorithm>
#include <bit>
#include <cmath>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/report/figures.h"
#include "widgets/plots/heat_cells_p.h"
#include "widgets/plots/ticker_p.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kLeastShown = 3;  ///< elements across, at the closest
constexpr double kKeyZoom = 1.25;
constexpr double kKeyPan = 0.125;  ///< of what is in view
constexpr double kMargin = 0.25;   ///< read around what is in view, so that dragging does not run out of it
constexpr std::uint64_t kMostListed = 512;

/// Numbers of rows and columns, in the middle of what they number.
class ElementTicker final : public Ticker {
 public:
  ElementTicker() : Ticker(Axis()) {}
  void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision, QVector<double>& ticks,
                QVector<double>* subTicks, QVector<QString>* tickLabels) override {
    QVector<double> found;
    Ticker::generate({range.lower - 0.5, range.upper - 0.5}, locale, formatChar, precision, found, subTicks, nullptr);
    ticks.clear();
    if (tickLabels) tickLabels->clear();
    for (qsizetype i = 0; i < found.size(); ++i) {
      if (found[i] != std::round(found[i])) continue;
      ticks << found[i] + 0.5;
      if (tickLabels) *tickLabels << QString::number(found[i], 'f', 0);
    }
  }
};

using Ends = std::pair<double, double>;

/// A range of kLeastShown elements or more, inside [0, all). `last` stays where it already is as close as can be.
Ends inside(QCPRange range, Ends last, double all) {
  const double least = std::min(all, kLeastShown);
  constexpr double kSlack = 1e-6;
  if (range.size() < least && last.second - last.first <= least + kSlack && last.second <= all) return last;
  const double half = std::clamp(range.size(), least, all) / 2;
  const double middle = std::clamp(range.center(), half, all - half);
  return {middle - half, middle + half};
}

/// The elements that a range touches, and a share of their number more on both sides, in whole cells.
std::pair<std::uint64_t, std::uint64_t> reach(const QCPRange& range, std::uint64_t all, double margin,
                                              std::uint64_t cell) {
  const double by = range.size() * margin;
  const auto lower = std::uint64_t(std::max(0.0, std::floor(range.lower - by)));
  const auto upper = std::uint64_t(std::min(double(all), std::ceil(range.upper + by)));
  const std::uint64_t first = lower / cell * cell;
  const std::uint64_t last = std::min(all, divideRoundingUp(upper, cell) * cell);
  return {first, last > first ? last - first : 0};
}

bool contains(const MatrixPart& outer, const MatrixPart& inner) {
  return outer.firstRow <= inner.firstRow && outer.firstColumn <= inner.firstColumn &&
         outer.firstRow + outer.rows >= inner.firstRow + inner.rows &&
         outer.firstColumn + outer.columns >= inner.firstColumn + inner.columns;
}

}  // namespace

MatrixMap::MatrixMap(QWidget* parent)
    : PlotBase(parent),
      m_cells(new HeatCells(plot().xAxis, plot().yAxis)),
      m_colors(addColorScale(plot())),
      m_click(new QTimer(this)) {
  QCustomPlot& p = plot();
  for (auto* axis : {p.xAxis, p.yAxis}) {
    axis->setTicker(QSharedPointer<ElementTicker>::create());
    axis->grid()->setVisible(false);
  }
  p.yAxis->setRangeReversed(true);
  p.grabGesture(Qt::PinchGesture);
  m_cells->setPrintsValues(true);
  m_click->setSingleShot(true);
  setAxisTitles(tr("column"), tr("row"));
  // Wheel and mouse move the axes one by one, and replot themselves.
  for (auto* axis : {p.xAxis, p.yAxis})
    connect(axis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this] { setRanges(plot().xAxis->range(), plot().yAxis->range()); });
  connect(&p, &QCustomPlot::afterLayout, this, [this] {
    arrange();
    Q_EMIT viewChanged();
  });
  watchMouse();
  show({});
}

MatrixMap::~MatrixMap() = default;

void MatrixMap::watchMouse() {
  QCustomPlot& p = plot();
  connect(&p, &QCustomPlot::mousePress, this, [this, &p](QMouseEvent* event) {
    m_ignoresClick = false;
    p.setSelectionRectMode(event->modifiers() & Qt::ShiftModifier ? QCP::srmCustom : QCP::srmNone);
  });
  connect(p.selectionRect(), &QCPSelectionRect::accepted, this, [this](const QRect& drawn, QMouseEvent*) {
    const QRect rect = drawn.normalized();
    if (rect.width() < 2 || rect.height() < 2) return;
    const QPointF from = dataAt(rect.topLeft());
    const QPointF to = dataAt(rect.bottomRight());
    moveTo({from.x(), to.x()}, {from.y(), to.y()});
  });
  connect(&p, &QCustomPlot::mouseDoubleClick, this, [this] {
    m_click->stop();
    m_ignoresClick = true;  // its second release is no click
  });
  connect(this, &PlotBase::clicked, this, &MatrixMap::choose);
  connect(m_click, &QTimer::timeout, this, [this] {
    if (m_chosen) Q_EMIT cellChosen(*m_chosen);
  });
}

void MatrixMap::choose(QPointF place) {
  const auto cell = m_cells->cellAt(place);
  if (m_ignoresClick || !cell) return;
  m_chosen.emplace(cell->part);  // assigned, GCC 12 takes it for a pointer to `cell` at -O3
  m_click->start(QApplication::doubleClickInterval());
}

void MatrixMap::show(Content content) {
  m_content = std::move(content);
  m_pyramid.reset();
  m_parts.clear();
  m_click->stop();
  m_chosen.reset();
  m_probed.reset();
  hideProbe();
  setTitle(m_content.title);
  setLargest(m_content.largest);
  restyle();
  resetView();
}

void MatrixMap::setLargest(double magnitude) {
  m_content.largest = magnitude > 0 && std::isfinite(magnitude) ? magnitude : 1;
  const QCPRange range(-m_content.largest, m_content.largest);
  m_cells->setScale(true, range);
  setColorScale(*m_colors, true, range, tr("value"));
  plot().replot(QCustomPlot::rpQueuedReplot);
}

void MatrixMap::setPyramid(std::shared_ptr<const HeatPyramid> pyramid) {
  m_pyramid = std::move(pyramid);
  redraw();
}

void MatrixMap::addPart(std::shared_ptr<const HeatPyramid> part) {
  m_parts.push_back(std::move(part));
  if (m_parts.size() > kMostParts) m_parts.pop_front();
  redraw();
}

/// The level of the pyramid that the screen needs below, and parts that are finer over it; no more than is needed.
void MatrixMap::arrange() {
  using Map = std::shared_ptr<const HeatMap>;
  std::vector<Map> maps;
  if (m_pyramid && !m_pyramid->levels.empty()) {
    const CellSize cell = wantedCell();
    const auto isFine = [&](const HeatMap& map) {
      return map.cellRows <= cell.rows && map.cellColumns <= cell.columns;
    };
    // The coarsest level that is fine enough, else the finest.
    const auto levelOf = [&](const std::shared_ptr<const HeatPyramid>& pyramid) {
      auto level = std::find_if(pyramid->levels.rbegin(), pyramid->levels.rend(), isFine);
      if (level == pyramid->levels.rend()) --level;
      return Map(pyramid, &*level);
    };
    maps.push_back(levelOf(m_pyramid));
    if (!isFine(*maps.front()))
      for (const auto& part : m_parts) maps.push_back(levelOf(part));
    // The coarsest first; of equal ones the newest last. What a later one hides is left out.
    std::stable_sort(maps.begin() + 1, maps.end(), [&](const Map& a, const Map& b) {
      return a->cellRows * a->cellColumns > b->cellRows * b->cellColumns;
    });
    const MatrixPart seen = visiblePart();
    const auto covers = [&](const Map& map) {
      return contains({map->firstRow, map->firstColumn, map->matrix.rows, map->matrix.columns}, seen);
    };
    maps.erase(maps.begin(), std::find_if(maps.rbegin(), maps.rend(), covers).base() - 1);
  }
  m_cells->setMaps(std::move(maps));
}

void MatrixMap::redraw() {
  arrange();
  plot().replot(QCustomPlot::rpQueuedReplot);
}

void MatrixMap::setRanges(const QCPRange& columns, const QCPRange& rows) {
  if (m_setsRanges || m_content.matrix.rows == 0 || m_content.matrix.columns == 0) return;
  m_setsRanges = true;
  m_columns = inside(columns, m_columns, double(m_content.matrix.columns));
  m_rows = inside(rows, m_rows, double(m_content.matrix.rows));
  plot().xAxis->setRange(QCPRange(m_columns.first, m_columns.second));
  plot().yAxis->setRange(QCPRange(m_rows.first, m_rows.second));
  m_setsRanges = false;
  arrange();
}

void MatrixMap::moveTo(const QCPRange& columns, const QCPRange& rows) {
  setRanges(columns, rows);
  redraw();
}

void MatrixMap::zoom(double factor, QPointF about) {
  const auto scaled = [factor](const QCPRange& range, double fixed) {
    return QCPRange(fixed + (range.lower - fixed) / factor, fixed + (range.upper - fixed) / factor);
  };
  hideProbe();
  moveTo(scaled(plot().xAxis->range(), about.x()), scaled(plot().yAxis->range(), about.y()));
}

void MatrixMap::pan(double dx, double dy) {
  const QCPRange x = plot().xAxis->range();
  const QCPRange y = plot().yAxis->range();
  hideProbe();
  moveTo(x + dx * x.size(), y + dy * y.size());
}

void MatrixMap::resetView() { moveTo({0, double(m_content.matrix.columns)}, {0, double(m_content.matrix.rows)}); }

void MatrixMap::showPart(const MatrixPart& part) {
  moveTo({double(part.firstColumn), double(part.firstColumn + part.columns)},
         {double(part.firstRow), double(part.firstRow + part.rows)});
}

MatrixPart MatrixMap::visiblePart() const {
  const auto [firstRow, rows] = reach(plot().yAxis->range(), m_content.matrix.rows, 0, 1);
  const auto [firstColumn, columns] = reach(plot().xAxis->range(), m_content.matrix.columns, 0, 1);
  return {firstRow, firstColumn, rows, columns};
}

bool MatrixMap::showsAll() const {
  const MatrixPart part = visiblePart();
  return part.rows == m_content.matrix.rows && part.columns == m_content.matrix.columns;
}

CellSize MatrixMap::wantedCell() const {
  const CellSize pixel = m_cells->elementsPerPixel();
  return {std::bit_ceil(pixel.rows), std::bit_ceil(pixel.columns)};
}

CellSize MatrixMap::shownCell() const {
  const auto cell = m_cells->cellAt({plot().xAxis->range().center(), plot().yAxis->range().center()});
  return cell ? CellSize{cell->part.rows, cell->part.columns} : CellSize{};
}

bool MatrixMap::wouldSuffice(const Wanted& w) const {
  const CellSize cell = wantedCell();
  return w.cell.rows <= cell.rows && w.cell.columns <= cell.columns && contains(w.part, visiblePart());
}

std::optional<MatrixMap::Wanted> MatrixMap::wanted() const {
  if (!m_pyramid || m_pyramid->levels.empty()) return std::nullopt;
  const auto suffices = [this](const HeatMap& map) {
    return wouldSuffice(
        {{map.firstRow, map.firstColumn, map.matrix.rows, map.matrix.columns}, {map.cellRows, map.cellColumns}});
  };
  if (suffices(m_pyramid->levels.front())) return std::nullopt;
  for (const auto& part : m_parts)
    if (suffices(part->levels.front())) return std::nullopt;
  const auto around = [this](CellSize cell) {
    const auto [firstRow, rows] = reach(plot().yAxis->range(), m_content.matrix.rows, kMargin, cell.rows);
    const auto [firstColumn, columns] = reach(plot().xAxis->range(), m_content.matrix.columns, kMargin, cell.columns);
    return MatrixPart{firstRow, firstColumn, rows, columns};
  };
  const MatrixPart part = around({});
  if (part.columns != 0 && part.rows <= kMostElements / part.columns) return Wanted{part, {}};
  return Wanted{around(wantedCell()), wantedCell()};
}

HeatMap MatrixMap::visible() const { return m_cells->visible(kMostListed); }

std::function<Table()> MatrixMap::tableMaker() const {
  return [title = m_content.title.toStdString(), map = visible()] { return toTable(heatMapFigure(title, map)); };
}

void MatrixMap::applyColors(const ThemeColors& c) {
  styleColorScale(*m_colors, c);
  m_cells->setSpecialColor(c.plotSpecial);
  plot().selectionRect()->setPen(QPen(c.accent, 1));
  plot().selectionRect()->setBrush(Qt::NoBrush);
}

PlotBase::Probe MatrixMap::probeOf(QPointF place) {
  const auto cell = m_cells->cellAt(place);
  if (!cell) return {place, {}};
  m_probed = cell->part;
  const MatrixPart& part = cell->part;
  const QPointF middle(double(part.firstColumn) + double(part.columns) / 2,
                       double(part.firstRow) + double(part.rows) / 2);
  const bool single = part.rows * part.columns == 1;
  const QString at = tr("[%1, %2]").arg(part.firstRow).arg(part.firstColumn);
  const QString what = single ? at : tr("largest of %1 \u00D7 %2 from %3").arg(part.rows).arg(part.columns).arg(at);
  const QString value = std::isnan(cell->value) ? QStringLiteral("NaN") : QString::fromStdString(shortest(cell->value));
  return {middle, what + QLatin1Char('\n') + (m_content.rounded ? QStringLiteral("\u2248 ") + value : value)};
}

std::optional<PlotBase::Probe> MatrixMap::probeAt(QPointF pixel) {
  const QPointF place = dataAt(pixel);
  if (!m_cells->cellAt(place)) return std::nullopt;
  return probeOf(place);
}

std::optional<PlotBase::Probe> MatrixMap::probeBeside(int dx, int dy) {
  const MatrixShape& matrix = m_content.matrix;
  if (!m_pyramid || m_pyramid->levels.empty()) return std::nullopt;
  const QCPRange columns = plot().xAxis->range();
  const QCPRange rows = plot().yAxis->range();
  QPointF place(columns.center(), rows.center());
  if (m_probed) {
    const CellSize cell = shownCell();
    const auto stepped = [](std::uint64_t first, std::uint64_t size, std::uint64_t step, int by, std::uint64_t all) {
      const double middle = double(first) + double(size) / 2;
      const double at = by > 0   ? double(first + size) + double(step) / 2
                        : by < 0 ? double(first) - double(step) / 2
                                 : middle;
      return at <= 0 ? 0.5 : at >= double(all) ? double(all) - 0.5 : at;
    };
    place = {stepped(m_probed->firstColumn, m_probed->columns, cell.columns, dx, matrix.columns),
             stepped(m_probed->firstRow, m_probed->rows, cell.rows, dy, matrix.rows)};
  }
  const auto follow = [](const QCPRange& range, double at) {
    return range.contains(at) ? range : range + (at - range.center());
  };
  if (!columns.contains(place.x()) || !rows.contains(place.y()))
    moveTo(follow(columns, place.x()), follow(rows, place.y()));
  return probeOf(place);
}

void MatrixMap::keyPressEvent(QKeyEvent* event) {
  if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_probed)
    return Q_EMIT cellChosen(*m_probed);
  const bool control = event->modifiers() & Qt::ControlModifier;
  const QCPRange columns = plot().xAxis->range();
  const QCPRange rows = plot().yAxis->range();
  QPointF about(columns.center(), rows.center());
  if (m_probed) {
    const QPointF probe(double(m_probed->firstColumn) + double(m_probed->columns) / 2,
                        double(m_probed->firstRow) + double(m_probed->rows) / 2);
    if (columns.contains(probe.x()) && rows.contains(probe.y())) about = probe;
  }
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(kKeyZoom, about);
    case Qt::Key_Minus:
      return zoom(1 / kKeyZoom, about);
    case Qt::Key_Left:
      if (control) return pan(-kKeyPan, 0);
      break;
    case Qt::Key_Right:
      if (control) return pan(kKeyPan, 0);
      break;
    case Qt::Key_Up:
      if (control) return pan(0, -kKeyPan);
      break;
    case Qt::Key_Down:
      if (control) return pan(0, kKeyPan);
      break;
    default:
      break;
  }
  PlotBase::keyPressEvent(event);
}

bool MatrixMap::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &plot() && event->type() == QEvent::NativeGesture) {
    const auto* gesture = static_cast<QNativeGestureEvent*>(event);
    if (gesture->gestureType() == Qt::ZoomNativeGesture) {
      zoom(std::max(0.1, 1 + gesture->value()), dataAt(gesture->position()));
      return true;
    }
  }
  if (watched == &plot() && event->type() == QEvent::Gesture)
    if (auto* pinch = static_cast<QPinchGesture*>(static_cast<QGestureEvent*>(event)->gesture(Qt::PinchGesture))) {
      zoom(std::clamp(pinch->scaleFactor(), 0.1, 10.0), dataAt(plot().mapFromGlobal(pinch->hotSpot())));
      return true;
    }
  return PlotBase::eventFilter(watched, event);
}

}  // namespace ulpscope
