// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/code_slider.h"

#include <QMouseEvent>
#include <QSignalBlocker>
#include <QStyle>
#include <QStyleOptionSlider>

namespace ulpscope {

CodeSlider::CodeSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {
  setAccessibleName(tr("Place among all codes in value order"));
  QSizePolicy keepsItsPlace = sizePolicy();
  keepsItsPlace.setRetainSizeWhenHidden(true);
  setSizePolicy(keepsItsPlace);
  connect(this, &QSlider::valueChanged, this, &CodeSlider::placePicked);
}

void CodeSlider::setPlace(int place, int places) {
  const QSignalBlocker quiet(this);
  setRange(0, places - 1);
  setPageStep(std::max(1, places / 16));
  if (place >= 0) setValue(place);
  setVisible(place >= 0);
}

void CodeSlider::keyPressEvent(QKeyEvent* event) {
  if (const auto step = stepOf(*event))
    Q_EMIT stepped(*step);
  else
    QSlider::keyPressEvent(event);
}

void CodeSlider::mousePressEvent(QMouseEvent* event) {
  // A click beside the handle goes to that place, and the drag goes on from there.
  QStyleOptionSlider option;
  initStyleOption(&option);
  const QRect handle = style()->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, this);
  if (event->button() == Qt::LeftButton && !handle.contains(event->position().toPoint())) {
    const int span = width() - handle.width();
    const int at = event->position().toPoint().x() - handle.width() / 2;
    setValue(QStyle::sliderValueFromPosition(minimum(), maximum(), at, span));
  }
  QSlider::mousePressEvent(event);
}

}  // namespace ulpscope
