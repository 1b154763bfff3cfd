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
  std::vector<float> values{0.0F,
                            -0.0F,
                            kInfinity,
                            -kInfinity,
                            std::bit_cast<float>(0x7FC00000u),
                            std::bit_cast<float>(0xFFC00000u),
                            std::bit_cast<float>(0x7F800001u),
                            std::bit_cast<float>(0xFFBFFFFFu),
                            std::numeric_limits<float>::max(),
                            std::numeric_limits<float>::denorm_min()};
  const std::uint64_t last = largestFiniteMagnitude(spec);
  for (std::uint64_t magnitude = 0; magnitude <= last; ++magnitude) {
    const double value = decodeToFloat(spec, makeCode(spec, false, magnitude));
    const double next = magnitude < last ? decodeToFloat(spec, makeCode(spec, false, magnitude + 1))
                                         : 2 * value - decodeToFloat(spec, makeCode(spec, false, magnitude - 1));
    appendWithNeighbours(values, static_cast<float>(value));
    appendWithNeighbours(values, static_cast<float>((value + next) / 2));
  }
  return values;
}

}  // namespace ulpscope::kernels
