// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>

#include "core/formats/rounding.h"
#include "core/quantization/scheme.h"

namespace ulpscope {

/// How codes are chosen in place of a scheme's own way.
struct CodeRounding {
  Rounding mode = Rounding::NearestEven;  ///< not ToOdd
  std::uint64_t seed = 1;                 ///< Stochastic: element i is rounded by randomBits(seed, i)

  friend bool operator==(const CodeRounding&, const CodeRounding&) = default;
};

/// `scheme`, but that each code is chosen anew: of the two values that codes have beside the scale of a weight, on both
/// sides of it, the one that the rounding asks for; the end of the range for a weight beyond it. Scales, zero points
/// and all else are those that the scheme has found for its own rounding. Compared are the float32 values as they are
/// restored, in double: nothing is lost to a quotient. A tie goes to the code with an even number (NearestEven), or to
/// the value of larger magnitude (NearestAway), upward from zero.
///
/// Elements that are not finite, or that are restored from something else than a code, stay as the scheme has them. The
/// reference's packed bytes are left out. Unsupported for a scheme whose codes are no roundings
/// (SchemeInfo::notRounded); its id, knobs and bits are unchanged.
std::shared_ptr<const Scheme> roundedOtherwise(std::shared_ptr<const Scheme> scheme, const CodeRounding& rounding);

}  // namespace ulpscope
