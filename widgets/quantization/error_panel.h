// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <memory>

#include "core/analysis/tensor_profile.h"
#include "widgets/quantization/quantization_study.h"

namespace ulpscope {

class ErrorLinesPanel;
class InputsPanel;
class LinkButton;
class MapView;
class PlotBase;
class PlotView;
class TabStack;

/// Where a scheme's error is: as a histogram, by column, row or block, and as a map; and what the layer is given.
class ErrorPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit ErrorPanel(QWidget* parent = nullptr);

  /// nullptr: nothing to show.
  void show(const std::shared_ptr<const Measurement>& measurement);
  InputsPanel& inputs() const { return *m_inputs; }
  /// The picture that is in front.
  PlotBase& picture() const;

 Q_SIGNALS:
  /// A column, a row or a cell of the map was clicked: the elements behind it.
  void partClicked(const ulpscope::MatrixPart& part);
  /// A block was clicked: its weight with the largest error.
  void weightClicked(std::uint64_t element);

 private:
  void showHistogram();
  void showMap();
  void clickCell(std::size_t row, std::size_t column);

  std::shared_ptr<const Measurement> m_measurement;
  bool m_logarithmic = false;
  TabStack* m_tabs;
  PlotView* m_histogram;
  ErrorLinesPanel* m_lines;
  MapView* m_map;
  InputsPanel* m_inputs;
  LinkButton* m_scale;
};

}  // namespace ulpscope
