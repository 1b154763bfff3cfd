// SPDX-License-Identifier: Apache-2.0
// Kernels of single schemes on every instruction set, against the schemes' own code in core.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/scheme.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr MatrixShape kShape{40, 768};

void expectSame(const QuantizedTensor& expected, const QuantizedTensor& found) {
  EXPECT_EQ(found.codes, expected.codes);
  EXPECT_TRUE(sameBitsButNan(expected.scales, found.scales));
  EXPECT_TRUE(sameBitsButNan(expected.offsets, found.offsets));
  EXPECT_EQ(found.packed, expected.packed);
  EXPECT_TRUE(sameBitsButNan(expected.restored, found.restored));
  EXPECT_EQ(found.warnings, expected.warnings);
}

void check(const char* id, const MatrixShape& shape, const std::vector<float>& values,
           const LayerCalibration* layer = nullptr) {
  SCOPED_TRACE(id);
  const SchemeInput input{MatrixView{shape, values}, layer};
  const auto expected = findScheme(id)->quantize(input, {}, *makeReferenceBackend(), {});
  ASSERT_TRUE(expected) << expected.error().message;
  onEveryInstructionSet([&](const Backend& cpu) {
    const auto found = findScheme(id)->quantize(input, {}, cpu, {});
    ASSERT_TRUE(found) << found.error().message;
    expectSame(*expected, *found);
  });
}

/// Normal weights, and rows of what is at the edges: ties, zeros of either sign, subnormal numbers, one sign, one
/// outlier, all alike, very large ones.
std::vector<float> finiteWeights(const MatrixShape& shape) {
  std::vector<float> values(shape.rows * shape.columns);
  std::mt19937 generator(11);
  std::normal_distribution<float> normal(0, 0.02f);
  std::ranges::generate(values, [&] { return normal(generator); });
  for (std::size_t c = 0; c < shape.columns; ++c) {
    const auto at = [&](std::size_t row) -> float& { return values[row * shape.columns + c]; };
    at(1) = (static_cast<float>(c % 97) - 48) / 8;
    at(2) = (static_cast<float>(c % 61) - 30) / 64;
    at(3) = c % 2 == 0 ? 0.0f : -0.0f;
    at(4) *= 1e-37f;
    at(5) = std::fabs(at(5));
    at(6) = -std::fabs(at(6));
    at(7) = c % 32 == 5 ? 100 : at(7);
    at(8) = 0.25f;
    at(9) = -0.25f;
    at(10) *= 1e30f;
    at(11) = std::ldexp(1.0f, static_cast<int>(c % 40) - 20);
    at(12) *= 1e-30f;
    at(13) = c % 64 < 32 ? -at(13) * 1e-5f : at(13);
  }
  return values;
}

TEST(SchemeKernels, OfMxBlocksGiveTheSameBits) {
  for (const char* id : {"mxfp4", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp8_e4m3", "mxfp8_e5m2"}) {
    check(id, kShape, finiteWeights(kShape));
    check(id, {64, 1024}, randomBitPatterns(64 * 1024, 3));  // infinity and NaN in many blocks
    std::vector<float> values = finiteWeights(kShape);
    for (std::size_t i = 20 * kShape.columns; i < values.size(); i += 131)
      values[i] = i % 2 == 0 ? -kInfinity : std::nanf("");
    check(id, kShape, values);
    check(id, {30, 100}, finiteWeights({30, 100}));  // short blocks
    check(id, {14, 32}, finiteWeights({14, 32}));    // a part of a group
  }
}

TEST(SchemeKernels, OfNvfp4GiveTheSameBits) {
  check("nvfp4", kShape, finiteWeights(kShape));
  std::vector<float> values = finiteWeights(kShape);
  for (std::size_t c = 0; c < kShape.columns; ++c) values[10 * kShape.columns + c] = 0.01f;
  check("nvfp4", kShape, values);
  for (const float factor : {1e-36f, 1e-30f, 1e20f, 1e36f}) {
    std::vector<float> scaled = values;
    for (float& x : scaled) x *= factor;
    check("nvfp4", kShape, scaled);
  }
  std::vector<float> patterns = randomBitPatterns(64 * 1024, 4);
  for (float& x : patterns)
    if (!(std::fabs(x) < 1e30f)) x = 0.5f;
  check("nvfp4", {64, 1024}, patterns);
  patterns[77] = kInfinity;
  check("nvfp4", {64, 1024}, patterns);
}

TEST(SchemeKernels, OfKQuantsGiveTheSameBits) {
  const LayerCalibration layer = syntheticCalibration(kShape.columns, 1);
  std::vector<float> values = finiteWeights(kShape);
  for (const char* id : {"q2_k", "q3_k", "q4_k", "q5_k", "q6_k"}) {
    check(id, kShape, values);
    check(id, kShape, values, &layer);
    check(id, {3, 256}, {values.begin(), values.begin() + 768});  // fewer parts than lanes
  }
  values[15 * kShape.columns + 9] = kInfinity;
  values[16 * kShape.columns + 300] = std::nanf("");
  for (const char* id : {"q2_k", "q4_k", "q6_k"}) check(id, kShape, values);
}

}  // namespace
}  // namespace ulpscope::kernels
