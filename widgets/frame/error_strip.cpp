// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/error_strip.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/session.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

ErrorStrip::ErrorStrip(QWidget* parent)
    : QWidget(parent),
      m_sentence(new PlainLabel),
      m_details(new PlainLabel({}, TextRole::NumberMuted)),
      m_toggle(new LinkButton(tr("details"))),
      m_action(new QPushButton) {
  m_sentence->setWordWrap(true);
  m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_details->setWordWrap(true);
  m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* dismissButton = new QToolButton;
  dismissButton->setIcon(themedIcon(QStringLiteral("close")));
  dismissButton->setAutoRaise(true);
  dismissButton->setToolTip(tr("Dismiss"));
  dismissButton->setAccessibleName(tr("Dismiss the message"));

  auto* row = new QHBoxLayout;
  row->setSpacing(12);
  row->addWidget(m_sentence, 1);
  row->addWidget(m_toggle);
  row->addWidget(m_action);
  row->addWidget(dismissButton);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(20, 6, 12, 6);
  column->setSpacing(4);
  column->addLayout(row);
  column->addWidget(m_details);

  connect(dismissButton, &QToolButton::clicked, this, &ErrorStrip::dismiss);
  connect(m_toggle, &LinkButton::clicked, this, [this] { showDetails(m_details->isHidden()); });
  connect(m_action, &QPushButton::clicked, this, [this] {
    const auto perform = m_perform;  // the strip may show something else while it runs
    dismiss();
    if (perform) perform();
  });
  hide();
}

void ErrorStrip::show(const Report& report) {
  m_warning = report.warning;
  m_sentence->setText(report.sentence);
  m_details->setText(report.details);
  m_toggle->setVisible(!report.details.isEmpty());
  showDetails(false);
  m_perform = report.perform;
  m_action->setText(report.action);
  m_action->setVisible(!report.action.isEmpty());
  setVisible(true);
  update();
}

void ErrorStrip::showDetails(bool on) {
  m_details->setVisible(on);
  m_toggle->setText(on ? tr("hide") : tr("details"));
  m_toggle->updateGeometry();
}

void ErrorStrip::dismiss() {
  hide();
  m_perform = nullptr;
}

void ErrorStrip::paintEvent(QPaintEvent*) {
  const auto& c = theme().colors();
  QPainter painter(this);
  painter.fillRect(rect(), c.surface);
  painter.fillRect(QRect(0, 0, 3, height()), m_warning ? c.plotOutlier : c.plotBad);
  painter.fillRect(QRect(0, height() - 1, width(), 1), c.border);
}

}  // namespace ulpscope
