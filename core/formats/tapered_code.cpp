// SPDX-License-Identifier: Apache-2.0
#include "core/formats/tapered_code.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/formats/codec.h"
#include "core/formats/root_e_power.h"

namespace ulpscope {
namespace {

constexpr int kPositExponentBits = 2;
constexpr int kTakumRegimeBits = 3;
constexpr int kLargestCharacteristic = 254, kSmallestCharacteristic = -255;

/// Takes a string apart from the left, beyond whose end there are zeros.
class BitReader {
 public:
  BitReader(std::uint64_t string, int bits) : m_word(string << (64 - bits)), m_left(bits) {}

  /// Bits of the string that were not taken yet.
  int left() const { return m_left; }
  bool first() const { return m_word >> 63 != 0; }
  /// How many bits equal to the first one follow each other.
  int run() const { return std::min(first() ? std::countl_one(m_word) : std::countl_zero(m_word), m_left); }
  /// Precondition: 0 <= count < 64.
  std::uint64_t take(int count) {
    const std::uint64_t value = count == 0 ? 0 : m_word >> (64 - count);
    m_word <<= count;
    m_left = std::max(m_left - count, 0);
    return value;
  }

 private:
  std::uint64_t m_word;
  int m_left;
};

/// Puts a string together from the left; what finds no room any more is the rest.
class BitWriter {
 public:
  explicit BitWriter(int bits) : m_room(bits) {}

  /// The low `count` bits of `value`. Precondition: 0 <= count <= 64.
  void put(std::uint64_t value, int count) {
    const int fits = std::min(count, m_room);
    if (fits > 0) m_cut.string = m_cut.string << fits | (value & lowMask(count)) >> (count - fits);
    m_cut.rest = m_cut.rest || (value & lowMask(count - fits)) != 0;
    m_room -= fits;
  }
  void putRun(bool bit, int count) {
    for (; count > 0 && m_room > 0; --count) put(bit ? 1 : 0, 1);
    putRest(bit && count > 0);
  }
  void putRest(bool rest) { m_cut.rest = m_cut.rest || rest; }
  /// With zeros where nothing was put.
  CutString finished() const { return {m_cut.string << m_room, m_cut.rest}; }

