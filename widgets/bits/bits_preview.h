// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QRectF>

class QPainter;

namespace ulpscope {

/// The explorer's picture for the first page: the bits of -27.15625 in binary16, in the colours of their fields, over
/// the value. As small as the rectangle asks for.
void paintBitsPreview(QPainter& painter, const QRectF& rect);

}  // namespace ulpscope
