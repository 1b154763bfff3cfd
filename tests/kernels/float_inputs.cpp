// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/float_inputs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/formats/codec.h"

namespace ulpscope::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

void appendWithNeighbours(std::vector<float>& values, float value) {
  for (const float near : {std::nextafter(value, -kInfinity), value, std::nextafter(value, kInfinity)}) {
    values.push_back(near);
    values.push_back(-near);
  }
}

std::vector<float> specialInputs() {
  return {0.0F,
          -0.0F,
          kInfinity,
          -kInfinity,
          std::bit_cast<float>(0x7FC00000u),
          std::bit_cast<float>(0xFFC00000u),
          std::bit_cast<float>(0x7F800001u),
          std::bit_cast<float>(0xFFBFFFFFu),
          std::numeric_limits<float>::max(),
          std::numeric_limits<float>::lowest(),
          std::numeric_limits<float>::denorm_min(),
          -std::numeric_limits<float>::denorm_min()};
}

/// A value, the midpoint to the next, and the floats beside both.
void appendAround(std::vector<float>& values, const FloatSpec& spec, std::uint64_t magnitude) {
  const auto valueOf = [&](std::uint64_t of) -> double { return decodeToFloat(spec, makeCode(spec, false, of)); };
  const double value = valueOf(magnitude);
  const bool hasNext = magnitude < largestFiniteMagnitude(spec);
  const double next = hasNext ? valueOf(magnitude + 1) : magnitude > 0 ? 2 * value - valueOf(magnitude - 1) : 2 * value;
  appendWithNeighbours(values, static_cast<float>(value));
  appendWithNeighbours(values, static_cast<float>((value + next) / 2));
}

}  // namespace

std::vector<const NumberFormat*> formatsWithinFloat(int mostCodeBits) {
  std::vector<const NumberFormat*> formats;
  std::ranges::copy_if(formatRegistry(), std::back_inserter(formats), [=](const NumberFormat* format) {
    return format->floatSpec() && format->info().codeBits <= mostCodeBits;
  });
  return formats;
}

std::vector<float> randomBitPatterns(std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return std::bit_cast<float>(static_cast<std::uint32_t>(generator())); });
  return values;
}

std::vector<float> normalValues(std::size_t count, float deviation, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> distribution(0, deviation);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return distribution(generator); });
  return values;
}

std::vector<float> midpointsAndNeighbours(const FloatSpec& spec) {
  std::vector<float> values = specialInputs();
  for (std::uint64_t magnitude = 0; magnitude <= largestFiniteMagnitude(spec); ++magnitude)
    appendAround(values, spec, magnitude);
  return values;
}

std::vector<float> someMidpointsAndNeighbours(const FloatSpec& spec, std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  const std::uint64_t last = largestFiniteMagnitude(spec);
  const std::uint64_t hiddenBit = std::uint64_t{1} << spec.fractionBits;
  std::vector<std::uint64_t> magnitudes{0, 1, 2, hiddenBit - 1, hiddenBit, hiddenBit + 1, 2 * hiddenBit};
  for (const std::uint64_t back : {2U, 1U, 0U}) magnitudes.push_back(last - std::min(last, back));
  for (std::size_t i = 0; i < count; ++i) magnitudes.push_back(generator() % (last + 1));
  std::vector<float> values = specialInputs();
  for (const std::uint64_t magnitude : magnitudes)
    if (magnitude <= last) appendAround(values, spec, magnitude);
  return values;
}

namespace {

bool isLayout(const FloatSpec& spec) {
  if (spec.codeBits() < 2 || spec.codeBits() > 16) return false;
  if (spec.specials == Specials::Ieee && spec.fractionBits == 0) return false;
  if (spec.specials == Specials::NegativeZeroNan && spec.signBits == 0) return false;
  if (spec.bottom == Bottom::Normal && spec.signBits != 0) return false;
  const std::uint64_t last = largestFiniteMagnitude(spec);
  return last <= allOnesMagnitude(spec) && last > 0 && last >= smallestMagnitude(spec) && valuesAreFloats(spec);
}

/// Biases of one layout, some of them not fit: the usual one and its neighbours, the ends of float's range, and where
/// the smallest exponent is about -126 or -64.
std::vector<int> biasesOf(const FloatSpec& spec) {
  const int usual = (1 << (spec.exponentBits - 1)) - 1;
  const int largestField = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits);
  const int highest = spec.firstNormalField() - spec.fractionBits + 149;
  std::vector<int> biases{usual,
                          usual + 1,
                          0,
                          -1,
                          largestField - 127,
                          largestField - 126,
                          largestField - 104,
                          highest,
                          highest - 1,
                          63,
                          64,
                          65,
                          66,
                          100,
                          125,
                          126,
                          127,
                          128,
                          129,
                          133};
  std::ranges::sort(biases);
  biases.erase(std::unique(biases.begin(), biases.end()), biases.end());
  return biases;
}

}  // namespace

std::vector<float> extremeBlocks(std::size_t blockSize) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kMax = std::numeric_limits<float>::max();
  const std::vector<std::vector<float>> specials{
      {0, -0.0F},    {1e-45F},          {1e-40F}, {1e-38F}, {1e-37F},    {1e-12F},     {kMax},
      {kMax, -kMax}, {1e30F},           {kNan},   {-kNan},  {kInfinity}, {-kInfinity}, {kInfinity, -kInfinity},
      {5, 5},        {kNan, kInfinity}, {-1, 1},  {1, -1}};
  std::vector<float> values;
  for (const auto& special : specials)
    for (const float filler : {0.0F, 0.5F, 1e-40F, special.front()}) {
      std::vector<float> block(blockSize, filler);
      std::copy(special.begin(), special.end(), block.begin() + 2);
      values.insert(values.end(), block.begin(), block.end());
    }
  return values;
}

std::vector<FloatSpec> everyLayout() {
  std::vector<FloatSpec> layouts;
  std::size_t turn = 0;
  for (int signBits = 0; signBits <= 1; ++signBits)
    for (int exponentBits = 1; exponentBits <= 8; ++exponentBits)
      for (int fractionBits = 0; signBits + exponentBits + fractionBits <= 16; ++fractionBits)
        for (const Specials specials :
             {Specials::Ieee, Specials::NanOnly, Specials::None, Specials::NegativeZeroNan, Specials::Extended})
          for (const Bottom bottom : {Bottom::Subnormal, Bottom::Flushed, Bottom::Normal, Bottom::NormalButZero}) {
            FloatSpec spec{signBits, exponentBits, fractionBits, 0, specials, bottom};
            for (const int bias : biasesOf(spec)) {
              spec.bias = bias;
              if (isLayout(spec) && turn++ % 5 == 0) layouts.push_back(spec);
            }
          }
  return layouts;
}

}  // namespace ulpscope::kernels
