// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/rounding.h"
#include "core/formats/unrounded.h"

namespace ulpscope {

/// Rounding::Stochastic between any two values: whether `random` sends `number` to `to` rather than back to `from`.
/// Exact, but for a sticky number, which counts as lying half a unit above its 64 bits. Preconditions: all are finite;
/// `from` and `to` differ and are not sticky; `number` lies between them.
bool drawnTo(const Unrounded& number, const Unrounded& from, const Unrounded& to, const RandomBits& random);

}  // namespace ulpscope
