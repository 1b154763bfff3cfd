// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/number_form.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <array>
#include <optional>

#include "widgets/bits/number_field.h"
#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"

namespace ulpscope {
namespace {

QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

QString titleOf(FormatFamily family) {
  switch (family) {
    case FormatFamily::Ieee:
      return NumberForm::tr("IEEE 754");
    case FormatFamily::MachineLearning:
      return NumberForm::tr("Machine learning");
    case FormatFamily::Float8:
      return NumberForm::tr("8-bit floats");
    case FormatFamily::Float6:
      return NumberForm::tr("6-bit floats");
    case FormatFamily::Float4:
      return NumberForm::tr("4-bit floats");
    case FormatFamily::Scale:
      return NumberForm::tr("Scales of blocks");
    case FormatFamily::P3109:
      return NumberForm::tr("IEEE P3109");
    case FormatFamily::Tapered:
      return NumberForm::tr("Posits and takums");
    case FormatFamily::Integer:
      return NumberForm::tr("Integers");
    case FormatFamily::CodeBook:
      return NumberForm::tr("Code books");
    case FormatFamily::Historic:
      return NumberForm::tr("Historic and rare");
    case FormatFamily::Custom:
      return NumberForm::tr("Custom");
  }
  return {};
}

constexpr int kNarrowestValue = 160;
constexpr int kWidestValue = 300;
constexpr int kCodeWidth = 170;  // holds the 18 characters of a 64-bit code

constexpr std::array kRoundings{Rounding::NearestEven,    Rounding::NearestAway,    Rounding::TowardZero,
                                Rounding::TowardPositive, Rounding::TowardNegative, Rounding::ToOdd};
constexpr std::array kOverflows{Overflow::Format, Overflow::Saturate, Overflow::Infinity, Overflow::Nan};

QString titleOf(Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestEven:
      return NumberForm::tr("nearest, ties even");
    case Rounding::NearestAway:
      return NumberForm::tr("nearest, ties away");
    case Rounding::TowardZero:
      return NumberForm::tr("toward zero");
    case Rounding::TowardPositive:
      return NumberForm::tr("toward +∞");
    case Rounding::TowardNegative:
      return NumberForm::tr("toward −∞");
    case Rounding::ToOdd:
      return NumberForm::tr("to odd");
    case Rounding::Stochastic:
      return NumberForm::tr("stochastic");
  }
  return {};
}

QString titleOf(Overflow overflow) {
  switch (overflow) {
    case Overflow::Format:
      return NumberForm::tr("as the format says");
    case Overflow::Saturate:
      return NumberForm::tr("largest value");
    case Overflow::Infinity:
      return NumberForm::tr("infinity");
    case Overflow::Nan:
      return NumberForm::tr("NaN");
  }
  return {};
}

/// A line of the list that names the family below it.
void addHeading(QComboBox& box, const QString& title) {
  box.addItem(title);
  if (auto* items = qobject_cast<QStandardItemModel*>(box.model())) items->item(box.count() - 1)->setEnabled(false);
}

void fillFormats(QComboBox& box) {
  std::optional<FormatFamily> above;
  for (const NumberFormat* format : formatRegistry()) {
    const FormatInfo& info = format->info();
    if (above != info.family) addHeading(box, titleOf(info.family));
    above = info.family;
    box.addItem(qt(info.title), qt(info.id));
    box.setItemData(box.count() - 1, qt(info.name), Qt::ToolTipRole);
  }
}

template <class Choices>
void fill(QComboBox& box, const Choices& choices) {
  for (const auto choice : choices) box.addItem(titleOf(choice), qt(idOf(choice)));
}

std::string chosen(const QComboBox& box) { return currentId(box).toStdString(); }

}  // namespace

NumberForm::NumberForm(QWidget* parent)
    : QWidget(parent),
      m_format(comboBox(tr("Format"))),
      m_rounding(comboBox(tr("Rounding"))),
      m_overflow(comboBox(tr("Overflow"))),
      m_value(new NumberField(tr("Value"))),
      m_code(new NumberField(tr("Code"))),
      m_message(new PlainLabel({}, TextRole::Note)) {
  fillFormats(*m_format);
  fill(*m_rounding, kRoundings);
  fill(*m_overflow, kOverflows);
  m_format->setMinimumWidth(130);
  m_format->setMaxVisibleItems(24);
  m_value->setMinimumWidth(kNarrowestValue);
  m_code->setFixedWidth(kCodeWidth);
  m_value->setToolTip(tr("Any number: decimal, hex float, inf, nan"));
  m_code->setToolTip(tr("Hexadecimal (0x…), binary (0b…) or decimal"));
  m_message->setAccessibleName(tr("About the number"));
  m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  m_message->setFixedHeight(18);

  auto* row = new QHBoxLayout;
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(12);
  row->addWidget(new Field(tr("Format"), m_format));
  row->addWidget(new Field(tr("Rounding"), m_rounding));
  row->addWidget(new Field(tr("Overflow"), m_overflow));
  row->addStretch(1);
  auto* value = new Field(tr("Value"), m_value);
  value->setMaximumWidth(kWidestValue);
  row->addWidget(value, 2);
  row->addWidget(new Field(tr("Code"), m_code));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(row);
  column->addWidget(m_message);

  connect(m_format, &QComboBox::activated, this, [this] { Q_EMIT formatPicked(currentId(*m_format)); });
  connect(m_rounding, &QComboBox::activated, this, &NumberForm::rulesPicked);
  connect(m_overflow, &QComboBox::activated, this, &NumberForm::rulesPicked);
  connect(m_value, &QLineEdit::textEdited, this, &NumberForm::valueTyped);
  connect(m_code, &QLineEdit::textEdited, this, &NumberForm::codeTyped);
  for (NumberField* field : {m_value, m_code}) {
    connect(field, &NumberField::stepped, this, &NumberForm::stepped);
    connect(field, &QLineEdit::editingFinished, this, [this, field] {
      if (!field->isModified() || !field->error().isEmpty()) return;
      field->setModified(false);
      Q_EMIT typingFinished();
    });
  }
}

void NumberForm::setFormat(const NumberFormat& format) {
  setCurrentId(*m_format, qt(format.info().id));
  m_format->setToolTip(qt(format.info().name));
}

void NumberForm::setValue(const QString& text) {
  m_value->show(text);
  showMessage();
}

void NumberForm::setCode(const QString& text) {
  m_code->show(text);
  showMessage();
}

void NumberForm::setValueError(const QString& sentence) {
  m_value->setError(sentence);
  showMessage();
}

void NumberForm::setCodeError(const QString& sentence) {
  m_code->setError(sentence);
  showMessage();
}

void NumberForm::setRemark(const QString& sentence) {
  m_remark = sentence;
  showMessage();
}

void NumberForm::showMessage() {
  const QString error = m_value->error().isEmpty() ? m_code->error() : m_value->error();
  m_message->setRole(error.isEmpty() ? TextRole::Note : TextRole::Bad);
  m_message->setText(error.isEmpty() ? m_remark : error);
}

Rounding NumberForm::rounding() const { return findRounding(chosen(*m_rounding)).value_or(Rounding::NearestEven); }
Overflow NumberForm::overflow() const { return findOverflow(chosen(*m_overflow)).value_or(Overflow::Format); }

}  // namespace ulpscope
