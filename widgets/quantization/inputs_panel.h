// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>

#include "core/report/activation_figure.h"

class QComboBox;

namespace ulpscope {

class FactList;
class PlotView;

/// What the layer was given: the distribution of its inputs, and the ranges that quantizers would cut them off at, each
/// with the share that is clipped.
class InputsPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit InputsPanel(QWidget* parent = nullptr);

  /// nullptr: nothing is known, `why` says so.
  void show(const QString& layer, const std::shared_ptr<const ActivationSurvey>& survey, const QString& why);
  PlotView& plot() const { return *m_plot; }

 private:
  void draw();

  std::string m_layer;
  std::shared_ptr<const ActivationSurvey> m_survey;
  QComboBox* m_range;  ///< the one that is drawn
  PlotView* m_plot;
  FactList* m_ranges;
};

}  // namespace ulpscope
