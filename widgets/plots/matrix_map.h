// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <deque>
#include <memory>

#include "core/analysis/heat_pyramid.h"
#include "widgets/plots/plot_base.h"

class QCPColorScale;
class QCPRange;
class QTimer;

namespace ulpscope {

class HeatCells;

/// A matrix of any size as a heat map that is moved about in like a map: wheel and pinch zoom, drag pans, Shift and
/// drag zooms to a rectangle, down to single elements with their values printed. It draws what it was given, a
/// pyramid of the whole and parts at finer resolutions, and says what it misses: wanted(). Axes count elements; row 0
/// is at the top.
class MatrixMap final : public PlotBase {
  Q_OBJECT

 public:
  explicit MatrixMap(QWidget* parent = nullptr);
  ~MatrixMap() override;

  struct Content {
    QString title;
    MatrixShape matrix;
    double largest = 0;    ///< magnitude of the colours at both ends
    bool rounded = false;  ///< values are shown as floats, but are not
  };
  /// Begins anew with an empty picture of all of the matrix.
  void show(Content content);
  void setPyramid(std::shared_ptr<const HeatPyramid> pyramid);
  /// Keeps the last few parts: at most kMostParts. Precondition: the part has a level.
  void addPart(std::shared_ptr<const HeatPyramid> part);
  void setLargest(double magnitude);

  /// What to read for a sharp picture of what is in view; nullopt where it is sharp.
  struct Wanted {
    MatrixPart part;
    CellSize cell;
  };
  std::optional<Wanted> wanted() const;
  /// Whether a map with such a part would make the present picture sharp.
  bool wouldSuffice(const Wanted& wanted) const;

  void showPart(const MatrixPart& part);
  MatrixPart visiblePart() const;
  CellSize shownCell() const;  ///< elements of a cell as drawn
  bool showsAll() const;
  /// What is in view, pooled to at most 512 cells on a side; empty until there is a pyramid.
  HeatMap visible() const;

  void resetView() override;

 Q_SIGNALS:
  void viewChanged();
  /// The elements of the cell that was clicked; not of a double click.
  void cellChosen(const MatrixPart& cell);

 protected:
  std::function<Table()> tableMaker() const override;
  void applyColors(const ThemeColors& colors) override;
  std::optional<Probe> probeAt(QPointF pixel) override;
  std::optional<Probe> probeBeside(int dx, int dy) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  static constexpr std::size_t kMostParts = 3;
  static constexpr std::uint64_t kMostElements = 1 << 22;  ///< of a part that is read one cell an element

  void watchMouse();
  /// As near to these as can be.
  void setRanges(const QCPRange& columns, const QCPRange& rows);
  void moveTo(const QCPRange& columns, const QCPRange& rows);
  void zoom(double factor, QPointF about);
  void pan(double dx, double dy);
  void redraw();
  CellSize wantedCell() const;
  void arrange();
  void choose(QPointF place);
  Probe probeOf(QPointF place);

  Content m_content;
  std::shared_ptr<const HeatPyramid> m_pyramid;
  std::deque<std::shared_ptr<const HeatPyramid>> m_parts;  ///< newest last
  HeatCells* m_cells;
  QCPColorScale* m_colors;
  QTimer* m_click;  ///< waits whether it becomes a double click
  bool m_ignoresClick = false;
  bool m_setsRanges = false;
  std::pair<double, double> m_columns;  ///< in view
  std::pair<double, double> m_rows;
  std::optional<MatrixPart> m_chosen;
  std::optional<MatrixPart> m_probed;
};

}  // namespace ulpscope
