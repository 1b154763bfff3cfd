// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/rounding_line.h"

#include <QKeyEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "core/analysis/code_row.h"
#include "core/base/text.h"
#include "core/formats/value_text.h"
#include "core/report/ticks.h"
#include "widgets/bits/field_notes.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostBins = 1500;  ///< about one a pixel: more cannot be told apart
constexpr std::size_t kFewValues = 40;   ///< a format of so few is shown whole
constexpr double kStepsAroundOne = 12;   ///< of others, so many values on each side of 1
constexpr double kHomeMargin = 0.08;     ///< of the range
constexpr double kFarthest = 1e300;
constexpr double kNearest = 0x1p-48;  ///< of the numbers shown: beyond, doubles run out
constexpr double kZoomStep = 1.25;
constexpr double kBandHeight = 26;
constexpr double kTickBeyond = 3;
constexpr double kNumbersHeight = 20;
constexpr double kRowHeight = 18;
constexpr double kOtherTick = 10;
constexpr double kLabelGap = 12;
constexpr double kClickSlack = 4;
constexpr int kNarrowBits = 8;
constexpr std::size_t kShortValue = 8;  ///< characters

QString titleOf(const FormatProfile& profile) {
  return QString::fromStdString(std::string(profile.format->info().title));
}

QString brief(double value) { return typeset(QString::fromStdString(shortest(value))); }

bool isFinite(const RoundingBin& bin) { return std::isfinite(bin.value); }

QColor faint(QColor color, double alpha) {
  color.setAlphaF(float(alpha));
  return color;
}

}  // namespace

RoundingLine::RoundingLine(QWidget* parent) : PaintedPlot(tr("Number line"), parent) { setCursor(Qt::OpenHandCursor); }

QSize RoundingLine::minimumSizeHint() const {
  return {240, int(kTickBeyond + kBandHeight + kTickBeyond + kNumbersHeight + kRowHeight)};
}

void RoundingLine::setFormat(const FormatProfile* profile) {
  const bool isOther = !profile || !m_profile || profile->format != m_profile->format;
  m_profile = profile;
  m_hovered.reset();
  if (isOther) {
    m_current.reset();
    if (profile) m_window = home();
  }
  compute();
}

void RoundingLine::setOthers(std::vector<ChosenFormat> others) {
  m_others = std::move(others);
  update();
}

void RoundingLine::setRounding(Rounding rounding) {
  m_rounding = rounding;
  compute();
}

RoundingLine::Window RoundingLine::home() const {
  const NumberFormat& format = *m_profile->format;
  const double lowest = toDouble(format.decode(m_profile->limits.lowest));
  const double largest = toDouble(format.decode(m_profile->limits.largest));
  const auto step = [&](std::string_view key) {
    const double* epsilon = std::get_if<double>(&m_profile->cells[formatColumn(key)].value);
    return epsilon ? *epsilon : 0;
  };
  const double above = step("epsilon");
  const double below = step("epsilonBelow");
  if (m_profile->limits.finiteValues > kFewValues && above > 0 && below > 0)
    return {1 - kStepsAroundOne * below, 1 + kStepsAroundOne * above};
  const double margin = kHomeMargin * std::max(largest - lowest, 0x1p-1000);
  return {std::max(lowest - margin, -kFarthest), std::min(largest + margin, kFarthest)};
}

void RoundingLine::setWindow(Window window) {
  const double magnitude = std::max(std::abs(window.lower), std::abs(window.upper));
  if (!(window.upper - window.lower > magnitude * kNearest) || !(magnitude < kFarthest)) return;
  m_window = window;
  compute();
}

void RoundingLine::zoom(double factor, double centre) {
  setWindow({centre - (centre - m_window.lower) * factor, centre + (m_window.upper - centre) * factor});
}

void RoundingLine::resetView() {
  if (m_profile) setWindow(home());
}

void RoundingLine::compute() {
  m_part = m_profile ? roundingBins(*m_profile->format, m_profile->limits, m_window.lower, m_window.upper, m_rounding,
                                    kMostBins)
                     : NumberLinePart();
  m_hovered.reset();
  update();
  Q_EMIT windowChanged();
}

