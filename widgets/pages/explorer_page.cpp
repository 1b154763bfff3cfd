// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/explorer_page.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "core/formats/brief_decimal.h"
#include "core/formats/representation.h"
#include "core/formats/value_text.h"
#include "widgets/bits/bit_cells.h"
#include "widgets/bits/code_slider.h"
#include "widgets/bits/elsewhere_card.h"
#include "widgets/bits/field_notes.h"
#include "widgets/bits/number_form.h"
#include "widgets/bits/number_hero.h"
#include "widgets/bits/number_line.h"
#include "widgets/bits/steps_card.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

/// What an explorer that was asked for nothing shows: fits binary16 exactly, and not bfloat16.
constexpr auto kFirstValue = "-27.15625";
constexpr int kErrorDigits = 9;
constexpr int kSettleMs = 300;  ///< a burst of arrow keys is one step of the history

// Shares of the width: the stored value may not make the cells change size while it changes.
constexpr int kBitsShare = 72;
constexpr int kHeroShare = 28;

QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

QString titleOf(NumberClass numberClass) {
  switch (numberClass) {
    case NumberClass::Zero:
      return ExplorerPage::tr("zero");
    case NumberClass::Subnormal:
      return ExplorerPage::tr("subnormal");
    case NumberClass::Normal:
      return ExplorerPage::tr("normal");
    case NumberClass::Infinity:
      return ExplorerPage::tr("infinity");
    case NumberClass::Nan:
      return ExplorerPage::tr("NaN");
  }
  return {};
}

/// "normal" says nothing of an integer.
QString kindOf(const NumberFormat& format, NumberClass numberClass) {
  if (numberClass != NumberClass::Normal || format.floatSpec()) return titleOf(numberClass);
  return format.info().family == FormatFamily::CodeBook ? ExplorerPage::tr("table entry") : ExplorerPage::tr("integer");
}

QString verdictOf(const Explanation& explanation) {
  if (explanation.outcome.exact) return ExplorerPage::tr("exact");
  if (explanation.error.empty()) return ExplorerPage::tr("out of range");
  const BriefDecimal brief = briefDecimal(explanation.error, kErrorDigits);
  const QString sign = explanation.error.starts_with('-') ? QString() : QStringLiteral("+");
  return ExplorerPage::tr("error %1%2").arg(brief.exact ? QString() : QStringLiteral("≈ "), sign + qt(brief.text));
}

}  // namespace

