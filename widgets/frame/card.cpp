// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/card.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

#include "widgets/frame/labels.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

Card::Card(const QString& title, QWidget* parent)
    : QWidget(parent),
      m_header(new QWidget),
      m_headerRow(new QHBoxLayout(m_header)),
      m_title(new PlainLabel({}, TextRole::Title)),
      m_note(new ElidedLabel({}, TextRole::Muted)),
      m_body(new QVBoxLayout) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 16);
  column->setSpacing(8);
  m_headerRow->setContentsMargins(0, 0, 0, 0);
  m_headerRow->setSpacing(12);
  m_headerRow->addWidget(m_title);
  m_headerRow->addWidget(m_note, 1);
  m_note->setFont(theme().words(12));
  m_note->setElideMode(Qt::ElideRight);
  m_note->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_body->setContentsMargins(0, 0, 0, 0);
  m_body->setSpacing(8);
  column->addWidget(m_header);
  column->addLayout(m_body, 1);
  setTitle(title);
}

void Card::setTitle(const QString& title) {
  m_title->setText(title);
  showHeader();
}

void Card::setNote(const QString& note) {
  m_note->setText(note);
  showHeader();
}

void Card::addToHeader(QWidget* widget) {
  m_headerRow->addWidget(widget);
  showHeader();
}

void Card::setEmbedded() {
  m_embedded = true;
  layout()->setContentsMargins(0, 0, 0, 0);
  m_title->hide();
  showHeader();
}

void Card::showHeader() {
  const bool titled = !m_embedded && !m_title->text().isEmpty();
  m_header->setVisible(titled || !m_note->text().isEmpty() || m_headerRow->count() > 2);
}

void Card::paintEvent(QPaintEvent*) {
  if (m_embedded) return;
  QPainter painter(this);
  painting::roundedPanel(painter, rect(), theme().colors().surface, theme().colors().border);
}

}  // namespace ulpscope
