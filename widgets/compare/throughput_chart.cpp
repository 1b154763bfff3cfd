// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare/throughput_chart.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/analysis/throughput.h"
#include "core/formats/number_format.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr double kTallestRow = 34;  // px
constexpr double kTitleHeight = 28;
constexpr double kLabelWidth = 84;
constexpr double kValueWidth = 150;
constexpr double kGap = 28;
constexpr double kSourceHeight = 17;     ///< of a line
constexpr double kRoomForSources = 240;  ///< from so much height on, they stand below the bars

using Rows = std::vector<const Throughput*>;

std::vector<Rows> byGpu() {
  std::vector<Rows> groups;
  for (const Throughput& row : publishedThroughput()) {
    if (groups.empty() || groups.back().front()->gpu != row.gpu) groups.emplace_back();
    groups.back().push_back(&row);
  }
  return groups;
}

struct Placed {
  const Throughput* row;
  QRectF rect;  ///< label, bar and value
};

double sourcesHeight(const QRectF& area) {
  return area.height() < kRoomForSources ? 0 : kSourceHeight * double(byGpu().size());
}

/// GPUs side by side, all rows equally high.
std::vector<Placed> layOut(const QRectF& area) {
  const auto groups = byGpu();
  std::size_t most = 1;
  for (const Rows& group : groups) most = std::max(most, group.size());
  const double width = (area.width() - kGap * double(groups.size() - 1)) / double(groups.size());
  const double height = std::min(kTallestRow, (area.height() - kTitleHeight - sourcesHeight(area)) / double(most));
  std::vector<Placed> placed;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::size_t r = 0; r < groups[g].size(); ++r)
      placed.push_back({groups[g][r], QRectF(area.left() + double(g) * (width + kGap),
                                             area.top() + kTitleHeight + double(r) * height, width, height)});
  return placed;
}

double ratioOf(const Throughput& row) { return throughputRatio(row.gpu, row.format).value_or(0); }

QString valueText(const Throughput& row) {
  return QStringLiteral("%1 %2 · %3×")
      .arg(grouped(std::uint64_t(row.teraPerSecond)) +
               QString::number(row.teraPerSecond - std::floor(row.teraPerSecond), 'g', 2).mid(1),
           qt(row.unit))
      .arg(quotedRatio(ratioOf(row)));
}

}  // namespace

ThroughputChart::ThroughputChart(QWidget* parent) : PaintedPlot(tr("Published dense throughput"), parent) {}

void ThroughputChart::paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  const auto placed = layOut(area);
  double largest = 1;
  for (const Placed& one : placed) largest = std::max(largest, ratioOf(*one.row));
  std::string_view gpu;
  for (const auto& [row, rect] : placed) {
    if (row->gpu != gpu) {
      gpu = row->gpu;
      painter.setFont(theme().words(12, QFont::DemiBold));
      painter.setPen(colors.text);
      painter.drawText(QRectF(rect.left(), area.top(), rect.width(), kTitleHeight), Qt::AlignLeft | Qt::AlignVCenter,
                       qt(gpu));
    }
    const NumberFormat* format = findFormat(row->format);
    painter.setFont(theme().words(12));
    painter.setPen(colors.text);
    painter.drawText(QRectF(rect.left(), rect.top(), kLabelWidth - 8, rect.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     format ? qt(format->info().title) : qt(row->format));
    const double room = rect.width() - kLabelWidth - kValueWidth;
    const double length = std::max(2.0, room * ratioOf(*row) / largest);
    const double height = std::round(rect.height() * 0.5);
    const QRectF bar(rect.left() + kLabelWidth, std::round(rect.center().y() - height / 2), length, height);
    painter.fillRect(bar, row->format == "float32" ? colors.disabled : colors.series[0]);
    painter.setFont(theme().words(12));  // the fixed face has no thin space
    painter.setPen(colors.muted);
    painter.drawText(QRectF(bar.right() + 8, rect.top(), kValueWidth, rect.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     valueText(*row));
  }
  paintSources(painter, area, colors);
}

void ThroughputChart::paintSources(QPainter& painter, const QRectF& area, const ThemeColors& colors) const {
  if (sourcesHeight(area) == 0) return;
  painter.setFont(theme().words(11));
  painter.setPen(colors.muted);
  QRectF line(area.left(), area.bottom() - sourcesHeight(area), area.width(), kSourceHeight);
  for (const Rows& group : byGpu()) {
    const QString text = QStringLiteral("%1: %2").arg(qt(group.front()->gpu), qt(group.front()->source));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, line.width()));
    line.translate(0, kSourceHeight);
  }
}

bool ThroughputChart::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return PaintedPlot::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  for (const auto& [row, rect] : layOut(this->rect()))
    if (rect.contains(help->pos())) {
      QToolTip::showText(help->globalPos(),
                         plainToolTip(tr("%1, %2\n%3").arg(valueText(*row), qt(row->engine), qt(row->source))), this);
      return true;
    }
  QToolTip::hideText();
  return true;
}

}  // namespace ulpscope
