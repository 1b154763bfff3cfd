// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/what_if_box.h"

#include <QCheckBox>
#include <QSpinBox>
#include <QVBoxLayout>

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

}  // namespace

WhatIfBox::WhatIfBox(QWidget* parent)
    : QWidget(parent),
      m_columns(spinBox(0, kMostKept, 0,
                        tr("Columns with the largest weights stay in FP16, as LLM.int8() keeps outlier columns: 16 "
                           "bits an element and 32 for the index."))),
      m_elements(spinBox(0, kMostKept, 0,
                         tr("The largest weights of the other columns stay in FP16: 16 bits and 32 for the index "
                            "each. One is a super weight."))),
      m_inject(new QCheckBox(tr("inject outliers"))),
      m_every(spinBox(2, kMostKept, 1000, tr("One weight in so many, at random but always the same ones."))),
      m_factor(spinBox(2, 1000, 20, tr("How many times as large such a weight becomes."))),
      m_everyField(new Field(tr("One weight in"), m_every)),
      m_factorField(new Field(tr("Times"), m_factor)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(new PlainLabel(tr("What if"), TextRole::Title));
  column->addWidget(new Field(tr("Columns kept in FP16"), m_columns));
  column->addWidget(new Field(tr("Weights kept in FP16"), m_elements));
  column->addWidget(m_inject);
  column->addWidget(m_everyField);
  column->addWidget(m_factorField);
  for (QSpinBox* box : {m_columns, m_elements, m_every, m_factor})
    connect(box, &QSpinBox::valueChanged, this, &WhatIfBox::edited);
  connect(m_inject, &QCheckBox::toggled, this, [this] {
    showOutliers();
    Q_EMIT edited();
  });
  showOutliers();
}

void WhatIfBox::showOutliers() {
  m_everyField->setVisible(m_inject->isChecked());
  m_factorField->setVisible(m_inject->isChecked());
}

WhatIf WhatIfBox::whatIf() const {
  const auto count = [](const QSpinBox* box) { return static_cast<std::uint64_t>(box->value()); };
  return {.outlierEvery = m_inject->isChecked() ? count(m_every) : 0,
          .outlierFactor = static_cast<float>(m_factor->value()),
          .keptColumns = count(m_columns),
          .keptElements = count(m_elements)};
}

}  // namespace ulpscope
