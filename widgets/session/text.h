// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Text of our own (ids, titles, numbers), as it is. Text from a file goes through shown().
inline QString qt(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

/// Text from a file, made safe to show (see printable()). Still to be shown as Qt::PlainText only: Qt takes "<img ...>"
/// in a label or tooltip for markup.
QString shown(std::string_view text);

/// For tooltips and item views' ToolTipRole, which have no text format of their own: markup characters escaped.
QString plainToolTip(const QString& text);

/// "1 234 567", with thin spaces.
QString grouped(std::uint64_t count);

/// "384 × 1536"; an em dash for a scalar.
QString shapeText(std::span<const std::uint64_t> shape);

/// The position of element `index` (row-major) in a tensor of `shape`: "[17, 305]".
QString positionText(std::span<const std::uint64_t> shape, std::uint64_t index);

/// The file name of a checkpoint, without its folders.
QString titleOf(const Checkpoint& checkpoint);

/// "BF16", "Q4_K"; for a type we do not know, its name in the file.
QString typeText(const TensorInfo& tensor);

/// One sentence. Precondition: !tensor.isReadable().
QString whyUnreadable(const TensorInfo& tensor);

/// "query, layer 3, expert 7"; empty where its name does not tell.
QString placeText(const Checkpoint& checkpoint, const TensorInfo& tensor);

/// "8-bit floats".
QString titleOf(FormatFamily family);

/// "2026-11-28 09:00", here.
QString timeText(std::int64_t secondsSince1970);

inline QString emDash() { return QStringLiteral("\u2014"); }

}  // namespace ulpscope
