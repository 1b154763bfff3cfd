// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/explorer_page.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QVBoxLayout>

#include "core/formats/number_link.h"
#include "core/formats/value_text.h"
#include "widgets/bits/arithmetic_card.h"
#include "widgets/bits/bit_cells.h"
#include "widgets/bits/bits_preview.h"
#include "widgets/bits/block_card.h"
#include "widgets/bits/copy_choices.h"
#include "widgets/bits/elsewhere_card.h"
#include "widgets/bits/field_notes.h"
#include "widgets/bits/format_card.h"
#include "widgets/bits/forms_card.h"
#include "widgets/bits/hero_text.h"
#include "widgets/bits/number_form.h"
#include "widgets/bits/number_hero.h"
#include "widgets/bits/number_line.h"
#include "widgets/bits/place_row.h"
#include "widgets/bits/stacks_card.h"
#include "widgets/bits/steps_card.h"
#include "widgets/bits/via_card.h"
#include "widgets/frame/card.h"
#include "widgets/frame/link_button.h"
#include "widgets/quantization/tab_stack.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// What an explorer that was asked for nothing shows: fits binary16 exactly, and not bfloat16.
constexpr auto kFirstValue = "-27.15625";
constexpr int kSettleMs = 300;  ///< a burst of arrow keys is one step of the history

// Shares of the width: the stored value may not make the cells change size while it changes.
constexpr int kBitsShare = 72;
constexpr int kHeroShare = 28;
constexpr int kStepsShare = 45;
constexpr int kTabsShare = 55;

/// A part that asks for more room than a small window has.
QScrollArea* scrollable(QWidget* content) {
  auto* area = new QScrollArea;
  area->setWidget(content);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setFocusPolicy(Qt::NoFocus);
  area->viewport()->setAutoFillBackground(false);
  content->setAutoFillBackground(false);
  return area;
}

QString sentenceOf(const Result<void>& result) { return result ? QString() : shown(result.error().message); }

}  // namespace

ExplorerPage::ExplorerPage(Session& pageSession, QWidget* parent)
    : Page(pageSession, parent),
      m_number(kFirstValue),
      m_form(new NumberForm),
      m_bits(new BitCells),
      m_hero(new NumberHero),
      m_line(new NumberLine),
      m_place(new PlaceRow),
      m_steps(new StepsCard(pageSession)),
      m_tabs(new TabStack(tr("More about the number"))),
      m_elsewhere(new ElsewhereCard),
      m_forms(new FormsCard),
      m_formatCard(new FormatCard),
      m_arithmetic(new ArithmeticCard),
      m_via(new ViaCard),
      m_stacks(new StacksCard) {
  layOut();
  addActions();
  connectForm();
  connectParts();
  follow(pageSession.selection());
}

void ExplorerPage::layOut() {
  auto* numberRow = new QHBoxLayout;
  numberRow->setSpacing(24);
  numberRow->addWidget(m_bits, kBitsShare, Qt::AlignTop);
  numberRow->addWidget(m_hero, kHeroShare, Qt::AlignVCenter);

  auto* number = new Card;
  number->body()->setSpacing(8);
  number->body()->addWidget(m_form);
  number->body()->addLayout(numberRow);
  number->body()->addWidget(m_line);
  number->body()->addWidget(m_place);

  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(16);
  grid->addWidget(number, 0, 0, 1, 2);
  grid->addWidget(m_steps, 1, 0);
  grid->addWidget(tabs(), 1, 1);
  grid->setRowStretch(1, 1);
  grid->setColumnStretch(0, kStepsShare);
  grid->setColumnStretch(1, kTabsShare);
}

QWidget* ExplorerPage::tabs() {
  m_tabs->setNote({});
  m_tabs->addTab(tr("Elsewhere"), m_elsewhere);
  m_tabs->addTab(tr("Forms"), m_forms);
  m_formatTab = scrollable(m_formatCard);
  m_tabs->addTab(tr("Format"), m_formatTab);
  m_tabs->addTab(tr("Arithmetic"), scrollable(m_arithmetic), tr("Calc"));
  m_tabs->addTab(tr("Double rounding"), scrollable(m_via), tr("Via"));
  m_tabs->addTab(tr("What others do"), m_stacks, tr("Others"));
  m_tabs->addTab(tr("Block"), scrollable(new BlockCard));
  for (Card* inner : m_tabs->findChildren<Card*>()) inner->setEmbedded();
  auto* card = new Card;
  card->body()->addWidget(m_tabs);
  return card;
}

void ExplorerPage::addActions() {
  auto* link = new LinkButton(tr("copy link"));
  link->setToolTip(tr("A text that brings this number back: paste it into the value field or Ctrl+K"));
  connect(link, &LinkButton::clicked, this,
          [this] { QApplication::clipboard()->setText(qt(linkText(*m_number.format(), m_number.code()))); });
  auto* copyAs = new LinkButton(tr("copy as…"));
  copyAs->setToolTip(tr("Value, code, bits, C array, steps (Ctrl+Shift+C)"));
  connect(copyAs, &LinkButton::clicked, this, &ExplorerPage::openCopyMenu);
  m_copyAs = copyAs;
  m_form->addToRemark(link);
  m_form->addToRemark(copyAs);

  auto* copy = new QAction(tr("Copy the number as…"), this);
  copy->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+C")));
  copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(copy, &QAction::triggered, this, &ExplorerPage::openCopyMenu);
  addAction(copy);
}

