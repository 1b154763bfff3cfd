// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/board_canvas.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QToolTip>
#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/report/board_text.h"
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
constexpr qreal kAboveLegend = 12;
constexpr qreal kSwatch = 14;
constexpr qreal kSwatchGap = 6;
constexpr qreal kLegendRow = 22;
constexpr qreal kLegendGap = 20;

constexpr int kCaptionGap = 12;
constexpr std::array kExplained{CellMark::Focus, CellMark::Outlier, CellMark::Integer, CellMark::Changed,
                                CellMark::Bad};

QColor tint(QColor color, double share) {
  color.setAlphaF(float(share));
  return color;
}

QColor fillOf(CellMark mark, const ThemeColors& colors) {
  const bool isDark = colors.window.lightness() < 128;
  switch (mark) {
    case CellMark::Outlier:
      return tint(colors.plotOutlier, isDark ? 0.38 : 0.42);
    case CellMark::Integer:
      return tint(colors.accent, isDark ? 0.3 : 0.2);
    case CellMark::Changed:
      return tint(colors.plotGood, isDark ? 0.3 : 0.22);
    case CellMark::Bad:
      return tint(colors.plotBad, isDark ? 0.34 : 0.26);
    case CellMark::Plain:
    case CellMark::Focus:
      return colors.window;
  }
  return colors.window;
}

/// Shape beside colour: what the step is about has a frame, what is wrong a bold number.
void paintMarked(QPainter& painter, const QRectF& rect, CellMark mark, const ThemeColors& colors) {
  painter.setPen(mark == CellMark::Focus ? QPen(colors.accent, 2) : Qt::NoPen);
  painter.setBrush(fillOf(mark, colors));
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

bool isMarked(const std::vector<BoardGrid>& grids, CellMark mark) {
  return std::ranges::any_of(grids, [mark](const BoardGrid& grid) {
    return std::ranges::any_of(grid.cells, [mark](const BoardCell& cell) { return cell.mark == mark; });
  });
}

QFont captionFont() { return theme().words(12); }

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

BoardCanvas::BoardCanvas(QWidget* parent) : PaintedPlot(tr("Numbers of the step"), parent) {
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  connect(&theme(), &Theme::changed, this, [this] {
    m_picture = placed(width());
    updateGeometry();
  });
}

void BoardCanvas::show(const QString& board, const BoardStep& step) {
  m_step = step;
  m_current.reset();
  m_picture = placed(width());
  setPictureTitle(QStringLiteral("%1: %2").arg(board, qt(step.title)));
  setAccessibleDescription(spoken(m_step.grids));
  Q_EMIT described({});
  updateGeometry();
  update();
}

QSize BoardCanvas::sizeHint() const { return {kLeast, heightForWidth(std::max(kLeast, width()))}; }

int BoardCanvas::heightForWidth(int width) const { return int(std::ceil(placed(width).height)); }

BoardCanvas::Picture BoardCanvas::placed(qreal width) const {
  Picture picture;
  qreal left = 0, top = 0, bottom = 0;
  for (std::size_t index = 0; index < m_step.grids.size(); ++index) {
    const BoardGrid& grid = m_step.grids[index];
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
          picture.cells.push_back({{x(c), y, cell, kRow}, {index, r * columns + c}});
      }
      if (end < columns) y += kGap * 2;
    }
    bottom = std::max(bottom, y);
    left += gridWidth + kBetweenGrids;
  }
  picture.height = bottom + kGap;
  placeLegend(picture, width);
  return picture;
}

/// Below the grids, in as many lines as it takes.
void BoardCanvas::placeLegend(Picture& picture, qreal width) const {
  const QFontMetricsF metrics(theme().words(11));
  qreal left = 0, top = picture.height + kAboveLegend;
  for (const CellMark mark : kExplained) {
    if (!isMarked(m_step.grids, mark)) continue;
    const qreal wide = std::ceil(kSwatch + kSwatchGap + metrics.horizontalAdvance(qt(meaningOf(mark))));
    if (left > 0 && left + wide > width) {
      left = 0;
      top += kLegendRow;
    }
    picture.legend.push_back({{left, top, wide, kLegendRow}, mark});
    picture.height = top + kLegendRow;
    left += wide + kLegendGap;
  }
}

QRectF BoardCanvas::cellRect(std::size_t grid, std::size_t cell) const {
  const auto found = std::ranges::find(m_picture.cells, Place{grid, cell}, &Cell::place);
  return found == m_picture.cells.end() ? QRectF() : found->rect;
}

