// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "app/cli/options.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// How numbers are rounded, as the command line asks for it.
struct RoundingRequest {
  Rounding rounding;
  Overflow overflow;
  std::uint64_t seed;
  int randomBits;

  /// For element `index` of an array; a single number is element 0.
  RoundingChoice at(std::uint64_t index) const { return {rounding, ulpscope::randomBits(seed, index, randomBits)}; }
};

/// The options --rounding, --overflow, --seed and --random-bits.
class RoundingOptions {
 public:
  void declare(Options& options);
  /// Usage if an id is unknown, --random-bits is out of range, or random bits are asked for that no mode would use.
  Result<RoundingRequest> read() const;
  /// Whether any of them is on the command line.
  bool isGiven() const { return m_rounding || m_overflow || m_seed || m_randomBits; }

 private:
  std::optional<std::string> m_rounding;
  std::optional<std::string> m_overflow;
  std::optional<std::uint64_t> m_seed;
  std::optional<std::uint64_t> m_randomBits;
};

}  // namespace ulpscope
