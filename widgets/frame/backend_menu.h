// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;

namespace ulpscope {

class Session;

/// Fills the menu with who may compute, the chosen one ticked, and the way to the settings.
void fillBackendMenu(QMenu& menu, Session& session);

}  // namespace ulpscope
