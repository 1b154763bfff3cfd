// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/stacks_card.h"

#include <QVBoxLayout>

#include "core/formats/exact_decimal.h"
#include "core/formats/stack.h"
#include "core/formats/value_text.h"
#include "widgets/bits/field_notes.h"
#include "widgets/quantization/fact_list.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// The rule without the stack's name, which stands above it.
QString ruleOf(const StackRow& row) {
  const QString rule = qt(row.rule);
  const QString prefix = qt(row.stack->title) + QStringLiteral(": ");
  return rule.startsWith(prefix) ? rule.mid(prefix.size()) : rule;
}

Fact factOf(const StackRow& row, const NumberFormat& format, std::uint64_t ours) {
  Fact fact{.name = qt(row.stack->title), .text = emDash(), .note = ruleOf(row)};
  if (!row.code) return fact;
  fact.text = withSymbols(qt(row.value)) + QStringLiteral("   ") + qt(codeText(format, *row.code));
  if (*row.code != ours) {
    fact.text.prepend(QStringLiteral("\u2260 "));  // told by a sign too, not by weight alone
    fact.tone = Fact::Tone::Strong;
  }
  return fact;
}

}  // namespace

StacksCard::StacksCard(QWidget* parent) : QWidget(parent), m_facts(new FactList(tr("What others do with the number"))) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_facts);
}

void StacksCard::setNumber(const NumberFormat& format, const std::string& value, std::uint64_t ours) {
  const auto number = parseNumber(value);
  if (!number) return;
  std::vector<Fact> facts;
  for (const StackRow& row : whatOthersDo(format, unrounded(*number))) facts.push_back(factOf(row, format, ours));
  m_facts->setFacts(std::move(facts));
}

}  // namespace ulpscope
