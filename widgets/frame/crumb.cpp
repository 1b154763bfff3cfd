// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/crumb.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>

#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {
constexpr int kMargin = 6;
constexpr int kArrow = 14;
constexpr int kSeparator = 14;  ///< room for the sign before all but the first
}  // namespace

Crumb::Crumb(const QString& name, QWidget* parent) : QAbstractButton(parent) {
  setAccessibleName(name);
  setFont(theme().words(13));
  setFocusPolicy(Qt::TabFocus);
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  setCursor(Qt::PointingHandCursor);
}

void Crumb::setContent(const QString& text) {
  setText(text);
  setAccessibleDescription(text);
  setToolTip(plainToolTip(text));
  setVisible(!text.isEmpty());
  setMaximumWidth(sizeHint().width());
  updateGeometry();
}

void Crumb::setPlace(bool first, bool last) {
  m_first = first;
  m_last = last;
  setMaximumWidth(sizeHint().width());
  updateGeometry();
  update();
}

int Crumb::lead() const { return m_first ? 0 : kSeparator; }

void Crumb::setMonospaced(bool on) { setFont(on ? theme().numbers(12) : theme().words(13)); }

QSize Crumb::sizeHint() const {
  return {fontMetrics().horizontalAdvance(text()) + lead() + 2 * kMargin + kArrow + 1, 28};
}

QSize Crumb::minimumSizeHint() const { return {std::min(sizeHint().width(), 72), 28}; }

void Crumb::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const auto& c = theme().colors();
  const bool lit = underMouse() || hasFocus();
  const QRect body = rect().adjusted(lead(), 0, 0, 0);
  if (underMouse()) painting::roundedPanel(painter, body, c.hairline, Qt::transparent);
  if (hasFocus()) painting::focusRing(painter, body);
  if (!m_first) {
    painter.setPen(c.disabled);
    painter.drawText(QRect(0, 0, kSeparator, height()), Qt::AlignCenter, QStringLiteral("\u203A"));
  }
  painter.setPen(m_last || lit ? c.text : c.muted);
  const QRect room = body.adjusted(kMargin, 0, -kArrow, 0);
  painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                   fontMetrics().elidedText(text(), Qt::ElideMiddle, room.width() + 1));
  if (lit)
    painting::chevron(painter, QPointF(width() - kArrow + 2, height() / 2.0 + 0.5), painting::Chevron::Down, 3,
                      c.muted);
}

void Crumb::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton && event->position().x() > width() - kArrow - kMargin) return openMenu();
  QAbstractButton::mousePressEvent(event);
}

void Crumb::contextMenuEvent(QContextMenuEvent*) { openMenu(); }

void Crumb::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Down || event->key() == Qt::Key_Menu) return openMenu();
  QAbstractButton::keyPressEvent(event);
}

void Crumb::openMenu() {
  QMenu menu(this);
  menu.addAction(themedIcon(QStringLiteral("copy")), tr("Copy"), this,
                 [this] { QGuiApplication::clipboard()->setText(text()); });
  if (m_fill) {
    menu.addSeparator();
    m_fill(menu);
  }
  menu.exec(mapToGlobal(QPoint(0, height() + 2)));
}

void Crumb::enterEvent(QEnterEvent* event) {
  QAbstractButton::enterEvent(event);
  update();
}

void Crumb::leaveEvent(QEvent* event) {
  QAbstractButton::leaveEvent(event);
  update();
}

}  // namespace ulpscope
