// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/board_canvas.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QToolTip>
#include <algorithm>

#include "core/base/text.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kLeast = 420;  ///< width that it asks for
constexpr qreal kTitle = 22;
constexpr qreal kHeader = 18;
constexpr qreal kRow = 26;
constexpr qreal kPadding = 8;  ///< left and right of a number
constexpr qreal kGap = 2;      ///< between cells
constexpr qreal kBetweenGrids = 28;
constexpr qreal kBelowGrid = 16;
constexpr int kSwatch = 14;
constexpr int kLegendRow = 22;
constexpr int kLegendGap = 20;

QColor tint(QColor color, qreal share) {
  color.setAlphaF(float(share));
  return color;
}

QColor fillOf(CellMark mark) {
  const ThemeColors& c = theme().colors();
  switch (mark) {
    case CellMark::Outlier:
      return tint(c.plotOutlier, theme().isDark() ? 0.38 : 0.42);
    case CellMark::Integer:
      return tint(c.accent, theme().isDark() ? 0.3 : 0.2);
    case CellMark::Changed:
      return tint(c.plotGood, theme().isDark() ? 0.3 : 0.22);
    case CellMark::Bad:
      return tint(c.plotBad, theme().isDark() ? 0.34 : 0.26);
    case CellMark::Plain:
    case CellMark::Focus:
      return c.window;
  }
  return c.window;
}

/// Shape beside colour: what the step is about has a frame, what is wrong a bold number.
void paintMarked(QPainter& painter, const QRectF& rect, CellMark mark) {
  painter.setPen(mark == CellMark::Focus ? QPen(theme().colors().accent, 2) : Qt::NoPen);
  painter.setBrush(fillOf(mark));
  painter.drawRoundedRect(mark == CellMark::Focus ? rect.adjusted(1, 1, -1, -1) : rect, 3, 3);
}

qreal widest(const QFontMetricsF& metrics, const std::vector<std::string>& texts) {
  qreal width = 0;
  for (const std::string& text : texts) width = std::max(width, metrics.horizontalAdvance(qt(text)));
  return width;
}

qreal cellWidth(const BoardGrid& grid) {
  const QFontMetricsF numbers(theme().numbers(12, QFont::DemiBold));
  qreal width = widest(QFontMetricsF(theme().words(11)), grid.columns);
  for (const BoardCell& cell : grid.cells) width = std::max(width, numbers.horizontalAdvance(qt(cell.text)));
  return std::ceil(std::max<qreal>(34, width + 2 * kPadding));
}

qreal namesWidth(const BoardGrid& grid) {
  const qreal width = widest(QFontMetricsF(theme().words(11)), grid.rows);
  return width == 0 ? 0 : std::ceil(width + kPadding);
}

/// What a screen reader says of it.
QString spoken(const std::vector<BoardGrid>& grids) {
  QString text;
  for (const BoardGrid& grid : grids) {
    text += qt(grid.title) + u':';
    for (std::size_t i = 0; i < grid.cells.size(); ++i) {
      text += u' ' + qt(grid.cells[i].text);
      if ((i + 1) % grid.columns.size() == 0) text += u';';
    }
    text += u'\n';
  }
  return text;
}

}  // namespace

BoardCanvas::BoardCanvas(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Numbers of the step"));
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  connect(&theme(), &Theme::changed, this, [this] { show(std::vector<BoardGrid>(m_grids)); });
}

void BoardCanvas::show(const std::vector<BoardGrid>& grids) {
  m_grids = grids;
  m_picture = placed(width());
  setAccessibleDescription(spoken(m_grids));
  updateGeometry();
  update();
}

QSize BoardCanvas::sizeHint() const { return {kLeast, heightForWidth(std::max(kLeast, width()))}; }

int BoardCanvas::heightForWidth(int width) const { return int(std::ceil(placed(width).height)); }

BoardCanvas::Picture BoardCanvas::placed(int width) const {
  Picture picture;
  qreal left = 0, top = 0, bottom = 0;
  for (const BoardGrid& grid : m_grids) {
    const std::size_t columns = grid.columns.size();
    const qreal cell = cellWidth(grid), names = namesWidth(grid);
    const auto fits = std::size_t(std::max<qreal>(1, std::floor((width - names + kGap) / (cell + kGap))));
    const std::size_t perLine = std::min(columns, fits);
    const qreal title = std::ceil(QFontMetricsF(theme().words(12, QFont::DemiBold)).horizontalAdvance(qt(grid.title)));
    const qreal gridWidth = std::max(names + qreal(perLine) * (cell + kGap) - kGap, title);
    if (left > 0 && left + gridWidth > width) {
      left = 0;
      top = bottom + kBelowGrid;
    }
    picture.labels.push_back({{left, top, gridWidth, kTitle}, qt(grid.title), Qt::AlignLeft, true});
    qreal y = top + kTitle;
    for (std::size_t first = 0; first < columns; first += perLine) {
      const std::size_t end = std::min(columns, first + perLine);
      const auto x = [&](std::size_t c) { return left + names + qreal(c - first) * (cell + kGap); };
      for (std::size_t c = first; c < end; ++c)
        picture.labels.push_back({{x(c), y, cell - kPadding, kHeader}, qt(grid.columns[c]), Qt::AlignRight, false});
      y += kHeader;
      for (std::size_t r = 0; r < grid.rows.size(); ++r, y += kRow + kGap) {
        picture.labels.push_back({{left, y, names, kRow}, qt(grid.rows[r]), Qt::AlignLeft, false});
        for (std::size_t c = first; c < end; ++c)
          picture.cells.push_back({{x(c), y, cell, kRow}, &grid.cells[r * columns + c]});
      }
      if (end < columns) y += kGap * 2;
    }
    bottom = std::max(bottom, y);
    left += gridWidth + kBetweenGrids;
  }
  picture.height = bottom + kGap;
  return picture;
}

