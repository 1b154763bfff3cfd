// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/compare_view.h"

#include <QComboBox>
#include <QCompleter>
#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSplitter>
#include <QStringListModel>
#include <QVBoxLayout>
#include <algorithm>

#include "core/checkpoint/element_order.h"
#include "core/report/comparison_figures.h"
#include "widgets/checkpoint/tensor_facts.h"
#include "widgets/forms/field.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

FactRows factsOf(const TensorDiff& diff, std::span<const std::uint64_t> shape) {
  FactRows rows;
  if (diff.state == DiffState::Shape) return rows;
  addCount(rows, CompareView::tr("elements that differ"), diff.different);
  if (diff.firstDifferent)
    addFact(rows, CompareView::tr("the first of them"), positionText(shape, *diff.firstDifferent));
  if (!diff.metrics) return rows;
  const ErrorMetrics& m = *diff.metrics;
  if (m.included > 0) addFact(rows, CompareView::tr("largest error at"), positionText(shape, m.maxAt));
  addNumber(rows, CompareView::tr("largest |error|"), m.maxAbsoluteError);
  addNumber(rows, CompareView::tr("mean error"), m.meanError);
  addNumber(rows, CompareView::tr("RMSE"), m.rootMeanSquaredError);
  addNumber(rows, CompareView::tr("RMSE / rms"), m.relativeRmse);
  addNumber(rows, CompareView::tr("signal to noise, dB"), m.signalToNoiseDb);
  addNumber(rows, CompareView::tr("cosine"), m.cosine);
  addCount(rows, CompareView::tr("left out, not finite"), m.excluded);
  return rows;
}

}  // namespace

CompareView::CompareView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_checkpoint(comboBox(tr("Checkpoint of the other tensor"))),
      m_name(new QLineEdit),
      m_names(new QStringListModel(this)),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_rows(new TableModel({{tr("This less the other"), false, {}}, {tr("Value"), true, {}}}, this)),
      m_facts(factTable(tr("How the two differ"), m_rows)),
      m_values(new PlotView),
      m_differences(new PlotView),
      m_comparing(session) {
  m_note->setObjectName(QStringLiteral("compareNote"));
  m_note->setWordWrap(true);
  m_values->setAccessibleName(tr("Values of both tensors"));
  m_differences->setAccessibleName(tr("Differences"));
  m_values->setObjectName(QStringLiteral("comparedValues"));
  m_differences->setObjectName(QStringLiteral("comparedDifferences"));
  for (PlotView* plot : {m_values, m_differences}) plot->setMinimumHeight(110);
  auto* plots = new QSplitter(Qt::Vertical);
  plots->setObjectName(QStringLiteral("comparePlots"));
  plots->addWidget(m_values);
  plots->addWidget(m_differences);
  auto* splitter = new QSplitter;
  splitter->setObjectName(QStringLiteral("compareSplitter"));
  splitter->addWidget(m_facts);
  splitter->addWidget(plots);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({280, 460});
  for (auto* each : {splitter, plots}) {
    each->setChildrenCollapsible(false);
    keepPlace(*each, QStringLiteral("checkpoint/") + each->objectName());
  }
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->setSpacing(8);
  all->addWidget(buildForm());
  all->addWidget(m_note);
  all->addWidget(splitter, 1);
  const auto offer = [this] {
    if (isVisible()) offerCheckpoints();  // else when it is shown
  };
  connect(&session, &Session::checkpointOpened, this, offer);
  connect(&session, &Session::checkpointClosed, this, offer);
  connect(&session, &Session::checkpointReloaded, this, offer);
}

CompareView::~CompareView() = default;

QWidget* CompareView::buildForm() {
  m_name->setAccessibleName(tr("Name of the other tensor"));
  m_name->setPlaceholderText(tr("the tensor to compare with"));
  auto* completer = new QCompleter(m_names, this);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  m_name->setCompleter(completer);
  m_name->installEventFilter(this);
  auto* go = new LinkButton(tr("go to the first difference"), LinkButton::Tone::Accent);
  auto* form = new QWidget;
  auto* row = new QHBoxLayout(form);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  row->addWidget(m_checkpoint);
  row->addWidget(m_name, 1);
  row->addWidget(go);
  connect(m_checkpoint, &QComboBox::activated, this, [this] {
    offerTensor();
    compare();
  });
  connect(m_name, &QLineEdit::editingFinished, this, &CompareView::compare);
  connect(completer, qOverload<const QString&>(&QCompleter::activated), this, &CompareView::compare,
          Qt::QueuedConnection);
  connect(go, &LinkButton::clicked, this, [this] {
    if (m_firstDifferent) this->session().selectElement(*m_firstDifferent);
  });
  return form;
}

PlotBase* CompareView::figure() const { return m_values; }

std::shared_ptr<const Checkpoint> CompareView::chosenCheckpoint() const {
  return m_checkpoint->currentData().value<std::shared_ptr<const Checkpoint>>();
}

