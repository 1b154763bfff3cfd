// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_view.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/report/ticks.h"
#include "widgets/plots/bars_p.h"
#include "widgets/plots/edge_notes_p.h"
#include "widgets/plots/format_ticks_p.h"
#include "widgets/plots/line_labels_p.h"
#include "widgets/plots/points_p.h"
#include "widgets/plots/steps_p.h"
#include "widgets/plots/ticker_p.h"

namespace ulpscope {
namespace {

using Kind = Series::Kind;

constexpr double kReach = 24;           ///< px from a point within which it is the one meant
constexpr double kMargin = 0.05;        ///< of the range, around points and lines
constexpr double kRoomForNames = 0.12;  ///< the same around points with names, which stand beside them
constexpr double kLineWidth = 1.5;
constexpr double kMark = 8;        ///< px across, of hollow marks
constexpr int kLabelGround = 190;  ///< alpha of what keeps a name apart from lines behind it

void setScale(QCPAxis& axis, const Axis& data) {
  axis.setScaleType(data.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
  axis.setTicker(QSharedPointer<Ticker>::create(data));
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

/// Whose name stands beside it.
bool isLabelled(const Series& series) { return isLine(series) || series.kind == Kind::Steps; }

double middle(const Series& series, std::size_t i) {
  return series.hasEdges() ? (series.x[i] + series.x[i + 1]) / 2 : series.x[i];
}

QString number(double value) { return QString::fromStdString(shortest(value)); }

/// "2⁻⁸ = 0.00390625" where the axis counts exponents.
QString valueText(const Axis& axis, double value) {
  if (!axis.powersOfTwo) return number(value);
  const QString decimal = QString::number(std::exp2(value), 'g', 6);
  if (value != std::round(value)) return decimal;
  return QStringLiteral("%1 = %2").arg(QString::fromStdString(powerOfTwoText(int(value))), decimal);
}

/// `color` as text: drawn nearer to `text` until it stands out from the ground.
QColor readable(const QColor& color, const QColor& text, const QColor& ground) {
  const auto luminance = [](const QColor& c) {
    const auto linear = [](double v) { return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
  };
  constexpr double kEnough = 4.5;  // WCAG 2.1, level AA
  for (double share = 0; share < 1; share += 0.1) {
    const auto mixed = [&](float a, float b) { return float(a + (b - a) * share); };
    const QColor now = QColor::fromRgbF(mixed(color.redF(), text.redF()), mixed(color.greenF(), text.greenF()),
                                        mixed(color.blueF(), text.blueF()));
    const double a = luminance(now) + 0.05;
    const double b = luminance(ground) + 0.05;
    if (std::max(a, b) / std::min(a, b) >= kEnough) return now;
  }
  return text;
}

/// Points of an outline, some pixels apart, that are clear of the lower axis, where all outlines meet; where none is,
/// those.
QPolygonF aboveGround(const QPolygonF& outline, const QRectF& area) {
  constexpr double kLow = 0.12;  // of the height
  constexpr double kApart = 6;
  QPolygonF sparse, high;
  for (const QPointF& point : outline) {
    if (!sparse.isEmpty() && point.x() < sparse.last().x() + kApart) continue;
    sparse << point;
    if (point.y() < area.bottom() - kLow * area.height()) high << point;
  }
  return high.isEmpty() ? sparse : high;
}

/// Half way to the ground.
QColor tinted(const QColor& color, const QColor& ground) {
  return QColor::fromRgbF((color.redF() + ground.redF()) / 2, (color.greenF() + ground.greenF()) / 2,
                          (color.blueF() + ground.blueF()) / 2);
}

}  // namespace

PlotView::PlotView(QWidget* parent)
    : PlotBase(parent), m_ticks(new FormatTicks(plot())), m_edges(new EdgeNotes(plot())) {
  connect(this, &PlotBase::clicked, this, [this](QPointF place) {
    const QPointF pixel(plot().xAxis->coordToPixel(place.x()), plot().yAxis->coordToPixel(place.y()));
    if (m_edges->contains(pixel)) return Q_EMIT beyondClicked();
    if (const auto item = nearest(pixel)) Q_EMIT itemClicked(item->series, item->index);
  });
  connect(&plot(), &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
    plot().setCursor(m_edges->contains(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
  });
  show({});
}

PlotView::~PlotView() = default;

void PlotView::show(Figure figure) {
  plot().clearPlottables();  // which draw from the figure that goes
  m_plottables.clear();
  m_figure = std::move(figure);
  m_homeRange.reset();
  m_probed.reset();
  hideProbe();
  setTitle(QString::fromStdString(printable(m_figure.title)));
  m_edges->setCounts(m_figure.below, m_figure.above);
  build();
  restyle();
  resetView();
  setNotes(m_figure.notes);  // which may take room and draw anew: last
}

void PlotView::setFormatTicks(std::vector<double> values, const QString& title) {
  m_ticks->setValues(std::move(values), title);
  plot().replot(QCustomPlot::rpQueuedReplot);
}

std::size_t PlotView::formatTicksInView() const { return m_ticks->inView(); }
bool PlotView::hasTooManyFormatTicks() const { return m_ticks->tooMany(); }

void PlotView::setHomeRange(double lower, double upper) {
  m_homeRange.emplace(lower, upper);
  resetView();
}

void PlotView::build() {
  QCustomPlot& p = plot();
  for (auto* label : m_lineLabels)
    if (label) p.removeItem(label);
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
    } else if (series.kind == Kind::Steps) {
      plottable = new Steps(p.xAxis, p.yAxis, series);
    } else {
      // A curve keeps the order of its points; a graph would sort them by x.
      auto* curve = new QCPCurve(p.xAxis, p.yAxis);
      curve->setData(QVector<double>(series.x.begin(), series.x.end()),
                     QVector<double>(series.y.begin(), series.y.end()));
      plottable = curve;
    }
    const bool givesWay = series.kind == Kind::Guide && hasNamedPoints();  // the names of dots need the room
    if (isLabelled(series) && !series.name.empty() && !givesWay) label = newLineLabel(series);
    plottable->setName(QString::fromStdString(printable(series.name)));
    plottable->setSelectable(QCP::stNone);
    if (!series.labels.empty()) plottable->setLayer(QStringLiteral("axes"));  // labels above the lines
    if (!series.name.empty() && !isLabelled(series)) ++named;
    m_plottables.push_back(plottable);
    m_lineLabels.push_back(label);
  }
  p.legend->setVisible(named > 1);
  for (std::size_t i = 0; i < m_plottables.size(); ++i)
    if (isLabelled(m_figure.series[i]) || m_figure.series[i].name.empty()) m_plottables[i]->removeFromLegend();
  double widest = 0;  // of the names that reach into the margin; outlines over bars have them inside
  bool anyLabel = false;
  for (std::size_t i = 0; i < m_lineLabels.size(); ++i) {
    if (!m_lineLabels[i]) continue;
    anyLabel = true;
    if (m_figure.series[i].kind != Kind::Steps)
      widest = std::max(widest, QFontMetricsF(theme().words(11)).horizontalAdvance(m_lineLabels[i]->text()));
  }
  p.axisRect()->setMinimumMargins(QMargins(12, 8, std::max(14, int(widest) + 10), 12));
  setAxisTitles(QString::fromStdString(m_figure.x.title), QString::fromStdString(m_figure.y.title));
  disconnect(&p, &QCustomPlot::afterLayout, this, nullptr);
  if (anyLabel) connect(&p, &QCustomPlot::afterLayout, this, &PlotView::labelLines);
}

QCPItemText* PlotView::newLineLabel(const Series& series) {
  auto* label = new QCPItemText(&plot());
  label->setText(QString::fromStdString(printable(series.name)));
  if (series.kind == Kind::Steps) label->setLayer(QStringLiteral("axes"));  // outlines are many and lie close
  label->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  label->setClipToAxisRect(false);
  label->setSelectable(false);
  label->position->setType(QCPItemPosition::ptAbsolute);
  return label;
}

/// Each line's name at its right end, or elsewhere along it where that is taken.
void PlotView::labelLines() {
  const QRectF area = plot().axisRect()->rect();
  LineLabels labels(area, plot().width() - area.right() - 2);
  std::vector<std::size_t> lines;  // those of m_lineLabels that can be seen
  for (std::size_t i = 0; i < m_lineLabels.size(); ++i) {
    const Series& series = m_figure.series[i];
    if (!isLabelled(series)) continue;
    QPolygonF points;
    if (const auto* steps = dynamic_cast<const Steps*>(m_plottables[i])) points = aboveGround(steps->outline(), area);
    for (std::size_t k = 0; isLine(series) && k < series.x.size(); ++k)
      points << QPointF(plot().xAxis->coordToPixel(series.x[k]), plot().yAxis->coordToPixel(series.y[k]));
    labels.addLine(points);
    lines.push_back(i);
  }
  for (std::size_t line = 0; line < lines.size(); ++line) {
    QCPItemText* label = m_lineLabels[lines[line]];
    if (!label) continue;
    const QSizeF size = QFontMetricsF(theme().words(11)).size(0, label->text());
    const auto at = labels.place(line, size);
    label->setVisible(at.has_value());
    if (at) label->position->setCoords(*at);
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
    hasBars = hasBars || m_figure.series[i].hasEdges();
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
  std::size_t colors = 0;
  std::vector<std::size_t> colorOf;
  // Bars step back where outlines are drawn over them.
  const bool behind =
      std::ranges::any_of(m_figure.series, [](const Series& series) { return series.kind == Kind::Steps; });
  for (std::size_t i = 0; i < m_plottables.size(); ++i) {
    const bool guide = m_figure.series[i].kind == Kind::Guide;
    const auto& compared = m_figure.series[i].colourOf;
    colorOf.push_back(compared ? colorOf[*compared] : colors);
    if (!guide && !compared) ++colors;
    const std::size_t color = colorOf.back();
    const QColor ink = guide ? c.muted : c.series[color % c.series.size()];
    if (auto* bars = dynamic_cast<Bars*>(m_plottables[i]))
      bars->setColors(behind ? tinted(ink, c.surface) : ink, c.plotOutlier, c.outlier, c.surface);
    else if (auto* points = dynamic_cast<Points*>(m_plottables[i]))
      points->setColors(ink, c.plotOutlier, c.text, c.surface);
    else
      m_plottables[i]->setPen(QPen(ink, guide ? 1 : kLineWidth,
                                   guide                 ? Qt::DashLine
                                   : compared            ? Qt::DotLine
                                   : m_figure.solidLines ? Qt::SolidLine
                                                         : theme().dash(color)));
    if (auto* curve = dynamic_cast<QCPCurve*>(m_plottables[i]); curve && compared)
      curve->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(ink, kLineWidth), Qt::NoBrush, kMark));
    if (m_lineLabels[i]) {
      m_lineLabels[i]->setFont(theme().words(11));
      m_lineLabels[i]->setColor(guide ? c.muted : readable(ink, c.text, c.surface));
      m_lineLabels[i]->setBrush(QBrush(QColor(c.surface.red(), c.surface.green(), c.surface.blue(), kLabelGround)));
    }
  }
  m_ticks->setColors(c.plotGood, c.muted, c.surface);
  m_edges->applyColors(c);
}

std::optional<PlotView::Item> PlotView::nearest(QPointF pixel) const {
  std::optional<Item> best;
  double bestDistance = kReach;
  for (std::size_t s = 0; s < m_plottables.size(); ++s) {
    const Series& series = m_figure.series[s];
    if (series.kind == Kind::Guide || series.y.empty()) continue;
    if (series.hasEdges()) {
      const auto [first, last] = binsIn(series.x, {plot().xAxis->pixelToCoord(pixel.x()), 1e300});
      if (first >= last || series.x[first] > plot().xAxis->pixelToCoord(pixel.x())) continue;
      // A bar is meant all the way up, an outline near its line.
      const double distance = std::abs(plot().yAxis->coordToPixel(series.y[first]) - pixel.y());
      if (series.kind == Kind::Bars && !best) best = Item{s, first};
      if (distance >= bestDistance || (series.kind == Kind::Bars && distance >= kReach)) continue;
      bestDistance = distance;
      best = Item{s, first};
      continue;
    }
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
  if (item.index < series.names.size())
    lines << QString::fromStdString(printable(series.names[item.index]));
  else if (series.hasEdges())
    lines << QStringLiteral("%1 \u2026 %2")
                 .arg(valueText(m_figure.x, series.x[item.index]), valueText(m_figure.x, series.x[item.index + 1]));
  else
    lines << valueText(m_figure.x, series.x[item.index]);
  lines << QStringLiteral("%1: %2").arg(QString::fromStdString(m_figure.y.title),
                                        valueText(m_figure.y, series.y[item.index]));
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
