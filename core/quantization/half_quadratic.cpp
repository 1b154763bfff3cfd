// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/half_quadratic.h"

#include <cmath>

namespace ulpscope {
namespace {

constexpr auto kExponent = static_cast<float>(0.7 - 1);

/// A number as the sum of two binary32, the second what the first leaves.
struct Pair {
  float high, low;
};

Pair operator*(Pair a, float b) {
  const float product = a.high * b;
  return {product, std::fma(a.low, b, std::fma(a.high, b, -product))};
}

Pair operator*(Pair a, Pair b) {
  const float product = a.high * b.high;
  return {product, std::fma(a.low, b.high, std::fma(a.high, b.low, std::fma(a.high, b.high, -product)))};
}

Pair square(Pair a) {
  const float product = a.high * a.high;
  return {product, std::fma(a.high + a.high, a.low, std::fma(a.high, a.high, -product))};
}

/// What rounding took from the sum of a and b.
float restOfSum(float a, float b, float sum) {
  const float second = sum - a;
  return (a - (sum - second)) + (b - second);
}

Pair operator+(Pair a, Pair b) {
  const float sum = a.high + b.high;
  return {sum, restOfSum(a.high, b.high, sum) + (a.low + b.low)};
}

Pair operator+(Pair a, float b) {
  const float sum = a.high + b;
  return {sum, restOfSum(a.high, b, sum) + a.low};
}

/// The same where |a| >= |b| is known.
Pair addSmaller(Pair a, Pair b) {
  const float sum = a.high + b.high;
  return {sum, (((a.high - sum) + b.high) + a.low) + b.low};
}

Pair operator/(Pair a, Pair b) {
  const float reciprocal = 1.0F / b.high;
  const float quotient = a.high * reciprocal;
  const float rest = std::fma(reciprocal, a.high, -quotient);
  const float correction = std::fma(-b.low, reciprocal, std::fma(-b.high, reciprocal, 1.0F));
  return {quotient, std::fma(quotient, correction, std::fma(a.low, reciprocal, rest))};
}

/// The natural logarithm: 2^e * m with m from 0.75 to 1.5, and a series in (m - 1) / (m + 1).
Pair logarithm(float x) {
  const int exponent = std::ilogb(x * static_cast<float>(1 / 0.75));
  const float m = std::ldexp(x, -exponent);
  const Pair ratio = (Pair{-1, 0} + m) / (Pair{1, 0} + m);
  const Pair squared = square(ratio);
  float series = 0.240320354700088500976562F;
  series = std::fma(series, squared.high, 0.285112679004669189453125F);
  series = std::fma(series, squared.high, 0.400007992982864379882812F);
  constexpr Pair kLn2{0.69314718246459960938F, -1.904654323148236017e-09F};
  constexpr Pair kThird{0.66666662693023681640625F, 3.69183861259614332084311e-09F};
  const Pair whole = addSmaller(kLn2 * static_cast<float>(exponent), {ratio.high * 2, ratio.low * 2});
  return addSmaller(whole, (squared * ratio) * (squared * series + kThird));
}

/// e^x: 2^q and a series in what is left of x, below half of ln 2.
float exponential(Pair x) {
  constexpr float kLog2e = 1.44269504088896340736F;
  constexpr float kLn2High = 0.693145751953125F, kLn2Low = 1.428606765330187045e-06F;
  const float q = std::nearbyint((x.high + x.low) * kLog2e);
  const Pair near = x + q * -kLn2High + q * -kLn2Low;
  const float high = near.high + near.low;
  const Pair rest{high, (near.high - high) + near.low};
  float series = 0.00136324646882712841033936F;
  series = std::fma(series, rest.high, 0.00836596917361021041870117F);
  series = std::fma(series, rest.high, 0.0416710823774337768554688F);
  series = std::fma(series, rest.high, 0.166665524244308471679688F);
  series = std::fma(series, rest.high, 0.499999850988388061523438F);
  const Pair sum = addSmaller({1, 0}, addSmaller(rest, square(rest) * series));
  return std::ldexp(sum.high + sum.low, static_cast<int>(q));
}

}  // namespace

float torchPower(float base, float exponent) { return exponential(logarithm(base) * exponent); }

// |x| = w * |x|^e where |x|^(1 - e) = w.
ShrinkOperator::ShrinkOperator(double beta)
    : m_weight(static_cast<float>(1 / beta)), m_threshold(0.99F * std::pow(m_weight, 1 / (1 - kExponent))) {}

float ShrinkOperator::operator()(float x) const {
  const float magnitude = std::fabs(x);
  if (magnitude <= m_threshold) return 0;
  if (!std::isfinite(x)) return x;
  const float rest = magnitude - m_weight * torchPower(magnitude, kExponent);
  return std::copysign(rest < 0 ? 0 : rest, x);
}

}  // namespace ulpscope
