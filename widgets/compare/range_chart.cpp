// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/range_chart.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/value_text.h"
#include "core/report/ticks.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kLowestRow = 18;  // px
constexpr double kHighestRow = 60;
constexpr double kBarShare = 0.5;  ///< of a row
constexpr double kHighestBar = 26;
constexpr double kAxisHeight = 22;
constexpr double kLabelGap = 8;
constexpr double kMargin = 0.02;  ///< of the axis, beyond the widest bar
constexpr int kPixelsPerTick = 64;

QString titleOf(const ChosenFormat& format) {
  return QString::fromStdString(std::string(format.profile->format->info().title));
}

}  // namespace

RangeChart::RangeChart(QWidget* parent) : PaintedPlot(tr("Range of formats"), parent) {}

void RangeChart::setFormats(std::vector<ChosenFormat> formats) {
  m_formats = std::move(formats);
  m_current.reset();
  updateGeometry();
  update();
}

QSize RangeChart::sizeHint() const { return {400, int(double(m_formats.size()) * 24 + kAxisHeight)}; }

QSize RangeChart::minimumSizeHint() const {
  return {200, int(double(std::max<std::size_t>(m_formats.size(), 2)) * kLowestRow + kAxisHeight)};
}

RangeChart::Layout RangeChart::layOut(const QRectF& area) const {
  const QFontMetricsF metrics(theme().words(12));
  double widest = 0;
  double lower = 0;
  double upper = 0;
  bool any = false;
  for (const ChosenFormat& format : m_formats) {
    widest = std::max(widest, metrics.horizontalAdvance(titleOf(format)));
    const FormatRange& range = format.profile->range;
    for (const auto& end : {range.smallestSubnormal, range.smallestNormal, range.largest}) {
      if (!end) continue;
      lower = any ? std::min(lower, *end) : *end;
      upper = any ? std::max(upper, *end) : *end;
      any = true;
    }
  }
  const double margin = std::max(1.0, kMargin * (upper - lower));
  const double left = area.left() + widest + kLabelGap;
  const double rows = std::max<double>(1, double(m_formats.size()));
  return {QRectF(left, area.top(), std::max(1.0, area.right() - left - 12), area.height() - kAxisHeight),
          std::min(kHighestRow, (area.height() - kAxisHeight) / rows), lower - margin, upper + margin};
}

void RangeChart::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  const Layout layout = layOut(area);
  const double bottom = layout.plot.top() + layout.rowHeight * double(m_formats.size());
  painter.setFont(theme().words(11));
  for (const Tick& tick :
       powerOfTwoTicks(layout.lower, layout.upper, std::size_t(std::max(2.0, layout.plot.width() / kPixelsPerTick)))) {
    const double x = std::round(layout.pixel(tick.value)) + 0.5;
    painter.setPen(QPen(colors.hairline, 1));
    painter.drawLine(QPointF(x, layout.plot.top()), QPointF(x, bottom));
    painter.setPen(colors.muted);
    painter.drawText(QRectF(x - 40, bottom + 4, 80, 16), Qt::AlignCenter, QString::fromStdString(tick.text));
  }
  painter.setFont(theme().words(12));
  for (std::size_t row = 0; row < m_formats.size(); ++row) {
    const ChosenFormat& format = m_formats[row];
    const double top = layout.plot.top() + double(row) * layout.rowHeight;
    painter.setPen(colors.text);
    painter.drawText(QRectF(area.left(), top, layout.plot.left() - kLabelGap - area.left(), layout.rowHeight),
                     Qt::AlignRight | Qt::AlignVCenter, titleOf(format));
    const FormatRange& range = format.profile->range;
    if (!range.largest) {
      painter.setPen(colors.muted);
      painter.drawText(QRectF(layout.plot.left(), top, layout.plot.width(), layout.rowHeight),
                       Qt::AlignLeft | Qt::AlignVCenter, tr("no positive value"));
      continue;
    }
    const double height = std::min(kHighestBar, std::round(layout.rowHeight * kBarShare));
    const double barTop = std::round(top + (layout.rowHeight - height) / 2);
    const auto bar = [&](double from, double to) {
      const double left = layout.pixel(from);
      return QRectF(left, barTop, std::max(2.0, layout.pixel(to) - left), height);
    };
    const QColor color = colors.series[format.place % colors.series.size()];
    const double normal = range.smallestNormal.value_or(*range.largest);
    if (range.smallestSubnormal && *range.smallestSubnormal < normal) {
      QColor pale = color;
      pale.setAlphaF(0.25F);
      const QRectF subnormal = bar(*range.smallestSubnormal, normal);
      painter.fillRect(subnormal, pale);
      painter.fillRect(subnormal, QBrush(color, Qt::BDiagPattern));
    }
    if (range.smallestNormal) painter.fillRect(bar(normal, *range.largest), color);
  }
}