RoundingLine::Scale RoundingLine::scaleIn(const QRectF& area) const {
  const QFontMetricsF metrics(theme().words(12));
  double widest = m_profile ? metrics.horizontalAdvance(titleOf(*m_profile)) : 0;
  for (const ChosenFormat& other : m_others)
    widest = std::max(widest, metrics.horizontalAdvance(titleOf(*other.profile)));
  return {area.left() + widest + kLabelGap, area.right(), m_window};
}

void RoundingLine::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  if (!m_profile) return;
  const Scale scale = scaleIn(area);
  const auto label = [&](const QString& text, double top, double height) {
    painter.setFont(theme().words(12));
    painter.setPen(colors.text);
    painter.drawText(QRectF(area.left(), top, scale.left - kLabelGap - area.left(), height),
                     Qt::AlignRight | Qt::AlignVCenter, text);
  };
  const QRectF band(scale.left, area.top() + kTickBeyond, scale.right - scale.left, kBandHeight);
  label(titleOf(*m_profile), band.top(), band.height());
  paintBands(painter, band, scale, colors);
  const QRectF numbers(scale.left, band.bottom() + kTickBeyond, band.width(), kNumbersHeight);
  paintNumbers(painter, numbers, scale, colors);
  double top = numbers.bottom();
  for (const ChosenFormat& other : m_others) {
    if (top + kRowHeight > area.bottom() + 1) break;
    if (other.profile->format == m_profile->format) continue;
    label(titleOf(*other.profile), top, kRowHeight);
    paintOther(painter, other, QRectF(scale.left, top, band.width(), kRowHeight), scale, colors);
    top += kRowHeight;
  }
}

void RoundingLine::paintBands(QPainter& painter, const QRectF& band, const Scale& scale,
                              const ThemeColors& colors) const {
  if (!m_part.complete) {
    painter.fillRect(band, faint(colors.accent, 0.16));
    painter.setFont(theme().words(12));
    painter.setPen(colors.text);
    painter.drawText(band, Qt::AlignCenter, tr("more than %1 values: zoom in to see them apart").arg(kMostBins));
    return;
  }
  for (const RoundingBin& bin : m_part.bins) {
    const double from = std::clamp(scale.pixel(std::max(bin.from, m_window.lower)), band.left(), band.right());
    const double to = std::clamp(scale.pixel(std::min(bin.to, m_window.upper)), band.left(), band.right());
    if (to <= from) continue;
    const QRectF part(from, band.top(), to - from, band.height());
    if (!isFinite(bin)) {
      painter.fillRect(part, faint(colors.plotSpecial, 0.28));
      painter.setFont(theme().words(12));
      painter.setPen(colors.special);
      const QString text = withSymbols(QString::fromStdString(exactText(*m_profile->format, bin.code)));
      if (QFontMetricsF(painter.font()).horizontalAdvance(text) + 4 < part.width())
        painter.drawText(part, Qt::AlignCenter, text);
      continue;
    }
    // By the code and not by the place, so that a band keeps its colour while the window moves.
    const bool odd = bin.code % 2 != 0;
    painter.fillRect(part, odd ? faint(colors.plotGood, 0.16) : faint(colors.accent, 0.16));
  }
  painter.setPen(QPen(colors.accent, 2));
  for (const RoundingBin& bin : m_part.bins) {
    if (!isFinite(bin) || bin.value < m_window.lower || bin.value > m_window.upper) continue;
    const double x = scale.pixel(bin.value);
    painter.drawLine(QPointF(x, band.top() - kTickBeyond), QPointF(x, band.bottom() + kTickBeyond));
  }
}

void RoundingLine::paintNumbers(QPainter& painter, const QRectF& row, const Scale& scale,
                                const ThemeColors& colors) const {
  painter.setFont(theme().numbers(11));
  painter.setPen(colors.muted);
  const QFontMetricsF metrics(painter.font());
  double freeFrom = row.left() - kLabelGap;
  const auto write = [&](double value, const QString& text) {
    const double wide = metrics.horizontalAdvance(text);
    const double left = scale.pixel(value) - wide / 2;
    if (left < freeFrom || left + wide > row.right()) return;
    painter.drawText(QRectF(left, row.top(), wide, row.height()), Qt::AlignCenter | Qt::TextDontClip, text);
    freeFrom = left + wide + kLabelGap / 2;
  };
  if (m_part.complete) {
    for (const RoundingBin& bin : m_part.bins)
      if (isFinite(bin) && bin.value >= m_window.lower && bin.value <= m_window.upper)
        write(bin.value, valueText(bin.code));
    return;
  }
  for (const Tick& tick : linearTicks(m_window.lower, m_window.upper, std::size_t(std::max(2.0, row.width() / 90))))
    write(tick.value, typeset(QString::fromStdString(tick.text)));
}

