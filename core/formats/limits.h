// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/formats/number_format.h"

namespace ulpscope {

/// The numbers of a finfo, as codes where they are values of the format. By enumeration of every code for formats of up
/// to 16 bits, from the layout for wider ones. nullopt: the format has no such value.
struct FormatLimits {
  std::uint64_t largest;
  std::uint64_t lowest;                            ///< most negative finite, or zero in unsigned formats
  std::optional<std::uint64_t> smallestNormal;     ///< positive
  std::optional<std::uint64_t> smallestSubnormal;  ///< positive
  std::optional<std::string> epsilon;              ///< next(1) - 1, exact decimal (irrational: 17 digits)
  std::optional<std::string> epsilonBelow;         ///< 1 - previous(1), exact decimal; not always half of epsilon
  std::optional<std::string> resolution;           ///< 10^-digits10, as finfo of torch and NumPy call it
  bool hasInfinity;
  bool hasNegativeZero;
  std::uint64_t nanCodes;
  std::uint64_t finiteValues;  ///< distinct; both zeros count once
};

FormatLimits limitsOf(const NumberFormat& format);

}  // namespace ulpscope