 private:
  CutString m_cut{};
  int m_room;
};

void takePositRegime(BitReader& reader, TaperedParts& parts) {
  const bool ones = reader.first();
  const int run = reader.run();
  parts.regimeBits = std::min(run + 1, reader.left());
  parts.regime = ones ? run - 1 : -run;
  reader.take(parts.regimeBits);
  parts.exponentBits = std::min(kPositExponentBits, reader.left());
  parts.exponent = reader.take(kPositExponentBits);
  parts.scale = (parts.regime << kPositExponentBits) + static_cast<int>(parts.exponent);
}

void takeTakumRegime(BitReader& reader, TaperedParts& parts) {
  parts.directionBits = 1;
  parts.upward = reader.take(1) != 0;
  parts.regimeBits = std::min(kTakumRegimeBits, reader.left());
  const auto field = static_cast<int>(reader.take(kTakumRegimeBits));
  parts.regime = parts.upward ? field : 7 - field;
  parts.exponentBits = std::min(parts.regime, reader.left());
  parts.exponent = reader.take(parts.regime);
  const auto offset = static_cast<int>(parts.exponent);
  parts.scale = parts.upward ? (1 << parts.regime) - 1 + offset : offset + 1 - (2 << parts.regime);
}

/// Of a posit of exponent `scale`: the regime r = floor(scale / 4) as r + 1 ones and a zero, or -r zeros and a one.
void putPositScale(int scale, BitWriter& writer) {
  const int regime = scale >> kPositExponentBits;
  const bool ones = regime >= 0;
  writer.putRun(ones, ones ? regime + 1 : -regime);
  writer.putRun(!ones, 1);
  writer.put(static_cast<std::uint64_t>(scale), kPositExponentBits);
}

/// Precondition: kSmallestCharacteristic <= characteristic <= kLargestCharacteristic.
void putCharacteristic(int characteristic, BitWriter& writer) {
  const bool upward = characteristic >= 0;
  const auto distance = static_cast<unsigned>(upward ? characteristic + 1 : -characteristic);  // 1 to 255
  const int regime = static_cast<int>(std::bit_width(distance)) - 1;
  const int field = upward ? regime : 7 - regime;
  const int offset = upward ? characteristic + 1 - (1 << regime) : characteristic - 1 + (2 << regime);
  writer.put(upward ? 1 : 0, 1);
  writer.put(static_cast<std::uint64_t>(field), kTakumRegimeBits);
  writer.put(static_cast<std::uint64_t>(offset), regime);
}

/// Of the numbers beyond all characteristics.
CutString beyondEveryString(bool large, int bits) { return {large ? lowMask(bits - 1) : 0, true}; }

bool hasCharacteristic(double scale) { return scale >= kSmallestCharacteristic && scale < kLargestCharacteristic + 1; }

/// Of a positive number and a value, neither of which is NaN or infinity: whether the value is larger. A value of 64
/// bits and sticky lies above a number of the same 64 bits, and counts as equal to one that is sticky as well.
bool isAbove(const Unrounded& value, const Unrounded& number) {
  if (value.kind == Unrounded::Kind::Zero) return false;
  if (value.exponent != number.exponent) return value.exponent > number.exponent;
  if (value.significand != number.significand) return value.significand > number.significand;
  return value.sticky && !number.sticky;
}

/// As cutToString. The logarithm in double is at most one string off, which comparing exact values mends.
CutString cutLogarithm(const Unrounded& number, int bits) {
  const double power = rootELogarithm(number);
  if (!hasCharacteristic(power)) return beyondEveryString(power > 0, bits);
  const auto characteristic = static_cast<int>(std::floor(power));
  BitWriter writer(bits);
  writer.put(0, 1);
  putCharacteristic(characteristic, writer);
  writer.put(static_cast<std::uint64_t>(std::ldexp(power - characteristic, kWidestTaperedString)),
             kWidestTaperedString);
  const auto valueOf = [bits](std::uint64_t string) { return valueOfString(Taper::LogarithmicTakum, string, bits); };
  std::uint64_t string = writer.finished().string;
  while (isAbove(valueOf(string), number)) --string;
  while (string < lowMask(bits - 1) && !isAbove(valueOf(string + 1), number)) ++string;
  const Unrounded value = valueOf(string);
  return {string, value.kind == Unrounded::Kind::Zero || isAbove(number, value)};
}

}  // namespace

TaperedParts takeApart(Taper taper, std::uint64_t string, int bits) {
  BitReader reader(string, bits);
  TaperedParts parts{};
  parts.negative = reader.take(1) != 0;
  if (taper == Taper::Posit)
    takePositRegime(reader, parts);
  else
    takeTakumRegime(reader, parts);
  parts.fractionBits = reader.left();
  parts.fraction = reader.take(parts.fractionBits);
  return parts;
}

Unrounded valueOfString(Taper taper, std::uint64_t string, int bits) {
  if (string == 0) return {};
  const TaperedParts parts = takeApart(taper, string, bits);
  if (taper == Taper::LogarithmicTakum)
    return rootEPower((std::int64_t{parts.scale} << parts.fractionBits) + static_cast<std::int64_t>(parts.fraction),
                      parts.fractionBits);
  return exactNumber(false, std::uint64_t{1} << parts.fractionBits | parts.fraction, parts.scale - parts.fractionBits);
}

CutString cutToString(Taper taper, const Unrounded& number, int bits) {
  if (taper == Taper::LogarithmicTakum) return cutLogarithm(number, bits);
  const int scale = number.exponent + 63;
  BitWriter writer(bits);
  writer.put(0, 1);
  if (taper == Taper::Posit) {
    putPositScale(scale, writer);
  } else {
    if (!hasCharacteristic(scale)) return beyondEveryString(scale > 0, bits);
    putCharacteristic(scale, writer);
  }
  writer.put(number.significand, 63);
  writer.putRest(number.sticky);
  return writer.finished();
}

}  // namespace ulpscope
