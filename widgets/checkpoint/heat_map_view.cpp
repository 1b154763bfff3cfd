// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/heat_map_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/analysis/find_element.h"
#include "core/report/histogram_figure.h"
#include "widgets/checkpoint/slice_box.h"
#include "widgets/frame/labels.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kSurroundings = 64;  ///< lines shown around one that was asked for
constexpr int kSettlingMs = 40;              ///< between looks whether something finer is to be read

/// [first, first + count) around `line`, inside [0, lines).
std::pair<std::uint64_t, std::uint64_t> around(std::uint64_t line, std::uint64_t lines) {
  const std::uint64_t count = std::min(kSurroundings, lines);
  const std::uint64_t first = std::min(line - std::min(line, count / 2), lines - count);
  return {first, count};
}

}  // namespace

HeatMapView::HeatMapView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_note(new ElidedLabel({}, TextRole::Muted)),
      m_slice(new SliceBox),
      m_colors(new QComboBox),
      m_whole(new QPushButton(tr("Show all"))),
      m_map(new MatrixMap),
      m_settling(new QTimer(this)),
      m_pooling(session),
      m_refining(session),
      m_finding(session) {
  m_map->setAccessibleName(tr("Heat map"));
  m_map->setObjectName(QStringLiteral("heatMap"));
  m_slice->setObjectName(QStringLiteral("heatMapSlice"));
  m_colors->setAccessibleName(tr("Colours"));
  m_colors->setObjectName(QStringLiteral("heatMapColors"));
  m_colors->addItems({tr("colours: all values"), tr("colours: no tails")});
  m_colors->setCurrentIndex(1);  // else one outlier leaves all others the colour of zero
  m_settling->setSingleShot(true);
  m_settling->setInterval(kSettlingMs);
  auto* top = new QHBoxLayout;
  top->setSpacing(8);
  top->addWidget(m_note, 1);
  for (QWidget* control : std::initializer_list<QWidget*>{m_slice, m_colors, m_whole}) top->addWidget(control);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addLayout(top);
  all->addWidget(m_map, 1);
  connect(m_whole, &QPushButton::clicked, m_map, &MatrixMap::resetView);
  connect(m_slice, &QSpinBox::valueChanged, this, &HeatMapView::load);
  connect(m_colors, &QComboBox::currentIndexChanged, this, [this] {
    if (m_shown) m_map->setLargest(largestShown());
    describe();
  });
  connect(m_map, &MatrixMap::cellChosen, this, &HeatMapView::openCell);
  connect(m_map, &MatrixMap::viewChanged, this, [this] {
    if (!m_settling->isActive()) m_settling->start();
  });
  connect(m_settling, &QTimer::timeout, this, [this] {
    describe();
    refine();
  });
}

PlotBase* HeatMapView::figure() const { return m_map; }

void HeatMapView::refresh() {
  m_pooling.cancel();
  m_shown.reset();
  m_slice->setShape(tensor() ? tensor()->source.info().shape : std::vector<std::uint64_t>());
  if (tensor()) return load();
  m_next.reset();
  m_refining.cancel();
  m_asked.reset();
  m_map->show({});
  describe();
}

double HeatMapView::largestShown() const {
  const Statistics& s = tensor()->profile->statistics;
  if (m_colors->currentIndex() == 0 || s.finite == 0) return s.absMax;
  const ValueRange range = quantileRange(tensor()->source, *tensor()->profile, kHistogramTail);
  return std::max(std::abs(range.lower), std::abs(range.upper));
}

void HeatMapView::load() {
  if (!tensor()) return;
  m_refining.cancel();
  m_asked.reset();
  m_shown = tensor()->profile;
  if (m_next) {  // a line of the flattened tensor
    const QSignalBlocker quiet(m_slice);
    m_slice->showWhole();
  }
  m_matrix = m_slice->matrix();
  m_map->show({.title = tr("Heat map of %1").arg(shown(tensor()->name())),
               .matrix = m_matrix.shape,
               .largest = largestShown(),
               .rounded = !tensor()->source.type().exactAsFloat});
  if (m_next) m_map->showPart(*std::exchange(m_next, std::nullopt));
  describe();
  m_pooling.start(
      tr("pooling the heat map"),
      [source = tensor()->source, matrix = m_matrix, backend = session().backend()](const JobContext& job) {
        return heatPyramid(source, matrix, *backend, job);
      },
      [this](Result<HeatPyramid> pyramid) {
        if (!pyramid) return session().report(pyramid.error());
        m_map->setPyramid(std::make_shared<const HeatPyramid>(std::move(*pyramid)));
      });
}

