// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/report/figure.h"
#include "widgets/plots/plot_base.h"

class QCPColorScale;

namespace ulpscope {

class HeatCells;

/// A MapFigure as a heat map: cividis, or blue-white-orange around zero; what is not finite in the special colour. Row
/// 0 is at the top.
class MapView final : public PlotBase {
  Q_OBJECT

 public:
  explicit MapView(QWidget* parent = nullptr);
  ~MapView() override;

  /// Cell (r, c) stands for the elements from row firstRow + r * rowsPerCell on, and so for columns: what the axes and
  /// the crosshair count in.
  struct Scale {
    std::uint64_t firstRow = 0;
    std::uint64_t firstColumn = 0;
    std::uint64_t rowsPerCell = 1;
    std::uint64_t columnsPerCell = 1;
  };
  void show(MapFigure figure, const Scale& scale);
  void show(MapFigure figure) { show(std::move(figure), Scale()); }
  const MapFigure& figure() const { return m_figure; }

  void resetView() override;

 Q_SIGNALS:
  /// In cells of the figure.
  void cellClicked(std::size_t row, std::size_t column);
  /// A rectangle drawn with Shift held, in cells; the page computes that part at its own resolution.
  void partChosen(std::size_t firstRow, std::size_t firstColumn, std::size_t rows, std::size_t columns);

 protected:
  std::function<Table()> tableMaker() const override {
    return [figure = m_figure] { return toTable(figure); };
  }
  void applyColors(const ThemeColors& colors) override;
  std::optional<Probe> probeAt(QPointF pixel) override;
  std::optional<Probe> probeBeside(int dx, int dy) override;

 private:
  struct Cell {
    std::size_t row;
    std::size_t column;
  };
  std::optional<Cell> cellAt(QPointF place) const;
  QPointF centreOf(Cell cell) const;
  Probe probeOf(Cell cell);
  void watchRectangle();

  MapFigure m_figure;
  Scale m_scale;
  HeatCells* m_cells;
  QCPColorScale* m_colors;
  std::optional<Cell> m_probed;
};

}  // namespace ulpscope
