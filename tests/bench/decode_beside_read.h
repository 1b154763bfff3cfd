// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <benchmark/benchmark.h>

#include "core/base/byte_source.h"

namespace ulpscope::bench {

/// Reads all of `source`, which makes its bytes when they are read, in chunks of 256 KiB, alternating with a read (sum)
/// of 256 MiB. Counters: `ratio`, the shortest time for a byte of the one over that of the other, and the rates of
/// both. What is made stays in the caches, as it does under statistics.
void decodeBesideRead(benchmark::State& state, const ByteSource& source);

}  // namespace ulpscope::bench
