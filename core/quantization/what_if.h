// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/quantization/other_rounding.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// What is tried on a tensor before and around a scheme.
struct WhatIf {
  std::uint64_t outlierEvery = 0;             ///< one element in so many, at random, becomes an outlier; 0: none
  float outlierFactor = 20;                   ///< and is multiplied by this
  std::uint64_t keptColumns = 0;              ///< columns with the largest elements that stay in binary16
  std::uint64_t keptElements = 0;             ///< elements of the largest magnitude, of the other columns, that do
  std::optional<CodeRounding> rounding = {};  ///< nullopt: as each scheme rounds

  bool injects() const { return outlierEvery != 0 && outlierFactor != 1; }
  bool keeps() const { return keptColumns != 0 || keptElements != 0; }
  friend bool operator==(const WhatIf&, const WhatIf&) = default;
};

/// Multiplies each element for which a draw of mt19937 (seed 7, one draw an element) is a multiple of `every`; returns
/// how many.
std::uint64_t injectOutliers(std::span<float> values, std::uint64_t every, float factor);

/// The columns of largest absolute maximum, largest first; of equal ones the first. NaN counts as the largest. At most
/// as many as there are.
std::vector<std::uint64_t> largestColumns(const MatrixView& matrix, std::uint64_t count);

/// `scheme` with another rounding (roundedOtherwise()) and around what is kept; the scheme itself where nothing is
/// tried of it. Kept elements are zero for it, so that they do not stretch any scale, and are restored as binary16
/// (nearest even; beyond 65504 they become infinite there). A kept column costs 16 bits an element instead of the
/// scheme's code, which is stored all the same, and 32 for its index; a kept element 16 and 32. `scheme` outlives what
/// is returned; its id and knobs are unchanged.
std::shared_ptr<const Scheme> trying(const Scheme& scheme, const WhatIf& what);

}  // namespace ulpscope
