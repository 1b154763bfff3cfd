// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/hairline_delegate.h"

#include <QPainter>

#include "widgets/theme/theme.h"

namespace ulpscope {

void HairlineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem middle = option;
  middle.textElideMode = Qt::ElideMiddle;
  QStyledItemDelegate::paint(painter, middle, index);
  const QRect& r = option.rect;
  painter->fillRect(QRect(r.left(), r.bottom(), r.width(), 1), theme().colors().hairline);
}

void HairlineDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
  QStyledItemDelegate::initStyleOption(option, index);
  // The style writes selected text in the palette's text colour: that is the cell's own here.
  const QVariant tone = index.data(Qt::ForegroundRole);
  if (tone.isValid()) option->palette.setColor(QPalette::Text, tone.value<QColor>());
}

}  // namespace ulpscope
