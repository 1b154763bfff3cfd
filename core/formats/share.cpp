// SPDX-License-Identifier: Apache-2.0
#include "core/formats/share.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>

namespace ulpscope {
namespace {

using boost::multiprecision::cpp_int;

/// number / 2^exponent. Precondition: that is an integer.
cpp_int scaled(const Unrounded& number, int exponent) {
  if (number.kind == Unrounded::Kind::Zero) return 0;
  cpp_int integer = number.significand;
  integer <<= number.exponent - exponent;
  if (number.sticky) bit_set(integer, static_cast<unsigned>(number.exponent - exponent - 1));  // which was zero
  return number.negative ? cpp_int(-integer) : integer;
}

int lastPlace(const Unrounded& number, int otherwise) {
  if (number.kind == Unrounded::Kind::Zero) return otherwise;
  return number.exponent - (number.sticky ? 1 : 0);
}

}  // namespace

bool drawnTo(const Unrounded& number, const Unrounded& from, const Unrounded& to, const RandomBits& random) {
  const int place = lastPlace(from, lastPlace(to, 0));
  const int exponent = std::min({lastPlace(number, place), lastPlace(from, place), lastPlace(to, place)});
  const cpp_int origin = scaled(from, exponent);
  const cpp_int way = abs(scaled(to, exponent) - origin);
  const cpp_int gone = abs(scaled(number, exponent) - origin);
  return (gone << (random.count + 1)) > way * (2 * random.value + 1);
}

}  // namespace ulpscope
