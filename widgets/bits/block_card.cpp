// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/block_card.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QSignalBlocker>
#include <QTextBrowser>
#include <QTextDocument>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/formats/block_input.h"
#include "core/formats/explain_block.h"
#include "core/formats/value_text.h"
#include "widgets/bits/explanation_text.h"
#include "widgets/bits/number_field.h"
#include "widgets/forms/field.h"
#include "widgets/frame/card.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostNumbers = 32;
constexpr int kErrorDigits = 4;
constexpr int kModesHeight = 150;  // the header and four modes
constexpr int kStepsHeight = 130;

QString titleOf(ScaleMode mode) {
  switch (mode) {
    case ScaleMode::Floor:
      return BlockCard::tr("floor");
    case ScaleMode::Ceil:
      return BlockCard::tr("ceil");
    case ScaleMode::Even:
      return BlockCard::tr("even");
    case ScaleMode::Rceil:
      return BlockCard::tr("rceil");
    case ScaleMode::Plain:
      return BlockCard::tr("maximum to 6");
    case ScaleMode::FourOverSix:
      return BlockCard::tr("four over six");
  }
  return {};
}

TableCell numberCell(double value) {
  const QString text = qt(shortAsFloat(value));
  if (!std::isfinite(value)) return {.text = text, .tone = CellTone::Special};
  return {.text = text, .key = value};
}

TableCell errorCell(double error) {
  if (!std::isfinite(error)) return {.text = QStringLiteral("—"), .tone = CellTone::Muted};
  return {.text = QString::number(error, 'g', kErrorDigits),
          .exact = qt(shortAsFloat(error)),
          .key = std::abs(error),
          .tone = error == 0 ? CellTone::Muted : CellTone::Bad};
}

double squaredError(const std::vector<QuantizedBlock>& blocks) {
  double sum = 0;
  for (const QuantizedBlock& block : blocks) sum += block.squaredError;
  return sum;
}

QString scalesOf(const std::vector<QuantizedBlock>& blocks) {
  QStringList scales;
  for (const QuantizedBlock& block : blocks) scales << qt(shortAsFloat(block.scale));
  return scales.join(QStringLiteral(", "));
}

qsizetype saturated(const std::vector<QuantizedBlock>& blocks) {
  qsizetype count = 0;
  for (const QuantizedBlock& block : blocks)
    count += std::ranges::count_if(block.elements, [](const BlockElement& e) { return e.outcome.overflowed; });
  return count;
}

void dress(TableView& table, QAbstractItemModel* model) {
  table.setSource(model);
  table.setSelectionMode(QAbstractItemView::ExtendedSelection);
  table.setSortingEnabled(false);  // elements and bytes stand in their order
  table.viewport()->setAutoFillBackground(false);
  table.horizontalHeader()->viewport()->setAutoFillBackground(false);
  table.horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table.horizontalHeader()->setStretchLastSection(true);
}

}  // namespace

BlockCard::BlockCard(QWidget* parent)
    : QWidget(parent),
      m_numbers(new NumberField(tr("Numbers of the block"))),
      m_format(comboBox(tr("Block format"))),
      m_mode(comboBox(tr("Scale mode"))),
      m_layoutBox(comboBox(tr("Byte order"))),
      m_note(new PlainLabel({}, TextRole::Note)),
      m_steps(new QTextBrowser),
      m_modesModel(
          new TableModel({{.title = tr("Scale mode")},
                          {.title = tr("Scale"), .numeric = true},
                          {.title = tr("Squared error"), .numeric = true, .toolTip = tr("Sum over all numbers")},
                          {.title = tr("Saturated"), .numeric = true}},
                         this)),
      m_modes(new TableView(tr("Scale modes side by side"))),
      m_elementsModel(new TableModel({{.title = tr("#"), .numeric = true},
                                      {.title = tr("Number"), .numeric = true},
                                      {.title = tr("÷ scale"), .numeric = true},
                                      {.title = tr("Code"), .numeric = true},
                                      {.title = tr("Restored"), .numeric = true},
                                      {.title = tr("Error"), .numeric = true, .toolTip = tr("Restored less given")}},
                                     this)),
      m_elements(new TableView(tr("Elements of the block"))),
      m_bytesModel(new TableModel({{.title = tr("Part")},
                                   {.title = tr("Byte"), .numeric = true},
                                   {.title = tr("Hex"), .numeric = true},
                                   {.title = tr("Holds")}},
                                  this)),
      m_bytes(new TableView(tr("Bytes"))) {
  for (const BlockFormat& each : blockFormats()) m_format->addItem(qt(each.title), qt(each.id));
  setCurrentId(*m_format, QStringLiteral("mxfp4"));
  for (const BlockLayout layout : blockLayouts()) m_layoutBox->addItem(qt(titleOf(layout)), qt(idOf(layout)));
  m_numbers->setText(QStringLiteral("0.1 -0.7 2.5 5.3 -0.02 1.1 3.9 -7"));
  m_numbers->setToolTip(tr("Up to %1 numbers between spaces or commas; each is rounded to float32").arg(kMostNumbers));
  m_note->setAccessibleName(tr("About the block"));
  m_note->setWordWrap(true);
  m_steps->setAccessibleName(tr("How the block came to its scale"));
  buildLayout();

  connect(m_numbers, &QLineEdit::textEdited, this, &BlockCard::quantizeAgain);
  connect(m_format, &QComboBox::currentIndexChanged, this, [this] {
    offerModes();
    quantizeAgain();
  });
  connect(m_mode, &QComboBox::currentIndexChanged, this, &BlockCard::quantizeAgain);
  connect(m_layoutBox, &QComboBox::currentIndexChanged, this, &BlockCard::showBytes);
  connect(m_modes, &TableView::rowChosen, m_mode, &QComboBox::setCurrentIndex);
  connect(&theme(), &Theme::changed, this, &BlockCard::showSteps);
  offerModes();
  quantizeAgain();
}

