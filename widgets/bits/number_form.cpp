// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/number_form.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <array>

#include "widgets/bits/draw_row.h"
#include "widgets/bits/format_picker.h"
#include "widgets/bits/number_field.h"
#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kNarrowestValue = 120;
constexpr int kWidestValue = 300;
constexpr int kCodeWidth = 112;      ///< holds the 10 characters of a 32-bit code
constexpr int kWideCodeWidth = 170;  ///< and the 18 of a 64-bit one
constexpr int kLikeWidth = 122;
constexpr int kSpacing = 10;

constexpr std::array kRoundings{Rounding::NearestEven,    Rounding::NearestAway,    Rounding::TowardZero,
                                Rounding::TowardPositive, Rounding::TowardNegative, Rounding::ToOdd,
                                Rounding::Stochastic};
constexpr std::array kOverflows{Overflow::Format, Overflow::Saturate, Overflow::Infinity, Overflow::Nan};

QString titleOf(Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestEven:
      return NumberForm::tr("nearest even");
    case Rounding::NearestAway:
      return NumberForm::tr("nearest away");
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

QString meaningOf(Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestEven:
      return NumberForm::tr("To the nearer value; halfway, to the one with an even last bit. The default of IEEE 754.");
    case Rounding::NearestAway:
      return NumberForm::tr("To the nearer value; halfway, to the larger magnitude.");
    case Rounding::TowardZero:
      return NumberForm::tr("Whatever does not fit is cut off.");
    case Rounding::TowardPositive:
      return NumberForm::tr("To the next larger value.");
    case Rounding::TowardNegative:
      return NumberForm::tr("To the next smaller value.");
    case Rounding::ToOdd:
      return NumberForm::tr("Cut off, with the last bit set where anything was lost: safe before a second rounding.");
    case Rounding::Stochastic:
      return NumberForm::tr("Up or down by chance, in proportion to how near each is: right on average.");
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

template <class Choices>
void fill(QComboBox& box, const Choices& choices) {
  for (const auto choice : choices) box.addItem(titleOf(choice), qt(idOf(choice)));
}

void fillStacks(QComboBox& box) {
  box.addItem(QStringLiteral("\u2014"), QString());
  box.setItemData(0, NumberForm::tr("Rounding and overflow as chosen beside"), Qt::ToolTipRole);
  for (const Stack* stack : stackRegistry()) {
    box.addItem(qt(stack->title), qt(stack->id));
    box.setItemData(box.count() - 1, qt(stack->version), Qt::ToolTipRole);
  }
}

std::string chosen(const QComboBox& box) { return currentId(box).toStdString(); }

}  // namespace

NumberForm::NumberForm(QWidget* parent)
    : QWidget(parent),
      m_format(new FormatPicker),
      m_rounding(comboBox(tr("Rounding"))),
      m_overflow(comboBox(tr("Overflow"))),
      m_like(comboBox(tr("Behaves like"))),
      m_value(new NumberField(tr("Value"))),
      m_code(new NumberField(tr("Code"))),
      m_draw(new DrawRow),
      m_message(new ElidedLabel({}, TextRole::Note)),
      m_remarkRow(new QHBoxLayout) {
  fill(*m_rounding, kRoundings);
  for (int i = 0; i < m_rounding->count(); ++i)
    m_rounding->setItemData(i, meaningOf(kRoundings[std::size_t(i)]), Qt::ToolTipRole);
  fill(*m_overflow, kOverflows);
  fillStacks(*m_like);
  m_like->setFixedWidth(kLikeWidth);
  m_value->setMinimumWidth(kNarrowestValue);
  m_value->setToolTip(tr("Any number: decimal of any length, hex float, inf, nan, or an ulpscope: link"));
  m_code->setFixedWidth(kCodeWidth);
  m_code->setToolTip(tr("Hexadecimal (0x…), binary (0b…) or decimal"));
  m_message->setObjectName(QStringLiteral("message"));
  m_message->setMinimumWidth(60);
  m_draw->hide();
  layOut();
  connectParts();
}

void NumberForm::layOut() {
  auto* row = new QHBoxLayout;
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(kSpacing);
  row->addWidget(new Field(tr("Format"), m_format));
  row->addWidget(new Field(tr("Rounding"), m_rounding));
  row->addWidget(new Field(tr("Overflow"), m_overflow));
  row->addWidget(new Field(tr("Behaves like"), m_like));
  row->addStretch(1);
  auto* value = new Field(tr("Value"), m_value);
  value->setMaximumWidth(kWidestValue);
  row->addWidget(value, 100);  // all the room there is, up to its widest
  row->addWidget(new Field(tr("Code"), m_code));
  m_remarkRow->setContentsMargins(0, 0, 0, 0);
  m_remarkRow->setSpacing(12);
  m_remarkRow->addWidget(m_message, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addLayout(row);
  column->addWidget(m_draw);
  column->addLayout(m_remarkRow);
}

void NumberForm::connectParts() {
  connect(m_format, &FormatPicker::picked, this, &NumberForm::formatPicked);
  connect(m_format, &FormatPicker::designPicked, this, &NumberForm::designPicked);
  connect(m_rounding, &QComboBox::activated, this, [this] {
    showDraw();
    Q_EMIT rulesPicked();
  });
  connect(m_overflow, &QComboBox::activated, this, &NumberForm::rulesPicked);
  connect(m_like, &QComboBox::activated, this, [this] {
    // A stack brings both with it.
    for (QComboBox* box : {m_rounding, m_overflow}) box->setEnabled(!rules().like);
    showDraw();
    Q_EMIT rulesPicked();
  });
  connect(m_draw, &DrawRow::drawn, this, &NumberForm::rulesPicked);
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

void NumberForm::showDraw() {
  const StorageRules chosenRules = rules();
  m_draw->setVisible(!chosenRules.like && chosenRules.rounding.mode == Rounding::Stochastic);
}

void NumberForm::addToRemark(QWidget* control) { m_remarkRow->addWidget(control); }

void NumberForm::setFormat(const NumberFormat& format) {
  m_format->setFormat(format);
  m_code->setFixedWidth(format.info().codeBits > 32 ? kWideCodeWidth : kCodeWidth);
}

void NumberForm::setOdds(const NumberFormat& format, const StochasticOdds& odds) { m_draw->setOdds(format, odds); }

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

void NumberForm::setOtherError(const QString& sentence) {
  m_otherError = sentence;
  showMessage();
}

void NumberForm::setRemark(const QString& sentence) {
  m_remark = sentence;
  m_otherError.clear();
  showMessage();
}

void NumberForm::showMessage() {
  QString error = m_otherError;
  if (!m_code->error().isEmpty()) error = m_code->error();
  if (!m_value->error().isEmpty()) error = m_value->error();
  m_message->setRole(error.isEmpty() ? TextRole::Note : TextRole::Bad);
  m_message->setText(error.isEmpty() ? m_remark : error);
}

StorageRules NumberForm::rules() const {
  const Rounding mode = findRounding(chosen(*m_rounding)).value_or(Rounding::NearestEven);
  const RandomBits bits = mode == Rounding::Stochastic ? m_draw->bits() : RandomBits{};
  return {.rounding = {mode, bits},
          .overflow = findOverflow(chosen(*m_overflow)).value_or(Overflow::Format),
          .like = findStack(chosen(*m_like))};
}

}  // namespace ulpscope
