// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/diff_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/notice.h"
#include "widgets/models/table_cells.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kRoomForAll = 560;    ///< px: below that the largest error gives way to the names
constexpr int kRoomForState = 460;  ///< and the state, which the number of elements tells mostly

QString titleOf(DiffState state) {
  switch (state) {
    case DiffState::Identical:
      return DiffPanel::tr("identical");
    case DiffState::Changed:
      return DiffPanel::tr("changed");
    case DiffState::Missing:
      return DiffPanel::tr("missing");
    case DiffState::Extra:
      return DiffPanel::tr("extra");
    case DiffState::Shape:
      return DiffPanel::tr("other shape");
    case DiffState::Type:
      return DiffPanel::tr("other type");
    case DiffState::Unread:
      return DiffPanel::tr("not read");
  }
  return {};
}

/// Rows in which something is wrong come first, then by how much values differ; what is identical comes last.
double rankOf(const TensorDiff& diff) {
  switch (diff.state) {
    case DiffState::Missing:
    case DiffState::Extra:
    case DiffState::Shape:
    case DiffState::Unread:
      return std::numeric_limits<double>::infinity();
    case DiffState::Identical:
      return -1;
    default: {
      const double error = diff.metrics ? diff.metrics->relativeRmse : 0;
      return std::isnan(error) ? 0 : error;
    }
  }
}

std::vector<TableCell> rowOf(const TensorDiff& diff) {
  const bool isIdentical = diff.state == DiffState::Identical;
  std::vector<TableCell> row{
      {shown(diff.name)},
      {titleOf(diff.state), shown(diff.remark), {}, isIdentical ? CellTone::Muted : CellTone::Plain}};
  if (isIdentical || diff.metrics)
    row.push_back(countCell(diff.different, isIdentical ? CellTone::Muted : CellTone::Plain));
  else
    row.push_back({titleOf(diff.state), emDash(), -1.0, CellTone::Plain});
  const bool isMeasured = diff.metrics && diff.metrics->included > 0;
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  row.push_back(numberCell(isMeasured ? diff.metrics->maxAbsoluteError : nothing, 3));
  row.push_back(numberCell(isMeasured ? diff.metrics->relativeRmse : nothing, 3));
  return row;
}

QString summaryOf(const CheckpointDiff& diff) {
  QStringList counts;
  for (std::size_t state = 0; state < kDiffStates; ++state)
    if (diff.summary[state] > 0)
      counts << QStringLiteral("%1 %2").arg(grouped(diff.summary[state]), titleOf(static_cast<DiffState>(state)));
  return counts.isEmpty() ? DiffPanel::tr("There is no tensor in either.") : counts.join(QStringLiteral(" · "));
}

}  // namespace

DiffPanel::DiffPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_against(comboBox(tr("Checkpoint to compare with"))),
      m_rules(new QLineEdit),
      m_compare(new QPushButton(tr("Compare"))),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_rows(new TableModel({{tr("Tensor"), false, {}},
                             {tr("State"), false, {}},
                             {tr("Differ"), true, tr("Elements that differ: in code within a type, else in value")},
                             {tr("Max |error|"), true, {}},
                             {tr("Rel. RMSE"), true, tr("Root mean square error / root mean square of the other")}},
                            this)),
      m_table(new TableView(tr("Differences"))),
      m_comparing(session) {
  m_note->setWordWrap(true);
  m_note->setObjectName(QStringLiteral("diffNote"));
  m_table->setSource(m_rows);
  m_table->setObjectName(QStringLiteral("differences"));
  for (int column = 1; column < m_rows->columnCount(); ++column)
    m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Fixed);
  for (const auto& [column, width] : {std::pair<int, int>{1, 84}, {2, 76}, {3, 84}, {4, 84}})
    m_table->horizontalHeader()->resizeSection(column, width);
  m_table->hide();
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(8);
  all->addWidget(buildForm());
  all->addWidget(m_note);
  all->addWidget(m_table, 1);
  all->addStretch();
  connect(m_table, &TableView::rowChosen, this, &DiffPanel::choose);
  connect(&session, &Session::checkpointOpened, this, &DiffPanel::offerCheckpoints);
  connect(&session, &Session::checkpointClosed, this, &DiffPanel::offerCheckpoints);
  connect(&session, &Session::checkpointReloaded, this, &DiffPanel::offerCheckpoints);
  offerCheckpoints();
}

DiffPanel::~DiffPanel() = default;

