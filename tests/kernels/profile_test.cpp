// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/kernels/float_inputs.h"
#include "tests/kernels/instruction_sets.h"
#include "tests/kernels/profile_agreement.h"

namespace ulpscope::kernels {
namespace {

constexpr float kSmallestNormal = std::numeric_limits<float>::min();

void compareWithReference(const std::vector<float>& values, float smallestNormal = kSmallestNormal) {
  const ProfileAccumulator expected = profileOf(*makeReferenceBackend(), values, smallestNormal);
  onEveryInstructionSet([&](const Backend& cpu) {
    const ProfileAccumulator got = profileOf(cpu, values, smallestNormal);
    expectSameCounts(expected, got);
    if (got.moments.count > 0) expectWithinBound(got.moments, values);
  });
}

TEST(Profile, CountsAndSumsWeightsAsTheReferenceDoes) {
  for (const std::size_t size : {1U, 2U, 15U, 16U, 63U, 64U, 65U, 1000U, 65'535U, 65'536U, 65'537U, 300'001U}) {
    SCOPED_TRACE(size);
    compareWithReference(normalValues(size, 0.02F, 1));
  }
}

TEST(Profile, HoldsItsBoundWhereTheMeanIsFarFromZero) {
  std::vector<float> values = normalValues(200'000, 1, 2);
  for (float& value : values) value += 10'000;
  compareWithReference(values);
  for (std::size_t i = 0; i < 1000; ++i) values[i] = -1e6F;  // and chunks that begin unlike the rest
  compareWithReference(values);
}

TEST(Profile, LeavesOutAndCountsWhatIsNotFinite) {
  std::vector<float> values = normalValues(150'000, 3, 3);
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  values[5] = kInfinity;
  values[70'000] = -kInfinity;
  values[70'001] = std::numeric_limits<float>::quiet_NaN();
  values[149'999] = -kInfinity;
  compareWithReference(values);
  compareWithReference(std::vector<float>(1000, kInfinity));
  compareWithReference({std::numeric_limits<float>::quiet_NaN()});
  compareWithReference({});
}

TEST(Profile, CountsZerosAndSubnormalsOfTheStoredFormat) {
  std::vector<float> values = normalValues(100'000, 0x1p-6F, 4);
  for (std::size_t i = 0; i < values.size(); i += 7) values[i] = i % 2 == 0 ? 0.0F : -0.0F;
  compareWithReference(values);
  compareWithReference(values, 0x1p-14F);  // float16
  compareWithReference(values, 0x1p-6F);   // float8_e4m3fn
}

TEST(Profile, BinsValuesOfEverySize) {
  for (const float scale :
       {0x1p-149F, 0x1p-140F, 0x1p-126F, 0x1p-118F, 0x1p-100F, 1.0F, 0x1p9F, 0x1p20F, 0x1p60F, 0x1p126F}) {
    // The small ones first: a chunk's end is not done in vectors.
    std::vector<float> values{-0.0F, 0x1p-149F, -0x1p-149F, -0x1p-100F};
    for (int i = -1100; i <= 1100; ++i) values.push_back(static_cast<float>(i) / 1024 * scale);
    SCOPED_TRACE(scale);
    const ProfileAccumulator expected = profileOf(*makeReferenceBackend(), values, kSmallestNormal);
    onEveryInstructionSet(
        [&](const Backend& cpu) { expectSameCounts(expected, profileOf(cpu, values, kSmallestNormal)); });
  }
}

TEST(Profile, SurvivesValuesWhoseFloatSumOverflows) {
  std::vector<float> values(70'000, std::numeric_limits<float>::max());
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] /= 2;
  compareWithReference(values);
}

TEST(Profile, DoesNotDependOnTheNumberOfThreads) {
  std::vector<float> values = normalValues(1'000'000, 0.02F, 5);
  values[700'000] = 30;  // raises the histogram's range midway
  const ProfileAccumulator one = profileOf(*makeCpuBackend(1), values, kSmallestNormal);
  for (const int threads : {2, 3}) {
    const ProfileAccumulator several = profileOf(*makeCpuBackend(threads), values, kSmallestNormal);
    expectSameCounts(one, several);
    EXPECT_EQ(one.moments.mean, several.moments.mean);
    EXPECT_EQ(one.moments.m2, several.moments.m2);
    EXPECT_EQ(one.moments.m3, several.moments.m3);
    EXPECT_EQ(one.moments.m4, several.moments.m4);
  }
}

TEST(Profile, ContinuesWhereTheLastCallEnded) {
  const std::vector<float> values = normalValues(4 * ProfileAccumulator::kChunk, 0.02F, 6);
  const std::unique_ptr<Backend> cpu = makeCpuBackend(2);
  const ProfileAccumulator whole = profileOf(*cpu, values, kSmallestNormal);
  ProfileAccumulator parts;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t half = values.size() / 2;
    ASSERT_TRUE(cpu->profile(std::span(values).subspan(i * half, half), kSmallestNormal, parts));
  }
  expectSameCounts(whole, parts);
  EXPECT_EQ(whole.moments.m4, parts.moments.m4);
}

}  // namespace
}  // namespace ulpscope::kernels
