// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>

#include "widgets/plots/plot_base.h"

class QPainter;

namespace ulpscope {

/// A picture that is painted as a whole, not drawn on a pair of axes: it obeys the theme and leaves the window as plots
/// do.
class PaintedPlot : public QWidget {
  Q_OBJECT

 public:
  /// Opens the panel that asks for size and title, then for a file.
  void askAndExport();
  /// Why the file cannot be written, if so.
  Result<> savePicture(const PictureRequest& request) const;

 protected:
  /// `title` names the picture for a screen reader, and where it leaves the window.
  explicit PaintedPlot(const QString& title, QWidget* parent = nullptr);
  /// Names it otherwise where it leaves.
  void setPictureTitle(const QString& title) { m_title = title; }

  /// Whether the picture has its table, for T and the context menu; else whatever holds the picture has it.
  virtual bool hasTable() const { return false; }
  virtual Table table() const { return {}; }

  /// What the export panel proposes, without the title.
  virtual QSize pictureSize() const { return size(); }
  /// Sentences that stand under the title where the picture leaves the window, and their height.
  virtual qreal captionHeight(qreal) const { return 0; }
  virtual void paintCaption(QPainter&, const QRectF&, const ThemeColors&) const {}
  /// Paints the data into `area` without what the pointer or the focus add.
  virtual void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const = 0;
  /// Paints what the pointer and the focus add.
  virtual void paintMarks(QPainter&) const {}

  void paintEvent(QPaintEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void showTable();

  QString m_title;
};

}  // namespace ulpscope
