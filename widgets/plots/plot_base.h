// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPointF>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "core/jobs/job_slot.h"
#include "core/report/table.h"
#include "widgets/models/copy_as.h"
#include "widgets/plots/picture_file.h"
#include "widgets/theme/theme.h"

class QCPAxis;
class QCPItemStraightLine;
class QCPItemText;
class QCustomPlot;
class QLabel;

namespace ulpscope {

/// What plots and maps share: the house's look and its change with the theme; wheel zooms, drag pans, double click
/// resets; a crosshair with exact values under the pointer and by the cursor keys; copy and export by the context menu.
class PlotBase : public QWidget {
  Q_OBJECT

 public:
  ~PlotBase() override;

  /// Opens the panel that asks for size and title, then for a file.
  void askAndExport();
  /// Why the file cannot be written, if so.
  Result<> savePicture(const PictureRequest& request);
  /// The data behind the picture.
  Table table() const { return tableMaker()(); }
  QString csv() const { return QString::fromStdString(toCsv(table())); }
  /// Opens the data as a table in a small window (T, or the context menu).
  void showTable();
  /// Shows all of the data again.
  virtual void resetView() = 0;

 Q_SIGNALS:
  /// A click that was not a drag, in data coordinates.
  void clicked(QPointF place);

 protected:
  /// Where the crosshair stands, and what it says.
  struct Probe {
    QPointF place;  ///< in data coordinates
    QString text;
  };

  explicit PlotBase(QWidget* parent);
  QCustomPlot& plot() const { return *m_plot; }
  void setNotes(const std::vector<std::string>& notes);
  void setTitle(const QString& title);
  /// The vertical one is left out where the plot is too low for it.
  void setAxisTitles(const QString& horizontal, const QString& vertical);
  void hideProbe();
  /// Puts the look of the theme on everything; called after what is shown has changed.
  void restyle() { restyle(theme().colors()); }
  QPointF dataAt(QPointF pixel) const;

  /// Makes the table of what is shown now; called on another thread, as a million rows take a second.
  virtual std::function<Table()> tableMaker() const = 0;
  virtual void applyColors(const ThemeColors& colors) = 0;
  virtual std::optional<Probe> probeAt(QPointF pixel) = 0;
  /// The next datum in that direction from the last probe; dx, dy are -1, 0 or 1.
  virtual std::optional<Probe> probeBeside(int dx, int dy) = 0;
  virtual void addMenuActions(QMenu&) {}

  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  bool event(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void restyle(const ThemeColors& colors);
  void watchMouse();
  void showProbe(const std::optional<Probe>& probe);
  void copy(CopyAs form);
  void exportCsv();
  JobSlot& background();
  void tellUnsaved(const Error& error);
  void fitAxes(QSize size);

  QLabel* m_notes;
  QCustomPlot* m_plot;
  QCPItemStraightLine* m_vertical;
  QCPItemStraightLine* m_horizontal;
  QCPItemText* m_label;
  QString m_title;
  QString m_verticalTitle;
  QPointF m_pressedAt;
  std::unique_ptr<JobSlot> m_background;  ///< last: it waits for its job before the rest goes
};

}  // namespace ulpscope
