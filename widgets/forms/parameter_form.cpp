// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/parameter_form.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLocale>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "widgets/forms/field.h"
#include "widgets/forms/quiet_wheel.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

int clamped(double value) {
  return int(std::clamp<double>(value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

/// A decimal as `ulp` takes it: without trailing zeros, behind a point whatever the locale; a comma is taken for one.
class DecimalBox final : public QuietWheel<QDoubleSpinBox> {
 public:
  explicit DecimalBox(const Parameter& parameter) {
    setLocale(QLocale::c());
    setDecimals(4);
    setRange(parameter.min, parameter.max);
    setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  }

  QString textFromValue(double value) const override {
    QString text = QString::number(value, 'f', decimals());
    while (text.endsWith(u'0')) text.chop(1);
    if (text.endsWith(u'.')) text.chop(1);
    return text;
  }
  QValidator::State validate(QString& text, int& position) const override {
    text.replace(u',', u'.');
    return QDoubleSpinBox::validate(text, position);
  }
};

template <class Box, class Value>
Box* shownIn(Box* box, Value value) {
  box->setFont(theme().numbers(13));
  box->setValue(value);
  box->setKeyboardTracking(false);
  return box;
}

}  // namespace

ParameterForm::ParameterForm(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this)) {
  m_column->setContentsMargins(0, 0, 0, 0);
  m_column->setSpacing(8);
}

void ParameterForm::show(const SchemeInfo& scheme, const Settings& settings) {
  while (auto* item = m_column->takeAt(0)) {
    if (auto* widget = item->widget()) widget->deleteLater();
    delete item;
  }
  m_settings.clear();
  for (const Parameter& parameter : scheme.parameters) {
    const auto given = settings.find(parameter.id);
    m_settings[parameter.id] = given != settings.end() ? given->second : defaultText(parameter);
    auto* field = new Field(QString::fromStdString(parameter.title), control(parameter));
    field->setToolTip(plainToolTip(QString::fromStdString(parameter.help)));
    m_column->addWidget(field);
  }
}

QWidget* ParameterForm::control(const Parameter& parameter) {
  const std::string& value = m_settings[parameter.id];
  if (parameter.isDecimal()) {
    auto* box = shownIn(new DecimalBox(parameter), QLocale::c().toDouble(QString::fromStdString(value)));
    connect(box, &QDoubleSpinBox::valueChanged, this,
            [this, box, id = parameter.id](double now) { set(id, box->textFromValue(now).toStdString()); });
    return box;
  }
  if (parameter.choices.empty()) {
    auto* box = new QuietWheel<QSpinBox>;
    box->setRange(clamped(parameter.min), clamped(parameter.max));
    shownIn(box, QString::fromStdString(value).toInt());
    connect(box, &QSpinBox::valueChanged, this, [this, id = parameter.id](int now) { set(id, std::to_string(now)); });
    return box;
  }
  auto* box = comboBox(QString::fromStdString(parameter.title));
  for (const auto& choice : parameter.choices)
    box->addItem(QString::fromStdString(choice.title), QString::fromStdString(choice.id));
  makeNarrow(*box);
  setCurrentId(*box, QString::fromStdString(value));
  connect(box, &QComboBox::currentIndexChanged, this,
          [this, box, id = parameter.id] { set(id, currentId(*box).toStdString()); });
  return box;
}

void ParameterForm::set(const std::string& id, const std::string& value) {
  if (m_settings[id] == value) return;
  m_settings[id] = value;
  Q_EMIT edited();
}

}  // namespace ulpscope
