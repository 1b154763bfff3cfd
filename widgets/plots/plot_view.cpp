// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/plots/bars_p.h"
#include "widgets/plots/format_ticks_p.h"
#include "widgets/plots/points_p.h"
#include "widgets/plots/ticker_p.h"

namespace ulpscope {
namespace {

using Kind = Series::Kind;

constexpr double kReach = 24;           ///< px from a point within which it is the one meant
constexpr double kMargin = 0.05;        ///< of the range, around points and lines
constexpr double kRoomForNames = 0.12;  ///< the same around points with names, which stand beside them
constexpr double kLabelPitch = 14;      ///< px between the names of two lines
constexpr double kLineWidth = 1.5;

void setScale(QCPAxis& axis, const Axis& data) {
  axis.setScaleType(data.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  axis.setTicker(QSharedPointer<Ticker>::create(data.logarithmic));
  axis.setLabel(QString::fromStdString(data.title));
}

QCPRange widened(const QCPRange& range, bool logarithmic, double margin) {
  if (logarithmic) {
    const double factor = range.lower == range.upper ? 2 : std::pow(range.upper / range.lower, margin);
    return {range.lower / factor, range.upper * factor};
  }
  const double by = range.size() > 0 ? range.size() * margin : std::max(0.5, std::abs(range.lower) / 2);
  return {range.lower - by, range.upper + by};
}

bool isLine(const Series& series) { return series.kind == Kind::Line || series.kind == Kind::Guide; }

double middle(const Series& series, std::size_t i) {
  return series.kind == Kind::Bars ? (series.x[i] + series.x[i + 1]) / 2 : series.x[i];
}

QString number(double value) { return QString::fromStdString(shortest(value)); }

}  // namespace

PlotView::PlotView(QWidget* parent) : PlotBase(parent), m_ticks(new FormatTicks(plot())) {
  connect(this, &PlotBase::clicked, this, [this](QPointF place) {
    const QPointF pixel(plot().xAxis->coordToPixel(place.x()), plot().yAxis->coordToPixel(place.y()));
    if (const auto item = nearest(pixel)) Q_EMIT itemClicked(item->series, item->index);
  });
  show({});
}

PlotView::~PlotView() = default;

void PlotView::show(Figure figure) {
  m_figure = std::move(figure);
  m_homeRange.reset();
  m_probed.reset();
  hideProbe();
  setTitle(QString::fromStdString(printable(m_figure.title)));
  setNotes(m_figure.notes);
  build();
  restyle();
  resetView();
}

void PlotView::setFormatTicks(std::vector<double> values) {
  m_ticks->setValues(std::move(values));
  plot().replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::setHomeRange(double lower, double upper) {
  m_homeRange.emplace(lower, upper);
  resetView();
}

void PlotView::build() {
  QCustomPlot& p = plot();
  p.clearPlottables();
  for (auto* label : m_lineLabels)
    if (label) p.removeItem(label);
  m_plottables.clear();
  m_lineLabels.clear();
  setScale(*p.xAxis, m_figure.x);
  setScale(*p.yAxis, m_figure.y);
  std::size_t named = 0;
  for (const Series& series : m_figure.series) {
    QCPItemText* label = nullptr;
    QCPAbstractPlottable* plottable = nullptr;
    if (series.kind == Kind::Bars) {
      plottable = new Bars(p.xAxis, p.yAxis, series);
    } else if (series.kind == Kind::Points) {
      plottable = new Points(p.xAxis, p.yAxis, series);
    } else {
      // A curve keeps the order of its points; a graph would sort them by x.
      auto* curve = new QCPCurve(p.xAxis, p.yAxis);
      curve->setData(QVector<double>(series.x.begin(), series.x.end()),
                     QVector<double>(series.y.begin(), series.y.end()));
      plottable = curve;
      const bool givesWay = series.kind == Kind::Guide && hasNamedPoints();  // the names of dots need the room
      if (!series.name.empty() && !givesWay) {
        label = new QCPItemText(&p);
        label->setText(QString::fromStdString(printable(series.name)));
        label->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        label->setClipToAxisRect(false);
        label->setSelectable(false);
        label->position->setType(QCPItemPosition::ptAbsolute);
      }
    }
    plottable->setName(QString::fromStdString(printable(series.name)));
    plottable->setSelectable(QCP::stNone);
    if (!series.labels.empty()) plottable->setLayer(QStringLiteral("axes"));  // labels above the lines
    if (!series.name.empty() && !isLine(series)) ++named;
    m_plottables.push_back(plottable);
    m_lineLabels.push_back(label);
  }
  p.legend->setVisible(named > 1);
  for (std::size_t i = 0; i < m_plottables.size(); ++i)
    if (isLine(m_figure.series[i]) || m_figure.series[i].name.empty()) m_plottables[i]->removeFromLegend();
  double widest = 0;
  for (const auto* label : m_lineLabels)
    if (label) widest = std::max(widest, QFontMetricsF(theme().words(11)).horizontalAdvance(label->text()));
  p.axisRect()->setMinimumMargins(QMargins(12, 8, std::max(14, int(widest) + 10), 12));
  disconnect(&p, &QCustomPlot::afterLayout, this, nullptr);
  if (widest > 0) connect(&p, &QCustomPlot::afterLayout, this, &PlotView::labelLines);
}

/// Each line's name at its right end, one under the other where they would meet.
void PlotView::labelLines() {
  struct Placed {
    QCPItemText* label;
    QPointF at;
  };
  std::vector<Placed> placed;
  const QRect area = plot().axisRect()->rect();
  for (std::size_t i = 0; i < m_lineLabels.size(); ++i) {
    if (!m_lineLabels[i]) continue;
    const Series& series = m_figure.series[i];
    std::optional<QPointF> end;
    for (std::size_t k = 0; k < series.x.size(); ++k) {
      const QPointF at(plot().xAxis->coordToPixel(series.x[k]), plot().yAxis->coordToPixel(series.y[k]));
      if (std::isfinite(at.x()) && std::isfinite(at.y()) && QRectF(area).adjusted(-2, -2, 2, 2).contains(at)) end = at;
    }
    m_lineLabels[i]->setVisible(end.has_value());
    if (end) placed.push_back({m_lineLabels[i], *end});
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) { return a.at.y() < b.at.y(); });
  double freeFrom = area.top();
  for (const Placed& one : placed) {
    const double y = std::max(one.at.y(), freeFrom);
    one.label->position->setCoords(one.at.x() + 5, y);
    freeFrom = y + kLabelPitch;
  }
}

bool PlotView::hasNamedPoints() const {
  return std::any_of(m_figure.series.begin(), m_figure.series.end(),
                     [](const Series& series) { return series.kind == Kind::Points && !series.labels.empty(); });
}

void PlotView::resetView() {
  QCustomPlot& p = plot();
  bool hasBars = false;
  bool hasPoints = false;
  std::optional<QCPRange> xs, ys;
  for (std::size_t i = 0; i < m_plottables.size(); ++i) {
    hasBars = hasBars || m_figure.series[i].kind == Kind::Bars;
    hasPoints = hasPoints || m_figure.series[i].kind == Kind::Points;
    bool found = false;
    const auto x = m_plottables[i]->getKeyRange(found, m_figure.x.logarithmic ? QCP::sdPositive : QCP::sdBoth);
    if (found) xs = xs ? xs->expanded(x) : x;
    const auto y = m_plottables[i]->getValueRange(found, m_figure.y.logarithmic ? QCP::sdPositive : QCP::sdBoth, {});
    if (found) ys = ys ? ys->expanded(y) : y;
  }
  const double margin = hasNamedPoints() ? kRoomForNames : kMargin;
  if (xs) p.xAxis->setRange(hasPoints || xs->size() == 0 ? widened(*xs, m_figure.x.logarithmic, margin) : *xs);
  if (m_homeRange && !(m_figure.x.logarithmic && m_homeRange->first <= 0))
    p.xAxis->setRange(m_homeRange->first, m_homeRange->second);
  if (ys) {
    QCPRange range = widened(*ys, m_figure.y.logarithmic, margin);
    if (hasBars && m_figure.y.logarithmic) range.lower = ys->lower / 2;  // the smallest bar is seen, too
    if (hasBars && !m_figure.y.logarithmic && ys->lower >= 0) range.lower = 0;
    p.yAxis->setRange(range);
  }
  p.replot(QCustomPlot::rpQueuedReplot);
}

void PlotView::applyColors(const ThemeColors& c) {
  std::size_t color = 0;
  for (std::size_t i = 0; i < m_plottables.size(); ++i) {
    const bool guide = m_figure.series[i].kind == Kind::Guide;
    const QColor ink = guide ? c.muted : c.series[color % c.series.size()];
    if (auto* bars = dynamic_cast<Bars*>(m_plottables[i]))
      bars->setColors(ink, c.plotOutlier, c.outlier, c.surface);
    else if (auto* points = dynamic_cast<Points*>(m_plottables[i]))
      points->setColors(ink, c.plotOutlier, c.text, c.surface);
    else
      m_plottables[i]->setPen(QPen(ink, guide ? 1 : kLineWidth, guide ? Qt::DashLine : theme().dash(color)));
    if (m_lineLabels[i]) {
      m_lineLabels[i]->setFont(theme().words(11));
      m_lineLabels[i]->setColor(guide ? c.muted : c.text);
    }
    if (!guide) ++color;
  }
  m_ticks->setColor(c.plotGood);
}

QString PlotView::csv() const { return QString::fromStdString(toCsv(m_figure)); }

std::optional<PlotView::Item> PlotView::nearest(QPointF pixel) const {
  std::optional<Item> best;
  double bestDistance = kReach;
  for (std::size_t s = 0; s < m_plottables.size(); ++s) {
    const Series& series = m_figure.series[s];
    if (const auto* bars = dynamic_cast<const Bars*>(m_plottables[s])) {
      const auto bin = bars->binAt(plot().xAxis->pixelToCoord(pixel.x()));
      if (bin && !best) best = Item{s, *bin};
      continue;
    }
    if (series.kind == Kind::Guide) continue;
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const QPointF at(plot().xAxis->coordToPixel(series.x[i]), plot().yAxis->coordToPixel(series.y[i]));
      const double distance = std::hypot(at.x() - pixel.x(), at.y() - pixel.y());
      if (distance >= bestDistance) continue;
      bestDistance = distance;
      best = Item{s, i};
    }
  }
  return best;
}

QString PlotView::textOf(Item item) const {
  const Series& series = m_figure.series[item.series];
  QStringList lines;
  if (item.index < series.labels.size() && !series.labels[item.index].empty())
    lines << QString::fromStdString(printable(series.labels[item.index]));
  else if (!series.name.empty() && m_figure.series.size() > 1)
    lines << QString::fromStdString(printable(series.name));
  if (series.kind == Kind::Bars)
    lines << QStringLiteral("%1 \u2026 %2").arg(number(series.x[item.index]), number(series.x[item.index + 1]));
  else
    lines << number(series.x[item.index]);
  lines << QStringLiteral("%1: %2").arg(QString::fromStdString(m_figure.y.title), number(series.y[item.index]));
  return lines.join(QLatin1Char('\n'));
}

PlotView::Probe PlotView::probeOf(Item item) {
  m_probed = item;
  const Series& series = m_figure.series[item.series];
  return {{middle(series, item.index), series.y[item.index]}, textOf(item)};
}

std::optional<PlotBase::Probe> PlotView::probeAt(QPointF pixel) {
  const auto item = nearest(pixel);
  return item ? std::optional(probeOf(*item)) : std::nullopt;
}

std::optional<PlotBase::Probe> PlotView::probeBeside(int dx, int dy) {
  if (m_figure.series.empty()) return std::nullopt;
  Item item = m_probed.value_or(Item{0, 0});
  const auto stepped = [](std::size_t at, int by, std::size_t size) {
    return std::size_t(std::clamp<std::ptrdiff_t>(std::ptrdiff_t(at) + by, 0, std::ptrdiff_t(size) - 1));
  };
  if (dy != 0) item.series = stepped(item.series, dy, m_figure.series.size());
  const std::size_t size = m_figure.series[item.series].y.size();
  if (size == 0) return std::nullopt;
  item.index = stepped(item.index, m_probed ? dx : 0, size);
  return probeOf(item);
}

}  // namespace ulpscope
