// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/heat_pyramid.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

/// Cells of heat maps, drawn from what is in view only: pooled so that a cell never is smaller than a pixel, at most
/// kMostAcross on a side, so that no outlier falls between pixels and a frame takes milliseconds whatever the size of
/// the matrix. Axes count elements. What is not finite takes the special colour.
class HeatCells final : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  static constexpr int kMostAcross = 1536;
  using Map = std::shared_ptr<const HeatMap>;
  /// A cell as it is drawn: the elements it stands for, and the one of largest magnitude.
  struct Cell {
    MatrixPart part;
    float value;
  };

  HeatCells(QCPAxis* columns, QCPAxis* rows);

  /// Later ones are drawn over earlier ones.
  void setMaps(std::vector<Map> maps) { m_maps = std::move(maps); }
  const std::vector<Map>& maps() const { return m_maps; }
  /// Values beyond the range take the colour at its end.
  void setScale(bool isSigned, const QCPRange& range);
  void setSpecialColor(const QColor& color) { m_special = color.rgb(); }
  /// Prints the value in each cell that is a single element and has the room.
  void setPrintsValues(bool prints) { m_printsValues = prints; }

  std::optional<Cell> cellAt(QPointF place) const;
  /// Elements that a pixel stands for, at least: what a cell must reach to be drawn by itself.
  CellSize elementsPerPixel() const;
  /// What is in view as it is drawn, `most` cells on a side at most; of the last map that covers the view.
  HeatMap visible(std::uint64_t most) const;

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& inKeyRange) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

 private:
  /// Cells of one map in view, pooled `by` for the screen.
  struct Grid {
    const HeatMap* map = nullptr;
    CellSize by;
    std::uint64_t firstRow = 0;  ///< in cells of the map
    std::uint64_t firstColumn = 0;
    std::uint64_t rows = 0;  ///< in cells as drawn
    std::uint64_t columns = 0;
  };
  std::optional<Grid> gridOf(const HeatMap& map, CellSize atLeast) const;
  Cell cellOf(const Grid& grid, std::uint64_t row, std::uint64_t column) const;
  QRectF rectOf(const MatrixPart& part) const;
  QRgb colorOf(float value) const;
  void drawGrid(QCPPainter& painter, const Grid& grid) const;
  void drawValues(QCPPainter& painter, const Grid& grid) const;

  std::vector<Map> m_maps;
  std::vector<QRgb> m_colors;
  QCPRange m_range;
  QRgb m_special = 0;
  bool m_printsValues = false;
};

/// The scale of colours at the right of a heat map, styled by the theme; beside the axis rect, of its height.
QCPColorScale* addColorScale(QCustomPlot& plot);
void setColorScale(QCPColorScale& scale, bool isSigned, const QCPRange& range, const QString& title);
void styleColorScale(QCPColorScale& scale, const ThemeColors& colors);

}  // namespace ulpscope
