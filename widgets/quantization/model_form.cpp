// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/model_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/scrolled.h"
#include "widgets/quantization/inputs_box.h"
#include "widgets/quantization/scheme_ticks.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kLowestList = 132;

const QString kTargetKey = QStringLiteral("quantization/model/tool");

}  // namespace

ModelForm::ModelForm(Session& session, QWidget* parent)
    : QWidget(parent),
      m_target(comboBox(tr("Recipe for"))),
      m_ticks(new SchemeTicks),
      m_names(new QLineEdit),
      m_inputs(new InputsBox(session)),
      m_note(new PlainLabel({}, TextRole::Note)),
      m_measure(new QPushButton(tr("Measure"))) {
  m_target->addItem(tr("any tool"), QString());
  for (const RecipeTarget* target : recipeTargets()) m_target->addItem(qt(target->title), qt(target->id));
  makeNarrow(*m_target);
  setCurrentId(*m_target, QSettings().value(kTargetKey).toString());
  m_ticks->setTarget(findRecipeTarget(currentId(*m_target).toStdString()));
  m_ticks->setMinimumHeight(kLowestList);
  m_note->setWordWrap(true);
  m_note->setToolTip(plainToolTip(
      tr("Each tensor in each scheme. What was measured is kept until the checkpoint is closed, also where it was "
         "cancelled, and is not measured again.")));

  auto* content = new QWidget;
  auto* fields = new QVBoxLayout(content);
  fields->setContentsMargins(0, 0, 0, 0);
  fields->setSpacing(12);
  fields->addWidget(new Field(tr("Recipe for"), m_target));
  fields->addWidget(new Field(tr("Schemes that are tried"), m_ticks), 1);
  fields->addWidget(buildKept());
  fields->addWidget(m_inputs);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(scrolled(content), 1);
  column->addWidget(m_note);
  column->addWidget(m_measure);

  connect(m_target, &QComboBox::activated, this, [this] {
    QSettings().setValue(kTargetKey, currentId(*m_target));
    chooseTarget();
  });
  connect(m_ticks, &SchemeTicks::edited, this, &ModelForm::edited);
  connect(m_names, &QLineEdit::editingFinished, this, &ModelForm::edited);
  connect(m_measure, &QPushButton::clicked, this, [this] {
    if (m_isMeasuring)
      Q_EMIT cancelRequested();
    else
      Q_EMIT measureRequested();
  });
  const auto followInputs = [this, &session] {
    m_ticks->setHasInputs(session.calibration() != nullptr);
    Q_EMIT edited();
  };
  connect(&session, &Session::calibrationChanged, this, followInputs);
  followInputs();
}

QWidget* ModelForm::buildKept() {
  const RecipeRules usual;
  auto* box = new QWidget;
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(4);
  grid->addWidget(new PlainLabel(tr("Kept as stored"), TextRole::Note), 0, 0, 1, 2);
  const std::pair<TensorRole, QString> roles[] = {{TensorRole::Embedding, tr("embeddings")},
                                                  {TensorRole::Head, tr("head")},
                                                  {TensorRole::PositionEmbedding, tr("positions")},
                                                  {TensorRole::Norm, tr("norms")},
                                                  {TensorRole::Router, tr("routers")}};
  int place = 0;
  for (const auto& [role, title] : roles) {
    auto* tick = new QCheckBox(title);
    tick->setChecked(std::ranges::find(usual.keptRoles, role) != usual.keptRoles.end());
    connect(tick, &QCheckBox::toggled, this, &ModelForm::edited);
    m_roles.emplace_back(role, tick);
    grid->addWidget(tick, 1 + place / 2, place % 2);
    ++place;
  }
  m_names->setAccessibleName(tr("Names of tensors that are kept"));
  m_names->setPlaceholderText(tr("names, as *.0.*, lm_head*"));
  m_names->setToolTip(
      plainToolTip(tr("Tensors of these names stay as they are stored: * stands for any letters, ? for "
                      "one; a comma between two.")));
  grid->addWidget(m_names, 4, 0, 1, 2);
  return box;
}

void ModelForm::chooseTarget() {
  m_ticks->setTarget(findRecipeTarget(currentId(*m_target).toStdString()));
  Q_EMIT edited();
}

void ModelForm::setTarget(const QString& id) {
  setCurrentId(*m_target, id);
  chooseTarget();
}

ModelQuestion ModelForm::question() const {
  ModelQuestion question{.target = findRecipeTarget(currentId(*m_target).toStdString()), .schemes = m_ticks->ticked()};
  question.rules.target = question.target;
  question.rules.keptRoles.clear();
  for (const auto& [role, tick] : m_roles)
    if (tick->isChecked()) question.rules.keptRoles.push_back(role);
  for (const QString& name : m_names->text().split(u',', Qt::SkipEmptyParts))
    if (!name.trimmed().isEmpty()) question.rules.keptNames.push_back(name.trimmed().toStdString());
  return question;
}

void ModelForm::setMeasuring(bool isMeasuring) {
  m_isMeasuring = isMeasuring;
  showButton();
}

void ModelForm::setMissing(std::size_t missing, std::size_t asked) {
  m_missing = missing;
  m_note->setText(m_ticks->ticked().empty() ? tr("No scheme is ticked.")
                  : missing == 0            ? tr("All is measured.")
                                            : tr("%1 of %2 to measure").arg(grouped(missing), grouped(asked)));
  showButton();
}

void ModelForm::showButton() {
  m_measure->setText(m_isMeasuring ? tr("Cancel") : tr("Measure"));
  const bool isOfUse = m_isMeasuring || m_missing > 0;
  const bool hadFocus = m_measure->hasFocus();
  m_measure->setEnabled(isOfUse);
  if (hadFocus && !isOfUse) Q_EMIT finished();
}

}  // namespace ulpscope
