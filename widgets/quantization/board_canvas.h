// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <vector>

#include "core/steps/step_board.h"
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// The grids of a step, side by side where there is room, and what their colours stand for; a grid that is wider than
/// the room goes on below. The arrow keys walk from cell to cell and from grid to grid; the exact number of a cell is
/// its tooltip. As a picture the step goes out with its sentences; the grid in focus is copied as a table.
class BoardCanvas final : public PaintedPlot {
  Q_OBJECT

 public:
  explicit BoardCanvas(QWidget* parent = nullptr);

  void show(const QString& board, const BoardStep& step);
  const std::vector<BoardGrid>& grids() const { return m_step.grids; }
  /// Where the cell of a grid is drawn; empty where there is none.
  QRectF cellRect(std::size_t grid, std::size_t cell) const;

  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 Q_SIGNALS:
  /// The cell in focus is there.
  void walkedTo(const QRect& cell);
  /// The cell in focus, with its exact number; empty where there is none.
  void described(const QString& text);

 protected:
  bool hasTable() const override { return !m_step.grids.empty(); }
  Table table() const override;
  QSize pictureSize() const override;
  qreal captionHeight(qreal width) const override;
  void paintCaption(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintMarks(QPainter& painter) const override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Place {
    std::size_t grid = 0;
    std::size_t cell = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Cell {
    QRectF rect;
    Place place;
  };
  struct Label {
    QRectF rect;
    QString text;
    Qt::Alignment alignment;
    bool isTitle;
  };
  struct Meaning {
    QRectF rect;
    CellMark mark;
  };
  /// Everything in place for a room that wide.
  struct Picture {
    std::vector<Label> labels;
    std::vector<Cell> cells;
    std::vector<Meaning> legend;
    qreal height = 0;
  };
  Picture placed(qreal width) const;
  void placeLegend(Picture& picture, qreal width) const;

  const BoardCell& cellAt(const Place& place) const { return m_step.grids[place.grid].cells[place.cell]; }
  std::optional<Place> placeAt(QPointF position) const;
  std::optional<Place> beside(int dx, int dy) const;
  QString exactText(const Place& place) const;
  QString placeText(const Place& place) const;
  void goTo(const Place& place);
  bool walk(const QKeyEvent& key);

  BoardStep m_step;
  Picture m_picture;
  std::optional<Place> m_current;
};

}  // namespace ulpscope
