// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

class QFontMetrics;

namespace ulpscope {

/// A tensor's name within `width` px, so that what tells it from its neighbours stays: numbers whole, and the other
/// words between the dots cut to their first letters, from the left, those before the first number at once, the last
/// two last of all ("encoder.layer.10.output.dense.weight" becomes "e.l.10.out.dense.weight"). The first `shared`
/// characters, which all names around it begin with, give way before any of that, for an ellipsis. What is still too
/// wide is cut in the middle.
QString shortName(const QString& name, qsizetype shared, const QFontMetrics& metrics, int width);

}  // namespace ulpscope