QWidget* DiffPanel::buildForm() {
  m_rules->setAccessibleName(tr("Names of this checkpoint as the other one has them"));
  m_rules->setPlaceholderText(tr("Names that differ: blk.*.attn_q=layers.*.q_proj"));
  m_rules->setToolTip(plainToolTip(
      tr("FROM=TO for names of this checkpoint as the other one has them; a * in FROM is the same text in TO. "
         "Several rules are separated by spaces, the first that matches counts.")));
  auto* open = new QPushButton(tr("Open\u2026"));
  open->setToolTip(plainToolTip(tr("Open another checkpoint; it is shown then, and this one is offered here")));
  auto* form = new QWidget;
  auto* lines = new QVBoxLayout(form);
  lines->setContentsMargins(0, 0, 0, 0);
  lines->setSpacing(8);
  auto* first = new QHBoxLayout;
  first->setSpacing(8);
  first->addWidget(m_against, 1);
  first->addWidget(open);
  auto* second = new QHBoxLayout;
  second->setSpacing(8);
  second->addWidget(m_rules, 1);
  second->addWidget(m_compare);
  lines->addLayout(first);
  lines->addLayout(second);
  connect(open, &QPushButton::clicked, this, [this] { askAndOpen(m_session, this); });
  connect(m_compare, &QPushButton::clicked, this, &DiffPanel::compare);
  connect(m_rules, &QLineEdit::returnPressed, this, &DiffPanel::compare);
  return form;
}

/// The name is what one looks for; what is hidden is copied all the same.
void DiffPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_table->setColumnHidden(1, width() < kRoomForState);
  m_table->setColumnHidden(3, width() < kRoomForAll);
}

void DiffPanel::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint) {
  m_comparing.cancel();
  m_checkpoint = std::move(checkpoint);
  m_other.reset();
  m_diffs.clear();
  m_rows->setRows({});
  m_table->hide();
  offerCheckpoints();
}

void DiffPanel::offerCheckpoints() {
  const auto before = chosenOther();
  m_against->clear();
  int current = 0;
  for (const auto& each : m_session.checkpoints()) {
    if (each == m_checkpoint) continue;
    if (each == before) current = m_against->count();
    m_against->addItem(tr("against %1").arg(ulpscope::titleOf(*each)), QVariant::fromValue(each));
    m_against->setItemData(m_against->count() - 1, plainToolTip(shown(each->path)), Qt::ToolTipRole);
  }
  const bool hasOther = m_against->count() > 0;
  if (hasOther)
    m_against->setCurrentIndex(current);
  else
    m_against->addItem(tr("no other checkpoint is open"));
  for (QWidget* each :
       {static_cast<QWidget*>(m_against), static_cast<QWidget*>(m_rules), static_cast<QWidget*>(m_compare)})
    each->setEnabled(hasOther);
  if (m_table->isHidden())
    say(hasOther ? tr("Tensors of the same name are compared element by element: both files are read.")
                 : tr("Open the checkpoint to compare with: a copy in another type, another step of a training."));
}

std::shared_ptr<const Checkpoint> DiffPanel::chosenOther() const {
  return m_against->currentData().value<std::shared_ptr<const Checkpoint>>();
}

void DiffPanel::say(const QString& sentence) { m_note->setText(sentence); }

void DiffPanel::compare() {
  const auto other = chosenOther();
  if (!m_checkpoint || !other) return;
  std::vector<RenameRule> rules;
  for (const QString& text : m_rules->text().split(u' ', Qt::SkipEmptyParts)) {
    auto rule = RenameRule::parse(text.toStdString());
    if (!rule) return say(shown(rule.error().message));
    rules.push_back(std::move(*rule));
  }
  say(tr("Comparing\u2026"));
  m_comparing.start(
      tr("comparing two checkpoints"),
      [first = other, second = m_checkpoint, rules = std::move(rules)](const JobContext& job) {
        return diffCheckpoints(*first, *second, rules, job);
      },
      [this, shownOne = m_checkpoint, other](const Result<CheckpointDiff>& diff) {
        if (shownOne != m_checkpoint) return;
        if (!diff) {
          say(shown(diff.error().message));
          return m_session.report(diff.error());
        }
        m_other = other;
        show(*diff);
      });
}

void DiffPanel::show(const CheckpointDiff& diff) {
  m_diffs = diff.tensors;
  std::ranges::stable_sort(m_diffs, std::ranges::greater(), rankOf);
  std::vector<std::vector<TableCell>> rows;
  rows.reserve(m_diffs.size());
  for (const TensorDiff& each : m_diffs) rows.push_back(rowOf(each));
  m_rows->setRows(std::move(rows));
  m_table->show();
  say(summaryOf(diff));
}

void DiffPanel::choose(int row) {
  const TensorDiff& diff = m_diffs[static_cast<std::size_t>(row)];
  if (diff.second) Q_EMIT pairChosen(*diff.second, m_other, diff.first);
}

}  // namespace ulpscope
