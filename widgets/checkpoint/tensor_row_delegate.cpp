// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/tensor_row_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "widgets/models/tensor_tree_model.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kRowHeight = 27;
constexpr int kMargin = 6;
constexpr int kDot = 8;
constexpr int kIcon = 14;

QColor penOf(TensorTreeModel::Kind kind, bool isName) {
  const ThemeColors& colors = theme().colors();
  switch (kind) {
    case TensorTreeModel::Kind::Unreadable:
    case TensorTreeModel::Kind::Object:
    case TensorTreeModel::Kind::Suspicious:
      return colors.disabled;
    case TensorTreeModel::Kind::Part:
      return colors.muted;
    case TensorTreeModel::Kind::Group:
    case TensorTreeModel::Kind::Tensor:
      break;
  }
  return isName ? colors.text : colors.muted;
}

void paintOutline(QPainter& painter, const QRectF& rect, const TensorSummary& summary) {
  QPolygonF line;
  const double step = rect.width() / (TensorSummary::kOutline - 1);
  for (std::size_t i = 0; i < TensorSummary::kOutline; ++i)
    line << QPointF(rect.left() + static_cast<double>(i) * step,
                    rect.bottom() - static_cast<double>(summary.outline[i]) * rect.height());
  painter.setPen(QPen(theme().colors().muted, 1));
  painter.drawPolyline(line);
}

}  // namespace

TensorRowDelegate::TensorRowDelegate(const TensorTreeModel& model, QObject* parent)
    : QStyledItemDelegate(parent), m_model(model) {}

QSize TensorRowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  return {QStyledItemDelegate::sizeHint(option, index).width(), kRowHeight};
}

void TensorRowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const ThemeColors& colors = theme().colors();
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, colors.selection);
  QRect rect = option.rect.adjusted(kMargin, 0, -kMargin, 0);
  const TensorSummary* summary = m_model.summaryAt(index);
  const TensorTreeModel::Kind kind = m_model.kindAt(index);
  const bool isGroup = kind == TensorTreeModel::Kind::Group;
  const bool isObject = kind == TensorTreeModel::Kind::Object || kind == TensorTreeModel::Kind::Suspicious;

  if (isObject && index.column() != TensorTreeModel::Name) return painter->restore();
  if (index.column() == TensorTreeModel::Outline) {
    if (summary && summary->statistics.absMax > 0) paintOutline(*painter, QRectF(rect).adjusted(0, 6, 0, -7), *summary);
    painter->restore();
    return;
  }
  if (index.column() == TensorTreeModel::Name && summary && (summary->outlierColumns > 0 || summary->hasNonFinite())) {
    painter->setPen(Qt::NoPen);
    painter->setBrush(summary->hasNonFinite() ? colors.plotSpecial : colors.plotOutlier);
    painter->drawEllipse(QRectF(rect.right() - kDot, rect.center().y() - kDot / 2.0 + 0.5, kDot, kDot));
    rect.adjust(0, 0, -kDot - kMargin, 0);
  }
  if (index.column() == TensorTreeModel::Name && kind == TensorTreeModel::Kind::Suspicious) {
    const QRect icon(rect.left(), rect.center().y() - kIcon / 2, kIcon, kIcon);
    tintedIcon(QStringLiteral("warning"), colors.outlier).paint(painter, icon);
    rect.adjust(kIcon + kMargin, 0, 0, 0);
  }
  if (isGroup || isObject) {  // one cell: what is said of it stands at its end
    painter->setFont(theme().numbers(11));
    painter->setPen(isGroup ? colors.muted : colors.disabled);
    const QFontMetrics metrics = painter->fontMetrics();
    const QString note = metrics.elidedText(index.siblingAtColumn(TensorTreeModel::Size).data().toString(),
                                            Qt::ElideMiddle, rect.width() / 2);
    painter->drawText(rect, Qt::AlignVCenter | Qt::AlignRight, note);
    rect.adjust(0, 0, -metrics.horizontalAdvance(note) - 2 * kMargin, 0);
  }
  const bool isName = index.column() == TensorTreeModel::Name;
  const QFont font = isName ? theme().words(13, isGroup ? QFont::Medium : QFont::Normal) : theme().numbers(11);
  painter->setFont(font);
  painter->setPen(penOf(kind, isName));
  painter->drawText(rect, Qt::AlignVCenter | (isName ? Qt::AlignLeft : Qt::AlignRight),
                    QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideMiddle, rect.width()));
  if (option.state & QStyle::State_HasFocus && isName) {
    painter->setPen(QPen(colors.accent, 1));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5));
  }
  painter->restore();
}

}  // namespace ulpscope
