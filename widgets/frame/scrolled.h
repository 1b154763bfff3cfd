// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
class QScrollArea;
class QWidget;

namespace ulpscope {

/// `content` in an area that scrolls it up and down where it needs more height than there is, without a frame or a
/// background of its own. At least `lowest` px high.
QScrollArea* scrolled(QWidget* content, int lowest = 0);

}  // namespace ulpscope