/// Another one than the tensor's stands first: that is what one looks for.
void CompareView::offerCheckpoints() {
  const auto before = chosenCheckpoint();
  const QSignalBlocker quiet(m_checkpoint);
  m_checkpoint->clear();
  const auto own = tensor() ? tensor()->checkpoint : nullptr;
  for (const bool others : {true, false})
    for (const auto& each : session().checkpoints())
      if ((each != own) == others)
        m_checkpoint->addItem(others ? tr("in %1").arg(titleOf(*each)) : tr("in this checkpoint"),
                              QVariant::fromValue(each));
  for (int i = 0; i < m_checkpoint->count(); ++i)
    if (m_checkpoint->itemData(i).value<std::shared_ptr<const Checkpoint>>() == before)
      m_checkpoint->setCurrentIndex(i);
  offerTensor();
}

/// The tensor of the same name, where there is one in another checkpoint.
void CompareView::offerTensor() {
  if (!tensor()) return;
  const auto checkpoint = chosenCheckpoint();
  const QString own = QString::fromStdString(tensor()->name());
  const bool isSame = checkpoint == tensor()->checkpoint;
  if (!isSame && checkpoint && checkpoint->find(tensor()->name()))
    m_name->setText(own);
  else if (isSame && m_name->text() == own)
    m_name->clear();
}

/// The names that the field completes: only when somebody types there, for there may be 92,000.
void CompareView::offerNames() {
  const auto checkpoint = chosenCheckpoint();
  if (checkpoint == m_namesOf.lock() && m_names->rowCount() > 0) return;
  m_namesOf = checkpoint;
  QStringList names;
  if (checkpoint)
    for (const TensorInfo& each : checkpoint->tensors)
      if (each.isReadable() && !each.partOf) names << QString::fromStdString(each.name);
  m_names->setStringList(names);
}

void CompareView::showEvent(QShowEvent* event) {
  offerCheckpoints();
  TensorView::showEvent(event);
}

bool CompareView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn) offerNames();  // of the field
  return TensorView::eventFilter(watched, event);
}

void CompareView::setOther(std::shared_ptr<const Checkpoint> checkpoint, std::optional<std::size_t> other) {
  offerCheckpoints();
  for (int i = 0; i < m_checkpoint->count(); ++i)
    if (m_checkpoint->itemData(i).value<std::shared_ptr<const Checkpoint>>() == checkpoint)
      m_checkpoint->setCurrentIndex(i);
  offerTensor();
  m_name->setText(other ? QString::fromStdString(checkpoint->tensors[*other].name) : QString());
  if (isVisible()) compare();
}

void CompareView::refresh() {
  offerCheckpoints();
  compare();
}

void CompareView::clear(const QString& sentence) {
  m_comparing.cancel();
  m_firstDifferent.reset();
  m_rows->setRows({});
  m_values->clear();
  m_differences->clear();
  m_note->setText(sentence);
  m_note->setVisible(!sentence.isEmpty());
}

void CompareView::compare() {
  if (!tensor()) return clear({});
  const auto checkpoint = chosenCheckpoint();
  if (!checkpoint || m_name->text().isEmpty()) return clear(tr("Choose a tensor to compare this one with."));
  const auto found = checkpoint->find(m_name->text().toStdString());
  if (!found) return clear(shown(found.error().message));
  const auto other = sourceOrderedAs(*checkpoint, *found, *tensor()->checkpoint, tensor()->tensor);
  if (!other) return clear(shown(other.error().message));
  clear(tr("Comparing\u2026"));
  m_comparing.start(
      tr("comparing two tensors"),
      [mine = *tensor(), other = *other,
       backend = session().backend()](const JobContext& job) -> Result<TensorComparison> {
        const auto profile = profileTensor(other, *backend, job);
        if (!profile) return tl::unexpected(profile.error());
        return compareTensors(other, *profile, mine.source, *mine.profile, job);
      },
      [this, name = other->info().name](const Result<TensorComparison>& comparison) {
        if (!comparison) {
          clear(shown(comparison.error().message));
          return session().report(comparison.error());
        }
        show(*comparison, name);
      });
}

void CompareView::show(const TensorComparison& comparison, const std::string& otherName) {
  const TensorDiff& diff = comparison.diff;
  QString note;
  if (diff.state == DiffState::Shape) note = tr("Their shapes differ, so elements are not compared.");
  if (diff.state == DiffState::Identical) note = tr("Both are the same, element by element.");
  m_note->setText(note);
  m_note->setVisible(!note.isEmpty());
  m_firstDifferent = diff.firstDifferent;
  m_rows->setRows(factsOf(diff, tensor()->source.info().shape));
  m_facts->resizeColumnToContents(0);
  m_values->show(comparedValuesFigure("the other", "this", comparison));
  m_differences->show(differencesFigure(comparison));
  m_differences->setVisible(!comparison.differences.counts.empty());
  m_values->setAccessibleDescription(tr("%1 and %2").arg(shown(otherName), shown(tensor()->name())));
}

}  // namespace ulpscope
