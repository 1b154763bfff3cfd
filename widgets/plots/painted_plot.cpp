// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/painted_plot.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>

#include "widgets/models/copy_as.h"
#include "widgets/plots/export_panel.h"
#include "widgets/plots/table_panel.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kTitleHeight = 32;
constexpr int kMargin = 12;

}  // namespace

PaintedPlot::PaintedPlot(const QString& title, QWidget* parent) : QWidget(parent), m_title(title) {
  setAccessibleName(title);
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PaintedPlot::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  paintPicture(painter, rect(), theme().colors());
  paintMarks(painter);
}

void PaintedPlot::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  if (hasTable()) {
    menu.addAction(tr("Show as table\tT"), this, &PaintedPlot::showTable);
    addCopyActions(*menu.addMenu(tr("Copy data")), [this] { return table(); });
  }
  menu.addAction(tr("Export picture\u2026"), this, &PaintedPlot::askAndExport);
  menu.exec(event->globalPos());
}

void PaintedPlot::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier && hasTable()) return showTable();
  if (hasTable() && copyByKey(*this, *event, [this] { return table(); })) return;
  QWidget::keyPressEvent(event);
}

bool PaintedPlot::event(QEvent* event) {
  if (hasTable()) claimsCopyKey(*event);
  return QWidget::event(event);
}

void PaintedPlot::showTable() { TablePanel::open(m_title, table(), this); }

void PaintedPlot::askAndExport() {
  const QSize margins(2 * kMargin, 2 * kMargin + kTitleHeight);
  (new ExportPanel(
       m_title, pictureSize() + margins, [this](const auto& request) { return savePicture(request); }, this))
      ->show();
}

Result<> PaintedPlot::savePicture(const PictureRequest& request) const {
  const ThemeColors colors = request.onWhite ? lightColors() : theme().colors();
  const QRectF page(QPointF(), request.size);
  const auto paint = [&](QPainter& painter) {
    painter.fillRect(page, colors.surface);
    QRectF area = page.adjusted(kMargin, kMargin, -kMargin, -kMargin);
    if (!request.title.isEmpty()) {
      painter.setFont(theme().words(13, QFont::DemiBold));
      painter.setPen(colors.text);
      painter.drawText(area, Qt::AlignHCenter | Qt::AlignTop, request.title);
      area.setTop(area.top() + kTitleHeight);
    }
    if (const qreal caption = captionHeight(area.width()); caption > 0) {
      paintCaption(painter, QRectF(area.topLeft(), QSizeF(area.width(), caption)), colors);
      area.setTop(area.top() + caption);
    }
    paintPicture(painter, area, colors);
  };
  return savePictureFile(request, [&](QPaintDevice& device, double scale, bool) {
    QPainter painter;
    if (!painter.begin(&device)) return false;
    painter.scale(scale, scale);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter);
    return painter.end();
  });
}

}  // namespace ulpscope
