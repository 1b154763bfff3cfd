// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/exact_sum.h"

#include <bit>
#include <cmath>
#include <cstddef>

#include "core/formats/codec.h"

namespace ulpscope {
namespace {

__extension__ using Wide = unsigned __int128;  // of GCC and clang on every 64-bit machine

constexpr std::uint64_t kLow32 = 0xFFFFFFFF;

/// What a limb, of 32 bits, may gather before carries are due: 2^30 additions of less than 2^32.
constexpr std::uint32_t kCarryAfter = 1u << 30;

struct Parts {
  std::uint64_t significand;
  int lastPlace;
};

Parts partsOf(double value) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value);
  return {significandOf(kFloat64Spec, magnitudeOf(kFloat64Spec, bits)).bits,
          significandOf(kFloat64Spec, magnitudeOf(kFloat64Spec, bits)).exponent};
}

}  // namespace

void ExactSum::addProduct(double a, double b) {
  if (!std::isfinite(a) || !std::isfinite(b)) {
    const double product = a * b;
    m_isNan = m_isNan || std::isnan(product);
    m_isPositive = m_isPositive || product > 0;
    m_isNegative = m_isNegative || product < 0;
    return;
  }
  const Parts x = partsOf(a);
  const Parts y = partsOf(b);
  const Wide product = static_cast<Wide>(x.significand) * y.significand;
  if (product == 0) return;
  addShifted(static_cast<std::uint64_t>(product), static_cast<std::uint64_t>(product >> 64), x.lastPlace + y.lastPlace,
             std::signbit(a) != std::signbit(b));
}

void ExactSum::addShifted(std::uint64_t low, std::uint64_t high, int lastPlace, bool negative) {
  const int position = lastPlace - kLastPlace;
  const auto limb = static_cast<std::size_t>(position) / 32;
  const int shift = position % 32;
  const Wide value = static_cast<Wide>(high) << 64 | low;  // of at most 106 bits
  Wide rest = value >> (32 - shift);
  const std::uint64_t first = static_cast<std::uint64_t>(value << shift) & kLow32;
  m_limbs[limb] += negative ? -static_cast<std::int64_t>(first) : static_cast<std::int64_t>(first);
  for (std::size_t at = limb + 1; rest != 0; ++at, rest >>= 32) {
    const auto part = static_cast<std::int64_t>(static_cast<std::uint64_t>(rest) & kLow32);
    m_limbs[at] += negative ? -part : part;
  }
  if (++m_sinceCarry == kCarryAfter) carry();
}

void ExactSum::carry() {
  for (std::size_t i = 0; i + 1 < kLimbs; ++i) {
    m_limbs[i + 1] += m_limbs[i] >> 32;
    m_limbs[i] &= static_cast<std::int64_t>(kLow32);
  }
  m_sinceCarry = 0;
}

Unrounded ExactSum::total() const {
  if (m_isNan || (m_isPositive && m_isNegative)) return {.kind = Unrounded::Kind::Nan};
  if (m_isPositive || m_isNegative) return {.kind = Unrounded::Kind::Infinity, .negative = m_isNegative};
  ExactSum sum = *this;
  sum.carry();
  const bool negative = sum.m_limbs.back() < 0;
  if (negative) {
    for (std::int64_t& limb : sum.m_limbs) limb = -limb;
    sum.carry();
  }
  std::size_t top = kLimbs;
  while (top > 0 && sum.m_limbs[top - 1] == 0) --top;
  if (top == 0) return {};
  // The leading three limbs hold at least 65 bits; what is below them is sticky.
  Wide leading = 0;
  for (std::size_t i = 0; i < 3; ++i)
    leading = leading << 32 | (top > i ? static_cast<std::uint64_t>(sum.m_limbs[top - 1 - i]) : 0);
  int lastPlace = kLastPlace + 32 * (static_cast<int>(top) - 3);
  bool sticky = false;
  for (std::size_t i = 0; i + 3 < top; ++i) sticky = sticky || sum.m_limbs[i] != 0;
  int drop = 0;
  while (leading >> drop >> 64 != 0) ++drop;
  sticky = sticky || (leading & ((static_cast<Wide>(1) << drop) - 1)) != 0;
  lastPlace += drop;
  Unrounded number = exactNumber(negative, static_cast<std::uint64_t>(leading >> drop), lastPlace);
  number.sticky = sticky;
  return number;
}

double ExactSum::toDouble() const {
  return std::bit_cast<double>(encodeFloat(kFloat64Spec, total(), Rounding::NearestEven, Overflow::Infinity).code);
}

float ExactSum::toFloat() const {
  return decodeToFloat(kFloat32Spec,
                       encodeFloat(kFloat32Spec, total(), Rounding::NearestEven, Overflow::Infinity).code);
}

}  // namespace ulpscope