/// Values of narrow formats lie far apart, so that a few digits tell them from each other.
QString RoundingLine::valueText(std::uint64_t code) const {
  const NumberFormat& format = *m_profile->format;
  const bool isNarrow = format.info().codeBits <= kNarrowBits;
  return typeset(
      QString::fromStdString(isNarrow ? fittedValueText(format, code, kShortValue) : readableText(format, code)));
}

void RoundingLine::paintOther(QPainter& painter, const ChosenFormat& other, const QRectF& row, const Scale& scale,
                              const ThemeColors& colors) const {
  const QColor color = colors.series[other.place % colors.series.size()];
  const double middle = row.center().y();
  const auto values =
      valuesBetween(*other.profile->format, other.profile->limits, m_window.lower, m_window.upper, kMostBins);
  if (!values) {  // at least one a pixel
    const double lowest = toDouble(other.profile->format->decode(other.profile->limits.lowest));
    const double largest = toDouble(other.profile->format->decode(other.profile->limits.largest));
    const double from = scale.pixel(std::max(lowest, m_window.lower));
    const double to = scale.pixel(std::min(largest, m_window.upper));
    painter.fillRect(QRectF(from, middle - kOtherTick / 2, to - from, kOtherTick), faint(color, 0.35));
    painter.setFont(theme().words(11));
    painter.setPen(colors.text);
    painter.drawText(QRectF(from, row.top(), to - from, row.height()), Qt::AlignCenter,
                     tr("more than %1 values").arg(kMostBins));
    return;
  }
  painter.setPen(QPen(color, 1));
  for (const double value : *values) {
    const double x = std::round(scale.pixel(value)) + 0.5;
    painter.drawLine(QPointF(x, middle - kOtherTick / 2), QPointF(x, middle + kOtherTick / 2));
  }
}

void RoundingLine::paintMarks(QPainter& painter) const {
  if (!m_profile || !m_part.complete) return;
  const Scale scale = scaleIn(rect());
  const auto frame = [&](const RoundingBin& bin) {
    const double from = std::max(scale.left, scale.pixel(std::max(bin.from, m_window.lower)));
    const double to = std::min(scale.right, scale.pixel(std::min(bin.to, m_window.upper)));
    if (to < from) return;
    painter.setBrush(faint(theme().colors().accent, 0.15));
    painter.setPen(QPen(theme().colors().accent, 1));
    painter.drawRect(QRectF(from + 0.5, kTickBeyond + 0.5, std::max(1.0, to - from - 1), kBandHeight - 1));
  };
  if (m_hovered && *m_hovered < m_part.bins.size()) return frame(m_part.bins[*m_hovered]);
  if (!hasFocus() || !m_current) return;
  for (const RoundingBin& bin : m_part.bins)
    if (bin.code == *m_current) return frame(bin);
}

std::optional<std::size_t> RoundingLine::binAt(double x) const {
  const Scale scale = scaleIn(rect());
  if (!m_part.complete || x < scale.left || x > scale.right) return std::nullopt;
  const double value = scale.value(x);
  for (std::size_t i = 0; i < m_part.bins.size(); ++i)
    if (value >= m_part.bins[i].from && value <= m_part.bins[i].to) return i;
  return std::nullopt;
}

QString RoundingLine::textOf(const RoundingBin& bin) const {
  const NumberFormat& format = *m_profile->format;
  const QString target = withSymbols(QString::fromStdString(readableText(format, bin.code)));
  const QString code = QString::fromStdString(codeText(format, bin.code));
  if (bin.from == bin.to) return tr("only %1 itself rounds to %1 (%2)").arg(typeset(target), code);
  return tr("%1 %2 … %3 %4 rounds to %5 (%6)")
      .arg(bin.includesFrom ? QStringLiteral("[") : QStringLiteral("("), brief(bin.from), brief(bin.to),
           bin.includesTo ? QStringLiteral("]") : QStringLiteral(")"), typeset(target), code);
}

