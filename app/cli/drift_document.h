// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "app/cli/json.h"
#include "app/cli/terminal.h"
#include "core/matmul/drift.h"

namespace ulpscope {

std::string_view idOf(MatrixEngine::Evidence evidence);

/// What `ulp matmul` says about engines, in their order.
Json enginesJson(const Drift& drift);
/// {"device", "library", "computeCapability", "products" [{..., "difference"}]}.
Json measuredJson(const DriftSettings& settings, const Drift& drift, const ProductDevice& device);

/// The same for people: a row an engine, with what was measured below it, and notes. `device` where it was asked for.
std::string driftTable(const DriftSettings& settings, const Drift& drift, const ProductDevice* device,
                       const Terminal& terminal);

}  // namespace ulpscope
