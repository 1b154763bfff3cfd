// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/drift_table.h"

#include <QHeaderView>
#include <QVBoxLayout>
#include <limits>

#include "core/report/matmul_figures.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_cells.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/quantization/fit_columns.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

QString evidenceText(MatrixEngine::Evidence evidence) {
  switch (evidence) {
    case MatrixEngine::Evidence::Definition:
      return DriftTable::tr("ideal");
    case MatrixEngine::Evidence::Recorded:
      return DriftTable::tr("recorded");
    case MatrixEngine::Evidence::Published:
      break;
  }
  return DriftTable::tr("published");
}

double boundOf(const std::vector<DriftBound>& bounds) {
  return bounds.empty() || !bounds.front().whyNot.empty() ? kUnknown : bounds.front().value;
}

constexpr int kDiffer = 8;  ///< the column of what is measured alone

}  // namespace

DriftTable::DriftTable(QWidget* parent)
    : QWidget(parent),
      m_model(new TableModel(
          {{tr("Engine"), false, {}},
           {tr("Model"), false, tr("Recorded: equals results of the hardware; published: as others describe it")},
           {tr("Relative"), true, tr("Frobenius norm of the error over that of the reference")},
           {tr("Bound"), true, tr("That it cannot exceed")},
           {tr("Sums alone"), true, tr("The same against the product of the operands as rounded")},
           {tr("Largest"), true, tr("Largest absolute error of an element")},
           {tr("ulp"), true, tr("Largest error in units of the last place of float32")},
           {tr("Bias"), true, tr("Mean signed error over mean magnitude: errors of one sign do not cancel")},
           {tr("Differ"), true, tr("Elements of what is measured that are not those of the device's model")}},
          this)),
      m_table(new TableView(tr("Errors of all engines"))),
      m_note(new PlainLabel({}, TextRole::Note)) {
  m_table->setSource(m_model);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_note->setWordWrap(true);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_table, 1);
  column->addWidget(m_note);
  connect(m_table, &TableView::rowChosen, this, [this](int row) { Q_EMIT engineChosen(m_engines[std::size_t(row)]); });
}

/// Names take what room there is, and are never cut: the others are scrolled to.
void DriftTable::fit() {
  fitColumns(*m_table, -1);
  QHeaderView& header = *m_table->horizontalHeader();
  if (header.length() < m_table->viewport()->width()) header.setSectionResizeMode(0, QHeaderView::Stretch);
}

void DriftTable::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  fit();
}

void DriftTable::clear() {
  m_model->setRows({});
  m_note->hide();
}

void DriftTable::show(const DriftOutcome& outcome, std::size_t chosen) {
  std::vector<std::vector<TableCell>> rows;
  QStringList notes;
  const auto& engines = outcome.question.settings.engines;
  m_engines.clear();
  for (std::size_t e = 0; e < engines.size() && !outcome.points.empty(); ++e) {
    const DriftPoint::Of& of = outcome.points.back().engines[e];
    const DriftSeries* const series = outcome.whole ? &outcome.whole->series[e] : nullptr;
    const double sums = series && series->sums ? series->sums->relativeFrobenius : kUnknown;
    TableCell title;
    title.text = qt(briefTitle(engines[e]));
    title.exact = qt(engines[e].id());
    TableCell evidence;
    evidence.text = evidenceText(engines[e].engine->evidence);
    evidence.tone = CellTone::Muted;
    m_engines.push_back(e);
    rows.push_back({title,
                    evidence,
                    numberCell(of.error.relativeFrobenius, 4),
                    numberCell(boundOf(of.bounds), 3),
                    numberCell(sums, 4),
                    numberCell(of.error.maxAbsolute, 4),
                    numberCell(of.error.maxUlp, 4),
                    numberCell(of.error.meanRelative, 3),
                    {}});
    if (of.error.excluded != 0)
      notes << tr("%1: %n element(s) are not finite and left out.", nullptr, int(of.error.excluded)).arg(title.text);
    if (!series) continue;
    const InputCounts& inputs = series->product.inputs;
    if (inputs.overflowed != 0)
      notes << tr("%1: %2 of %3 operands were too large for the format.")
                   .arg(title.text, grouped(inputs.overflowed), grouped(inputs.elements));
  }
  addMeasured(outcome, rows, notes);
  m_table->setColumnHidden(kDiffer, outcome.points.empty() || outcome.points.back().measured.empty());
  m_model->setRows(std::move(rows));
  if (int(chosen) < m_model->rowCount()) m_table->setCurrentSourceRow(int(chosen));
  fit();
  m_note->setText(notes.join(QLatin1Char('\n')));
  m_note->setVisible(!notes.isEmpty());
}

void DriftTable::addMeasured(const DriftOutcome& outcome, std::vector<std::vector<TableCell>>& rows,
                             QStringList& notes) {
  if (outcome.points.empty()) return;
  const KOrder& order = outcome.question.settings.order;
  for (const DriftPoint::Measured& one : outcome.points.back().measured) {
    const EngineChoice& model = one.choice.model;
    TableCell title;
    title.text = qt(briefTitle(one.choice.product));
    title.exact = qt(idOf(one.choice.product));
    TableCell evidence;
    evidence.text = tr("measured");
    evidence.tone = CellTone::Muted;
    TableCell differing;
    differing.text = tr("%1 of %2").arg(grouped(one.difference.differing), grouped(one.difference.elements));
    differing.key = double(one.difference.differing);
    m_engines.push_back(one.choice.beside);
    rows.push_back({title, evidence, numberCell(one.error.relativeFrobenius, 4), numberCell(kUnknown, 3),
                    numberCell(kUnknown, 4), numberCell(one.error.maxAbsolute, 4), numberCell(one.error.maxUlp, 4),
                    numberCell(one.error.meanRelative, 3), differing});
    const QString most = QString::number(one.difference.maxUlp, 'g', 3);
    notes << tr("%1: compared with %2, K %3; %4.")
                 .arg(title.text, qt(briefTitle(model)), qt(model.orderOr(order).id()),
                      one.difference.differing == 0 ? tr("no element differs") : tr("by %1 ulp at most").arg(most));
  }
  if (outcome.whole && outcome.whole->notMeasured)
    notes << tr("Not measured: %1").arg(shown(describe(*outcome.whole->notMeasured)));
  else if (outcome.whole && outcome.question.settings.measures && outcome.whole->measured.empty())
    notes << tr("The device has a counterpart of none of these engines.");
}

}  // namespace ulpscope
