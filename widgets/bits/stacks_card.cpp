// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/stacks_card.h"

#include <QHeaderView>
#include <QVBoxLayout>

#include "core/formats/exact_decimal.h"
#include "core/formats/stack.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

enum Column { Name, Stored, Code, Rule };

QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

TableCell dash() { return {.text = emDash(), .tone = CellTone::Muted}; }

std::vector<TableCell> cellsOf(const StackRow& row, const NumberFormat& format) {
  TableCell name{.text = qt(row.stack->title),
                 .exact = qt(row.stack->version) + QLatin1Char('\n') + qt(row.stack->source)};
  // The sentence begins with the name, which the first column has.
  QString rule = qt(row.rule);
  const QString prefix = qt(row.stack->title) + QStringLiteral(": ");
  if (rule.startsWith(prefix)) rule.remove(0, prefix.size());
  const TableCell told{.text = rule, .exact = qt(row.rule), .tone = row.code ? CellTone::Plain : CellTone::Muted};
  if (!row.code) return {name, dash(), dash(), told};
  return {name,
          {.text = withSymbols(qt(row.value)),
           .exact = qt(exactText(format, *row.code)),
           .key = toDouble(format.decode(*row.code))},
          {.text = qt(codeText(format, *row.code)), .key = double(*row.code)},
          told};
}

}  // namespace

StacksCard::StacksCard(QWidget* parent)
    : QWidget(parent),
      m_model(new TableModel({{.title = tr("Stack")},
                              {.title = tr("Stored"), .numeric = true},
                              {.title = tr("Code"), .numeric = true},
                              {.title = tr("Rule"), .toolTip = tr("What decided on the number")}},
                             this)),
      m_table(new TableView(tr("What others do with the number"))) {
  m_table->setMinimumHeight(40);
  m_table->setSource(m_model);
  m_table->viewport()->setAutoFillBackground(false);
  QHeaderView* header = m_table->horizontalHeader();
  header->viewport()->setAutoFillBackground(false);
  header->setSectionResizeMode(Name, QHeaderView::ResizeToContents);
  header->setSectionResizeMode(Rule, QHeaderView::Stretch);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_table);
}

void StacksCard::setNumber(const NumberFormat& format, const std::string& value) {
  const auto number = parseNumber(value);
  if (!number) return;
  std::vector<std::vector<TableCell>> rows;
  for (const StackRow& row : whatOthersDo(format, unrounded(*number))) rows.push_back(cellsOf(row, format));
  m_model->setRows(std::move(rows));
}

}  // namespace ulpscope
