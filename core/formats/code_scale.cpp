// SPDX-License-Identifier: Apache-2.0
#include "core/formats/code_scale.h"

#include "core/formats/codec.h"
#include "core/formats/limits.h"

namespace ulpscope {
namespace {

constexpr int kWidePlaces = 1 << 16;

/// The lowest code of two's complement.
std::uint64_t topBit(const NumberFormat& format) { return std::uint64_t{1} << (format.info().codeBits - 1); }

/// share / shares of `whole`, rounded down, without leaving 64 bits: share <= shares <= 2^16.
std::uint64_t part(std::uint64_t whole, std::uint64_t share, std::uint64_t shares) {
  return whole / shares * share + whole % shares * share / shares;
}

}  // namespace

CodeScale::CodeScale(const NumberFormat& format) : m_format(&format) {
  if (format.info().codeBits <= kEnumerableBits) {
    m_order.emplace(format);
    m_nanCodes = m_order->nanCodes();
    return;
  }
  const FloatSpec* spec = format.floatSpec();
  if (spec == nullptr) {
    m_nanCodes = 1;
    m_numbers = lowMask(format.info().codeBits);
    return;
  }
  m_nanCodes = limitsOf(format).nanCodes;
  m_largest = largestFiniteMagnitude(*spec) + (hasInfinity(*spec) ? 1 : 0);
  m_smallestNegative = hasNegativeZero(*spec) ? 0 : 1;
  m_numbers = m_largest + 1 + (spec->signBits != 0 ? m_largest - m_smallestNegative + 1 : 0);
}

int CodeScale::places() const { return m_order ? static_cast<int>(m_order->codes().size()) : kWidePlaces; }

std::uint64_t CodeScale::numbers() const { return m_order ? m_order->codes().size() : m_numbers; }

std::uint64_t CodeScale::codeAt(int place) const {
  if (m_order) return m_order->codes()[static_cast<std::size_t>(place)];
  return codeOfRank(part(m_numbers - 1, static_cast<std::uint64_t>(place), kWidePlaces - 1));
}

std::optional<int> CodeScale::placeOf(std::uint64_t code) const {
  if (m_format->classify(code) == NumberClass::Nan) return std::nullopt;
  if (m_order) return static_cast<int>(*m_order->rankOf(code));
  // Exact for the codes that have a place: codeAt rounds down by less than one, and a place is at least 2^4 codes.
  const std::uint64_t rank = rankOf(code);
  const double share = static_cast<double>(rank) / static_cast<double>(m_numbers - 1);
  return static_cast<int>(share * (kWidePlaces - 1) + 0.5);
}

std::uint64_t CodeScale::above(std::uint64_t code) const {
  return m_order ? numbers() - 1 - *m_order->rankOf(code) : m_numbers - 1 - rankOf(code);
}

std::uint64_t CodeScale::rankOf(std::uint64_t code) const {
  const FloatSpec* spec = m_format->floatSpec();
  if (spec == nullptr) return ((code ^ topBit(*m_format)) & lowMask(m_format->info().codeBits)) - 1;
  const std::uint64_t magnitude = magnitudeOf(*spec, code);
  if (spec->signBits == 0) return magnitude;
  return isNegative(*spec, code) ? m_largest - magnitude : m_largest - m_smallestNegative + 1 + magnitude;
}

std::uint64_t CodeScale::codeOfRank(std::uint64_t rank) const {
  const FloatSpec* spec = m_format->floatSpec();
  if (spec == nullptr) return ((rank + 1) ^ topBit(*m_format)) & lowMask(m_format->info().codeBits);
  if (spec->signBits == 0) return makeCode(*spec, false, rank);
  const std::uint64_t negatives = m_largest - m_smallestNegative + 1;
  return rank < negatives ? makeCode(*spec, true, m_largest - rank) : makeCode(*spec, false, rank - negatives);
}

}  // namespace ulpscope
