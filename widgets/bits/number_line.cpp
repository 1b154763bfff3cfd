// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/number_line.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr double kLineY = 9;
constexpr double kLabelTop = 18;
constexpr double kLabelHeight = 16;
constexpr double kSecondLabelTop = kLabelTop + kLabelHeight + 1;
constexpr double kTickHalf = 5;
constexpr double kReach = 8;      ///< px around a tick that count as on it
constexpr double kLabelGap = 12;  ///< between two labels
constexpr double kTicksShown = 10.8;

}  // namespace

NumberLine::NumberLine(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  setAccessibleName(tr("Neighbouring values"));
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void NumberLine::setCode(const NumberFormat& format, std::uint64_t code, const QString& ulp) {
  m_format = &format;
  m_code = code;
  m_points = neighbourhood(format, code, kPerSide);
  const std::size_t at = m_points.empty() ? 0 : centre();
  m_previous = at > 0 ? textOf(m_points[at - 1]) : QString();
  m_next = at + 1 < m_points.size() ? textOf(m_points[at + 1]) : QString();
  m_ulp = ulp;
  setAccessibleDescription(tr("previous %1, next %2, %3").arg(m_previous, m_next, m_ulp));
  update();
}

std::size_t NumberLine::centre() const {
  const auto found = std::ranges::find_if(m_points, [](const LinePoint& point) { return point.position == 0; });
  return static_cast<std::size_t>(found - m_points.begin());
}

double NumberLine::xOf(const LinePoint& point) const {
  const double pitch = width() / kTicksShown;
  return std::round(width() / 2.0 + point.position * pitch) + 0.5;
}

QString NumberLine::textOf(const LinePoint& point) const {
  return typeset(QString::fromStdString(readableText(*m_format, point.code)));
}

void NumberLine::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  if (m_points.empty()) {
    painter.setFont(theme().words(12));
    painter.setPen(theme().colors().muted);
    painter.drawText(rect(), Qt::AlignHCenter | Qt::AlignTop, tr("NaN has no place on the line and no neighbours"));
    return;
  }
  paintLine(painter);
  paintLabels(painter);
}

void NumberLine::paintLine(QPainter& painter) const {
  const ThemeColors& colors = theme().colors();
  const double y = kLineY + 0.5;
  const auto segment = [&](double from, double to, Qt::PenStyle style) {
    painter.setPen(QPen(colors.disabled, 1, style));
    painter.drawLine(QPointF(from, y), QPointF(to, y));
  };
  // Beyond the last point drawn there are more values, unless the format ends in it.
  const LinePoint& low = m_points.front();
  const LinePoint& high = m_points.back();
  if (m_format->nextDown(low.code)) segment(0, xOf(low), Qt::SolidLine);
  if (m_format->nextUp(high.code)) segment(xOf(high), width(), Qt::SolidLine);
  for (std::size_t i = 0; i + 1 < m_points.size(); ++i) {
    const bool toInfinity = m_points[i].infinite || m_points[i + 1].infinite;
    segment(xOf(m_points[i]), xOf(m_points[i + 1]), toInfinity ? Qt::DashLine : Qt::SolidLine);
  }
  for (const LinePoint& point : m_points) {
    const double x = xOf(point);
    const bool end = !m_format->nextDown(point.code) || !m_format->nextUp(point.code);
    const double half = end ? kTickHalf + 3 : kTickHalf;
    painter.setPen(QPen(colors.disabled, end ? 2 : 1));
    painter.drawLine(QPointF(x, y - half), QPointF(x, y + half));
  }
  painter.setPen(Qt::NoPen);
  painter.setBrush(m_points[centre()].infinite ? colors.special : colors.accent);
  painter.drawEllipse(QPointF(xOf(m_points[centre()]), y), 6, 6);
}

void NumberLine::paintLabels(QPainter& painter) const {
  const QFont numbers = theme().numbers(12);
  const QFont words = theme().words(12);
  const QFontMetricsF numberMetrics(numbers);
  const double middle = width() / 2.0;
  const std::size_t at = centre();

  // Centred under its tick, but on its own side of the middle.
  QRectF previous;
  QRectF next;
  if (at > 0) {
    const double wide = numberMetrics.horizontalAdvance(m_previous);
    const double left = std::min(xOf(m_points[at - 1]) - wide / 2, middle - kLabelGap / 2 - wide);
    previous = {std::max(0.0, left), kLabelTop, wide, kLabelHeight};
  }
  if (at + 1 < m_points.size()) {
    const double wide = numberMetrics.horizontalAdvance(m_next);
    const double left = std::max(xOf(m_points[at + 1]) - wide / 2, middle + kLabelGap / 2);
    next = {std::min(left, width() - wide), kLabelTop, wide, kLabelHeight};
  }
  const double ulpWide = QFontMetricsF(words).horizontalAdvance(m_ulp);
  QRectF ulp(middle - ulpWide / 2, kLabelTop, ulpWide, kLabelHeight);
  const bool collides = (!previous.isNull() && previous.right() + kLabelGap > ulp.left()) ||
                        (!next.isNull() && next.left() - kLabelGap < ulp.right());
  if (collides) ulp.moveTop(kSecondLabelTop);

  painter.setPen(theme().colors().muted);
  painter.setFont(numbers);
  painter.drawText(previous, Qt::AlignCenter | Qt::TextDontClip, m_previous);
  painter.drawText(next, Qt::AlignCenter | Qt::TextDontClip, m_next);
  painter.setFont(words);
  painter.drawText(ulp, Qt::AlignCenter | Qt::TextDontClip, m_ulp);
}

std::optional<std::size_t> NumberLine::pointAt(QPointF position) const {
  if (position.y() > kSecondLabelTop) return std::nullopt;
  for (std::size_t i = 0; i < m_points.size(); ++i)
    if (std::abs(xOf(m_points[i]) - position.x()) <= kReach) return i;
  return std::nullopt;
}

void NumberLine::mousePressEvent(QMouseEvent* event) {
  const auto point = pointAt(event->position());
  if (event->button() == Qt::LeftButton && point) Q_EMIT codePicked(m_points[*point].code);
}

void NumberLine::mouseMoveEvent(QMouseEvent* event) {
  setCursor(pointAt(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

bool NumberLine::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  if (const auto point = pointAt(help->pos()))
    QToolTip::showText(help->globalPos(), QString::fromStdString(exactText(*m_format, m_points[*point].code)), this);
  else
    QToolTip::hideText();
  return true;
}

}  // namespace ulpscope
