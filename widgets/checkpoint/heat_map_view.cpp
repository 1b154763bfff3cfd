// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/heat_map_view.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/analysis/find_element.h"
#include "core/report/figures.h"
#include "widgets/frame/labels.h"
#include "widgets/plots/map_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostCells = 512;    ///< on a side; more would be finer than the screen
constexpr std::uint64_t kSurroundings = 64;  ///< lines shown around one that was asked for

MatrixPart wholeOf(const MatrixShape& matrix) { return {0, 0, matrix.rows, matrix.columns}; }

/// [first, first + count) around `line`, inside [0, lines).
std::pair<std::uint64_t, std::uint64_t> around(std::uint64_t line, std::uint64_t lines) {
  const std::uint64_t count = std::min(kSurroundings, lines);
  const std::uint64_t first = std::min(line - std::min(line, count / 2), lines - count);
  return {first, count};
}

}  // namespace

HeatMapView::HeatMapView(Session& session, QWidget* parent)
    : TensorView(session, parent),
      m_note(new PlainLabel({}, TextRole::Muted)),
      m_whole(new QPushButton(tr("Whole tensor"))),
      m_map(new MapView),
      m_pooling(session),
      m_finding(session) {
  m_map->setAccessibleName(tr("Heat map"));
  m_map->setObjectName(QStringLiteral("heatMap"));
  m_whole->setVisible(false);
  auto* top = new QHBoxLayout;
  top->addWidget(m_note, 1);
  top->addWidget(m_whole);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addLayout(top);
  all->addWidget(m_map, 1);
  connect(m_whole, &QPushButton::clicked, this, [this] {
    if (tensor()) showPart(wholeOf(tensor()->source.matrix()));
  });
  connect(m_map, &MapView::cellClicked, this, &HeatMapView::openCell);
  connect(m_map, &MapView::partChosen, this,
          [this](std::size_t firstRow, std::size_t firstColumn, std::size_t rows, std::size_t columns) {
            const MatrixShape matrix = tensor()->source.matrix();
            MatrixPart part{m_shown.firstRow + firstRow * m_shown.cellRows,
                            m_shown.firstColumn + firstColumn * m_shown.cellColumns, rows * m_shown.cellRows,
                            columns * m_shown.cellColumns};
            part.rows = std::min(part.rows, matrix.rows - part.firstRow);
            part.columns = std::min(part.columns, matrix.columns - part.firstColumn);
            showPart(part);
          });
}

PlotBase* HeatMapView::figure() const { return m_map; }

void HeatMapView::refresh() {
  m_shown = {};
  m_map->show({});
  m_note->setText({});
  m_whole->setVisible(false);
  if (!tensor()) return m_next.reset();
  showPart(std::exchange(m_next, std::nullopt).value_or(wholeOf(tensor()->source.matrix())));
}

void HeatMapView::goToColumn(std::uint64_t column) {
  if (!tensor()) return;
  MatrixPart part = wholeOf(tensor()->source.matrix());
  std::tie(part.firstColumn, part.columns) = around(column, part.columns);
  isVisible() ? showPart(part) : void(m_next = part);
}

void HeatMapView::goToRow(std::uint64_t row) {
  if (!tensor()) return;
  MatrixPart part = wholeOf(tensor()->source.matrix());
  std::tie(part.firstRow, part.rows) = around(row, part.rows);
  isVisible() ? showPart(part) : void(m_next = part);
}

void HeatMapView::showPart(const MatrixPart& part) {
  if (part.rows == 0 || part.columns == 0) return;
  m_pooling.start(
      tr("pooling the heat map"),
      [source = tensor()->source, part, backend = session().backend()](const JobContext& job) {
        return heatMap(source, part, kMostCells, *backend, job);
      },
      [this](const Result<HeatMap>& map) { map ? showMap(*map) : session().report(map.error()); });
}

void HeatMapView::showMap(const HeatMap& map) {
  m_shown = map;
  m_shown.values.clear();  // the figure has them
  const MatrixShape whole = tensor()->source.matrix();
  m_whole->setVisible(map.matrix != whole);
  QString note = map.cellRows * map.cellColumns > 1 ? tr("each cell: the value of largest magnitude of %1 × %2")
                                                          .arg(grouped(map.cellRows), grouped(map.cellColumns))
                                                    : tr("each cell: one value");
  if (map.matrix != whole)
    note += tr("   rows %1 to %2, columns %3 to %4")
                .arg(grouped(map.firstRow), grouped(map.firstRow + map.matrix.rows - 1), grouped(map.firstColumn),
                     grouped(map.firstColumn + map.matrix.columns - 1));
  m_note->setText(note + tr("   Shift and drag to look closer"));
  m_map->show(heatMapFigure(tensor()->name(), map), {map.firstRow, map.firstColumn, map.cellRows, map.cellColumns});
}

void HeatMapView::openCell(std::size_t row, std::size_t column) {
  if (!tensor()) return;
  MatrixPart cell{m_shown.firstRow + row * m_shown.cellRows, m_shown.firstColumn + column * m_shown.cellColumns,
                  m_shown.cellRows, m_shown.cellColumns};
  cell.rows = std::min(cell.rows, m_shown.firstRow + m_shown.matrix.rows - cell.firstRow);
  cell.columns = std::min(cell.columns, m_shown.firstColumn + m_shown.matrix.columns - cell.firstColumn);
  m_finding.start(
      tr("looking for an element"),
      [source = tensor()->source, cell](const JobContext& job) { return findLargest(source, cell, job); },
      [this](const Result<std::uint64_t>& element) {
        if (!element) return session().report(element.error());
        session().selectElement(*element);
        Q_EMIT session().pageRequested(QStringLiteral("explorer"));
      });
}

}  // namespace ulpscope
