// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QRectF>
#include <QWidget>
#include <vector>

#include "core/steps/step_board.h"

namespace ulpscope {

/// The grids of a step, side by side where there is room; one that is wider than the room goes on below. The exact
/// number of a cell is its tooltip.
class BoardCanvas final : public QWidget {
  Q_OBJECT

 public:
  explicit BoardCanvas(QWidget* parent = nullptr);

  void show(const std::vector<BoardGrid>& grids);
  const std::vector<BoardGrid>& grids() const { return m_grids; }

  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Cell {
    QRectF rect;
    const BoardCell* cell;
  };
  struct Label {
    QRectF rect;
    QString text;
    Qt::Alignment alignment;
    bool isTitle;
  };
  /// Everything in place for a room that wide.
  struct Picture {
    std::vector<Label> labels;
    std::vector<Cell> cells;
    qreal height = 0;
  };
  Picture placed(int width) const;

  std::vector<BoardGrid> m_grids;
  Picture m_picture;
};

/// What the colours of the marks stand for, of those that stand in `grids`.
class MarkLegend final : public QWidget {
  Q_OBJECT

 public:
  explicit MarkLegend(QWidget* parent = nullptr);
  void show(const std::vector<BoardGrid>& grids);

  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<std::pair<CellMark, QRect>> placed(int width) const;

  std::vector<CellMark> m_marks;
};

}  // namespace ulpscope
