// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/scrolled.h"

#include <QScrollArea>

namespace ulpscope {

QScrollArea* scrolled(QWidget* content, int lowest) {
  auto* area = new QScrollArea;
  area->setWidget(content);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setFocusPolicy(Qt::NoFocus);  // the content takes it
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->viewport()->setAutoFillBackground(false);
  content->setAutoFillBackground(false);
  area->setMinimumHeight(lowest);
  return area;
}

}  // namespace ulpscope
