// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/scrolled.h"

#include <QScrollArea>

namespace ulpscope {
namespace {

constexpr int kLowestPicture = 110;  // px

}  // namespace

QScrollArea* scrolled(QWidget* picture) {
  auto* area = new QScrollArea;
  area->setWidget(picture);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setFocusPolicy(Qt::NoFocus);  // the picture takes it
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->viewport()->setAutoFillBackground(false);
  picture->setAutoFillBackground(false);
  area->setMinimumHeight(kLowestPicture);
  return area;
}

}  // namespace ulpscope
