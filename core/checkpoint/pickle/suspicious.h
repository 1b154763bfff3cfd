// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/checkpoint/pickle/graph.h"

namespace ulpscope {

/// Whether a name of Python code, once imported and called, can run commands, load code or reach files and the
/// network. Nothing depends on it but what the user is told: no name is ever imported here, known or not.
bool isSuspicious(const PickleGlobal& global);

}  // namespace ulpscope
