// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/code_grid.h"

#include <QKeyEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/analysis/code_row.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kHeaderHeight = 20;  // px
constexpr double kHeaderWidth = 44;
constexpr double kTallestCell = 44;
constexpr double kSmallestCell = 15;
constexpr double kDeepest = 0.42;  ///< alpha of the largest magnitude, under text that stays readable
constexpr double kPadding = 2;
constexpr double kLargeFrom = 22;  ///< cells from so high on have numbers of 12 px

}  // namespace

QString codeDescription(const NumberFormat& format, std::uint64_t code) {
  const CodeRow row = codeRow(format, code);
  const std::string_view kind = idOf(row.numberClass);
  return QStringLiteral("%1 · %2 · %3 · %4")
      .arg(QString::fromStdString(row.code), QString::fromStdString(row.bits), qt(kind),
           withSymbols(QString::fromStdString(row.exact)));
}

CodeGrid::CodeGrid(QWidget* parent) : PaintedPlot(tr("All codes"), parent) {}

QSize CodeGrid::minimumSizeHint() const {
  const double rows = m_format ? double(m_depths.size()) / codeGridColumns(m_format->info().codeBits) : 1;
  return {320, int(kHeaderHeight + rows * kSmallestCell)};
}

void CodeGrid::setFormat(const NumberFormat* format) {
  if (m_format == format) return;
  m_format = format;
  m_current.reset();
  m_hovered.reset();
  m_depths.clear();
  if (format) {
    const std::uint64_t codes = std::uint64_t{1} << format->info().codeBits;
    std::set<double> magnitudes;
    std::vector<double> values;
    for (std::uint64_t code = 0; code < codes; ++code) {
      values.push_back(toDouble(format->decode(code)));
      if (std::isfinite(values.back()) && values.back() != 0) magnitudes.insert(std::abs(values.back()));
    }
    for (const double value : values) {
      const auto rank = std::distance(magnitudes.begin(), magnitudes.upper_bound(std::abs(value)));
      const double depth = double(rank) / double(std::max<std::size_t>(1, magnitudes.size()));
      m_depths.push_back(std::isfinite(value) && value != 0 ? std::copysign(depth, value) : 0);
    }
  }
  updateGeometry();
  update();
}

void CodeGrid::setCurrent(std::optional<std::uint64_t> code) {
  m_current = m_format && code && *code < m_depths.size() ? code : std::nullopt;
  update();
}

CodeGrid::Layout CodeGrid::layOut(const QRectF& area) const {
  const int columns = codeGridColumns(m_format->info().codeBits);
  const int rows = int(m_depths.size()) / columns;
  const double height = std::min((area.height() - kHeaderHeight) / rows, kTallestCell);
  return {QRectF(area.left() + kHeaderWidth, area.top() + kHeaderHeight, area.width() - kHeaderWidth, height * rows),
          columns, rows};
}

QRectF CodeGrid::cellIn(const Layout& layout, std::uint64_t code) const {
  const double width = layout.cells.width() / layout.columns;
  const double height = layout.cells.height() / layout.rows;
  const double left = layout.cells.left() + double(code % std::uint64_t(layout.columns)) * width;
  const double top = layout.cells.top() + double(code / std::uint64_t(layout.columns)) * height;
  return QRectF(QPointF(std::round(left), std::round(top)),
                QPointF(std::round(left + width), std::round(top + height)));
}

QRectF CodeGrid::cellOf(std::uint64_t code) const { return cellIn(layOut(rect()), code); }

