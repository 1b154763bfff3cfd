// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/draw_row.h"

#include <QHBoxLayout>
#include <QSpinBox>
#include <limits>

#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

DrawRow::DrawRow(QWidget* parent) : QWidget(parent), m_seed(new QSpinBox), m_odds(new PlainLabel({}, TextRole::Note)) {
  auto* again = new LinkButton(tr("draw again"), LinkButton::Tone::Accent);
  again->setToolTip(tr("Round with the next random bits of this seed"));
  m_seed->setAccessibleName(tr("Seed of the draws"));
  m_seed->setToolTip(tr("The same seed draws the same bits"));
  m_seed->setRange(0, std::numeric_limits<int>::max());
  m_seed->setFont(theme().numbers(12));
  m_seed->setFixedWidth(84);
  m_seed->setKeyboardTracking(false);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  row->addWidget(new PlainLabel(tr("seed"), TextRole::Note));
  row->addWidget(m_seed);
  row->addWidget(again);
  row->addWidget(m_odds);
  row->addStretch(1);
  connect(m_seed, &QSpinBox::valueChanged, this, [this] {
    m_draw = 0;
    Q_EMIT drawn();
  });
  connect(again, &LinkButton::clicked, this, &DrawRow::drawAgain);
}

RandomBits DrawRow::bits() const { return randomBits(std::uint64_t(m_seed->value()), m_draw); }

void DrawRow::drawAgain() {
  ++m_draw;
  Q_EMIT drawn();
}

void DrawRow::setOdds(const NumberFormat& format, const StochasticOdds& odds) {
  const auto valueOf = [&](std::uint64_t code) { return typeset(QString::fromStdString(readableText(format, code))); };
  const QString draw = tr("draw %1").arg(grouped(m_draw + 1));
  if (odds.lower == odds.upper) {
    m_odds->setText(tr("%1: nothing to draw for").arg(draw));
    return;
  }
  const double upper = odds.probabilityUpper();
  m_odds->setText(tr("%1: up to %2 with probability %3, down to %4 with %5")
                      .arg(draw, valueOf(odds.upper), QString::number(upper, 'g', 6), valueOf(odds.lower),
                           QString::number(1 - upper, 'g', 6)));
}

}  // namespace ulpscope
