// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/what_if_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/formats/number_format.h"
#include "widgets/forms/field.h"
#include "widgets/forms/quiet_wheel.h"
#include "widgets/frame/labels.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kMostKept = 1'000'000;

QSpinBox* spinBox(int least, int most, int value, const QString& help) {
  auto* box = new QuietWheel<QSpinBox>;
  box->setFont(theme().numbers(13));
  box->setRange(least, most);
  box->setValue(value);
  box->setKeyboardTracking(false);
  box->setToolTip(plainToolTip(help));
  return box;
}

/// Of the codes; the data of an entry is the id of the rounding, that of the first one empty.
QComboBox* roundingBox() {
  auto* box = comboBox(WhatIfBox::tr("Rounding of the codes"));
  const auto add = [box](const QString& title, const QString& id, const QString& help) {
    box->addItem(title, id);
    box->setItemData(box->count() - 1, plainToolTip(help), Qt::ToolTipRole);
  };
  const auto addMode = [&](Rounding mode, const QString& title, const QString& help) {
    add(title, qt(idOf(mode)), help);
  };
  add(WhatIfBox::tr("as the scheme"), {}, WhatIfBox::tr("As the reference of each scheme rounds."));
  addMode(Rounding::NearestEven, WhatIfBox::tr("nearest, ties even"),
          WhatIfBox::tr("To the nearer value; halfway, to the even code."));
  addMode(Rounding::NearestAway, WhatIfBox::tr("nearest, ties away"),
          WhatIfBox::tr("To the nearer value; halfway, to the larger magnitude."));
  addMode(Rounding::TowardZero, WhatIfBox::tr("toward zero"), WhatIfBox::tr("To the value that is nearer to zero."));
  addMode(Rounding::TowardNegative, WhatIfBox::tr("down"), WhatIfBox::tr("To the next smaller value."));
  addMode(Rounding::TowardPositive, WhatIfBox::tr("up"), WhatIfBox::tr("To the next larger value."));
  addMode(Rounding::Stochastic, WhatIfBox::tr("stochastic"),
          WhatIfBox::tr("To the larger magnitude with the probability of the way there: no bias, but more noise. The "
                        "same seed gives the same codes."));
  makeNarrow(*box);
  box->setToolTip(plainToolTip(
      WhatIfBox::tr("Each code is chosen anew between the two values around its weight. Scales stay as the scheme has "
                    "found them for its own rounding. Schemes whose codes are no roundings, as GPTQ, are left out.")));
  return box;
}

}  // namespace

WhatIfBox::WhatIfBox(QWidget* parent)
    : QWidget(parent),
      m_columns(spinBox(0, kMostKept, 0,
                        tr("Columns with the largest weights stay in FP16, as LLM.int8() keeps outlier columns: 16 "
                           "bits an element and 32 for the index."))),
      m_elements(spinBox(0, kMostKept, 0,
                         tr("The largest weights of the other columns stay in FP16: 16 bits and 32 for the index "
                            "each. One is a super weight."))),
      m_rounding(roundingBox()),
      m_seed(spinBox(0, kMostKept, 1, tr("Of the draws, one for each weight."))),
      m_inject(new QCheckBox(tr("inject outliers"))),
      m_every(spinBox(2, kMostKept, 1000, tr("One weight in so many, at random but always the same ones."))),
      m_factor(spinBox(2, 1000, 20, tr("How many times as large such a weight becomes."))),
      m_seedField(new Field(tr("Seed"), m_seed)),
      m_everyField(new Field(tr("One weight in"), m_every)),
      m_factorField(new Field(tr("Times"), m_factor)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(new PlainLabel(tr("What if"), TextRole::Title));
  column->addWidget(new Field(tr("Columns kept in FP16"), m_columns));
  column->addWidget(new Field(tr("Weights kept in FP16"), m_elements));
  column->addWidget(new Field(tr("Rounding of the codes"), m_rounding));
  column->addWidget(m_seedField);
  column->addWidget(m_inject);
  column->addWidget(m_everyField);
  column->addWidget(m_factorField);
  for (QSpinBox* box : {m_columns, m_elements, m_seed, m_every, m_factor})
    connect(box, &QSpinBox::valueChanged, this, &WhatIfBox::edited);
  const auto edit = [this] {
    showFields();
    Q_EMIT edited();
  };
  connect(m_rounding, &QComboBox::currentIndexChanged, this, edit);
  connect(m_inject, &QCheckBox::toggled, this, edit);
  showFields();
}

void WhatIfBox::showFields() {
  m_seedField->setVisible(findRounding(currentId(*m_rounding).toStdString()) == Rounding::Stochastic);
  m_everyField->setVisible(m_inject->isChecked());
  m_factorField->setVisible(m_inject->isChecked());
}

WhatIf WhatIfBox::whatIf() const {
  const auto count = [](const QSpinBox* box) { return static_cast<std::uint64_t>(box->value()); };
  std::optional<CodeRounding> rounding;
  if (const auto mode = findRounding(currentId(*m_rounding).toStdString()))
    rounding = {*mode, mode == Rounding::Stochastic ? count(m_seed) : 0};
  return {.outlierEvery = m_inject->isChecked() ? count(m_every) : 0,
          .outlierFactor = static_cast<float>(m_factor->value()),
          .keptColumns = count(m_columns),
          .keptElements = count(m_elements),
          .rounding = rounding};
}

}  // namespace ulpscope
