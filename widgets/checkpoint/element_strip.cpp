// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/element_strip.h"

#include <QHBoxLayout>

#include "core/formats/value_text.h"
#include "widgets/checkpoint/bit_text.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {

ElementStrip::ElementStrip(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_position(new PlainLabel({}, TextRole::NumberMuted)),
      m_value(new ElidedLabel({}, TextRole::Number)),
      m_code(new PlainLabel({}, TextRole::NumberMuted)),
      m_bits(new BitText) {
  setObjectName(QStringLiteral("elementStrip"));
  m_position->setObjectName(QStringLiteral("elementPosition"));
  m_code->setObjectName(QStringLiteral("elementCode"));
  m_code->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* open = new LinkButton(tr("take apart"), LinkButton::Tone::Accent);
  open->setToolTip(plainToolTip(tr("Shows this element among the formats, bit by bit")));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 4, 0, 0);
  row->setSpacing(16);
  row->addWidget(m_position);
  row->addWidget(m_value, 1);
  row->addWidget(m_code);
  row->addWidget(m_bits);
  row->addWidget(open);
  connect(open, &LinkButton::clicked, this, [this] { Q_EMIT m_session.pageRequested(QStringLiteral("explorer")); });
  connect(&session, &Session::selectionChanged, this, &ElementStrip::followSelection);
  followSelection();
}

void ElementStrip::followSelection() {
  const Selection& now = m_session.selection();
  const TensorInfo* tensor = now.tensorInfo();
  setVisible(tensor && now.element);
  if (!tensor || !now.element) return;
  m_position->setText(positionText(tensor->shape, *now.element));
  m_value->setText(shown(now.value));
  const NumberFormat* format = tensor->type ? tensor->type->format : nullptr;
  const bool hasCode = format && now.code && now.format == format->info().id;
  m_code->setVisible(hasCode);
  m_bits->setVisible(hasCode);
  if (!hasCode) return;
  m_code->setText(qt(codeText(*format, *now.code)));
  m_bits->setCode(*format, *now.code);
}

}  // namespace ulpscope
