// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/rounding_options.h"

#include <fmt/format.h>

#include "app/cli/lookup.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostRandomBits = 32;
constexpr Rounding kRounding = Rounding::NearestEven;
constexpr Overflow kOverflow = Overflow::Format;

}  // namespace

void RoundingOptions::declare(Options& options) {
  options.option("--rounding", "R", m_rounding, fmt::format("{} (default: {})", roundingIds(), idOf(kRounding)));
  options.option("--overflow", "O", m_overflow, fmt::format("{} (default: {})", overflowIds(), idOf(kOverflow)));
  options.option("--seed", "N", m_seed, "Of --rounding stochastic (default: 0)");
  options.option("--random-bits", "N", m_randomBits, "Random bits a number, of --rounding stochastic (default: 32)");
}

Result<RoundingRequest> RoundingOptions::read() const {
  const auto rounding = roundingOf(m_rounding.value_or(std::string(idOf(kRounding))));
  if (!rounding) return tl::unexpected(rounding.error());
  const auto overflow = overflowOf(m_overflow.value_or(std::string(idOf(kOverflow))));
  if (!overflow) return tl::unexpected(overflow.error());
  if ((m_seed || m_randomBits) && *rounding != Rounding::Stochastic)
    return fail(Errc::Usage, "--seed and --random-bits expected with --rounding stochastic only");
  const std::uint64_t bits = m_randomBits.value_or(kMostRandomBits);
  if (bits < 1 || bits > kMostRandomBits)
    return fail(Errc::Usage, fmt::format("--random-bits takes 1 to {}, found {}", kMostRandomBits, bits));
  return RoundingRequest{*rounding, *overflow, m_seed.value_or(0), static_cast<int>(bits)};
}

}  // namespace ulpscope
