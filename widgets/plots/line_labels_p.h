// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPolygonF>
#include <QRectF>
#include <QSizeF>
#include <optional>
#include <vector>

namespace ulpscope {

/// Finds places for the names of lines: beside an end or along the line, where they cover as little of other lines as
/// can be and no other name. Everything is in pixels.
class LineLabels {
 public:
  /// Names may reach beyond `area` to the right, into a margin of `rightMargin`.
  LineLabels(const QRectF& area, double rightMargin);

  /// The parts of a line that can be seen, in order; drawn lines are what labels keep off.
  void addLine(const QPolygonF& points);
  /// The left end, at half its height, of the name of line `line` (by the order of addLine); nullopt where nothing of
  /// the line can be seen or every place is another name's. Call once for each name.
  std::optional<QPointF> place(std::size_t line, QSizeF size);

 private:
  static constexpr double kCell = 4;  ///< px: lines are known to the cell they pass

  QPolygonF visible(const QPolygonF& points) const;
  void occupy(QPointF from, QPointF to);
  double cost(const QRectF& box) const;

  QRectF m_area;
  QRectF m_allowed;
  int m_columns;
  int m_rows;
  std::vector<unsigned char> m_taken;  ///< how many lines pass a cell, row-major
  std::vector<QPolygonF> m_lines;
  std::vector<QRectF> m_labels;
};

}  // namespace ulpscope
