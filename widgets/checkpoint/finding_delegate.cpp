// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/finding_delegate.h"

#include <QPainter>
#include <QTextLayout>

#include "widgets/models/findings_model.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kRowHeight = 66;
constexpr int kMargin = 8;
constexpr int kDot = 8;
constexpr int kMostLines = 2;

QColor colorOf(Severity severity) {
  const ThemeColors& colors = theme().colors();
  switch (severity) {
    case Severity::Error:
      return colors.plotBad;
    case Severity::Warning:
      return colors.plotOutlier;
    case Severity::Note:
      break;
  }
  return colors.disabled;
}

/// As many lines of `text` as there is room for, the last cut off where more follows.
void paintLines(QPainter& painter, const QRect& rect, const QString& text) {
  QTextLayout layout(text, painter.font());
  layout.beginLayout();
  int y = rect.top();
  for (int line = 0; line < kMostLines; ++line) {
    QTextLine each = layout.createLine();
    if (!each.isValid()) break;
    each.setLineWidth(rect.width());
    const bool isLast = line + 1 == kMostLines;
    const QString words =
        isLast ? painter.fontMetrics().elidedText(text.mid(each.textStart()), Qt::ElideRight, rect.width())
               : text.mid(each.textStart(), each.textLength());
    painter.drawText(QRect(rect.left(), y, rect.width(), int(each.height())), Qt::AlignLeft | Qt::AlignVCenter, words);
    y += int(each.height());
  }
  layout.endLayout();
}

}  // namespace

FindingDelegate::FindingDelegate(const FindingsModel& model, QObject* parent)
    : QStyledItemDelegate(parent), m_model(model) {}

QSize FindingDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
  return {option.rect.width(), kRowHeight};
}

void FindingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  const ThemeColors& colors = theme().colors();
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, colors.selection);
  const QRect rect = option.rect.adjusted(kMargin, kMargin, -kMargin, -kMargin);
  painter->setFont(theme().words(13, QFont::Medium));
  const int titleHeight = painter->fontMetrics().height();
  painter->setPen(Qt::NoPen);
  painter->setBrush(colorOf(m_model.findingAt(index).severity));
  painter->drawEllipse(QRectF(rect.left(), rect.top() + (titleHeight - kDot) / 2.0, kDot, kDot));
  const QRect text = rect.adjusted(kDot + kMargin, 0, 0, 0);
  painter->setPen(colors.text);
  painter->drawText(QRect(text.left(), text.top(), text.width(), titleHeight), Qt::AlignLeft | Qt::AlignVCenter,
                    painter->fontMetrics().elidedText(m_model.titleAt(index), Qt::ElideMiddle, text.width()));
  painter->setFont(theme().words(12));
  painter->setPen(colors.muted);
  paintLines(*painter, text.adjusted(0, titleHeight + 2, 0, 0), index.data().toString());
  painter->setBrush(Qt::NoBrush);
  painter->setPen(QPen(colors.hairline, 1));
  painter->drawLine(QPointF(text.left(), option.rect.bottom() + 0.5),
                    QPointF(text.right(), option.rect.bottom() + 0.5));
  if (option.state & QStyle::State_HasFocus) {
    painter->setPen(QPen(colors.accent, 1));
    painter->drawRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5));
  }
  painter->restore();
}

}  // namespace ulpscope
