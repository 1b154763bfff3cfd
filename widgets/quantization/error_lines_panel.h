// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <cstdint>
#include <memory>

#include "core/analysis/tensor_profile.h"
#include "core/report/error_lines_figure.h"
#include "widgets/quantization/quantization_study.h"

class QComboBox;

namespace ulpscope {

class PlotView;

/// The error of each column, row or block of values that share a scale, in their order or the worst first.
class ErrorLinesPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit ErrorLinesPanel(QWidget* parent = nullptr);

  /// nullptr: nothing to show.
  void show(const std::shared_ptr<const Measurement>& measurement);
  PlotView& plot() const { return *m_plot; }

 Q_SIGNALS:
  /// A column or row was clicked.
  void partClicked(const ulpscope::MatrixPart& part);
  /// A block was: its weight with the largest error.
  void weightClicked(std::uint64_t element);

 private:
  ErrorLines lines() const;
  LineOrder order() const;
  void draw();
  void click(std::size_t bar);

  std::shared_ptr<const Measurement> m_measurement;
  QComboBox* m_line;
  QComboBox* m_order;
  PlotView* m_plot;
};

}  // namespace ulpscope