void BoardCanvas::resizeEvent(QResizeEvent* event) {
  m_picture = placed(width());
  if (event->size().width() != event->oldSize().width()) updateGeometry();
}

void BoardCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const ThemeColors& c = theme().colors();
  for (const auto& [rect, text, alignment, isTitle] : m_picture.labels) {
    painter.setFont(isTitle ? theme().words(12, QFont::DemiBold) : theme().words(11));
    painter.setPen(isTitle ? c.text : c.muted);
    painter.drawText(rect, int(alignment | Qt::AlignVCenter) | Qt::TextSingleLine, text);
  }
  for (const auto& [rect, cell] : m_picture.cells) {
    paintMarked(painter, rect, cell->mark);
    painter.setFont(theme().numbers(12, cell->mark == CellMark::Bad ? QFont::DemiBold : QFont::Normal));
    painter.setPen(c.text);
    painter.drawText(rect.adjusted(0, 0, -kPadding, 0), Qt::AlignRight | Qt::AlignVCenter, qt(cell->text));
  }
}

bool BoardCanvas::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto& help = static_cast<const QHelpEvent&>(*event);
  QString text;
  for (const auto& [rect, cell] : m_picture.cells) {
    if (!rect.contains(help.pos())) continue;
    text = cell->value ? qt(shortest(*cell->value)) : qt(cell->text);
    const QString meaning = qt(meaningOf(cell->mark));
    if (!meaning.isEmpty()) text += QStringLiteral("\n") + meaning;
  }
  QToolTip::showText(help.globalPos(), plainToolTip(text), this);
  return true;
}

MarkLegend::MarkLegend(QWidget* parent) : QWidget(parent) {
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void MarkLegend::show(const std::vector<BoardGrid>& grids) {
  m_marks.clear();
  QStringList meanings;
  for (const CellMark mark :
       {CellMark::Focus, CellMark::Outlier, CellMark::Integer, CellMark::Changed, CellMark::Bad}) {
    const bool isUsed = std::ranges::any_of(grids, [mark](const BoardGrid& grid) {
      return std::ranges::any_of(grid.cells, [mark](const BoardCell& cell) { return cell.mark == mark; });
    });
    if (!isUsed) continue;
    m_marks.push_back(mark);
    meanings << qt(meaningOf(mark));
  }
  setAccessibleName(tr("Colours: %1").arg(meanings.join(QStringLiteral(", "))));
  updateGeometry();
  update();
}

QSize MarkLegend::sizeHint() const { return {300, heightForWidth(300)}; }

int MarkLegend::heightForWidth(int width) const {
  const auto marks = placed(width);
  return marks.empty() ? 0 : marks.back().second.bottom() + 1;
}

std::vector<std::pair<CellMark, QRect>> MarkLegend::placed(int width) const {
  const QFontMetrics metrics(theme().words(11));
  std::vector<std::pair<CellMark, QRect>> all;
  int left = 0, top = 0;
  for (const CellMark mark : m_marks) {
    const int wide = kSwatch + 6 + metrics.horizontalAdvance(qt(meaningOf(mark)));
    if (left > 0 && left + wide > width) {
      left = 0;
      top += kLegendRow;
    }
    all.emplace_back(mark, QRect(left, top, wide, kLegendRow));
    left += wide + kLegendGap;
  }
  return all;
}

void MarkLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setFont(theme().words(11));
  for (const auto& [mark, rect] : placed(width())) {
    paintMarked(painter, QRectF(rect.left(), rect.top() + (kLegendRow - kSwatch) / 2.0, kSwatch, kSwatch), mark);
    painter.setPen(theme().colors().muted);
    painter.drawText(rect.adjusted(kSwatch + 6, 0, 1, 0), Qt::AlignLeft | Qt::AlignVCenter, qt(meaningOf(mark)));
  }
}

}  // namespace ulpscope
