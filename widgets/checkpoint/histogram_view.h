// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <map>
#include <memory>

#include "core/report/figure.h"
#include "core/report/histogram_figure.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QComboBox;
class QPushButton;

namespace ulpscope {

class NumberFormat;
class OverlayPicker;
class PlotView;

/// The distribution of a tensor's values, with linear, logarithmic or exponent axes, others over it where asked for,
/// and the absolute maxima of its columns below. A click on a bar selects the first element in it and opens its bits.
class HistogramView final : public TensorView {
  Q_OBJECT

 public:
  explicit HistogramView(Session& session, QWidget* parent = nullptr);
  ~HistogramView() override;
  PlotBase* figure() const override;

  /// Up to OverlayPicker::kMost other tensors of the checkpoint are drawn over this one, as shares; more are left out.
  void setOverlays(const std::vector<std::size_t>& tensors);
  const std::vector<std::size_t>& overlays() const;

 Q_SIGNALS:
  void columnChosen(std::uint64_t column);

 protected:
  void refresh() override;

 private:
  struct Measured {
    Figure figure;
    std::map<std::size_t, HistogramSubject> subjects;  ///< of the overlays, so that none is read twice
  };
  QWidget* buildControls();
  void measure();
  void showColumns();
  void setTicks();
  void showTicks(std::vector<double> values, const NumberFormat& format);
  void showOverlayCount();
  void openElementOfBar(std::size_t series, std::size_t bar);

  QComboBox* m_axis;
  QComboBox* m_range;
  QComboBox* m_bins;
  QComboBox* m_ticks;
  QComboBox* m_tickScale;
  QPushButton* m_overlay;
  OverlayPicker* m_picker;
  PlotView* m_histogram;
  PlotView* m_columns;
  std::shared_ptr<const Checkpoint> m_checkpoint;  ///< that the overlays are of
  std::map<std::size_t, HistogramSubject> m_subjects;
  Task m_measuring;
  Task m_ticking;
  Task m_finding;
};

}  // namespace ulpscope