void BlockCard::buildLayout() {
  m_steps->setFrameShape(QFrame::NoFrame);
  m_steps->viewport()->setAutoFillBackground(false);
  m_steps->document()->setDocumentMargin(0);
  m_steps->setFont(theme().words(13));
  m_steps->setOpenLinks(false);
  m_steps->setMinimumHeight(kStepsHeight);
  dress(*m_modes, m_modesModel);
  m_modes->setSelectionMode(QAbstractItemView::SingleSelection);
  m_modes->setFixedHeight(kModesHeight);
  dress(*m_elements, m_elementsModel);
  dress(*m_bytes, m_bytesModel);

  auto* card = new Card(tr("Numbers that share a scale"));
  auto* copy = new LinkButton(tr("copy"));
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });
  card->addToHeader(copy);
  auto* choices = new QHBoxLayout;
  choices->setSpacing(12);
  choices->addWidget(new Field(tr("Block format"), m_format));
  choices->addWidget(new Field(tr("Scale mode"), m_mode));
  choices->addWidget(new Field(tr("Byte order"), m_layoutBox));
  choices->addStretch(1);
  auto* tables = new QGridLayout;
  tables->setSpacing(12);
  tables->addWidget(m_modes, 0, 0);
  tables->addWidget(m_steps, 0, 1);
  tables->addWidget(m_elements, 1, 0);
  tables->addWidget(m_bytes, 1, 1);
  tables->setRowStretch(1, 1);
  tables->setColumnStretch(0, 1);
  tables->setColumnStretch(1, 1);
  card->body()->addWidget(new Field(tr("Numbers"), m_numbers));
  card->body()->addLayout(choices);
  card->body()->addWidget(m_note);
  card->body()->addLayout(tables, 1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);
}

void BlockCard::setNumbers(const QString& numbers) {
  m_numbers->setText(numbers);
  quantizeAgain();
}

ScaleMode BlockCard::mode() const {
  return findScaleMode(currentId(*m_mode).toStdString()).value_or(format().modes.front());
}

const BlockFormat& BlockCard::format() const { return *findBlockFormat(currentId(*m_format).toStdString()); }

void BlockCard::offerModes() {
  const QString before = currentId(*m_mode);
  const QSignalBlocker quiet(m_mode);
  m_mode->clear();
  for (const ScaleMode each : format().modes) m_mode->addItem(titleOf(each), qt(idOf(each)));
  setCurrentId(*m_mode, before);
}

void BlockCard::quantizeAgain() {
  m_numbers->setError({});
  const auto numbers = parseFloats(m_numbers->text().toStdString(), kMostNumbers);
  if (!numbers) return showError(numbers.error());
  m_blocks = quantizeBlocks(format(), *numbers, mode());
  m_note->setRole(TextRole::Note);
  m_note->setText(
      tr("%1, %2 bits an element").arg(qt(counted(numbers->size(), "number"))).arg(format().bitsPerElement()));
  showModes(*numbers);
  showSteps();
  showElements();
  showBytes();
}

