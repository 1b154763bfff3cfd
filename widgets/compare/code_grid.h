// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <vector>

#include "core/formats/number_format.h"
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// All codes of a format of up to 8 bits as a grid of values, 16 x 16 for 8 bits: blue above zero, orange below, deeper
/// the larger the magnitude. The arrow keys walk, Enter or a click picks.
class CodeGrid final : public PaintedPlot {
  Q_OBJECT

 public:
  static constexpr int kMostBits = 8;

  explicit CodeGrid(QWidget* parent = nullptr);

  /// At most kMostBits wide; nullptr: nothing to show.
  void setFormat(const NumberFormat* format);
  /// Marks a code; nullopt: none.
  void setCurrent(std::optional<std::uint64_t> code);
  std::optional<std::uint64_t> current() const { return m_current; }
  /// Where the cell of a code is drawn.
  QRectF cellOf(std::uint64_t code) const;

  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void codePicked(quint64 code);
  /// A double click: the code is to be shown in full.
  void codeOpened();
  /// The cell in focus is there.
  void walkedTo(const QRect& cell);
  /// What is under the pointer or the cursor; empty where there is nothing.
  void described(const QString& text);

 protected:
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintMarks(QPainter& painter) const override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Layout {
    QRectF cells;
    int columns;
    int rows;
  };
  Layout layOut(const QRectF& area) const;
  QRectF cellIn(const Layout& layout, std::uint64_t code) const;
  std::optional<std::uint64_t> codeAt(QPointF position) const;
  void describe(std::optional<std::uint64_t> code);
  void goTo(std::uint64_t code);

  const NumberFormat* m_format = nullptr;
  std::vector<double> m_depths;  ///< by code, signed: the rank of the magnitude, up to 1; 0 for zero and specials
  std::optional<std::uint64_t> m_current;
  std::optional<std::uint64_t> m_hovered;
};

/// "0x7E  0 1111 110  normal  448".
QString codeDescription(const NumberFormat& format, std::uint64_t code);

}  // namespace ulpscope
