// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "core/report/table.h"

namespace ulpscope {

class TensorTreeModel;

/// Every tensor that the list shows, in its order, to be taken away: all that is known of each, numbers with every
/// digit. What was not read yet is empty.
Table tensorTable(const TensorTreeModel& model);

}  // namespace ulpscope