void BlockCard::showError(const Error& error) {
  m_blocks.clear();
  m_numbers->setError(qt(error.message));
  m_note->setRole(TextRole::Bad);
  m_note->setText(qt(describe(error)));
  m_steps->clear();
  for (TableModel* model : {m_modesModel, m_elementsModel, m_bytesModel}) model->setRows({});
}

void BlockCard::showModes(const std::vector<float>& numbers) {
  std::vector<std::vector<QuantizedBlock>> outcomes;
  for (const ScaleMode each : format().modes) outcomes.push_back(quantizeBlocks(format(), numbers, each));
  const double least = squaredError(*std::ranges::min_element(outcomes, {}, squaredError));
  std::vector<std::vector<TableCell>> rows;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double error = squaredError(outcomes[i]);
    rows.push_back({{.text = titleOf(format().modes[i])},
                    {.text = scalesOf(outcomes[i])},
                    {.text = QString::number(error, 'g', kErrorDigits),
                     .key = error,
                     .tone = error == least ? CellTone::Good : CellTone::Plain},
                    {.text = QString::number(saturated(outcomes[i]))}});
  }
  m_modesModel->setRows(std::move(rows));
  m_modes->setCurrentSourceRow(m_mode->currentIndex());
}

void BlockCard::showSteps() {
  std::vector<ExplanationStep> steps;
  for (const QuantizedBlock& block : m_blocks)
    for (ExplanationStep& step : explainBlock(block)) steps.push_back(std::move(step));
  m_steps->setHtml(stepsAsHtml(steps));
}

void BlockCard::showElements() {
  std::vector<std::vector<TableCell>> rows;
  for (const QuantizedBlock& block : m_blocks)
    for (std::size_t i = 0; i < block.elements.size(); ++i) {
      const BlockElement& element = block.elements[i];
      TableCell code{.text = qt(codeText(*format().element, element.outcome.code)),
                     .exact = qt(explainElement(block, i))};
      code.exact.remove(QLatin1Char('`'));
      if (element.outcome.overflowed) code.tone = CellTone::Outlier;
      rows.push_back({{.text = QString::number(rows.size())},
                      numberCell(double{element.input}),
                      numberCell(element.scaled),
                      std::move(code),
                      numberCell(element.restored),
                      errorCell(element.error)});
    }
  m_elementsModel->setRows(std::move(rows));
}

void BlockCard::showBytes() {
  const auto layout = findBlockLayout(currentId(*m_layoutBox).toStdString());
  if (!layout || m_blocks.empty()) return m_bytesModel->setRows({});
  const auto bytes = layOut(m_blocks, *layout);
  if (!bytes) {
    m_bytesModel->setRows({{{.text = {}}, {}, {}, {.text = qt(bytes.error().message), .tone = CellTone::Muted}}});
    return;
  }
  std::vector<std::vector<TableCell>> rows;
  for (const ByteRow& row : *bytes)
    rows.push_back({{.text = qt(row.part), .tone = CellTone::Muted},
                    {.text = QString::number(row.offset)},
                    {.text = QStringLiteral("%1").arg(row.byte, 2, 16, QLatin1Char('0')).toUpper()},
                    {.text = qt(row.holds), .tone = CellTone::Muted}});
  m_bytesModel->setRows(std::move(rows));
}

QString BlockCard::plainText() const {
  if (m_blocks.empty()) return {};
  QString text = tr("%1, scale mode %2").arg(qt(format().title), m_mode->currentText()) + QLatin1Char('\n');
  for (const QuantizedBlock& block : m_blocks)
    for (const ExplanationStep& step : explainBlock(block))
      text += qt(step.title) + QLatin1Char('\t') + qt(step.text).remove(QLatin1Char('`')) + QLatin1Char('\n');
  return text + m_elements->textAs(TableView::CopyAs::Tsv) + m_bytes->textAs(TableView::CopyAs::Tsv);
}

void BlockCard::copyMenu(QWidget* button) {
  if (m_blocks.empty()) return;
  QMenu menu;
  menu.addAction(tr("Copy all as text"), this, [this] { QApplication::clipboard()->setText(plainText()); });
  const auto addTable = [&menu](const QString& title, const TableView* view) {
    addCopyActions(*menu.addMenu(title), [view] { return view->table(); });
  };
  addTable(tr("Copy the modes"), m_modes);
  addTable(tr("Copy the elements"), m_elements);
  addTable(tr("Copy the bytes"), m_bytes);
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

}  // namespace ulpscope