void ExplorerPage::connectForm() {
  m_settle.setSingleShot(true);
  m_settle.setInterval(kSettleMs);
  connect(&m_settle, &QTimer::timeout, this, &ExplorerPage::commit);
  connect(m_form, &NumberForm::formatPicked, this, &ExplorerPage::pickFormat);
  connect(m_form, &NumberForm::designPicked, this, [this](const QString& id) {
    pickFormat(id);
    m_tabs->setCurrent(m_formatTab);
  });
  connect(m_form, &NumberForm::rulesPicked, this, &ExplorerPage::changeRules);
  connect(m_form, &NumberForm::valueTyped, this, &ExplorerPage::typeValue);
  connect(m_form, &NumberForm::codeTyped, this, &ExplorerPage::typeCode);
  connect(m_form, &NumberForm::typingFinished, this, &ExplorerPage::finishTyping);
  connect(m_form, &NumberForm::stepped, this, &ExplorerPage::step);
}

void ExplorerPage::connectParts() {
  connect(&session(), &Session::selectionChanged, this, &ExplorerPage::follow);
  connect(m_bits, &BitCells::codeEdited, this, &ExplorerPage::showCode);
  connect(m_bits, &BitCells::editingFinished, this, &ExplorerPage::commitSoon);
  connect(m_bits, &BitCells::refused, m_form, &NumberForm::setOtherError);
  connect(m_line, &NumberLine::codePicked, this, [this](quint64 code) {
    showCode(code);
    commit();
  });
  connect(m_place, &PlaceRow::stepped, this, &ExplorerPage::step);
  connect(m_place, &PlaceRow::placePicked, this, [this](int place) {
    showCode(m_number.scale().codeAt(place));
    commitSoon();
  });
  connect(m_elsewhere, &ElsewhereCard::formatPicked, this, &ExplorerPage::pickFormat);
  connect(m_formatCard, &FormatCard::formatPicked, this, &ExplorerPage::pickFormat);
  connect(m_tabs, &TabStack::currentChanged, this, &ExplorerPage::presentTab);
}

void ExplorerPage::follow(const Selection& selection) {
  m_settle.stop();
  auto format = makeFormat(selection.format);
  // An element that is still being read has neither code nor value.
  const bool awaited = m_chosen && selection.element && selection.value.empty();
  const std::string value = awaited ? m_number.value() : selection.value.empty() ? kFirstValue : selection.value;
  const bool sameFormat = !format || (*format)->info().id == m_number.format()->info().id;
  if (m_chosen && sameFormat && value == m_number.value() && (!selection.code || selection.code == m_number.code()))
    return presentNumber();  // only where it comes from may have changed
  m_chosen = true;
  if (format) m_number.useFormat(std::move(*format));
  Result<void> stored;
  if (selection.code && exactText(*m_number.format(), *selection.code) == value)
    m_number.setCode(*selection.code);
  else
    stored = m_number.bringValue(value);
  present(stored, Source::Other);
}

void ExplorerPage::typeValue(const QString& text) {
  const std::string typed = text.trimmed().toStdString();
  const bool pasted = text.size() > m_typed.size() + 1;
  m_typed = text;
  if (isLink(typed)) {
    // While it is typed, every digit more would be another number: Enter says that it is complete.
    m_form->setValueError({});
    if (pasted) openLink(typed);
    return;
  }
  if (const auto stored = m_number.setValue(typed))
    present(stored, Source::Value);
  else
    m_form->setValueError(sentenceOf(stored));
}

void ExplorerPage::finishTyping() {
  const std::string typed = m_typed.trimmed().toStdString();
  m_typed.clear();
  if (isLink(typed))
    openLink(typed);
  else
    commit();
}

void ExplorerPage::openLink(const std::string& text) {
  const auto link = parseLink(text);
  if (!link) return m_form->setValueError(shown(link.error().message));
  m_number.useFormat(link->format);
  showCode(link->code);
  commit();
}

void ExplorerPage::typeCode(const QString& text) {
  const auto code = parseCode(text.trimmed().toStdString(), *m_number.format());
  if (code) {
    m_number.setCode(*code);
    present({}, Source::Code);
  }
  m_form->setCodeError(code ? QString() : shown(code.error().message));
}

void ExplorerPage::showCode(std::uint64_t code) {
  m_number.setCode(code);
  present({}, Source::Other);
}

void ExplorerPage::pickFormat(const QString& id) {
  auto format = makeFormat(id.toStdString());
  if (!format) return m_form->setOtherError(shown(format.error().message));
  present(m_number.setFormat(std::move(*format)), Source::Other);
  commit();
}

