// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/arithmetic_card.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QMenu>
#include <QScrollBar>
#include <QTextBrowser>
#include <QTextDocument>
#include <QVBoxLayout>
#include <array>

#include "core/formats/brief_decimal.h"
#include "core/formats/value_text.h"
#include "widgets/bits/explanation_text.h"
#include "widgets/bits/number_field.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kOperandWidth = 110;
constexpr int kShownDigits = 20;
const QString kAbout = QStringLiteral("≈ ");

constexpr std::array kOperations{Operation::Add,    Operation::Subtract,         Operation::Multiply,
                                 Operation::Divide, Operation::FusedMultiplyAdd, Operation::SquareRoot};

QString titleOf(Operation operation) {
  switch (operation) {
    case Operation::Add:
      return ArithmeticCard::tr("plus");
    case Operation::Subtract:
      return ArithmeticCard::tr("minus");
    case Operation::Multiply:
      return ArithmeticCard::tr("times");
    case Operation::Divide:
      return ArithmeticCard::tr("divided by");
    case Operation::FusedMultiplyAdd:
      return ArithmeticCard::tr("times, plus (fma)");
    case Operation::SquareRoot:
      return ArithmeticCard::tr("square root");
  }
  return {};
}

QString brief(const std::string& number) {
  const auto [text, exact] = briefDecimal(number, kShownDigits);
  return (exact ? QString() : kAbout) + qt(text);
}

/// "exactly 2049, error −0.5 ulp, 0x6800".
QString noteOf(const Calculation& calculation) {
  QStringList parts;
  if (calculation.outcome.exact) {
    parts << ArithmeticCard::tr("exact");
  } else {
    parts << ArithmeticCard::tr("exactly %1")
                 .arg(calculation.exactSymbol.empty() ? brief(calculation.exact) : qt(calculation.exactSymbol));
    if (calculation.errorUlp) parts << ArithmeticCard::tr("error %1 ulp").arg(*calculation.errorUlp, 0, 'g', 4);
  }
  parts << qt(codeText(*calculation.format, calculation.outcome.code));
  return parts.join(QStringLiteral(", "));
}

}  // namespace

ArithmeticCard::ArithmeticCard(QWidget* parent)
    : QWidget(parent),
      m_operation(comboBox(tr("Operation"))),
      m_first(new PlainLabel({}, TextRole::Number)),
      m_second(new NumberField(tr("Second operand"))),
      m_third(new NumberField(tr("Third operand"))),
      m_secondField(new Field(tr("Second operand"), m_second)),
      m_thirdField(new Field(tr("Third operand"), m_third)),
      m_result(new PlainLabel({}, TextRole::Number)),
      m_note(new PlainLabel({}, TextRole::Note)),
      m_steps(new QTextBrowser) {
  for (const Operation operation : kOperations) m_operation->addItem(titleOf(operation), qt(idOf(operation)));
  for (NumberField* field : {m_second, m_third}) {
    field->setMinimumWidth(kOperandWidth);
    field->setText(QStringLiteral("1"));
    field->setToolTip(tr("Any number: decimal, hex float, inf, nan, or code:0x…"));
    connect(field, &QLineEdit::textEdited, this, &ArithmeticCard::calculateAgain);
  }
  connect(m_operation, &QComboBox::currentIndexChanged, this, &ArithmeticCard::calculateAgain);
  m_first->setMinimumHeight(m_operation->sizeHint().height());
  m_first->setAccessibleName(tr("First operand"));
  m_first->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  m_result->setAccessibleName(tr("Result"));
  m_result->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  for (PlainLabel* label : {m_result, m_note}) label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
  m_note->setAccessibleName(tr("About the result"));

  m_steps->setFrameShape(QFrame::NoFrame);
  m_steps->viewport()->setAutoFillBackground(false);
  m_steps->document()->setDocumentMargin(0);
  m_steps->setFont(theme().words(13));
  m_steps->setOpenLinks(false);
  m_steps->setAccessibleName(tr("Steps from the operands to the result"));

  auto* card = new Card(tr("Arithmetic"));
  auto* copy = new LinkButton(tr("copy"));
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });
  card->addToHeader(copy);
  auto* operands = new QHBoxLayout;
  operands->setSpacing(12);
  operands->addWidget(new Field(tr("First operand"), m_first));
  operands->addWidget(new Field(tr("Operation"), m_operation));
  operands->addWidget(m_secondField);
  operands->addWidget(m_thirdField);
  operands->addStretch(1);
  card->body()->addLayout(operands);
  card->body()->addWidget(m_result);
  card->body()->addWidget(m_note);
  card->body()->addWidget(m_steps, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);
  connect(&theme(), &Theme::changed, this, &ArithmeticCard::renderSteps);
}

void ArithmeticCard::setNumber(FormatPointer format, const std::string& value, const RoundingChoice& rounding,
                               Overflow overflow) {
  m_format = std::move(format);
  m_value = value;
  m_rounding = rounding;
  m_overflow = overflow;
  calculateAgain();
}

QString ArithmeticCard::plainText() const { return m_calculation ? stepsAsText(*m_calculation) : QString(); }

void ArithmeticCard::calculateAgain() {
  const auto operation = findOperation(currentId(*m_operation).toStdString());
  if (!m_format || !operation) return;
  m_secondField->setVisible(operandCount(*operation) > 1);
  m_thirdField->setVisible(operandCount(*operation) > 2);
  m_first->setText(brief(m_value));
  m_first->setToolTip(plainToolTip(qt(m_value)));

  std::vector<std::string> operands{m_value};
  for (NumberField* field : {m_second, m_third}) {
    field->setError({});
    if (static_cast<int>(operands.size()) < operandCount(*operation)) operands.push_back(field->text().toStdString());
  }
  auto calculation = calculate(*operation, operands, *m_format, m_rounding, m_overflow);
  if (!calculation) return showError(calculation.error());
  m_calculation = std::move(*calculation);
  showCalculation();
}

void ArithmeticCard::showCalculation() {
  const QString value = brief(m_calculation->value);
  m_result->setText(value.startsWith(kAbout) ? value : QStringLiteral("= ") + value);
  m_result->setToolTip(plainToolTip(qt(m_calculation->value)));
  m_note->setRole(TextRole::Note);
  m_note->setText(noteOf(*m_calculation));
  renderSteps();
}

void ArithmeticCard::showError(const Error& error) {
  m_calculation.reset();
  for (NumberField* field : {m_second, m_third})
    if (field->isVisibleTo(this) && field->text().toStdString() == error.subject) field->setError(qt(error.message));
  m_result->clear();
  m_result->setToolTip({});
  m_note->setRole(TextRole::Bad);
  m_note->setText(qt(describe(error)));
  m_steps->clear();
}

void ArithmeticCard::renderSteps() {
  if (!m_calculation) return;
  const int scrolled = m_steps->verticalScrollBar()->value();
  m_steps->setHtml(stepsAsHtml(*m_calculation));
  m_steps->verticalScrollBar()->setValue(scrolled);
}

void ArithmeticCard::copyMenu(QWidget* button) {
  if (!m_calculation) return;
  QMenu menu;
  menu.addAction(tr("Copy the result"), this, [this] { QApplication::clipboard()->setText(qt(m_calculation->value)); });
  menu.addAction(tr("Copy the steps as text"), this,
                 [this] { QApplication::clipboard()->setText(stepsAsText(*m_calculation)); });
  menu.addAction(tr("Copy the steps as Markdown"), this,
                 [this] { QApplication::clipboard()->setText(stepsAsMarkdown(*m_calculation)); });
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

}  // namespace ulpscope