void BoardCanvas::resizeEvent(QResizeEvent* event) {
  m_picture = placed(width());
  if (event->size().width() != event->oldSize().width()) updateGeometry();
}

QSize BoardCanvas::pictureSize() const {
  const int wide = std::max(width(), kLeast);
  return {wide, int(std::ceil(captionHeight(wide) + placed(wide).height))};
}

qreal BoardCanvas::captionHeight(qreal width) const {
  const QRectF room(0, 0, width, 1e6);
  return QFontMetricsF(captionFont()).boundingRect(room, Qt::TextWordWrap, qt(m_step.text)).height() + kCaptionGap;
}

void BoardCanvas::paintCaption(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  painter.setFont(captionFont());
  painter.setPen(colors.text);
  painter.drawText(area, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, qt(m_step.text));
}

void BoardCanvas::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  const Picture picture = placed(area.width());
  painter.save();
  painter.translate(area.topLeft());
  if (picture.height > area.height()) painter.scale(area.height() / picture.height, area.height() / picture.height);
  for (const auto& [rect, text, alignment, isTitle] : picture.labels) {
    painter.setFont(isTitle ? theme().words(12, QFont::DemiBold) : theme().words(11));
    painter.setPen(isTitle ? colors.text : colors.muted);
    painter.drawText(rect, int(alignment | Qt::AlignVCenter) | Qt::TextSingleLine, text);
  }
  for (const auto& [rect, place] : picture.cells) {
    const BoardCell& cell = cellAt(place);
    paintMarked(painter, rect, cell.mark, colors);
    painter.setFont(theme().numbers(12, cell.mark == CellMark::Bad ? QFont::DemiBold : QFont::Normal));
    painter.setPen(colors.text);
    painter.drawText(rect.adjusted(0, 0, -kPadding, 0), Qt::AlignRight | Qt::AlignVCenter, qt(cell.text));
  }
  painter.setFont(theme().words(11));
  for (const auto& [rect, mark] : picture.legend) {
    paintMarked(painter, {rect.left(), rect.top() + (kLegendRow - kSwatch) / 2, kSwatch, kSwatch}, mark, colors);
    painter.setPen(colors.muted);
    painter.drawText(rect.adjusted(kSwatch + kSwatchGap, 0, 1, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     qt(meaningOf(mark)));
  }
  painter.restore();
}

void BoardCanvas::paintMarks(QPainter& painter) const {
  if (!m_current || !hasFocus()) return;
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(theme().colors().text, 2));
  painter.drawRoundedRect(cellRect(m_current->grid, m_current->cell), 3, 3);
}

std::optional<BoardCanvas::Place> BoardCanvas::placeAt(QPointF position) const {
  for (const auto& [rect, place] : m_picture.cells)
    if (rect.contains(position)) return place;
  return std::nullopt;
}

QString BoardCanvas::exactText(const Place& place) const {
  const BoardCell& cell = cellAt(place);
  return cell.value ? qt(shortest(*cell.value)) : qt(cell.text);
}

/// "restored [1, 3]: 2.09763789 - what the step is about".
QString BoardCanvas::placeText(const Place& place) const {
  const BoardGrid& grid = m_step.grids[place.grid];
  const QString row = qt(grid.rows[place.cell / grid.columns.size()]);
  const QString column = qt(grid.columns[place.cell % grid.columns.size()]);
  QString text =
      QStringLiteral("%1 [%2]: %3")
          .arg(qt(grid.title), row.isEmpty() ? column : row + QStringLiteral(", ") + column, exactText(place));
  const QString meaning = qt(meaningOf(cellAt(place).mark));
  if (!meaning.isEmpty()) text += QStringLiteral(" \u00B7 ") + meaning;
  return text;
}

void BoardCanvas::goTo(const Place& place) {
  m_current = place;
  const QString text = placeText(place);
  setAccessibleDescription(text);
  update();
  Q_EMIT described(text);
  Q_EMIT walkedTo(cellRect(place.grid, place.cell).toAlignedRect());
}

