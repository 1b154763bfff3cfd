// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/place_row.h"

#include <QHBoxLayout>

#include "core/formats/value_text.h"
#include "widgets/bits/code_slider.h"
#include "widgets/bits/field_notes.h"
#include "widgets/frame/labels.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QString endText(const NumberFormat& format, std::uint64_t code) {
  return typeset(QString::fromStdString(readableText(format, code)));
}

}  // namespace

PlaceRow::PlaceRow(QWidget* parent)
    : QWidget(parent),
      m_lowest(new PlainLabel({}, TextRole::NumberMuted)),
      m_slider(new CodeSlider),
      m_highest(new PlainLabel({}, TextRole::NumberMuted)),
      m_above(new PlainLabel({}, TextRole::Note)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(12);
  row->addWidget(m_lowest);
  row->addWidget(m_slider, 1);
  row->addWidget(m_highest);
  row->addSpacing(12);
  row->addWidget(m_above);
  connect(m_slider, &CodeSlider::placePicked, this, &PlaceRow::placePicked);
  connect(m_slider, &CodeSlider::stepped, this, &PlaceRow::stepped);
}

void PlaceRow::setCode(const NumberFormat& format, const CodeScale& scale, std::uint64_t code) {
  m_lowest->setText(endText(format, scale.lowest()));
  m_highest->setText(endText(format, scale.highest()));
  const auto place = scale.placeOf(code);
  m_slider->setPlace(place.value_or(-1), scale.places());
  const QString nan = scale.nanCodes() == 0   ? QString()
                      : scale.nanCodes() == 1 ? tr(", one is NaN")
                                              : tr(", %1 are NaN").arg(grouped(scale.nanCodes()));
  m_above->setText(place                   ? tr("%1 codes are larger%2").arg(grouped(scale.above(code)), nan)
                   : scale.nanCodes() == 1 ? tr("the only NaN code")
                                           : tr("one of %1 NaN codes").arg(grouped(scale.nanCodes())));
}

}  // namespace ulpscope
