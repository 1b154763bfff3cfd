// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/ranges_view.h"

#include <QHeaderView>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"
#include "core/report/block_figure.h"
#include "widgets/checkpoint/tensor_facts.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/splitter_place.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::array kShares{0.0, 0.0001, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 0.9999, 1.0};

std::vector<TableCell> rowOf(const Quantile& quantile) {
  const TableCell share{QStringLiteral("%1 %").arg(qt(shortest(quantile.share * 100))), qt(shortest(quantile.share)),
                        quantile.share, CellTone::Plain};
  if (std::isnan(quantile.value)) return {share, {emDash()}, {}};
  // Of an estimate no more digits than are known.
  const QString exact = qt(shortest(quantile.value));
  const TableCell value{QString::number(quantile.value, 'g', quantile.isExact() ? 6 : 4), exact, quantile.value,
                        CellTone::Plain};
  if (quantile.isExact()) return {share, value, {RangesView::tr("exact"), {}, {}, CellTone::Muted}};
  return {share,
          value,
          {RangesView::tr("± %1").arg(QString::number(quantile.within, 'g', 2)), qt(shortest(quantile.within)),
           quantile.within, CellTone::Muted}};
}

}  // namespace

RangesView::RangesView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_note(new PlainLabel(tr("Quantiles of the finite values"), TextRole::Muted)),
      m_exact(new QPushButton(tr("Exact quantiles"))),
      m_rows(new TableModel({{tr("Share"), true, tr("Of the finite values that lie below")},
                             {tr("Value"), true, {}},
                             {tr("Within"), true, tr("The true quantile is not further away")}},
                            this)),
      m_quantiles(factTable(tr("Quantiles"), m_rows)),
      m_blocks(new PlotView),
      m_reading(session) {
  m_exact->setToolTip(plainToolTip(tr("Reads the tensor again, as often as its type needs")));
  m_note->setWordWrap(true);
  m_quantiles->setObjectName(QStringLiteral("quantiles"));
  QHeaderView* header = m_quantiles->horizontalHeader();
  header->setStretchLastSection(false);
  header->setSectionResizeMode(QHeaderView::Fixed);
  header->setSectionResizeMode(1, QHeaderView::Stretch);
  header->resizeSection(0, 72);
  header->resizeSection(2, 84);
  m_blocks->setAccessibleName(tr("Largest magnitudes of blocks"));
  m_blocks->setObjectName(QStringLiteral("blocks"));
  auto* left = new QWidget;
  auto* column = new QVBoxLayout(left);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(8);
  column->addWidget(m_note);
  column->addWidget(m_quantiles, 1);
  column->addWidget(m_exact, 0, Qt::AlignLeft);
  auto* splitter = new QSplitter;
  splitter->setObjectName(QStringLiteral("rangesSplitter"));
  splitter->setChildrenCollapsible(false);
  splitter->addWidget(left);
  splitter->addWidget(m_blocks);
  splitter->setStretchFactor(1, 1);
  splitter->setSizes({270, 460});
  keepPlace(*splitter, QStringLiteral("checkpoint/") + splitter->objectName());
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(splitter);
  connect(m_exact, &QPushButton::clicked, this, &RangesView::makeExact);
}

RangesView::~RangesView() = default;

PlotBase* RangesView::figure() const { return m_blocks; }

void RangesView::refresh() {
  m_reading.cancel();
  m_rows->setRows({});
  m_blocks->clear();
  m_exact->hide();
  if (!tensor()) return;
  show(quantilesOf(tensor()->source, *tensor()->profile, kShares));
  m_blocks->show(blockRangesFigure(tensor()->name(), tensor()->profile->blockRanges));
}

void RangesView::show(std::span<const Quantile> quantiles) {
  std::vector<std::vector<TableCell>> rows;
  for (const Quantile& each : quantiles) rows.push_back(rowOf(each));
  m_rows->setRows(std::move(rows));
  m_exact->setVisible(!std::ranges::all_of(quantiles, &Quantile::isExact));
}

void RangesView::makeExact() {
  if (!tensor()) return;
  m_exact->hide();
  m_reading.start(
      tr("reading %1 again").arg(shown(tensor()->name())),
      [tensor = *tensor(), backend = session().backend()](const JobContext& job) {
        job.expect(tensor.source.size() * exactQuantileReads(tensor.source.type(), kShares.size()));
        return exactQuantiles(tensor.source, *tensor.profile, kShares, *backend, job);
      },
      [this](const Result<std::vector<Quantile>>& quantiles) {
        if (quantiles) return show(*quantiles);
        m_exact->show();
        session().report(quantiles.error());
      });
}

}  // namespace ulpscope
