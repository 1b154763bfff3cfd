// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/base/cursor.h"
#include "core/base/result.h"
#include "core/checkpoint/pickle/graph.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// Reads one pickle of protocol 0 to 5 from `cursor` (over graph.source()) up to its STOP, and gives what it leaves.
/// Nothing is imported, called or built: names, calls and objects become nodes of `graph`. Corrupt where Python's own
/// machine could not go on; LimitExceeded, Cancelled. Names met before an error stay in graph.globals().
Result<PickleValue> readPickle(Cursor& cursor, PickleGraph& graph, const PickleLimits& limits, const JobContext& job);

/// The first bytes can be those of a pickle of protocol 2 or later: PROTO, its number, and an opcode.
bool beginsLikePickle(const ByteSource& file);

}  // namespace ulpscope
