// SPDX-License-Identifier: Apache-2.0
// Half-quadratic search: torch's power (oracle: torch 2.15.0), and when HQQ stops.
#include "core/quantization/half_quadratic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/backend/backend.h"
#include "core/quantization/scheme.h"

namespace ulpscope {
namespace {

/// The bits of torch.pow(0.01 * i, 0.7 - 1) for i from 1 to 1984, added up: a multiple of 32, as what is left over goes
/// through another function.
TEST(HalfQuadratic, ThePowerIsThatOfTorch) {
  std::uint64_t bits = 0;
  for (int i = 1; i < 1985; ++i)
    bits += std::bit_cast<std::uint32_t>(torchPower(static_cast<float>(i) * 0.01F, static_cast<float>(0.7 - 1)));
  EXPECT_EQ(bits, 0x1e898681691U);
}

TEST(HalfQuadratic, ShrinksTowardZero) {
  const ShrinkOperator shrink(10);
  EXPECT_EQ(shrink(0), 0);
  EXPECT_EQ(shrink(0.16F), 0);
  EXPECT_EQ(shrink(-0.17F), 0);
  EXPECT_FLOAT_EQ(shrink(1), 0.9F);
  EXPECT_FLOAT_EQ(shrink(-1), -0.9F);
  EXPECT_NEAR(shrink(0.18F), 0.18 - 0.1 * std::pow(0.18, -0.3), 1e-7);
  EXPECT_EQ(shrink(-std::numeric_limits<float>::infinity()), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(shrink(std::numeric_limits<float>::quiet_NaN())));
}

std::vector<float> normalValues(std::size_t count) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0, 0.02F);
  std::vector<float> values(count);
  for (float& value : values) value = normal(generator);
  return values;
}

QuantizedTensor hqq(const std::vector<float>& values, const Settings& settings) {
  auto result = findScheme("hqq")->quantize(MatrixView{{values.size() / 256, 256}, values}, settings,
                                            *makeReferenceBackend(), {});
  EXPECT_TRUE(result);
  return result ? *std::move(result) : QuantizedTensor{};
}

double meanMagnitudeOfError(const std::vector<float>& values, const QuantizedTensor& result) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += std::fabs(double{values[i]} - double{result.restored[i]});
  return sum / static_cast<double>(values.size());
}

TEST(Hqq, TheSearchLessensTheMeanError) {
  const auto values = normalValues(256 * 64);
  for (const char* axis : {"0", "1"})
    for (const char* bits : {"2", "3", "4"})
      EXPECT_LT(meanMagnitudeOfError(values, hqq(values, {{"axis", axis}, {"bits", bits}})),
                meanMagnitudeOfError(values, hqq(values, {{"axis", axis}, {"bits", bits}, {"optimize", "no"}})))
          << axis << ' ' << bits;
}

/// One NaN ends the search of all groups after a single turn.
TEST(Hqq, StopsForAllGroupsAtOnce) {
  auto values = normalValues(256 * 64);
  const QuantizedTensor sound = hqq(values, {});
  values[0] = std::numeric_limits<float>::quiet_NaN();
  const QuantizedTensor stopped = hqq(values, {});
  std::size_t different = 0;
  for (std::size_t g = 1; g < sound.scales.size(); ++g) {
    EXPECT_EQ(stopped.scales[g], sound.scales[g]);
    different += stopped.floatZeroPoints[g] != sound.floatZeroPoints[g];
  }
  EXPECT_GT(different, sound.scales.size() / 2);
}

TEST(Hqq, PricesCodesAsTheyArePacked) {
  const auto bits = [](const char* width) {
    return findScheme("hqq")->bitsPerWeight({64, 256}, {{"bits", width}, {"group", "128"}}).value();
  };
  EXPECT_DOUBLE_EQ(bits("4"), 4.5);
  EXPECT_DOUBLE_EQ(bits("3"), 3.2 + 0.5);
  EXPECT_DOUBLE_EQ(bits("5"), 8.5);
  EXPECT_DOUBLE_EQ(bits("1"), 1.5);
}

}  // namespace
}  // namespace ulpscope
