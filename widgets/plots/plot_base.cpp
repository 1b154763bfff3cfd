// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_base.h"

#include <qcustomplot.h>

#include <QContextMenuEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMenu>
#include <algorithm>

#include "core/base/text.h"
#include "widgets/models/copy_as.h"
#include "widgets/plots/export_panel.h"
#include "widgets/plots/table_panel.h"
#include "widgets/plots/ticker_p.h"
#include "widgets/session/post.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kClickSlack = 4;
constexpr int kPixelsPerTickAcross = 52;
constexpr int kRightMargin = 14;  ///< where no names of lines stand in it
constexpr int kPixelsPerTickDown = 42;
constexpr int kBesideVerticalTitle = 50;  ///< of a plot's height: labels and titles of its other axes, margins

void styleAxis(QCPAxis& axis, const ThemeColors& c) {
  axis.setBasePen(Qt::NoPen);
  axis.setTickPen(Qt::NoPen);
  axis.setSubTickPen(Qt::NoPen);
  axis.grid()->setPen(QPen(c.hairline, 1));
  axis.grid()->setZeroLinePen(QPen(c.border, 1));
  axis.grid()->setSubGridVisible(false);
  axis.setTickLabelFont(theme().words(11));
  axis.setTickLabelColor(c.muted);
  axis.setLabelFont(theme().words(11));
  axis.setLabelColor(c.muted);
  axis.setTickLabelPadding(6);
  axis.setLabelPadding(8);
}

void setRoom(QCPAxis& axis, int ticks) {
  if (auto ticker = axis.ticker().dynamicCast<Ticker>()) ticker->setRoomFor(ticks);
}

}  // namespace

PlotBase::PlotBase(QWidget* parent)
    : QWidget(parent),
      m_notes(new QLabel),
      m_plot(new QCustomPlot),
      m_vertical(new QCPItemStraightLine(m_plot)),
      m_horizontal(new QCPItemStraightLine(m_plot)),
      m_label(new QCPItemText(m_plot)) {
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(160, 110);
  m_plot->setFocusPolicy(Qt::NoFocus);
  m_plot->setContextMenuPolicy(Qt::NoContextMenu);  // comes up to this widget
  m_plot->installEventFilter(this);
  m_plot->setPlottingHint(QCP::phFastPolylines);  // pens wider than 1 px take seconds without it
  m_plot->setNoAntialiasingOnDrag(true);
  m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  m_plot->plotLayout()->setMargins(QMargins(0, 0, 0, 0));
  m_plot->axisRect()->setMinimumMargins(QMargins(12, 8, kRightMargin, 12));
  m_notes->setTextFormat(Qt::PlainText);
  m_notes->setWordWrap(true);
  m_notes->hide();
  for (QCPAbstractItem* item : {static_cast<QCPAbstractItem*>(m_vertical), static_cast<QCPAbstractItem*>(m_horizontal),
                                static_cast<QCPAbstractItem*>(m_label)}) {
    item->setLayer(QStringLiteral("overlay"));
    item->setSelectable(false);
    item->setVisible(false);
  }
  m_label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
  m_label->position->setType(QCPItemPosition::ptAbsolute);
  m_label->setPadding(QMargins(6, 3, 6, 3));
  m_label->setTextAlignment(Qt::AlignLeft);
  m_label->setClipToAxisRect(false);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addWidget(m_notes);
  column->addWidget(m_plot, 1);
  watchMouse();
  connect(&theme(), &Theme::changed, this, [this] { restyle(); });
}

PlotBase::~PlotBase() = default;

void PlotBase::watchMouse() {
  connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) { m_pressedAt = event->position(); });
  connect(m_plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
    const bool moved = (event->position() - m_pressedAt).manhattanLength() > kClickSlack;
    if (!moved && event->button() == Qt::LeftButton && m_plot->axisRect()->rect().contains(event->pos()))
      Q_EMIT clicked(dataAt(event->position()));
  });
  connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { resetView(); });
  connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
    if (event->buttons() != Qt::NoButton) return hideProbe();
    const bool inside = m_plot->axisRect()->rect().contains(event->pos());
    showProbe(inside ? probeAt(event->position()) : std::nullopt);
  });
}

