// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>

#include "core/analysis/rounding_bins.h"
#include "widgets/compare/format_choice.h"
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// A piece of the number line: the values of one format as ticks on bands that show what rounds to each, and below the
/// values of other formats. Wheel and + - zoom, drag and Page Up, Page Down pan, Home and double click reset; left and
/// right walk through the values, Enter or a click picks one.
class RoundingLine final : public PaintedPlot {
  Q_OBJECT

 public:
  struct Window {
    double lower;
    double upper;
    friend bool operator==(const Window&, const Window&) = default;
  };

  explicit RoundingLine(QWidget* parent = nullptr);

  /// A format other than before comes with its own window. nullptr: nothing to show.
  void setFormat(const FormatProfile* profile);
  void setOthers(std::vector<ChosenFormat> others);
  void setRounding(Rounding rounding);

  const FormatProfile* profile() const { return m_profile; }
  const Window& window() const { return m_window; }
  void setWindow(Window window);
  /// `factor` below 1 goes nearer; `centre` stays where it is.
  void zoom(double factor, double centre);
  void resetView();
  const NumberLinePart& part() const { return m_part; }

  QSize sizeHint() const override { return {600, 96}; }
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void codePicked(quint64 code);
  /// What is under the pointer or the cursor: "0.75 … 1.25 rounds to 1"; empty where there is nothing.
  void described(const QString& text);
  void windowChanged();

 protected:
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintMarks(QPainter& painter) const override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Scale {
    double left, right;  ///< px
    Window window;
    double pixel(double value) const {
      return left + (value - window.lower) / (window.upper - window.lower) * (right - left);
    }
    double value(double pixel) const {
      return window.lower + (pixel - left) / (right - left) * (window.upper - window.lower);
    }
  };
  Scale scaleIn(const QRectF& area) const;
  Window home() const;
  void compute();
  void paintBands(QPainter& painter, const QRectF& band, const Scale& scale, const ThemeColors& colors) const;
  void paintNumbers(QPainter& painter, const QRectF& row, const Scale& scale, const ThemeColors& colors) const;
  QString valueText(std::uint64_t code) const;
  void paintOther(QPainter& painter, const ChosenFormat& other, const QRectF& row, const Scale& scale,
                  const ThemeColors& colors) const;
  std::optional<std::size_t> binAt(double x) const;
  QString textOf(const RoundingBin& bin) const;
  void describe(std::optional<std::size_t> bin);
  void walk(int by);

  const FormatProfile* m_profile = nullptr;
  std::vector<ChosenFormat> m_others;
  Rounding m_rounding = Rounding::NearestEven;
  Window m_window{-1, 1};
  NumberLinePart m_part;
  std::optional<std::uint64_t> m_current;  ///< code of the bin in focus
  std::optional<std::size_t> m_hovered;
  std::optional<double> m_draggedFrom;  ///< the number under the pointer when the button went down
  bool m_moved = false;
};

}  // namespace ulpscope
