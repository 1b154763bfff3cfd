// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "core/report/figure.h"
#include "widgets/plots/plot_base.h"

class QCPAbstractPlottable;
class QCPItemText;

namespace ulpscope {

class EdgeNotes;
class FormatTicks;

/// A Figure of bars, lines and points, drawn in the window.
class PlotView final : public PlotBase {
  Q_OBJECT

 public:
  explicit PlotView(QWidget* parent = nullptr);
  ~PlotView() override;

  /// Replaces what is shown, with all of it in view.
  void show(Figure figure);
  const Figure& figure() const { return m_figure; }
  void clear() { show({}); }

  /// Short ticks along the bottom, in the exponent's green: the values that a format has, ascending. Where there are
  /// too many of them in view, or none, a sentence with the format's title says so.
  void setFormatTicks(std::vector<double> values, const QString& title);
  std::size_t formatTicksInView() const;
  bool hasTooManyFormatTicks() const;
  /// The part of the x axis that resetView() returns to, until the next show().
  void setHomeRange(double lower, double upper);

  void resetView() override;

 Q_SIGNALS:
  /// The bin or point under a click, by its series and its place there.
  void itemClicked(std::size_t series, std::size_t item);

  /// A click on "12 values beyond".
  void beyondClicked();

 protected:
  std::function<Table()> tableMaker() const override {
    return [figure = m_figure] { return toTable(figure); };
  }
  void applyColors(const ThemeColors& colors) override;
  std::optional<Probe> probeAt(QPointF pixel) override;
  std::optional<Probe> probeBeside(int dx, int dy) override;

 private:
  struct Item {
    std::size_t series;
    std::size_t index;
  };
  void build();
  void labelLines();
  QCPItemText* newLineLabel(const Series& series);
  bool hasNamedPoints() const;
  std::optional<Item> nearest(QPointF pixel) const;
  Probe probeOf(Item item);
  QString textOf(Item item) const;

  Figure m_figure;
  std::vector<QCPAbstractPlottable*> m_plottables;  ///< one a series
  std::vector<QCPItemText*> m_lineLabels;           ///< one a series; nullptr where it has none
  FormatTicks* m_ticks;
  EdgeNotes* m_edges;
  std::optional<std::pair<double, double>> m_homeRange;
  std::optional<Item> m_probed;
};

}  // namespace ulpscope
