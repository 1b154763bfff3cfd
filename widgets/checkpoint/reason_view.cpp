// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/reason_view.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

#include "core/base/text.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/warning_sign.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"

namespace ulpscope {

ReasonView::ReasonView(QWidget* parent)
    : QWidget(parent),
      m_title(new PlainLabel({}, TextRole::Title)),
      m_reason(new PlainLabel),
      m_warning(new WarningSign),
      m_safety(new PlainLabel({}, TextRole::Muted)),
      m_rows(new TableModel({{tr("What is known"), false, {}}, {tr("Value"), false, {}}}, this)),
      m_facts(factTable(tr("What is known"), m_rows)) {
  m_title->setObjectName(QStringLiteral("reasonTitle"));
  m_reason->setObjectName(QStringLiteral("reason"));
  for (PlainLabel* label : {m_title, m_reason, m_safety}) {
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  }
  auto* line = new QHBoxLayout;
  line->setSpacing(8);
  line->addWidget(m_warning, 0, Qt::AlignTop);
  line->addWidget(m_reason, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_title);
  column->addLayout(line);
  column->addWidget(m_safety);
  column->addSpacing(8);
  column->addWidget(m_facts, 1);
}

void ReasonView::show(const QString& title, const QString& reason, const QString& safety, FactRows facts) {
  m_title->setText(title);
  m_reason->setText(reason);
  m_reason->setVisible(!reason.isEmpty());
  m_warning->hide();
  m_safety->setText(safety);
  m_safety->setVisible(!safety.isEmpty());
  m_rows->setRows(std::move(facts));
  m_facts->resizeColumnToContents(0);
}

void ReasonView::showUnreadable(const Checkpoint& checkpoint, std::size_t tensor) {
  const TensorInfo& info = checkpoint.tensors[tensor];
  show(shown(info.name), whyUnreadable(info), tr("It is listed, but its values cannot be shown."),
       factsAbout(checkpoint, tensor));
}

void ReasonView::showFailure(const Checkpoint& checkpoint, std::size_t tensor, const Error& error) {
  show(shown(checkpoint.tensors[tensor].name), shown(error.message), tr("Its values could not be read."),
       factsAbout(checkpoint, tensor));
}

void ReasonView::showObject(const InertObject& object) {
  FactRows facts;
  addFact(facts, tr("name"), shown(object.name));
  addFact(facts, tr("says it is"), shown(object.type));
  show(shown(object.name), shown(object.remark),
       object.suspicious ? tr("What it names can run commands or reach files. It was listed only: nothing was built "
                              "or run.")
                         : tr("It is no tensor. It was listed only: nothing was built or run."),
       std::move(facts));
  m_warning->setVisible(object.suspicious);
}

void ReasonView::showEmpty(const Checkpoint& checkpoint) {
  FactRows facts;
  addFact(facts, tr("container"), shown(checkpoint.container));
  for (const auto& [key, value] : checkpoint.metadata) addFact(facts, shown(key), shown(value));
  show(titleOf(checkpoint), tr("There is no tensor in it."), {}, std::move(facts));
}

}  // namespace ulpscope
