// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/scheme_form.h"

#include <QAction>
#include <QPainter>
#include <QVBoxLayout>

#include "widgets/forms/parameter_form.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/quantization/scheme_list.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

class Rule final : public QWidget {
 public:
  Rule() { setFixedHeight(1); }

 protected:
  void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), theme().colors().border); }
};

}  // namespace

SchemeForm::SchemeForm(QWidget* parent)
    : QScrollArea(parent),
      m_list(new SchemeList),
      m_rule(new Rule),
      m_knobs(new ParameterForm),
      m_refusal(new PlainLabel({}, TextRole::Bad)),
      m_reference(new PlainLabel({}, TextRole::Note)),
      m_exports(new QVBoxLayout) {
  m_refusal->setWordWrap(true);
  m_refusal->hide();
  m_reference->setWordWrap(true);
  m_reference->setTextInteractionFlags(Qt::TextSelectableByMouse);

  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(12);
  column->addWidget(m_list);
  column->addWidget(m_rule);
  column->addWidget(m_knobs);
  column->addWidget(m_refusal);
  column->addWidget(m_reference);
  column->addLayout(m_exports);
  column->addStretch();
  setWidget(content);
  setWidgetResizable(true);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFocusPolicy(Qt::NoFocus);
  content->setAutoFillBackground(false);
  viewport()->setAutoFillBackground(false);

  connect(m_list, &SchemeList::schemeChosen, this, [this](const std::string& id) { Q_EMIT chosen(id, {}); });
  connect(m_knobs, &ParameterForm::edited, this, [this] { Q_EMIT chosen(m_scheme->info().id, m_knobs->settings()); });
}

void SchemeForm::setShape(const std::optional<MatrixShape>& shape) { m_list->setShape(shape); }

void SchemeForm::setChosen(const Scheme& scheme, const Settings& settings) {
  m_list->setChosen(scheme, settings);
  // A knob that is being turned keeps its focus: the controls are built anew only for other values.
  const auto complete = completeSettings(scheme.info(), settings);
  const bool isShown = m_scheme == &scheme && complete && *complete == m_knobs->settings();
  m_scheme = &scheme;
  if (!isShown) m_knobs->show(scheme.info(), settings);
  m_knobs->setVisible(!scheme.info().parameters.empty());
  m_reference->setText(tr("Reproduces: %1").arg(QString::fromStdString(scheme.info().reference)));
}

void SchemeForm::setRefusal(const QString& sentence) {
  m_refusal->setText(sentence);
  m_refusal->setVisible(!sentence.isEmpty());
}

void SchemeForm::addExport(QAction* action) {
  auto* button = new LinkButton(action->text());
  connect(button, &LinkButton::clicked, action, &QAction::trigger);
  m_exports->addWidget(button, 0, Qt::AlignLeft);
}

}  // namespace ulpscope
