// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/painted_plot.h"

#include <QContextMenuEvent>
#include <QImage>
#include <QMenu>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "widgets/plots/export_panel.h"

namespace ulpscope {
namespace {

constexpr int kPngScale = 2;
constexpr int kTitleHeight = 32;
constexpr int kMargin = 12;

/// Asks `paint` for the picture on `device`; false if it cannot be painted on.
template <class Paint>
bool paintOn(QPaintDevice& device, double scale, Paint paint) {
  QPainter painter;
  if (!painter.begin(&device)) return false;
  painter.scale(scale, scale);
  painter.setRenderHint(QPainter::Antialiasing);
  paint(painter);
  return painter.end();
}

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
  menu.addAction(tr("Export picture\u2026"), this, &PaintedPlot::askAndExport);
  menu.exec(event->globalPos());
}

void PaintedPlot::askAndExport() {
  auto* panel = new ExportPanel(m_title, size(), this);
  connect(panel, &ExportPanel::accepted, this, [this](const PictureRequest& request) {
    if (!savePicture(request)) Q_EMIT exportFailed(tr("The picture could not be written to %1").arg(request.path));
  });
  panel->show();
}

bool PaintedPlot::savePicture(const PictureRequest& request) const {
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
    paintPicture(painter, area, colors);
  };
  if (request.path.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive)) {
    QPdfWriter pdf(request.path);
    pdf.setTitle(request.title);
    pdf.setCreator(QStringLiteral("Ulpscope"));
    pdf.setResolution(96);
    pdf.setPageMargins(QMarginsF());
    pdf.setPageSize(QPageSize(page.size() * 0.75, QPageSize::Point));  // 96 px are 72 points
    return paintOn(pdf, 1, paint);
  }
  if (request.path.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
    QSvgGenerator svg;
    svg.setFileName(request.path);
    svg.setSize(request.size);
    svg.setViewBox(page);
    svg.setTitle(request.title);
    return paintOn(svg, 1, paint);
  }
  QImage image(request.size * kPngScale, QImage::Format_ARGB32_Premultiplied);
  return paintOn(image, kPngScale, paint) && image.save(request.path);
}

}  // namespace ulpscope