void RangeChart::paintMarks(QPainter& painter) const {
  if (!hasFocus() || !m_current) return;
  const Layout layout = layOut(rect());
  painter.setPen(QPen(theme().colors().accent, 1));
  painter.setBrush(Qt::NoBrush);
  painter.drawRoundedRect(
      QRectF(0.5, layout.plot.top() + double(*m_current) * layout.rowHeight + 0.5, width() - 1.0, layout.rowHeight - 1),
      3, 3);
}

std::optional<std::size_t> RangeChart::rowAt(QPointF position) const {
  const Layout layout = layOut(rect());
  const double row = (position.y() - layout.plot.top()) / layout.rowHeight;
  if (row < 0 || row >= double(m_formats.size())) return std::nullopt;
  return std::size_t(row);
}

QString RangeChart::textOf(std::size_t row) const {
  const auto& [profile, place] = m_formats[row];
  const NumberFormat& format = *profile->format;
  QStringList lines{titleOf(m_formats[row])};
  const auto add = [&](const QString& name, const std::optional<std::uint64_t>& code,
                       const std::optional<double>& log2) {
    if (code && log2)
      lines << QStringLiteral("%1 %2 (2^%3)")
                   .arg(name, QString::fromStdString(readableText(format, *code)), QString::number(*log2, 'g', 6));
  };
  add(tr("smallest subnormal"), profile->limits.smallestSubnormal, profile->range.smallestSubnormal);
  add(tr("smallest normal"), profile->limits.smallestNormal, profile->range.smallestNormal);
  add(tr("largest"), profile->limits.largest, profile->range.largest);
  return lines.join(QLatin1Char('\n'));
}

void RangeChart::goTo(std::size_t row) {
  m_current = row;
  setAccessibleDescription(textOf(row));
  update();
  const Layout layout = layOut(rect());
  Q_EMIT walkedTo(int(layout.plot.top() + (double(row) + 0.5) * layout.rowHeight));
}

void RangeChart::keyPressEvent(QKeyEvent* event) {
  if (m_formats.empty()) return PaintedPlot::keyPressEvent(event);
  const std::size_t last = m_formats.size() - 1;
  switch (event->key()) {
    case Qt::Key_Down:
      return goTo(m_current ? std::min(last, *m_current + 1) : 0);
    case Qt::Key_Up:
      return goTo(m_current && *m_current > 0 ? *m_current - 1 : 0);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_current)
        Q_EMIT formatPicked(QString::fromStdString(std::string(m_formats[*m_current].profile->format->info().id)));
      return;
    default:
      return PaintedPlot::keyPressEvent(event);
  }
}

void RangeChart::mousePressEvent(QMouseEvent* event) {
  const auto row = rowAt(event->position());
  if (event->button() != Qt::LeftButton || !row) return PaintedPlot::mousePressEvent(event);
  goTo(*row);
  Q_EMIT formatPicked(QString::fromStdString(std::string(m_formats[*row].profile->format->info().id)));
}

bool RangeChart::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return PaintedPlot::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  if (const auto row = rowAt(help->pos()))
    QToolTip::showText(help->globalPos(), plainToolTip(textOf(*row)), this);
  else
    QToolTip::hideText();
  return true;
}

}  // namespace ulpscope
