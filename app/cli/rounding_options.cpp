// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/rounding_options.h"

#include <fmt/format.h>

#include "app/cli/lookup.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostRandomBits = 32;

}  // namespace

void RoundingOptions::declare(Options& options) {
  options.option("--rounding", "R", m_rounding, roundingIds());
  options.option("--overflow", "O", m_overflow, overflowIds());
  options.option("--seed", "N", m_seed, "Of --rounding stochastic (default: 0)");
  options.option("--random-bits", "N", m_randomBits, "Random bits a number, of --rounding stochastic (default: 32)");
}

Result<RoundingRequest> RoundingOptions::read() const {
  const auto rounding = roundingOf(m_rounding);
  if (!rounding) return tl::unexpected(rounding.error());
  const auto overflow = overflowOf(m_overflow);
  if (!overflow) return tl::unexpected(overflow.error());
  if ((m_seed || m_randomBits) && *rounding != Rounding::Stochastic)
    return fail(Errc::Usage, "--seed and --random-bits expected with --rounding stochastic only");
  const std::uint64_t bits = m_randomBits.value_or(kMostRandomBits);
  if (bits < 1 || bits > kMostRandomBits)
    return fail(Errc::Usage, fmt::format("--random-bits takes 1 to {}, found {}", kMostRandomBits, bits));
  return RoundingRequest{*rounding, *overflow, m_seed.value_or(0), static_cast<int>(bits)};
}

}  // namespace ulpscope
