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

OverviewStrip::OverviewStrip(QWidget* parent) : PaintedPlot(tr("Overview of all tensors"), parent) {
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void OverviewStrip::setIndex(std::shared_ptr<const TensorIndex> index,
                             const std::vector<std::optional<TensorSummary>>* summaries) {
  m_index = std::move(index);
  m_summaries = summaries;
  m_current.reset();
  refresh();
}

void OverviewStrip::setQuantity(Quantity quantity) {
  m_quantity = quantity;
  refresh();
}

void OverviewStrip::refresh() {
  m_barsWidth = -1;
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
  const ElementType* type = m_index->checkpoint->tensors[tensor].type;
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

const std::vector<std::size_t>& OverviewStrip::weights() const {
  static const std::vector<std::size_t> kNone;
  return m_index ? m_index->weights : kNone;
}

double OverviewStrip::slotWidth(double width) const {
  return weights().empty() ? 0 : std::min(24.0, width / static_cast<double>(weights().size()));
}

std::optional<std::size_t> OverviewStrip::slotAt(double x) const {
  if (weights().empty() || x < 0) return {};
  const auto slot = static_cast<std::size_t>(x / slotWidth(width()));
  return slot < weights().size() ? std::optional(slot) : std::nullopt;
}

/// One bar a tensor, or a pixel where there are more tensors than pixels.
void OverviewStrip::measureBars(double width) const {
  if (m_barsWidth == width) return;
  m_barsWidth = width;
  m_highest = 0;
  const std::size_t tensors = weights().size();
  const double slot = slotWidth(width);
  m_bars.assign(slot >= 1 ? tensors : std::min(tensors, static_cast<std::size_t>(width)), Bar());
  for (std::size_t i = 0; i < tensors && !m_bars.empty(); ++i) {
    const auto value = valueOf(weights()[i]);
    if (!value) continue;
    const auto at = slot >= 1 ? i : static_cast<std::size_t>(static_cast<double>(i) * slot);
    Bar& bar = m_bars[std::min(at, m_bars.size() - 1)];
    bar.value = std::max(bar.value, *value);
    bar.isStrange = bar.isStrange || (*m_summaries)[weights()[i]]->outlierColumns > 0;
    m_highest = std::max(m_highest, *value);
  }
}

void OverviewStrip::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  measureBars(area.width());
  const double slot = slotWidth(area.width());
  const double columnWidth = std::max(1.0, slot);
  const auto current = m_current ? std::ranges::find(weights(), *m_current) : weights().end();
  const auto currentAt = static_cast<double>(current - weights().begin()) * (slot >= 1 ? 1 : slot);
  QColor calm = colors.series[0];
  calm.setAlpha(130);
  const double room = area.height() - 2.0;
  for (std::size_t i = 0; i < m_bars.size(); ++i) {
    const Bar& bar = m_bars[i];
    if (bar.value < 0 || m_highest <= 0) continue;
    const double height = std::max(1.0, bar.value / m_highest * room);
    const bool isCurrent = current != weights().end() && i == static_cast<std::size_t>(currentAt);
    painter.fillRect(QRectF(area.left() + static_cast<double>(i) * columnWidth, area.bottom() - 1 - height,
                            columnWidth > 4 ? columnWidth - 3 : columnWidth, height),
                     isCurrent       ? colors.accent
                     : bar.isStrange ? colors.plotOutlier
                                     : calm);
  }
  painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), colors.hairline);
}

void OverviewStrip::paintMarks(QPainter& painter) const {
  if (!hasFocus()) return;
  painter.setPen(theme().colors().accent);
  painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  if (const auto slot = slotAt(event->position().x()); slot && event->button() == Qt::LeftButton)
    Q_EMIT tensorChosen(weights()[*slot]);
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
  const bool forward = event->key() == Qt::Key_Right;
  if (weights().empty() || (!forward && event->key() != Qt::Key_Left)) return PaintedPlot::keyPressEvent(event);
  const auto current = m_current ? std::ranges::find(weights(), *m_current) : weights().end();
  const std::size_t at = current != weights().end() ? static_cast<std::size_t>(current - weights().begin()) : 0;
  const std::size_t next = forward ? std::min(weights().size() - 1, at + 1) : at - std::min<std::size_t>(at, 1);
  Q_EMIT tensorChosen(weights()[next]);
}

Table OverviewStrip::table() const {
  static constexpr const char* kNames[] = {"absMax", "standardDeviation", "kurtosis", "shareOfOutlierColumns"};
  Table table{{"tensor", kNames[static_cast<std::size_t>(m_quantity)]}, {}};
  for (const std::size_t tensor : weights()) {
    const std::string& name = m_index->checkpoint->tensors[tensor].name;
    const auto value = valueOf(tensor);
    table.rows.push_back({printable(name, name.size() * 8), value ? shortest(*value) : std::string()});
  }
  return table;
}

bool OverviewStrip::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return PaintedPlot::event(event);
  auto* help = static_cast<QHelpEvent*>(event);
  const auto slot = slotAt(help->pos().x());
  if (!slot) {
    QToolTip::hideText();
    return true;
  }
  const auto value = valueOf(weights()[*slot]);
  QToolTip::showText(help->globalPos(),
                     plainToolTip(shown(m_index->checkpoint->tensors[weights()[*slot]].name) + u'\n' +
                                  (value ? QString::fromStdString(shortest(*value)) : emDash())),
                     this);
  return true;
}

}  // namespace ulpscope