void ExplorerPage::changeRules() {
  present(m_number.setRules(m_form->rules()), Source::Other);
  commit();
}

void ExplorerPage::step(Step step) {
  m_number.step(step);
  present({}, Source::Other);
  commitSoon();
}

void ExplorerPage::present(const Result<void>& stored, Source source) {
  const NumberFormat& format = *m_number.format();
  const Explanation& explanation = m_number.explanation();
  m_form->setFormat(format);
  if (source != Source::Value)
    m_form->setValue(qt(m_number.isStoredValue() ? readableText(format, m_number.code()) : m_number.value()));
  if (source != Source::Code) m_form->setCode(qt(codeText(format, m_number.code())));
  const QStringList remarks{qt(m_number.remark()).remove(QLatin1Char('`')), subnormalNote(explanation)};
  m_form->setRemark(remarks.join(QLatin1Char(' ')).trimmed());
  m_form->setValueError(sentenceOf(stored));
  m_bits->setCode(format, m_number.code());
  presentNumber();
  m_line->setCode(format, m_number.code(), ulpText(format, m_number.code(), qt(explanation.ulp.value_or(""))));
  m_place->setCode(format, m_number.scale(), m_number.code());
  m_steps->setExplanation(explanation);
  const auto number = parseNumber(m_number.value());
  if (number && m_number.rules().rounding.mode == Rounding::Stochastic)
    m_form->setOdds(format, stochasticOdds(unrounded(*number), format, m_number.rules().overflow));
  presentTab();
}

void ExplorerPage::presentNumber() { m_hero->setText(heroText(m_number.explanation(), origin())); }

void ExplorerPage::presentTab() {
  const StorageRules& rules = m_number.rules();
  const QWidget* front = m_tabs->current();
  if (front == m_elsewhere)
    m_elsewhere->setNumber(m_number.value(), rules.rounding, rules.overflow, m_number.format());
  else if (front->isAncestorOf(m_arithmetic))
    m_arithmetic->setNumber(m_number.format(), m_number.value(), rules.rounding, rules.overflow);
  else if (front->isAncestorOf(m_via))
    m_via->setNumber(m_number.format(), m_number.value(), rules.rounding, rules.overflow);
  else if (front == m_stacks)
    m_stacks->setNumber(*m_number.format(), m_number.value(), m_number.code());
  else if (front == m_forms)
    m_forms->setExplanation(m_number.explanation());
  else if (front == m_formatTab)
    m_formatCard->setFormat(m_number.format());
}

void ExplorerPage::commit() {
  m_settle.stop();
  Selection next = session().selection();
  const std::string& id = m_number.format()->info().id;
  const bool sameNumber =
      next.value == m_number.value() && (next.format != id || !next.code || next.code == m_number.code());
  if (!sameNumber) next.element.reset();  // a value of one's own, no longer that of a weight
  next.format = id;
  next.code = m_number.code();
  next.value = m_number.value();
  session().select(std::move(next));
}

void ExplorerPage::openCopyMenu() {
  QMenu menu;
  for (const CopyChoice& choice : copyChoices(m_number.explanation())) {
    const QString sample = choice.text.section(QLatin1Char('\n'), 0, 0).left(40);
    QAction* action = menu.addAction(choice.title + QLatin1Char('\t') +
                                     QString(sample).replace(QLatin1Char('&'), QLatin1String("&&")));
    connect(action, &QAction::triggered, this, [text = choice.text] { QApplication::clipboard()->setText(text); });
  }
  menu.exec(m_copyAs->mapToGlobal(QPoint(0, m_copyAs->height())));
}

QString ExplorerPage::origin() const {
  const Selection& selection = session().selection();
  const TensorInfo* tensor = selection.tensorInfo();
  if (!tensor || !selection.element || selection.value != m_number.value()) return {};
  return tr("%1 of %2").arg(positionText(tensor->shape, *selection.element), shown(tensor->name));
}

QString ExplorerPage::copyText() const {
  const NumberFormat& format = *m_number.format();
  return QStringLiteral("%1 %2 = %3")
      .arg(qt(format.info().title), qt(codeText(format, m_number.code())), qt(m_number.explanation().value));
}

QWidget* ExplorerPage::filterField() {
  m_tabs->setCurrent(m_elsewhere);
  return m_elsewhere->filterField();
}

void ExplorerPage::keyPressEvent(QKeyEvent* event) {
  if (const auto wanted = stepOf(*event))
    step(*wanted);
  else
    Page::keyPressEvent(event);
}

const PageEntry& explorer_page_entry() {
  static const PageEntry entry{
      .id = "explorer",
      .title = QT_TRANSLATE_NOOP("PageEntry", "Bits"),
      .icon = "bits",
      .summary = QT_TRANSLATE_NOOP("PageEntry", "One number in one format: its bits, its neighbours, its rounding."),
      .subject = Subject::Format,
      .paintPreview = paintBitsPreview,
      .create = [](Session& session, QWidget* parent) -> Page* { return new ExplorerPage(session, parent); }};
  return entry;
}

}  // namespace ulpscope
