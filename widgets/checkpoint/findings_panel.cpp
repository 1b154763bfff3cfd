// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/findings_panel.h"

#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "widgets/checkpoint/finding_delegate.h"
#include "widgets/frame/labels.h"
#include "widgets/models/copy_as.h"
#include "widgets/models/findings_model.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {

FindingsPanel::FindingsPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_model(new FindingsModel(this)),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_look(new QPushButton(tr("Look for faults"))),
      m_list(new QTreeView),
      m_looking(session) {
  m_note->setWordWrap(true);
  m_note->setObjectName(QStringLiteral("findingsNote"));
  m_list->setAccessibleName(tr("Findings"));
  m_list->setObjectName(QStringLiteral("findings"));
  m_list->setModel(m_model);
  m_list->setItemDelegate(new FindingDelegate(*m_model, m_list));
  m_list->setHeaderHidden(true);
  m_list->setRootIsDecorated(false);
  m_list->setUniformRowHeights(true);
  m_list->setFrameShape(QFrame::NoFrame);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setMouseTracking(true);
  makeCopyable(*m_list, [this] { return m_model->table(); });
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(8);
  all->addWidget(m_note);
  all->addWidget(m_look, 0, Qt::AlignLeft);
  all->addWidget(m_list, 1);
  connect(m_look, &QPushButton::clicked, this, &FindingsPanel::look);
  connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &FindingsPanel::choose);
  connect(m_list, &QAbstractItemView::clicked, this, &FindingsPanel::choose);  // also one that is current already
}

FindingsPanel::~FindingsPanel() = default;

void FindingsPanel::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint, bool unasked) {
  m_looking.cancel();
  m_checkpoint = std::move(checkpoint);
  m_unasked = unasked;
  m_looked = false;
  m_model->setFindings(m_checkpoint, {});
  m_list->hide();
  m_look->setVisible(true);
  Q_EMIT counted(std::nullopt);
  if (!m_checkpoint) return;
  say(tr("Faults that are easily overlooked: weights that are not finite, rows of zeros, extreme columns, scales that "
         "do "
         "not fit. Every tensor is read once: %1.")
          .arg(qt(humanBytes(scannedBytes(*m_checkpoint)))));
  recall();
}

/// What was found in an earlier run, without being asked.
void FindingsPanel::recall() {
  if (!m_session.usesCache()) {
    if (isVisible() && m_unasked) look();
    return;
  }
  m_looking.start(
      tr("recalling findings"),
      [results = m_session.results(m_checkpoint)](const JobContext&) -> Result<std::optional<KnownFindings>> {
        return results->recallFindings();
      },
      [this, checkpoint = m_checkpoint](Result<std::optional<KnownFindings>> known) {
        if (checkpoint != m_checkpoint) return;
        if (known && *known) return showFindings(std::move((*known)->findings), (*known)->keptSince);
        if (isVisible() && m_unasked) look();
      });
}

void FindingsPanel::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (m_checkpoint && m_unasked && !m_looked) look();  // unless it is being recalled
}

void FindingsPanel::say(const QString& sentence) {
  m_note->setText(sentence);
  m_note->setVisible(!sentence.isEmpty());
}

void FindingsPanel::look() {
  if (!m_checkpoint || m_looking.running()) return;
  m_looked = true;
  m_look->hide();
  say(tr("Looking\u2026"));
  m_looking.start(
      tr("looking for faults"),
      [results = m_session.results(m_checkpoint)](const JobContext& job) { return results->findings(job); },
      [this, checkpoint = m_checkpoint](Result<KnownFindings> known) {
        if (checkpoint != m_checkpoint) return;
        if (known) return showFindings(std::move(known->findings), known->keptSince);
        m_looked = false;
        m_look->show();
        say(shown(known.error().message));
        m_session.report(known.error());
      });
}

void FindingsPanel::showFindings(std::vector<LintFinding> findings, const KeptSince& since) {
  m_looked = true;
  m_look->hide();
  const std::size_t count = findings.size();
  m_model->setFindings(m_checkpoint, std::move(findings));
  m_list->setVisible(count > 0);
  QStringList sentences;
  if (count == 0) sentences << tr("Nothing strange was found.");
  if (since) sentences << tr("From the cache of %1.").arg(timeText(*since));
  say(sentences.join(u' '));
  Q_EMIT counted(count);
}

void FindingsPanel::choose(const QModelIndex& index) {
  if (!index.isValid()) return;
  const LintFinding& finding = m_model->findingAt(index);
  if (finding.tensor) Q_EMIT findingChosen(*finding.tensor, finding.element);
}

std::vector<std::size_t> FindingsPanel::tensors() const {
  std::vector<std::size_t> tensors;
  for (const LintFinding& finding : m_model->findings())
    if (finding.tensor) tensors.push_back(*finding.tensor);
  return tensors;
}

}  // namespace ulpscope