/// The next cell in that direction; beyond the edge of a grid, that of the grid before or after it. nullopt: the end.
std::optional<BoardCanvas::Place> BoardCanvas::beside(int dx, int dy) const {
  const auto& grids = m_step.grids;
  const std::size_t columns = grids[m_current->grid].columns.size();
  const std::size_t row = m_current->cell / columns, column = m_current->cell % columns;
  const bool isForward = dx + dy > 0;
  const bool isAtEdge = dx != 0 ? column == (isForward ? columns - 1 : 0)
                                : row == (isForward ? grids[m_current->grid].rows.size() - 1 : 0);
  if (!isAtEdge)
    return Place{m_current->grid, std::size_t(std::ptrdiff_t(m_current->cell) + dx + dy * std::ptrdiff_t(columns))};
  if (isForward ? m_current->grid + 1 == grids.size() : m_current->grid == 0) return std::nullopt;
  const std::size_t other = isForward ? m_current->grid + 1 : m_current->grid - 1;
  const std::size_t lastRow = grids[other].rows.size() - 1, lastColumn = grids[other].columns.size() - 1;
  const std::size_t toRow = dx != 0 ? std::min(row, lastRow) : isForward ? 0 : lastRow;
  const std::size_t toColumn = dy != 0 ? std::min(column, lastColumn) : isForward ? 0 : lastColumn;
  return Place{other, toRow * (lastColumn + 1) + toColumn};
}

/// Whether the key is one that walks.
bool BoardCanvas::walk(const QKeyEvent& key) {
  if (m_step.grids.empty()) return false;
  if (!m_current) m_current = Place{};
  const auto go = [&](const std::optional<Place>& to) {
    goTo(to.value_or(*m_current));
    return true;
  };
  const bool isControl = key.modifiers().testFlag(Qt::ControlModifier);
  const std::size_t columns = m_step.grids[m_current->grid].columns.size();
  const std::size_t rowStart = m_current->cell / columns * columns;
  switch (key.key()) {
    case Qt::Key_Left:
      return go(beside(-1, 0));
    case Qt::Key_Right:
      return go(beside(1, 0));
    case Qt::Key_Up:
      return go(beside(0, -1));
    case Qt::Key_Down:
      return go(beside(0, 1));
    case Qt::Key_Home:
      return go(isControl ? Place{} : Place{m_current->grid, rowStart});
    case Qt::Key_End:
      return go(isControl ? Place{m_step.grids.size() - 1, m_step.grids.back().cells.size() - 1}
                          : Place{m_current->grid, rowStart + columns - 1});
    default:
      return false;
  }
}

void BoardCanvas::keyPressEvent(QKeyEvent* event) {
  if (!walk(*event)) PaintedPlot::keyPressEvent(event);
}

void BoardCanvas::mousePressEvent(QMouseEvent* event) {
  if (const auto place = placeAt(event->position())) return goTo(*place);
  PaintedPlot::mousePressEvent(event);
}

/// The grid under the pointer is the one that is copied.
void BoardCanvas::contextMenuEvent(QContextMenuEvent* event) {
  if (event->reason() == QContextMenuEvent::Mouse)
    if (const auto place = placeAt(event->pos())) goTo(*place);
  PaintedPlot::contextMenuEvent(event);
}

void BoardCanvas::focusInEvent(QFocusEvent* event) {
  if (!m_step.grids.empty() && event->reason() != Qt::MouseFocusReason) goTo(m_current.value_or(Place{}));
  PaintedPlot::focusInEvent(event);
}

void BoardCanvas::focusOutEvent(QFocusEvent* event) {
  setAccessibleDescription(spoken(m_step.grids));
  if (event->reason() != Qt::PopupFocusReason) Q_EMIT described({});
  PaintedPlot::focusOutEvent(event);
}

Table BoardCanvas::table() const { return toTable(m_step.grids[m_current ? m_current->grid : 0]); }

bool BoardCanvas::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    // Left and right go from cell to cell here, not from step to step.
    constexpr std::array kWalking{Qt::Key_Left, Qt::Key_Right, Qt::Key_Up, Qt::Key_Down, Qt::Key_Home, Qt::Key_End};
    const auto& key = static_cast<const QKeyEvent&>(*event);
    const bool isOurs = !key.modifiers().testFlag(Qt::AltModifier) && hasTable();
    if (isOurs && std::ranges::find(kWalking, key.key()) != kWalking.end()) {
      event->accept();
      return true;
    }
  }
  if (event->type() != QEvent::ToolTip) return PaintedPlot::event(event);
  const auto& help = static_cast<const QHelpEvent&>(*event);
  const auto place = placeAt(help.pos());
  QString text;
  if (place) text = exactText(*place) + u'\n' + qt(meaningOf(cellAt(*place).mark));
  QToolTip::showText(help.globalPos(), plainToolTip(text.trimmed()), this);
  return true;
}

}  // namespace ulpscope
