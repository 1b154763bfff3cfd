// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QPushButton;

namespace ulpscope {

class MapView;
class PlainLabel;

/// The matrix as a picture, pooled to what fits; a rectangle drawn with Shift shows that part at its own resolution,
/// down to single elements. A click selects the element of largest magnitude in the cell and opens its bits.
class HeatMapView final : public TensorView {
  Q_OBJECT

 public:
  explicit HeatMapView(Session& session, QWidget* parent = nullptr);
  PlotBase* figure() const override;

  /// Shows the surroundings of a line of the current tensor.
  void goToColumn(std::uint64_t column);
  void goToRow(std::uint64_t row);

 protected:
  void refresh() override;

 private:
  void showPart(const MatrixPart& part);
  void showMap(const HeatMap& map);
  void openCell(std::size_t row, std::size_t column);

  PlainLabel* m_note;
  QPushButton* m_whole;
  MapView* m_map;
  HeatMap m_shown;
  std::optional<MatrixPart> m_next;  ///< asked for while hidden
  Task m_pooling;
  Task m_finding;
};

}  // namespace ulpscope
