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

OverviewStrip::OverviewStrip(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Overview of all tensors"));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void OverviewStrip::setSummaries(const std::vector<std::optional<TensorSummary>>* summaries, QStringList names) {
  m_summaries = summaries;
  m_names = std::move(names);
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
  if (!summary) return {};
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
  const double tensors = m_summaries ? static_cast<double>(m_summaries->size()) : 0;
  return tensors > 0 ? std::min(24.0, width() / tensors) : 0;
}

std::optional<std::size_t> OverviewStrip::tensorAt(double x) const {
  if (slotWidth() <= 0 || x < 0) return {};
  const auto tensor = static_cast<std::size_t>(x / slotWidth());
  return tensor < m_summaries->size() ? std::optional(tensor) : std::nullopt;
}

void OverviewStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const ThemeColors& colors = theme().colors();
  if (m_summaries) {
    double highest = 0;
    for (std::size_t i = 0; i < m_summaries->size(); ++i) highest = std::max(highest, valueOf(i).value_or(0));
    const double slot = slotWidth();
    const double room = height() - 2.0;
    QColor calm = colors.series[0];
    calm.setAlpha(130);
    // Low bars first would hide nothing, but the selected and the strange ones must stay visible where bars overlap.
    const auto paintBar = [&](std::size_t i, const QColor& color) {
      const auto value = valueOf(i);
      if (!value || highest <= 0) return;
      const double bar = std::max(1.0, *value / highest * room);
      const double left = static_cast<double>(i) * slot;
      painter.fillRect(QRectF(left, height() - 1 - bar, std::max(1.0, slot > 4 ? slot - 3 : slot), bar), color);
    };
    for (std::size_t i = 0; i < m_summaries->size(); ++i) paintBar(i, calm);
    for (std::size_t i = 0; i < m_summaries->size(); ++i)
      if ((*m_summaries)[i] && (*m_summaries)[i]->outlierColumns > 0) paintBar(i, colors.plotOutlier);
    if (m_current) paintBar(*m_current, colors.accent);
  }
  painter.fillRect(0, height() - 1, width(), 1, colors.hairline);
  if (hasFocus()) {
    painter.setPen(colors.accent);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
  if (const auto tensor = tensorAt(event->position().x()); tensor && event->button() == Qt::LeftButton)
    Q_EMIT tensorChosen(*tensor);
}

void OverviewStrip::keyPressEvent(QKeyEvent* event) {
  const bool forward = event->key() == Qt::Key_Right;
  if (!m_summaries || m_summaries->empty() || (!forward && event->key() != Qt::Key_Left))
    return QWidget::keyPressEvent(event);
  const std::size_t last = m_summaries->size() - 1;
  const std::size_t at = m_current.value_or(0);
  Q_EMIT tensorChosen(forward ? std::min(last, at + 1) : at - std::min<std::size_t>(at, 1));
}

bool OverviewStrip::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  auto* help = static_cast<QHelpEvent*>(event);
  const auto tensor = tensorAt(help->pos().x());
  if (!tensor) {
    QToolTip::hideText();
    return true;
  }
  const auto value = valueOf(*tensor);
  QToolTip::showText(help->globalPos(),
                     plainToolTip(m_names.value(static_cast<qsizetype>(*tensor)) + u'\n' +
                                  (value ? QString::fromStdString(shortest(*value)) : emDash())),
                     this);
  return true;
}

}  // namespace ulpscope
