// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/engine_ticks.h"

#include <QLineEdit>
#include <QListWidget>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "core/report/matmul_figures.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

QString evidenceText(MatrixEngine::Evidence evidence) {
  switch (evidence) {
    case MatrixEngine::Evidence::Definition:
      return EngineTicks::tr("an ideal engine");
    case MatrixEngine::Evidence::Recorded:
      return EngineTicks::tr("modelled; equals results recorded on the hardware bit for bit");
    case MatrixEngine::Evidence::Published:
      break;
  }
  return EngineTicks::tr("modelled as published; not checked with the hardware");
}

}  // namespace

EngineTicks::EngineTicks(QWidget* parent) : QWidget(parent), m_filter(new QLineEdit), m_list(new QListWidget) {
  m_filter->setPlaceholderText(tr("Filter engines"));
  m_filter->setAccessibleName(tr("Filter engines"));
  m_filter->setClearButtonEnabled(true);
  m_list->setAccessibleName(tr("Engines"));
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_filter);
  column->addWidget(m_list, 1);
  connect(m_filter, &QLineEdit::textChanged, this, &EngineTicks::narrow);
  connect(m_list, &QListWidget::itemChanged, this, &EngineTicks::take);
}

void EngineTicks::setTicked(std::vector<EngineChoice> engines) {
  m_ticked = std::move(engines);
  fill();
}

void EngineTicks::fill() {
  const QSignalBlocker quiet(m_list);
  m_offered = m_ticked;
  for (const EngineChoice& choice : offeredChoices())
    if (std::ranges::find(m_offered, choice) == m_offered.end()) m_offered.push_back(choice);
  m_list->clear();
  for (std::size_t i = 0; i < m_offered.size(); ++i) {
    const EngineChoice& choice = m_offered[i];
    auto* item = new QListWidgetItem(qt(briefTitle(choice)), m_list);
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(i < m_ticked.size() ? Qt::Checked : Qt::Unchecked);
    item->setToolTip(plainToolTip(QStringLiteral("%1\n%2\n%3\n%4")
                                      .arg(qt(choice.id()), qt(choice.engine->title), qt(choice.engine->text),
                                           evidenceText(choice.engine->evidence))));
  }
  narrow();
}

void EngineTicks::narrow() {
  const QStringList words = m_filter->text().split(u' ', Qt::SkipEmptyParts);
  for (int row = 0; row < m_list->count(); ++row) {
    const QString text = m_list->item(row)->text() + u' ' + qt(m_offered[std::size_t(row)].id());
    const bool matches =
        std::ranges::all_of(words, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
    m_list->item(row)->setHidden(!matches);
  }
}

void EngineTicks::take(QListWidgetItem* item) {
  const EngineChoice& choice = m_offered[std::size_t(m_list->row(item))];
  const auto found = std::ranges::find(m_ticked, choice);
  if (item->checkState() == Qt::Checked && found == m_ticked.end()) {
    if (m_ticked.size() == kMostTicked) {
      const QSignalBlocker quiet(m_list);
      item->setCheckState(Qt::Unchecked);
      item->setToolTip(tr("At most %1 engines at a time").arg(kMostTicked));
      return;
    }
    m_ticked.push_back(choice);
  } else if (item->checkState() == Qt::Unchecked && found != m_ticked.end()) {
    m_ticked.erase(found);
  } else {
    return;
  }
  Q_EMIT edited();
}

}  // namespace ulpscope
