// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/scheme_ticks.h"

#include <QFocusEvent>
#include <QSignalBlocker>
#include <algorithm>

#include "core/recipe/recipe_target.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

QString titleOf(const SchemeChoice& choice) {
  if (!choice.scheme) return SchemeTicks::tr("as stored");
  QString title = qt(choice.scheme->info().title);
  for (const auto& [knob, value] : choice.settings)
    title += QStringLiteral(", %1 %2").arg(qt(knob).replace(u'_', u' '), qt(value));
  return title;
}

}  // namespace

SchemeTicks::SchemeTicks(QWidget* parent) : QListWidget(parent) {
  setAccessibleName(tr("Schemes that are tried"));
  setFrameShape(QFrame::NoFrame);
  setFont(theme().words(12));
  setTextElideMode(Qt::ElideMiddle);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  viewport()->setAutoFillBackground(false);
  connect(this, &QListWidget::itemChanged, this, &SchemeTicks::take);
  setTarget(nullptr);
}

void SchemeTicks::setTarget(const RecipeTarget* target) {
  m_target = target;
  m_offered.clear();
  m_ticked.clear();
  const auto own = target ? std::span<const std::string_view>(target->schemes) : usualRecipeSchemes();
  for (const std::string_view text : own) {
    auto choice = parseSchemeChoice(text);
    if (!choice) continue;  // a test of core says that there is none
    m_ticked.insert(textOf(*choice));
    m_offered.push_back(*std::move(choice));
  }
  for (const Scheme* scheme : schemeRegistry()) {
    const SchemeChoice choice{scheme};
    const bool isKnown = std::ranges::find(m_offered, choice) != m_offered.end();
    if (!isKnown && (!target || target->takes(choice))) m_offered.push_back(choice);
  }
  fill();
}

void SchemeTicks::focusInEvent(QFocusEvent* event) {
  const bool isByKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
  if (isByKey && currentRow() < 0) setCurrentRow(0);
  QListWidget::focusInEvent(event);
}

void SchemeTicks::setHasInputs(bool has) {
  if (has == m_hasInputs) return;
  m_hasInputs = has;
  fill();
}

bool SchemeTicks::isMissingInputs(const SchemeChoice& choice) const {
  return !m_hasInputs && choice.scheme && choice.scheme->info().calibration == CalibrationUse::Required;
}

void SchemeTicks::fill() {
  const QSignalBlocker quiet(this);
  clear();
  for (const SchemeChoice& choice : m_offered) {
    auto* item = new QListWidgetItem(titleOf(choice), this);
    const bool isMissing = isMissingInputs(choice);
    const QString why = isMissing ? tr("It needs the layers' inputs, chosen below.") + u'\n' : QString();
    item->setFlags(isMissing ? Qt::NoItemFlags : Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(!isMissing && m_ticked.contains(textOf(choice)) ? Qt::Checked : Qt::Unchecked);
    item->setData(Qt::UserRole, qt(textOf(choice)));
    item->setToolTip(plainToolTip(why + qt(textOf(choice))));
  }
}

void SchemeTicks::take(QListWidgetItem* item) {
  const SchemeChoice& choice = m_offered[std::size_t(row(item))];
  const bool isTicked = item->checkState() == Qt::Checked;
  if (isTicked == m_ticked.contains(textOf(choice))) return;
  if (isTicked && m_target && m_target->hasOneScheme && choice.scheme) {
    std::erase_if(m_ticked, [](const std::string& text) { return text != textOf(SchemeChoice{}); });
    const QSignalBlocker quiet(this);
    for (int i = 0; i < count(); ++i)
      if (this->item(i) != item && m_offered[std::size_t(i)].scheme) this->item(i)->setCheckState(Qt::Unchecked);
  }
  if (isTicked)
    m_ticked.insert(textOf(choice));
  else
    m_ticked.erase(textOf(choice));
  viewport()->update();
  Q_EMIT edited();
}

std::vector<SchemeChoice> SchemeTicks::ticked() const {
  std::vector<SchemeChoice> choices;
  for (const SchemeChoice& choice : m_offered)
    if (m_ticked.contains(textOf(choice)) && !isMissingInputs(choice)) choices.push_back(choice);
  return choices;
}

}  // namespace ulpscope
