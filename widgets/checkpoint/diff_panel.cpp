// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/diff_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/notice.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// From how many px of the table on a column is shown; hidden ones are copied all the same. Which matter depends on
/// whether the shown checkpoint is a quantized one, and on whether its tensors stand beside the best schemes.
struct Room {
  DiffColumn column;
  int width;
  int plain, quantized, besideBest;
};
constexpr int kNever = 1 << 20;
constexpr std::array kRooms{
    Room{DiffColumn::State, 84, 460, 1000, 1240},    Room{DiffColumn::Type, 110, kNever, 420, 700},
    Room{DiffColumn::Bits, 56, kNever, 0, 560},      Room{DiffColumn::Snr, 64, kNever, 0, 0},
    Room{DiffColumn::Lost, 84, kNever, 500, 480},    Room{DiffColumn::Best, 132, kNever, 0, 0},
    Room{DiffColumn::Differ, 76, 0, 1080, 1320},     Room{DiffColumn::MaxError, 84, 560, 900, 1080},
    Room{DiffColumn::RelativeRmse, 84, 0, 820, 980}, Room{DiffColumn::Cosine, 84, 1200, 1160, 1400}};

}  // namespace

DiffPanel::DiffPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_against(comboBox(tr("Checkpoint to compare with"))),
      m_rules(new QLineEdit),
      m_compare(new QPushButton(tr("Compare"))),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_rivals(new QCheckBox(tr("Beside the best scheme of as many bits"))),
      m_rows(new TableModel(diffColumns(), this)),
      m_table(new TableView(tr("Differences"))),
      m_comparing(session) {
  m_rivals->setToolTip(plainToolTip(
      tr("Each tensor of the other is also quantized by the schemes of at most as many bits, which takes longer")));
  m_note->setWordWrap(true);
  m_note->setObjectName(QStringLiteral("diffNote"));
  m_table->setSource(m_rows);
  m_table->setObjectName(QStringLiteral("differences"));
  for (int column = 1; column < m_rows->columnCount(); ++column)
    m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Fixed);
  for (const Room& room : kRooms) m_table->horizontalHeader()->resizeSection(at(room.column), room.width);
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
  lines->addWidget(m_rivals);
  connect(open, &QPushButton::clicked, this, [this] { askAndOpen(m_session, this); });
  connect(m_compare, &QPushButton::clicked, this, &DiffPanel::compare);
  connect(m_rules, &QLineEdit::returnPressed, this, &DiffPanel::compare);
  return form;
}

void DiffPanel::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  chooseColumns();
}

/// The name is what one looks for.
void DiffPanel::chooseColumns() {
  for (const Room& room : kRooms) {
    const bool isEmpty =
        (room.column == DiffColumn::Lost && !m_hasLost) || (room.column == DiffColumn::Best && !m_hasBest);
    const int least = m_hasBest ? room.besideBest : m_isQuantized ? room.quantized : room.plain;
    m_table->setColumnHidden(at(room.column), isEmpty || width() < least);
  }
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
  for (QWidget* each : {static_cast<QWidget*>(m_against), static_cast<QWidget*>(m_rules),
                        static_cast<QWidget*>(m_compare), static_cast<QWidget*>(m_rivals)})
    each->setEnabled(hasOther);
  if (m_table->isHidden())
    say(hasOther ? tr("Tensors of the same name, or of the same place in the model, are compared element by element: "
                      "both files are read.")
                 : tr("Open the checkpoint to compare with: the original of a quantized one, a copy in another type, "
                      "another step of a training."));
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
      [first = other, second = m_checkpoint, rules = std::move(rules), calibration = m_session.calibration(),
       rivals = m_rivals->isChecked(), backend = m_session.backend()](const JobContext& job) -> Result<DiffFindings> {
        auto diff = diffCheckpoints(*first, *second, rules, job);
        if (!diff) return tl::unexpected(std::move(diff).error());
        auto errors = publishedErrors(*first, *second, *diff, {.calibration = calibration.get(), .rivals = rivals},
                                      *backend, job);
        if (!errors) return tl::unexpected(std::move(errors).error());
        return DiffFindings{*std::move(diff), *std::move(errors)};
      },
      [this, shownOne = m_checkpoint, other](const Result<DiffFindings>& findings) {
        if (shownOne != m_checkpoint) return;
        if (!findings) {
          say(shown(findings.error().message));
          return m_session.report(findings.error());
        }
        m_other = other;
        show(*findings);
      });
}

void DiffPanel::show(const DiffFindings& findings) {
  m_diffs.clear();
  std::vector<std::vector<TableCell>> rows;
  for (DiffRow& row : diffRows(*m_other, *m_checkpoint, findings)) {
    m_diffs.push_back(std::move(row.diff));
    rows.push_back(std::move(row.cells));
  }
  const auto& errors = findings.errors.tensors;
  m_hasLost = std::ranges::any_of(errors, [](const auto& error) { return error.weightedError.has_value(); });
  m_hasBest = std::ranges::any_of(errors, [](const auto& error) { return error.rival.has_value(); });
  m_isQuantized = isQuantized(*m_other, *m_checkpoint, findings.diff);
  m_rows->setRows(std::move(rows));
  m_table->show();
  chooseColumns();
  say(m_isQuantized ? summaryOf(findings) + u'\n' + typesSummaryOf(findings) : summaryOf(findings));
}

void DiffPanel::choose(int row) {
  const TensorDiff& diff = m_diffs[static_cast<std::size_t>(row)];
  if (diff.second) Q_EMIT pairChosen(*diff.second, m_other, diff.first);
}

}  // namespace ulpscope
