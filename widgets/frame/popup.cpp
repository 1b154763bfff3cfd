// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/popup.h"

#include <QPainter>
#include <QScreen>
#include <QWidget>
#include <algorithm>

#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

void showBelow(QWidget& popup, const QRect& field, QSize most) {
  const QRect room = popup.parentWidget()->screen()->availableGeometry();
  const int height = std::clamp(room.bottom() - field.bottom() - 8, 200, most.height());
  QRect place(field.bottomLeft() + QPoint(0, 2), QSize(most.width(), height));
  place.moveRight(std::min(place.right(), room.right()));
  popup.setGeometry(place);
  popup.show();
}

void paintPopup(QWidget& popup) {
  QPainter painter(&popup);
  painter.fillRect(popup.rect(), theme().colors().raised);
  painting::roundedPanel(painter, popup.rect(), theme().colors().raised, theme().colors().disabled, 0);
}

}  // namespace ulpscope
