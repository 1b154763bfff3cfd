// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QTableView;

namespace ulpscope {

/// Makes each column as wide as its title and its widest text; column `stretched` takes the room that is left, -1:
/// none. Unlike QHeaderView's own way it looks at every row.
void fitColumns(QTableView& table, int stretched);

}  // namespace ulpscope