/// Newest wins, but a read that will make the picture sharp goes on.
void HeatMapView::refine() {
  const auto wanted = m_map->wanted();
  if (!wanted || !tensor() || m_shown != tensor()->profile) return;
  if (m_asked && m_refining.running() && m_map->wouldSuffice(*m_asked)) return;
  m_asked = wanted;
  m_refining.start(
      tr("reading a part of the heat map"),
      [source = tensor()->source, matrix = m_matrix, wanted = *wanted,
       backend = session().backend()](const JobContext& job) -> Result<HeatPyramid> {
        auto part = heatMapOf(source, matrix, wanted.part, wanted.cell, *backend, job);
        if (!part) return tl::unexpected(std::move(part).error());
        return HeatPyramid::above(std::move(*part));
      },
      [this](Result<HeatPyramid> part) {
        m_asked.reset();
        if (!part) return session().report(part.error());
        m_map->addPart(std::make_shared<const HeatPyramid>(std::move(*part)));
      });
}

void HeatMapView::describe() {
  m_whole->setEnabled(tensor() && !m_map->showsAll());
  if (!tensor()) return m_note->setText({});
  const CellSize cell = m_map->shownCell();
  QString note = cell.rows * cell.columns > 1
                     ? tr("a cell: the largest of %1 × %2").arg(grouped(cell.rows), grouped(cell.columns))
                     : tr("a cell: one value");
  if (!m_map->showsAll()) {
    const MatrixPart part = m_map->visiblePart();
    note += tr(" · rows %1 to %2, columns %3 to %4")
                .arg(grouped(part.firstRow), grouped(part.firstRow + part.rows - 1), grouped(part.firstColumn),
                     grouped(part.firstColumn + part.columns - 1));
  }
  if (const double largest = largestShown(); largest < tensor()->profile->statistics.absMax)
    note += tr(" · colours end at ±%1").arg(QString::number(largest, 'g', 3));
  const ValueCounts& kinds = tensor()->profile->statistics.kinds;
  const std::uint64_t infinite = kinds.positiveInfinity + kinds.negativeInfinity;
  if (kinds.nan + infinite > 0)
    note.prepend(tr("pink: %1 NaN, %2 infinite · ").arg(grouped(kinds.nan), grouped(infinite)));
  m_note->setText(note);
}

void HeatMapView::goTo(const MatrixPart& part) {
  m_next = part;
  if (m_shown != tensor()->profile) return;  // comes with the tensor
  if (!m_slice->isWhole()) return load();
  m_next.reset();
  m_map->showPart(part);
}

void HeatMapView::goToColumn(std::uint64_t column) {
  if (!tensor()) return;
  const MatrixShape matrix = tensor()->source.matrix();
  const auto [first, columns] = around(column, matrix.columns);
  goTo({0, first, matrix.rows, columns});
}

void HeatMapView::goToRow(std::uint64_t row) {
  if (!tensor()) return;
  const MatrixShape matrix = tensor()->source.matrix();
  const auto [first, rows] = around(row, matrix.rows);
  goTo({first, 0, rows, matrix.columns});
}

void HeatMapView::openCell(const MatrixPart& cell) {
  if (!tensor()) return;
  m_finding.start(
      tr("looking for an element"),
      [source = tensor()->source, matrix = m_matrix, cell](const JobContext& job) {
        return findLargest(source, matrix, cell, job);
      },
      [this](const Result<std::uint64_t>& element) {
        if (!element) return session().report(element.error());
        session().selectElement(*element);
        Q_EMIT session().pageRequested(QStringLiteral("explorer"));
      });
}

}  // namespace ulpscope
