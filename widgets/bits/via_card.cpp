// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/via_card.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QVBoxLayout>
#include <cmath>

#include "core/formats/brief_decimal.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"
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

constexpr int kShownDigits = 12;
constexpr int kTableHeight = 176;  // the header, three stages, the target and the direct way

QString withoutBackticks(const std::string& text) { return qt(text).remove(QLatin1Char('`')); }

TableCell numberCell(const std::string& number, bool isError) {
  if (number.empty()) return {.text = QStringLiteral("—"), .tone = CellTone::Muted};
  const bool isZero = number == "0" || number == "-0";
  TableCell cell{.text = qt(briefDecimal(number, kShownDigits).text), .exact = qt(number)};
  if (isError) cell.tone = isZero ? CellTone::Muted : CellTone::Bad;
  if (const auto parsed = parseNumber(number); parsed) cell.key = std::abs(toDouble(unrounded(*parsed)));
  return cell;
}

std::vector<TableCell> rowOf(const QString& stage, const StageOutcome& outcome) {
  return {{.text = stage},
          {.text = qt(codeText(*outcome.format, outcome.outcome.code))},
          numberCell(outcome.value, false),
          numberCell(outcome.error, true),
          {.text = outcome.outcome.exact ? ViaCard::tr("exact") : ViaCard::tr("rounded"), .tone = CellTone::Muted}};
}

}  // namespace

ViaCard::ViaCard(QWidget* parent)
    : QWidget(parent),
      m_model(new TableModel({{.title = tr("Stage")},
                              {.title = tr("Code")},
                              {.title = tr("Value"), .numeric = true},
                              {.title = tr("Error"), .numeric = true, .toolTip = tr("Stored less the number given")},
                              {}},
                             this)),
      m_table(new TableView(tr("The number at each stage"))),
      m_board(new PlainLabel({}, TextRole::Number)),
      m_verdict(new PlainLabel) {
  auto* card = new Card(tr("Rounding twice"));
  auto* copy = new LinkButton(tr("copy"));
  connect(copy, &LinkButton::clicked, this, [this, copy] { copyMenu(copy); });
  card->addToHeader(copy);

  auto* stages = new QHBoxLayout;
  stages->setSpacing(12);
  const std::array titles{tr("First to"), tr("Then to"), tr("And to")};
  for (std::size_t i = 0; i < kMostStages; ++i) {
    QComboBox* box = m_stages[i] = comboBox(titles[i]);
    box->addItem(QStringLiteral("—"), QString());
    for (const NumberFormat* format : formatRegistry()) box->addItem(qt(format->info().title), qt(format->info().id));
    box->setMaxVisibleItems(24);
    stages->addWidget(new Field(titles[i], box));
  }
  setCurrentId(*m_stages[0], QStringLiteral("float32"));
  setCurrentId(*m_stages[1], QStringLiteral("float16"));
  stages->addStretch(1);
  for (QComboBox* box : m_stages) connect(box, &QComboBox::currentIndexChanged, this, &ViaCard::roundAgain);

  m_table->setSource(m_model);
  m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_table->setSortingEnabled(false);  // the order is the way
  m_table->viewport()->setAutoFillBackground(false);
  m_table->horizontalHeader()->viewport()->setAutoFillBackground(false);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->setFixedHeight(kTableHeight);
  m_board->setAccessibleName(tr("The bits at each stage, one under the other"));
  m_board->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  m_board->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  m_verdict->setAccessibleName(tr("What rounding twice does"));
  m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  m_verdict->setWordWrap(true);

  card->body()->addLayout(stages);
  card->body()->addWidget(m_table);
  card->body()->addWidget(m_board);
  card->body()->addWidget(m_verdict);
  card->body()->addStretch(1);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(card);
}

void ViaCard::setNumber(FormatPointer target, const std::string& value, const RoundingChoice& rounding,
                        Overflow overflow) {
  m_target = std::move(target);
  m_value = value;
  m_rounding = rounding;
  m_overflow = overflow;
  roundAgain();
}

void ViaCard::roundAgain() {
  if (!m_target) return;
  std::vector<ViaStage> stages;
  for (const QComboBox* box : m_stages) {
    const std::string id = currentId(*box).toStdString();
    if (id.empty()) continue;
    // Each stage draws its own random bits, as `ulp explain --via` does.
    const RandomBits draw = randomBits(m_rounding.random.value, stages.size() + 1, m_rounding.random.count);
    if (auto format = makeFormat(id)) stages.push_back({std::move(*format), {m_rounding.mode, draw}});
  }
  if (stages.empty()) return showNothing(tr("Choose a format that the number passes first."), false);
  stages.push_back({m_target, m_rounding});
  auto chain = roundVia(m_value, stages, m_overflow);
  if (!chain) return showNothing(qt(describe(chain.error())), true);

  m_chain = std::move(*chain);
  std::vector<std::vector<TableCell>> rows;
  for (const StageOutcome& stage : m_chain->stages) rows.push_back(rowOf(qt(stage.format->info().title), stage));
  rows.push_back(rowOf(tr("directly"), m_chain->direct));
  m_model->setRows(std::move(rows));
  m_board->setText(qt(m_chain->board).trimmed());
  m_board->setVisible(!m_chain->board.empty());
  m_verdict->setRole(m_chain->doubleRounding ? TextRole::Bad : TextRole::Body);
  m_verdict->setText(withoutBackticks(m_chain->verdict));
}

void ViaCard::showNothing(const QString& sentence, bool isError) {
  m_chain.reset();
  m_model->setRows({});
  m_board->clear();
  m_board->hide();
  m_verdict->setRole(isError ? TextRole::Bad : TextRole::Muted);
  m_verdict->setText(sentence);
}

QString ViaCard::plainText() const {
  if (!m_chain) return {};
  return m_table->textAs(TableView::CopyAs::Tsv) + QLatin1Char('\n') + qt(m_chain->board) +
         withoutBackticks(m_chain->verdict) + QLatin1Char('\n');
}

void ViaCard::copyMenu(QWidget* button) {
  if (!m_chain) return;
  QMenu menu;
  menu.addAction(tr("Copy all as text"), this, [this] { QApplication::clipboard()->setText(plainText()); });
  addCopyActions(menu, [this] { return m_table->table(); }, tr("the table"));
  menu.exec(button->mapToGlobal(QPoint(0, button->height())));
}

}  // namespace ulpscope
