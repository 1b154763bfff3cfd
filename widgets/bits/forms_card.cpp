// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/forms_card.h"

#include <QVBoxLayout>

#include "widgets/bits/copy_choices.h"
#include "widgets/quantization/fact_list.h"

namespace ulpscope {

FormsCard::FormsCard(QWidget* parent) : QWidget(parent), m_facts(new FactList(tr("The number in every spelling"))) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(m_facts);
}

void FormsCard::setExplanation(const Explanation& explanation) {
  std::vector<Fact> facts;
  for (const CopyChoice& choice : spellings(explanation))
    facts.push_back({.name = choice.title, .text = choice.text, .note = choice.note});
  m_facts->setFacts(std::move(facts));
}

}  // namespace ulpscope
