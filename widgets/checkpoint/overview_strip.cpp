// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/overview_strip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

namespace {

/// Readable tensors that are not parts. Packed weights stand behind all others in a checkpoint, but belong where they
/// are stored.
std::vector<std::size_t> weightsInFileOrder(const Checkpoint& checkpoint) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const TensorInfo& tensor = checkpoint.tensors[i];
    if (tensor.partOf || !tensor.isReadable()) continue;
    const bool isInParts = tensor.packing && !tensor.packing->parts.empty();
    places.emplace_back(isInParts ? std::ranges::min(tensor.packing->parts) : i, i);
  }
  std::ranges::sort(places);
  std::vector<std::size_t> order;
  for (const auto& [place, tensor] : places) order.push_back(tensor);
  return order;
}

}  // namespace

OverviewStrip::OverviewStrip(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Overview of all tensors"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void OverviewStrip::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint,
                                  const std::vector<std::optional<TensorSummary>>* summaries) {
  m_checkpoint = std::move(checkpoint);
  m_summaries = summaries;
  m_order = m_checkpoint ? weightsInFileOrder(*m_checkpoint) : std::vector<std::size_t>();
  m_current.reset();
  update();
}

void OverviewStrip::setQuantity(Quantity quantity) {
  m_quantity = quantity;
  update();
}

void OverviewStrip::setCurrent(std::optional<std::size_t> tensor) {
  m_current = tensor;
  update();
}

std::optional<double> OverviewStrip::valueOf(std::size_t tensor) const {
  if (!m_summaries || tensor >= m_summaries->size()) return {};
  const auto& summary = (*m_summaries)[tensor];
  // Counters and indices stored as integers would dwarf every weight.
  const ElementType* type = m_checkpoint->tensors[tensor].type;
  if (!summary || !type->format || !type->format->floatSpec()) return {};
  double value = 0;
  switch (m_quantity) {
    case Quantity::AbsMax:
      value = summary->statistics.absMax;
      break;
    case Quantity::StandardDeviation:
      value = summary->statistics.standardDeviation;
      break;
    case Quantity::Kurtosis:
      value = std::max(0.0, summary->statistics.kurtosis);
      break;
    case Quantity::OutlierShare:
      value = static_cast<double>(summary->outlierColumns) /
              static_cast<double>(std::max<std::uint64_t>(1, summary->columns));
      break;
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

double OverviewStrip::slotWidth() const {
  return m_order.empty() ? 0 : std::min(24.0, width() / static_cast<double>(m_order.size()));
}

std::optional<std::size_t> OverviewStrip::slotAt(double x) const {
  if (slotWidth() <= 0 || x < 0) return {};
  const auto slot = static_cast<std::size_t>(x / slotWidth());
  return slot < m_order.size() ? std::optional(slot) : std::nullopt;
}

void OverviewStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const ThemeColors& colors = theme().colors();
  const double slot = slotWidth();
  // One column a tensor, or a pixel where there are more: its largest value, and whether any of its tensors is strange.
  struct Column {
    double value = -1;
    bool isStrange = false;
    bool isCurrent = false;
  };
  const std::size_t tensors = m_order.size();
  const double columnWidth = std::max(1.0, slot);
  std::vector<Column> columns(slot >= 1 ? tensors : std::min<std::size_t>(tensors, static_cast<std::size_t>(width())));
  double highest = 0;
  for (std::size_t i = 0; i < tensors && !columns.empty(); ++i) {
    const auto at = slot >= 1 ? i : static_cast<std::size_t>(static_cast<double>(i) * slot);
    Column& column = columns[std::min(at, columns.size() - 1)];
    column.isCurrent = column.isCurrent || m_current == m_order[i];
    const auto value = valueOf(m_order[i]);
    if (!value) continue;
    column.value = std::max(column.value, *value);
    column.isStrange = column.isStrange || (*m_summaries)[m_order[i]]->outlierColumns > 0;
    highest = std::max(highest, *value);
  }
  QColor calm = colors.series[0];
  calm.setAlpha(130);
  const double room = height() - 2.0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.value < 0 || highest <= 0) continue;
    const double bar = std::max(1.0, column.value / highest * room);
    painter.fillRect(QRectF(static_cast<double>(i) * columnWidth, height() - 1 - bar,
                            columnWidth > 4 ? columnWidth - 3 : columnWidth, bar),
                     column.isCurrent   ? colors.accent
                     : column.isStrange ? colors.plotOutlier
                                        : calm);
  }
  painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
  if (hasFocus()) {
    painter.setPen(colors.accent);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  if (const auto slot = slotAt(event->position().x()); slot && event->button() == Qt::LeftButton)
    Q_EMIT tensorChosen(m_order[*slot]);
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
  const bool forward = event->key() == Qt::Key_Right;
  if (m_order.empty() || (!forward && event->key() != Qt::Key_Left)) return QWidget::keyPressEvent(event);
  const auto current = m_current ? std::ranges::find(m_order, *m_current) : m_order.end();
  const std::size_t at = current != m_order.end() ? static_cast<std::size_t>(current - m_order.begin()) : 0;
  const std::size_t next = forward ? std::min(m_order.size() - 1, at + 1) : at - std::min<std::size_t>(at, 1);
  Q_EMIT tensorChosen(m_order[next]);
}

bool OverviewStrip::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  auto* help = static_cast<QHelpEvent*>(event);
  const auto slot = slotAt(help->pos().x());
  if (!slot) {
    QToolTip::hideText();
    return true;
  }
  const auto value = valueOf(m_order[*slot]);
  QToolTip::showText(help->globalPos(),
                     plainToolTip(shown(m_checkpoint->tensors[m_order[*slot]].name) + u'\n' +
                                  (value ? QString::fromStdString(shortest(*value)) : emDash())),
                     this);
  return true;
}

}  // namespace ulpscope
