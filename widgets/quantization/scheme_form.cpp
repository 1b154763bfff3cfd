// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/scheme_form.h"

#include <QAction>
#include <QLineEdit>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include "core/report/scheme_page.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/page_panel.h"
#include "widgets/frame/scrolled.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/quantization/scheme_list.h"

namespace ulpscope {

SchemeForm::SchemeForm(QWidget* inputs, QWidget* whatIf, QWidget* parent)
    : QWidget(parent),
      m_filter(new QLineEdit),
      m_list(new SchemeList),
      m_knobs(new ParameterForm),
      m_refusal(new PlainLabel({}, TextRole::Bad)),
      m_reference(new PlainLabel({}, TextRole::Note)),
      m_exports(new QVBoxLayout) {
  m_filter->setObjectName(QStringLiteral("filter"));
  m_filter->setPlaceholderText(tr("Filter schemes"));
  m_filter->setAccessibleName(tr("Filter schemes"));
  m_filter->setClearButtonEnabled(true);
  auto* choice = new QWidget;
  auto* choiceColumn = new QVBoxLayout(choice);
  choiceColumn->setContentsMargins(0, 0, 0, 0);
  choiceColumn->setSpacing(8);
  choiceColumn->addWidget(m_filter);
  choiceColumn->addWidget(m_list, 1);

  auto* parts = new QSplitter(Qt::Vertical);
  parts->setObjectName(QStringLiteral("schemeAndKnobs"));
  parts->setChildrenCollapsible(false);
  parts->setHandleWidth(16);
  parts->addWidget(choice);
  parts->addWidget(buildKnobs(inputs, whatIf));
  parts->setStretchFactor(0, 1);
  parts->setSizes({560, 260});
  keepPlace(*parts, QStringLiteral("quantization/schemeAndKnobs"));
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(parts);

  connect(m_filter, &QLineEdit::textChanged, m_list, &SchemeList::setFilter);
  connect(m_list, &SchemeList::schemeChosen, this, [this](const std::string& id) { Q_EMIT chosen(id, {}); });
  connect(m_knobs, &ParameterForm::edited, this, [this] { Q_EMIT chosen(m_scheme->info().id, m_knobs->settings()); });
}

QWidget* SchemeForm::buildKnobs(QWidget* inputs, QWidget* whatIf) {
  m_refusal->setWordWrap(true);
  m_refusal->hide();
  m_reference->setWordWrap(true);
  m_reference->setTextInteractionFlags(Qt::TextSelectableByMouse);
  auto* about = new LinkButton(tr("about this scheme"), LinkButton::Tone::Accent);
  connect(about, &LinkButton::clicked, this, &SchemeForm::showPage);
  m_exports->addWidget(about, 0, Qt::AlignLeft);

  auto* content = new QWidget;
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(12);
  column->addWidget(inputs);
  column->addWidget(m_knobs);
  column->addWidget(m_refusal);
  column->addWidget(whatIf);
  column->addLayout(m_exports);
  column->addWidget(m_reference);
  column->addStretch();
  return scrolled(content);
}

void SchemeForm::showPage() {
  if (m_scheme)
    PagePanel::open(QString::fromStdString(m_scheme->info().title), QString::fromStdString(schemePage(*m_scheme)),
                    this);
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
  // Names of files and functions may be broken where they are put together.
  QString reference = QString::fromStdString(scheme.info().reference);
  for (const QChar joint : {u'/', u'_'}) reference.replace(joint, QString(joint) + QChar(0x200B));
  m_reference->setText(tr("Reproduces: %1").arg(reference));
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
