// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/format_card.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "widgets/bits/format_designer.h"
#include "widgets/bits/format_notes.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"

namespace ulpscope {

FormatCard::FormatCard(QWidget* parent)
    : QWidget(parent),
      m_name(new ElidedLabel({}, TextRole::Title)),
      m_design(new LinkButton(tr("change it…"))),
      m_notes(new PlainLabel({}, TextRole::Muted)),
      m_designer(new FormatDesigner),
      m_facts(new FactList(tr("Limits of the format"))) {
  m_design->setToolTip(tr("Make a format of your own that starts from this one"));
  m_notes->setWordWrap(true);
  m_facts->setMinimumHeight(180);
  auto* head = new QHBoxLayout;
  head->setSpacing(12);
  head->addWidget(m_name, 1);
  head->addWidget(m_design);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addLayout(head);
  column->addWidget(m_designer);
  column->addWidget(m_notes);
  column->addWidget(m_facts, 1);
  connect(m_design, &LinkButton::clicked, this, [this] { Q_EMIT formatPicked(FormatDesigner::idLike(*m_format)); });
  connect(m_designer, &FormatDesigner::designed, this, &FormatCard::formatPicked);
}

void FormatCard::setFormat(FormatPointer format) {
  if (m_format && m_format->info().id == format->info().id) return;
  m_format = std::move(format);
  const FormatInfo& info = m_format->info();
  m_name->setText(QString::fromStdString(info.title == info.name ? info.title : info.title + ", " + info.name));
  const QStringList notes = formatNotes(*m_format);
  m_notes->setText(notes.join(QLatin1Char(' ')));
  m_notes->setVisible(!notes.isEmpty());
  m_designer->setFormat(*m_format);
  m_design->setVisible(m_format->floatSpec() && m_designer->isHidden());
  m_facts->setFacts(formatFacts(*m_format));
}

}  // namespace ulpscope