ExplorerPage::ExplorerPage(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_form(new NumberForm),
      m_bits(new BitCells),
      m_hero(new NumberHero),
      m_line(new NumberLine),
      m_placeRow(new QWidget),
      m_slider(new CodeSlider),
      m_lowest(new PlainLabel({}, TextRole::NumberMuted)),
      m_highest(new PlainLabel({}, TextRole::NumberMuted)),
      m_place(new PlainLabel({}, TextRole::Note)),
      m_steps(new StepsCard(pageSession)),
      m_elsewhere(new ElsewhereCard) {
  layOut();
  connectParts();
  setFormat(*formatRegistry().front());
  follow(pageSession.selection());
}

void ExplorerPage::layOut() {
  auto* placeRow = new QHBoxLayout(m_placeRow);
  placeRow->setContentsMargins(0, 0, 0, 0);
  placeRow->setSpacing(12);
  placeRow->addWidget(m_lowest);
  placeRow->addWidget(m_slider, 1);
  placeRow->addWidget(m_highest);
  placeRow->addSpacing(12);
  placeRow->addWidget(m_place);

  auto* numberRow = new QHBoxLayout;
  numberRow->setSpacing(24);
  numberRow->addWidget(m_bits, kBitsShare, Qt::AlignTop);
  numberRow->addWidget(m_hero, kHeroShare, Qt::AlignVCenter);

  auto* number = new Card;
  number->body()->setSpacing(8);
  number->body()->addWidget(m_form);
  number->body()->addLayout(numberRow);
  number->body()->addWidget(m_line);
  number->body()->addWidget(m_placeRow);

  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(16);
  grid->addWidget(number, 0, 0, 1, 2);
  grid->addWidget(m_steps, 1, 0);
  grid->addWidget(m_elsewhere, 1, 1);
  grid->setRowStretch(1, 1);
  grid->setColumnStretch(0, 1);
  grid->setColumnStretch(1, 1);
}

void ExplorerPage::connectParts() {
  m_settle.setSingleShot(true);
  m_settle.setInterval(kSettleMs);
  connect(&m_settle, &QTimer::timeout, this, &ExplorerPage::commit);
  connect(&session(), &Session::selectionChanged, this, &ExplorerPage::follow);

  connect(m_form, &NumberForm::formatPicked, this, &ExplorerPage::pickFormat);
  connect(m_form, &NumberForm::rulesPicked, this, [this] {
    showValue(m_value, Source::Other);
    commit();
  });
  connect(m_form, &NumberForm::valueTyped, this,
          [this](const QString& text) { showValue(text.trimmed().toStdString(), Source::Value); });
  connect(m_form, &NumberForm::codeTyped, this, &ExplorerPage::typeCode);
  connect(m_form, &NumberForm::typingFinished, this, &ExplorerPage::commit);
  connect(m_form, &NumberForm::stepped, this, &ExplorerPage::step);

  connect(m_bits, &BitCells::codeEdited, this, [this](quint64 code) { showCode(code, Source::Other); });
  connect(m_bits, &BitCells::editingFinished, this, &ExplorerPage::commitSoon);
  connect(m_line, &NumberLine::codePicked, this, [this](quint64 code) {
    showCode(code, Source::Other);
    commit();
  });
  connect(m_slider, &CodeSlider::stepped, this, &ExplorerPage::step);
  connect(m_slider, &CodeSlider::placePicked, this, [this](int place) {
    showCode(m_order->codes()[std::size_t(place)], Source::Other);
    commitSoon();
  });
  connect(m_elsewhere, &ElsewhereCard::formatPicked, this, &ExplorerPage::pickFormat);
}

void ExplorerPage::follow(const Selection& selection) {
  m_settle.stop();
  if (const NumberFormat* format = findFormat(selection.format)) setFormat(*format);
  // An element that is still being read has neither code nor value.
  if (m_shown && selection.element && selection.value.empty()) return;
  const std::string value = selection.value.empty() ? kFirstValue : selection.value;
  const bool isShown = m_shown && m_shown->format == m_format && m_shown->code == selection.code && value == m_value;
  if (isShown)
    presentNumber();  // only where it comes from may have changed
  else if (selection.code && exactText(*m_format, *selection.code) == value)
    showCode(*selection.code, Source::Other);
  else
    showValue(value, Source::Other);
}

void ExplorerPage::showValue(const std::string& value, Source source) {
  auto explanation = explainValue(value, *m_format, m_form->rounding(), m_form->overflow());
  const QString error = explanation ? QString() : shown(explanation.error().message);
  if (!explanation && source != Source::Value) {
    // NaN was brought along to a format without one: its zero is shown, and why.
    const auto number = parseNumber(value);
    const Encoded outcome =
        number ? m_format->encode(unrounded(*number), Rounding::NearestEven, Overflow::Format) : Encoded{};
    explanation = explainCode(outcome.code, *m_format);
  }
  if (explanation) {
    m_value = value;
    present(*explanation, source);
  }
  m_form->setValueError(error);
}

void ExplorerPage::showCode(std::uint64_t code, Source source) {
  m_value = exactText(*m_format, code);
  auto explanation = explainValue(m_value, *m_format, m_form->rounding(), m_form->overflow());
  // Codes that no number rounds to (most NaN, padding bits) are explained from their bits.
  if (!explanation || explanation->code != code) explanation = explainCode(code, *m_format);
  if (explanation) present(*explanation, source);
}

void ExplorerPage::present(const Explanation& explanation, Source source) {
  m_shown = explanation;
  const QString code = qt(codeText(*m_format, explanation.code));
  if (source != Source::Value)
    m_form->setValue(qt(m_value == explanation.value ? readableText(*m_format, explanation.code) : m_value));
  if (source != Source::Code) m_form->setCode(code);
  m_form->setRemark(qt(explanation.rule).remove(QLatin1Char('`')));
  m_bits->setCode(*m_format, explanation.code);
  presentNumber();
  m_line->setCode(*m_format, explanation.code, ulpText(*m_format, explanation.code, qt(explanation.ulp.value_or(""))));
  presentPlace();
  m_steps->setExplanation(explanation);
  if (const auto number = parseNumber(m_value))
    m_elsewhere->setRows(representEverywhere(*number, m_form->rounding(), m_form->overflow()), *m_format);
}

void ExplorerPage::presentNumber() {
  const NumberClass numberClass = m_shown->numberClass;
  const bool isFiniteFloat =
      m_format->floatSpec() && numberClass != NumberClass::Infinity && numberClass != NumberClass::Nan;
  m_hero->setText({.origin = origin(),
                   .readable = withSymbols(qt(readableText(*m_format, m_shown->code))),
                   .exact = qt(m_shown->value),
                   .hexFloat = isFiniteFloat ? qt(m_shown->hexFloat) : QString(),
                   .code = qt(codeText(*m_format, m_shown->code)),
                   .verdict = verdictOf(*m_shown),
                   .isExact = m_shown->outcome.exact,
                   .kind = kindOf(*m_format, numberClass),
                   .formula = formulaText(*m_format, m_shown->code)});
}

void ExplorerPage::presentPlace() {
  m_placeRow->setVisible(m_order != nullptr);
  if (!m_order) return;
  const auto codes = m_order->codes();
  const auto rank = m_order->rankOf(m_shown->code);
  m_slider->setPlace(rank ? int(*rank) : -1, int(codes.size()));
  const QString nan = m_order->nanCodes() == 0 ? QString() : tr(", %1 are NaN").arg(grouped(m_order->nanCodes()));
  m_place->setText(rank ? tr("%1 codes are larger%2").arg(grouped(codes.size() - 1 - *rank), nan)
                        : tr("one of %1 NaN codes").arg(grouped(m_order->nanCodes())));
}

void ExplorerPage::setFormat(const NumberFormat& format) {
  if (m_format == &format) return;
  m_format = &format;
  m_form->setFormat(format);
  m_order.reset();
  if (format.info().codeBits > kEnumerableBits) return;
  m_order = std::make_unique<ValueOrder>(format);
  m_lowest->setText(typeset(qt(readableText(format, m_order->codes().front()))));
  m_highest->setText(typeset(qt(readableText(format, m_order->codes().back()))));
}

void ExplorerPage::typeCode(const QString& text) {
  const auto code = parseCode(text.trimmed().toStdString(), *m_format);
  if (code) showCode(*code, Source::Code);
  m_form->setCodeError(code ? QString() : shown(code.error().message));
}

void ExplorerPage::pickFormat(const QString& id) {
  const NumberFormat* format = findFormat(id.toStdString());
  if (!format) return;
  setFormat(*format);
  showValue(m_value, Source::Other);
  commit();
}

void ExplorerPage::step(Step step) {
  if (!m_shown) return;
  const std::uint64_t code = m_shown->code;
  switch (step) {
    case Step::Down:
      showCode(m_format->nextDown(code).value_or(code), Source::Other);
      break;
    case Step::Up:
      showCode(m_format->nextUp(code).value_or(code), Source::Other);
      break;
    case Step::Halve:
      showCode(halved(*m_format, code), Source::Other);
      break;
    case Step::Double:
      showCode(doubled(*m_format, code), Source::Other);
      break;
  }
  commitSoon();
}

void ExplorerPage::commit() {
  m_settle.stop();
  if (!m_shown) return;
  Selection next = session().selection();
  const std::string id(m_format->info().id);
  const bool sameNumber = next.value == m_value && (next.format != id || !next.code || next.code == m_shown->code);
  if (!sameNumber) next.element.reset();  // a value of one's own, no longer that of a weight
  next.format = id;
  next.code = m_shown->code;
  next.value = m_value;
  session().select(std::move(next));
}

QString ExplorerPage::origin() const {
  const Selection& selection = session().selection();
  const TensorInfo* tensor = selection.tensorInfo();
  if (!tensor || !selection.element || selection.value != m_value) return {};
  return tr("%1 of %2").arg(positionText(tensor->shape, *selection.element), shown(tensor->name));
}

QString ExplorerPage::copyText() const {
  if (!m_shown) return {};
  return QStringLiteral("%1 %2 = %3")
      .arg(qt(m_format->info().title), qt(codeText(*m_format, m_shown->code)), qt(m_shown->value));
}

void ExplorerPage::keyPressEvent(QKeyEvent* event) {
  if (const auto wanted = stepOf(*event))
    step(*wanted);
  else
    Page::keyPressEvent(event);
}

namespace {

/// The bits of the first value in the colours of their fields, over its value.
void paintPreview(QPainter& painter, const QRectF& rect) {
  const NumberFormat& format = *findFormat("float16");
  constexpr std::uint64_t kCode = 0xCECA;  // kFirstValue
  const auto fields = format.fields();
  const std::vector<double> noNotes(fields.size(), 0);
  const BitLayout layout = layOutBits(fields, noNotes, rect.width());
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(rect.left(), rect.center().y() - layout.height);
  for (const BitField& field : fields) {
    for (int bit = field.highestBit; bit > field.highestBit - field.bits; --bit) {
      const bool set = (kCode >> bit & 1) != 0;
      painter.setPen(QPen(colorOf(field.kind), 1));
      painter.setBrush(set ? QBrush(colorOf(field.kind)) : QBrush(Qt::NoBrush));
      painter.drawRoundedRect(layout.cells[std::size_t(bit)].adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
  }
  painter.restore();
  painter.setFont(theme().numbers(18));
  painter.setPen(theme().colors().text);
  painter.drawText(QRectF(rect.left(), rect.center().y() + 8, rect.width(), 28), Qt::AlignRight | Qt::AlignVCenter,
                   QLatin1String(kFirstValue));
}

}  // namespace

const PageEntry& explorer_page_entry() {
  static const PageEntry entry{
      .id = "explorer",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Bits"),
      .icon = "bits",
      .summary = QT_TRANSLATE_NOOP("PageEntry", "One number in one format: its bits, its neighbours, its rounding."),
      .subject = Subject::Format,
      .paintPreview = paintPreview,
      .create = [](Session& session, QWidget* parent) -> Page* { return new ExplorerPage(session, parent); }};
  return entry;
}

}  // namespace ulpscope