bool PlotBase::event(QEvent* event) {
  if (event->type() == QEvent::Leave) hideProbe();
  claimsCopyKey(*event);
  return QWidget::event(event);
}

QPointF PlotBase::dataAt(QPointF pixel) const {
  return {m_plot->xAxis->pixelToCoord(pixel.x()), m_plot->yAxis->pixelToCoord(pixel.y())};
}

void PlotBase::setTitle(const QString& title) {
  m_title = title;
  if (!title.isEmpty()) setAccessibleName(title);  // an empty plot keeps the name of what it will show
}

void PlotBase::setAxisTitles(const QString& horizontal, const QString& vertical) {
  m_verticalTitle = vertical;
  m_plot->xAxis->setLabel(horizontal);
  fitAxes(m_plot->size());
}

void PlotBase::setNotes(const std::vector<std::string>& notes) {
  QStringList sentences;
  for (const auto& note : notes) sentences << QString::fromStdString(printable(note));
  m_notes->setText(sentences.join(QStringLiteral(" \u00B7 ")));
  m_notes->setVisible(!notes.empty());
}

void PlotBase::hideProbe() { showProbe(std::nullopt); }

void PlotBase::showProbe(const std::optional<Probe>& probe) {
  if (!probe && !m_label->visible()) return;
  for (QCPAbstractItem* item : {static_cast<QCPAbstractItem*>(m_vertical), static_cast<QCPAbstractItem*>(m_horizontal),
                                static_cast<QCPAbstractItem*>(m_label)})
    item->setVisible(probe.has_value());
  if (probe) {
    const QPointF place = probe->place;
    m_vertical->point1->setCoords(place.x(), m_plot->yAxis->range().lower);
    m_vertical->point2->setCoords(place.x(), m_plot->yAxis->range().upper);
    m_horizontal->point1->setCoords(m_plot->xAxis->range().lower, place.y());
    m_horizontal->point2->setCoords(m_plot->xAxis->range().upper, place.y());
    m_label->setText(probe->text);
    setAccessibleDescription(probe->text);
    const QRect area = m_plot->axisRect()->rect();
    const QSize size = QFontMetrics(m_label->font()).size(0, probe->text) + QSize(14, 8);
    const QPointF at(m_plot->xAxis->coordToPixel(place.x()), m_plot->yAxis->coordToPixel(place.y()));
    const double x = at.x() + 10 + size.width() > area.right() ? at.x() - 10 - size.width() : at.x() + 10;
    const double y = at.y() - 10 - size.height() < area.top() ? at.y() + 10 : at.y() - 10 - size.height();
    m_label->position->setCoords(
        std::max(x, area.left() + 1.0),
        std::clamp<double>(y, area.top(), std::max(area.top(), area.bottom() - size.height())));
  }
  m_plot->layer(QStringLiteral("overlay"))->replot();
}

void PlotBase::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return showProbe(probeBeside(-1, 0));
    case Qt::Key_Right:
      return showProbe(probeBeside(1, 0));
    case Qt::Key_Up:
      return showProbe(probeBeside(0, -1));
    case Qt::Key_Down:
      return showProbe(probeBeside(0, 1));
    case Qt::Key_Return:
      if (m_label->visible()) Q_EMIT clicked(m_vertical->point1->coords());
      return;
    case Qt::Key_Home:
      return resetView();
    case Qt::Key_T:
      if (event->modifiers() == Qt::NoModifier) return showTable();
      break;
    default:
      break;
  }
  if (!copyByKey(*this, *event, CopyIn([this](CopyAs form) { copy(form); }))) QWidget::keyPressEvent(event);
}

void PlotBase::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  menu.addAction(tr("Show as table\tT"), this, &PlotBase::showTable);
  addCopyActions(*menu.addMenu(tr("Copy data")), CopyIn([this](CopyAs form) { copy(form); }));
  menu.addAction(tr("Export data as CSV\u2026"), this, &PlotBase::exportCsv);
  menu.addAction(tr("Export picture\u2026"), this, &PlotBase::askAndExport);
  menu.addSeparator();
  addMenuActions(menu);
  menu.addAction(tr("Show all"), this, [this] { resetView(); });
  menu.exec(event->globalPos());
}

