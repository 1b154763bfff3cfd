// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/warning_sign.h"

#include <QPainter>

#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

WarningSign::WarningSign(QWidget* parent) : QWidget(parent) { setFixedSize(18, 18); }

void WarningSign::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  tintedIcon(QStringLiteral("warning"), theme().colors().outlier).paint(&painter, rect());
}

}  // namespace ulpscope