void CodeGrid::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  if (!m_format) return;
  const Layout layout = layOut(area);
  painter.setFont(theme().numbers(11));
  painter.setPen(colors.muted);
  for (int column = 0; column < layout.columns; ++column) {
    const QRectF cell = cellIn(layout, std::uint64_t(column));
    painter.drawText(QRectF(cell.left(), area.top(), cell.width(), kHeaderHeight), Qt::AlignCenter,
                     QStringLiteral("+%1").arg(column, 0, 16).toUpper());
  }
  for (int row = 0; row < layout.rows; ++row) {
    const auto first = std::uint64_t(row * layout.columns);
    const QRectF cell = cellIn(layout, first);
    painter.drawText(QRectF(area.left(), cell.top(), kHeaderWidth - 8, cell.height()),
                     Qt::AlignRight | Qt::AlignVCenter, QString::fromStdString(codeText(*m_format, first)));
  }
  const bool isLarge = layout.cells.height() / layout.rows >= kLargeFrom;
  const QFont font = theme().numbers(isLarge ? 12 : 11);
  const double digit = QFontMetricsF(font).horizontalAdvance(QLatin1Char('0'));
  painter.setFont(font);
  for (std::uint64_t code = 0; code < m_depths.size(); ++code) {
    const QRectF cell = cellIn(layout, code).adjusted(0, 0, -1, -1);
    const NumberClass kind = m_format->classify(code);
    const bool special = kind == NumberClass::Nan || kind == NumberClass::Infinity;
    QColor fill = special ? colors.plotSpecial : m_depths[code] < 0 ? colors.plotOutlier : colors.accent;
    fill.setAlphaF(float(special ? 0.3 : 0.06 + (kDeepest - 0.06) * std::abs(m_depths[code])));
    painter.fillRect(cell, fill);
    if (kind == NumberClass::Subnormal) painter.fillRect(cell, QBrush(colors.border, Qt::BDiagPattern));
    const auto room = std::size_t(std::max(0.0, (cell.width() - kPadding) / digit));
    const QString text = withSymbols(QString::fromStdString(fittedValueText(*m_format, code, room)));
    painter.setPen(special ? colors.special : colors.text);
    painter.drawText(cell, Qt::AlignCenter, text);
  }
}

void CodeGrid::paintMarks(QPainter& painter) const {
  if (!m_format) return;
  const auto frame = [&](std::uint64_t code, double width) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().colors().accent, width));
    const double inset = width / 2;
    painter.drawRect(cellOf(code).adjusted(inset, inset, -1 - inset, -1 - inset));
  };
  if (m_current) frame(*m_current, hasFocus() ? 3 : 2);
  if (m_hovered) frame(*m_hovered, 1);
}

std::optional<std::uint64_t> CodeGrid::codeAt(QPointF position) const {
  if (!m_format) return std::nullopt;
  const Layout layout = layOut(rect());
  if (!layout.cells.contains(position)) return std::nullopt;
  const auto column = std::uint64_t((position.x() - layout.cells.left()) / layout.cells.width() * layout.columns);
  const auto row = std::uint64_t((position.y() - layout.cells.top()) / layout.cells.height() * layout.rows);
  const std::uint64_t code = row * std::uint64_t(layout.columns) + column;
  return code < m_depths.size() ? std::optional(code) : std::nullopt;
}

void CodeGrid::describe(std::optional<std::uint64_t> code) {
  const QString text = code ? codeDescription(*m_format, *code) : QString();
  if (code) setAccessibleDescription(text);
  Q_EMIT described(text);
}

void CodeGrid::goTo(std::uint64_t code) {
  m_current = code;
  describe(code);
  update();
  Q_EMIT walkedTo(cellOf(code).toAlignedRect());
}

void CodeGrid::keyPressEvent(QKeyEvent* event) {
  if (!m_format) return PaintedPlot::keyPressEvent(event);
  const auto step = [&](std::int64_t by) {
    const std::int64_t last = std::int64_t(m_depths.size()) - 1;
    goTo(std::uint64_t(m_current ? std::clamp<std::int64_t>(std::int64_t(*m_current) + by, 0, last) : 0));
  };
  const int columns = codeGridColumns(m_format->info().codeBits);
  switch (event->key()) {
    case Qt::Key_Left:
      return step(-1);
    case Qt::Key_Right:
      return step(1);
    case Qt::Key_Up:
      return step(-columns);
    case Qt::Key_Down:
      return step(columns);
    case Qt::Key_Home:
      return goTo(0);
    case Qt::Key_End:
      return goTo(m_depths.size() - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_current) Q_EMIT codePicked(*m_current);
      return;
    default:
      return PaintedPlot::keyPressEvent(event);
  }
}

void CodeGrid::mousePressEvent(QMouseEvent* event) {
  const auto code = codeAt(event->position());
  if (event->button() != Qt::LeftButton || !code) return PaintedPlot::mousePressEvent(event);
  goTo(*code);
  Q_EMIT codePicked(*code);
}

void CodeGrid::mouseMoveEvent(QMouseEvent* event) {
  const auto code = codeAt(event->position());
  if (code == m_hovered) return;
  m_hovered = code;
  describe(code);
  setCursor(code ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

void CodeGrid::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && codeAt(event->position())) Q_EMIT codeOpened();
}

void CodeGrid::leaveEvent(QEvent* event) {
  m_hovered.reset();
  describe(std::nullopt);
  update();
  PaintedPlot::leaveEvent(event);
}

}  // namespace ulpscope
