// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/control_painting.h"

#include <QIcon>
#include <QPainter>
#include <QStyleOption>

#include "widgets/theme/theme.h"

namespace ulpscope::painting {
namespace {

/// Antialiasing and the painter's state, for one control.
class Scope {
 public:
  explicit Scope(QPainter& painter) : m_painter(painter) {
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
  }
  ~Scope() { m_painter.restore(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  QPainter& m_painter;
};

/// The rectangle along whose border a line of 1 px falls on whole pixels.
QRectF onPixels(const QRectF& rect) { return rect.adjusted(0.5, 0.5, -0.5, -0.5); }

QPen line(const QColor& color, double width) { return QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin); }

bool has(QStyle::State state, QStyle::StateFlag flag) { return state.testFlag(flag); }

void checkMark(QPainter& painter, const QRectF& r, const QColor& color) {
  const auto at = [&](double x, double y) { return QPointF(r.x() + x * r.width(), r.y() + y * r.height()); };
  painter.setPen(line(color, 1.7));
  painter.drawPolyline(QPolygonF{at(0.24, 0.52), at(0.42, 0.70), at(0.76, 0.32)});
}

}  // namespace

void roundedPanel(QPainter& painter, const QRectF& rect, const QColor& fill, const QColor& border, double radius) {
  const Scope scope(painter);
  painter.setPen(QPen(border, 1));
  painter.setBrush(fill);
  painter.drawRoundedRect(onPixels(rect), radius, radius);
}

void chevron(QPainter& painter, QPointF m, Chevron direction, double size, const QColor& color) {
  const Scope scope(painter);
  painter.setPen(line(color, 1.5));
  const double half = size / 2;
  QPolygonF points{{-size, -half}, {0, half}, {size, -half}};
  painter.translate(m);
  switch (direction) {
    case Chevron::Down:
      break;
    case Chevron::Up:
      painter.rotate(180);
      break;
    case Chevron::Left:
      painter.rotate(90);
      break;
    case Chevron::Right:
      painter.rotate(-90);
      break;
  }
  painter.drawPolyline(points);
}

void field(QPainter& painter, const QRect& rect, QStyle::State state) {
  const auto& c = theme().colors();
  const bool enabled = has(state, QStyle::State_Enabled);
  const QColor border = has(state, QStyle::State_HasFocus)               ? c.accent
                        : enabled && has(state, QStyle::State_MouseOver) ? c.disabled
                                                                         : c.border;
  roundedPanel(painter, rect, enabled ? c.surface : c.window, border);
}

void focusRing(QPainter& painter, const QRect& rect) {
  roundedPanel(painter, rect, Qt::transparent, theme().colors().accent);
}

void checkIndicator(QPainter& painter, const QRect& rect, QStyle::State state, bool round) {
  const auto& c = theme().colors();
  const bool partly = has(state, QStyle::State_NoChange);
  const bool on = has(state, QStyle::State_On) || partly;
  const bool enabled = has(state, QStyle::State_Enabled);
  const QColor fill = !on ? c.surface : enabled ? c.accent : c.disabled;
  const QColor border = on ? fill : has(state, QStyle::State_MouseOver) ? c.muted : c.disabled;
  const double radius = round ? rect.width() / 2.0 : 3;
  roundedPanel(painter, rect, fill, border, radius);
  if (!on) return;
  const Scope scope(painter);
  const QRectF r = onPixels(rect);
  if (partly) {
    painter.setPen(line(c.onField, 1.7));
    painter.drawLine(QPointF(r.left() + r.width() / 4, r.center().y()),
                     QPointF(r.right() - r.width() / 4, r.center().y()));
  } else if (round) {
    painter.setPen(Qt::NoPen);
    painter.setBrush(c.onField);
    painter.drawEllipse(r.center(), 2.5, 2.5);
  } else {
    checkMark(painter, r, c.onField);
  }
}

void pushButton(QPainter& painter, const QRect& rect, QStyle::State state) {
  const auto& c = theme().colors();
  const bool pressed = has(state, QStyle::State_Sunken) || has(state, QStyle::State_On);
  const bool hovered = has(state, QStyle::State_MouseOver) && has(state, QStyle::State_Enabled);
  const bool focused = has(state, QStyle::State_HasFocus);
  roundedPanel(painter, rect,
               pressed   ? c.selection
               : hovered ? c.window
                         : c.raised,
               focused   ? c.accent
               : hovered ? c.disabled
                         : c.border);
}

void toolButton(QPainter& painter, const QRect& rect, QStyle::State state) {
  const auto& c = theme().colors();
  const bool pressed = has(state, QStyle::State_Sunken) || has(state, QStyle::State_On);
  const bool hovered = has(state, QStyle::State_MouseOver) && has(state, QStyle::State_Enabled);
  if (!pressed && !hovered) return;
  roundedPanel(painter, rect, pressed ? c.selection : c.hairline, Qt::transparent);
}

void itemRow(QPainter& painter, const QRect& rect, QStyle::State state) {
  const auto& c = theme().colors();
  if (has(state, QStyle::State_Selected))
    painter.fillRect(rect, c.selection);
  else if (has(state, QStyle::State_MouseOver) && has(state, QStyle::State_Enabled))
    painter.fillRect(rect, c.window);
}

void menuItem(QPainter& painter, const QStyleOptionMenuItem& item) {
  const auto& c = theme().colors();
  const QRect& r = item.rect;
  if (item.menuItemType == QStyleOptionMenuItem::Separator) {
    painter.fillRect(QRect(r.left() + 8, r.center().y(), r.width() - 16, 1), c.hairline);
    return;
  }
  const bool enabled = has(item.state, QStyle::State_Enabled);
  const bool selected = has(item.state, QStyle::State_Selected) && enabled;
  if (selected) roundedPanel(painter, r.adjusted(4, 0, -4, 0), c.selection, Qt::transparent);

  const QRect mark(r.left() + 10, r.center().y() - 7, 16, 16);
  if (item.checked) {
    const Scope scope(painter);
    checkMark(painter, mark, enabled ? c.accent : c.disabled);
  } else if (!item.icon.isNull()) {
    item.icon.paint(&painter, mark, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
  }

  const Scope scope(painter);
  painter.setFont(item.font);
  const QRect text(r.left() + kMenuTextLeft, r.top(), r.width() - kMenuTextLeft - kMenuRight, r.height());
  const QStringList parts = item.text.split(QLatin1Char('\t'));
  painter.setPen(enabled ? c.text : c.disabled);
  painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextHideMnemonic | Qt::TextSingleLine, parts.value(0));
  painter.setPen(c.muted);
  painter.drawText(text, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, parts.value(1));
  if (item.menuItemType == QStyleOptionMenuItem::SubMenu)
    chevron(painter, QPointF(r.right() - 12, r.center().y() + 0.5), Chevron::Right, 3.5, c.muted);
}

void progressBar(QPainter& painter, const QRect& rect, double share) {
  const auto& c = theme().colors();
  const Scope scope(painter);
  QRectF bar(rect.x(), rect.center().y() - 1.5, rect.width(), 5);
  painter.setPen(Qt::NoPen);
  painter.setBrush(c.border);
  painter.drawRoundedRect(bar, 2.5, 2.5);
  if (share <= 0) return;
  bar.setWidth(std::max(5.0, bar.width() * share));
  painter.setBrush(c.accent);
  painter.drawRoundedRect(bar, 2.5, 2.5);
}

void slider(QPainter& painter, const QRectF& groove, const QRectF& handle) {
  const auto& c = theme().colors();
  const Scope scope(painter);
  const double y = groove.center().y() - 1.5;
  painter.setPen(Qt::NoPen);
  painter.setBrush(c.border);
  painter.drawRoundedRect(QRectF(groove.x(), y, groove.width(), 3), 1.5, 1.5);
  painter.setBrush(c.accent);
  painter.drawRoundedRect(QRectF(groove.x(), y, handle.center().x() - groove.x(), 3), 1.5, 1.5);
  painter.setBrush(c.surface);
  painter.setPen(QPen(c.accent, 1.5));
  painter.drawEllipse(handle.center(), 6, 6);
}

void scrollHandle(QPainter& painter, const QRect& handle, bool horizontal, bool active) {
  const auto& c = theme().colors();
  const Scope scope(painter);
  painter.setPen(Qt::NoPen);
  painter.setBrush(active ? c.disabled : c.border);
  painter.drawRoundedRect(
      QRectF(handle).adjusted(horizontal ? 1 : 2, horizontal ? 2 : 1, horizontal ? -1 : -2, horizontal ? -2 : -1), 3,
      3);
}

}  // namespace ulpscope::painting
