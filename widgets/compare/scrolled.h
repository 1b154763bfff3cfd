// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
class QScrollArea;
class QWidget;

namespace ulpscope {

/// A picture in an area that scrolls it up and down where it needs more height than there is.
QScrollArea* scrolled(QWidget* picture);

}  // namespace ulpscope