bool PlotBase::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_plot && event->type() == QEvent::Resize) fitAxes(m_plot->size());
  return QWidget::eventFilter(watched, event);
}

void PlotBase::fitAxes(QSize size) {
  const int besideNames = std::max(0, m_plot->axisRect()->minimumMargins().right() - kRightMargin);
  setRoom(*m_plot->xAxis, (size.width() - besideNames) / kPixelsPerTickAcross);
  setRoom(*m_plot->yAxis, size.height() / kPixelsPerTickDown);
  const int titleLength = QFontMetrics(m_plot->yAxis->labelFont()).horizontalAdvance(m_verticalTitle);
  m_plot->yAxis->setLabel(titleLength <= size.height() - kBesideVerticalTitle ? m_verticalTitle : QString());
}

JobSlot& PlotBase::background() {
  if (!m_background) m_background = std::make_unique<JobSlot>(postTo(*this));
  return *m_background;
}

void PlotBase::showTable() {
  background().start([make = tableMaker()](const JobContext&) -> Result<Table> { return make(); },
                     [this](Result<Table> table) {
                       if (table) TablePanel::open(m_title, std::move(*table), this);
                     });
}

void PlotBase::copy(CopyAs form) {
  background().start([make = tableMaker(), form](const JobContext&) -> Result<QString> { return textAs(make(), form); },
                     [form](const Result<QString>& text) {
                       if (text) copyToClipboard(*text, form);
                     });
}

void PlotBase::exportCsv() {
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export data"), QStringLiteral("data.csv"), tr("CSV (*.csv)"));
  if (path.isEmpty()) return;
  background().start(
      [make = tableMaker(), path](const JobContext&) -> Result<> {
        return saveFile(path, QByteArray::fromStdString(toCsv(make())));
      },
      [this](const Result<>& saved) {
        if (!saved) tellUnsaved(saved.error());
      });
}

void PlotBase::tellUnsaved(const Error& error) {
  setNotes({tr("It was not saved: %1").arg(qt(describe(error))).toStdString()});
}

void PlotBase::askAndExport() {
  (new ExportPanel(
       m_title, m_plot->size(), [this](const auto& request) { return savePicture(request); }, this))
      ->show();
}

Result<> PlotBase::savePicture(const PictureRequest& request) {
  hideProbe();
  const ThemeColors colors = request.onWhite ? lightColors() : theme().colors();
  restyle(colors);
  auto* heading = new QCPTextElement(m_plot, request.title, theme().words(13, QFont::DemiBold));
  heading->setTextColor(colors.text);
  m_plot->plotLayout()->insertRow(0);
  m_plot->plotLayout()->addElement(0, 0, heading);
  fitAxes(request.size);
  auto saved = savePictureFile(request, [&](QPaintDevice& device, double scale, bool isVector) {
    QCPPainter painter;
    if (!painter.begin(&device)) return false;
    if (isVector) painter.setMode(QCPPainter::pmVectorized);
    painter.scale(scale, scale);
    painter.fillRect(QRect(QPoint(), request.size), colors.surface);
    m_plot->toPainter(&painter, request.size.width(), request.size.height());
    return painter.end();
  });
  m_plot->plotLayout()->remove(heading);
  m_plot->plotLayout()->simplify();
  restyle();
  return saved;
}

void PlotBase::restyle(const ThemeColors& c) {
  m_plot->setBackground(QBrush(c.surface));
  for (auto* axis : {m_plot->xAxis, m_plot->yAxis}) styleAxis(*axis, c);
  m_plot->legend->setFont(theme().words(11));
  m_plot->legend->setTextColor(c.text);
  m_plot->legend->setBrush(c.surface);
  m_plot->legend->setBorderPen(Qt::NoPen);
  const QPen hair(c.disabled, 1, Qt::DotLine);
  m_vertical->setPen(hair);
  m_horizontal->setPen(hair);
  m_label->setFont(theme().numbers(11));
  m_label->setColor(c.text);
  m_label->setBrush(c.raised);
  m_label->setPen(QPen(c.border, 1));
  m_notes->setFont(theme().words(11));
  QPalette words = m_notes->palette();
  words.setColor(QPalette::WindowText, c.muted);
  m_notes->setPalette(words);
  applyColors(c);
  fitAxes(m_plot->size());
  m_plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace ulpscope
