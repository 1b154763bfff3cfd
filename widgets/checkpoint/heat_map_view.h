// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/analysis/heat_pyramid.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/plots/matrix_map.h"
#include "widgets/session/task.h"

class QComboBox;
class QPushButton;
class QTimer;

namespace ulpscope {

class ElidedLabel;
class SliceBox;

/// The matrix as a picture that is moved about in like a map, from the whole tensor to single elements. One read makes
/// a pyramid of it; what is finer is read for what is in view, in the background, while the coarse picture is shown. A
/// click or Enter selects the element of largest magnitude in the cell and opens its bits.
class HeatMapView final : public TensorView {
  Q_OBJECT

 public:
  explicit HeatMapView(Session& session, QWidget* parent = nullptr);
  PlotBase* figure() const override;

  /// Shows the surroundings of a line of the current tensor, flattened.
  void goToColumn(std::uint64_t column);
  void goToRow(std::uint64_t row);

 protected:
  void refresh() override;

 private:
  void load();
  void refine();
  void describe();
  void goTo(const MatrixPart& part);
  double largestShown() const;
  void openCell(const MatrixPart& cell);

  ElidedLabel* m_note;
  SliceBox* m_slice;
  QComboBox* m_colors;
  QPushButton* m_whole;
  MatrixMap* m_map;
  QTimer* m_settling;
  MatrixSlice m_matrix;
  std::shared_ptr<const TensorProfile> m_shown;  ///< of the tensor in the picture
  std::optional<MatrixPart> m_next;              ///< asked for while hidden
  std::optional<MatrixMap::Wanted> m_asked;
  Task m_pooling;
  Task m_refining;
  Task m_finding;
};

}  // namespace ulpscope