void RoundingLine::describe(std::optional<std::size_t> bin) {
  const QString text = bin ? textOf(m_part.bins[*bin]) : QString();
  if (bin) setAccessibleDescription(text);
  Q_EMIT described(text);
}

void RoundingLine::walk(int by) {
  if (!m_part.complete || m_part.bins.empty()) return;
  const auto& bins = m_part.bins;
  std::ptrdiff_t at = std::find_if(bins.begin(), bins.end(),
                                   [&](const RoundingBin& bin) { return m_current && bin.code == *m_current; }) -
                      bins.begin();
  if (at == std::ssize(bins))  // none yet, or out of sight: the middle of what is seen
    at = std::ssize(bins) / 2;
  else
    at = std::clamp<std::ptrdiff_t>(at + by, 0, std::ssize(bins) - 1);
  const RoundingBin bin = bins[std::size_t(at)];
  m_current = bin.code;
  if (isFinite(bin) && (bin.value < m_window.lower || bin.value > m_window.upper)) {
    const double half = (m_window.upper - m_window.lower) / 2;
    setWindow({bin.value - half, bin.value + half});
  }
  for (std::size_t i = 0; i < m_part.bins.size(); ++i)
    if (m_part.bins[i].code == *m_current) describe(i);
  update();
}

void RoundingLine::wheelEvent(QWheelEvent* event) {
  const double steps = event->angleDelta().y() / 120.0;
  if (!m_profile || steps == 0) return event->ignore();
  zoom(std::pow(kZoomStep, -steps), scaleIn(rect()).value(event->position().x()));
  event->accept();
}

void RoundingLine::keyPressEvent(QKeyEvent* event) {
  const double half = (m_window.upper - m_window.lower) / 2;
  const double middle = m_window.lower + half;
  switch (event->key()) {
    case Qt::Key_Left:
      return walk(-1);
    case Qt::Key_Right:
      return walk(1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(1 / kZoomStep, middle);
    case Qt::Key_Minus:
      return zoom(kZoomStep, middle);
    case Qt::Key_PageUp:
      return setWindow({m_window.lower - half, m_window.upper - half});
    case Qt::Key_PageDown:
      return setWindow({m_window.lower + half, m_window.upper + half});
    case Qt::Key_Home:
      return resetView();
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_current) Q_EMIT codePicked(*m_current);
      return;
    default:
      return PaintedPlot::keyPressEvent(event);
  }
}

void RoundingLine::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !m_profile) return PaintedPlot::mousePressEvent(event);
  m_draggedFrom = scaleIn(rect()).value(event->position().x());
  m_moved = false;
  setCursor(Qt::ClosedHandCursor);
}

void RoundingLine::mouseMoveEvent(QMouseEvent* event) {
  if (m_draggedFrom) {
    const Scale scale = scaleIn(rect());
    const double shift = *m_draggedFrom - scale.value(event->position().x());
    const double slack = kClickSlack * (m_window.upper - m_window.lower) / (scale.right - scale.left);
    if (!m_moved && std::abs(shift) < slack) return;
    m_moved = true;
    return setWindow({m_window.lower + shift, m_window.upper + shift});
  }
  const auto bin = binAt(event->position().x());
  if (bin == m_hovered) return;
  m_hovered = bin;
  describe(bin);
  update();
}

void RoundingLine::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !m_draggedFrom) return PaintedPlot::mouseReleaseEvent(event);
  m_draggedFrom.reset();
  setCursor(Qt::OpenHandCursor);
  if (m_moved) return;
  const auto bin = binAt(event->position().x());
  if (!bin) return;
  m_current = m_part.bins[*bin].code;
  Q_EMIT codePicked(*m_current);
}

void RoundingLine::mouseDoubleClickEvent(QMouseEvent*) { resetView(); }

void RoundingLine::leaveEvent(QEvent* event) {
  m_hovered.reset();
  describe(std::nullopt);
  update();
  PaintedPlot::leaveEvent(event);
}

}  // namespace ulpscope
