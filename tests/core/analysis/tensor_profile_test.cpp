// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/tensor_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/analysis/outliers.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class Stored>
TensorSource tensorOf(std::string_view type, std::vector<std::uint64_t> shape, std::span<const Stored> stored) {
  const auto bytes = std::as_bytes(stored);
  TensorInfo info;
  info.name = "tensor";
  info.storedType = type;
  info.type = findElementType(type);
  info.elements = checkedProduct(shape).value();
  info.shape = std::move(shape);
  info.bytes = bytes.size();
  return {std::move(info), memorySource("memory", {bytes.begin(), bytes.end()})};
}

TensorProfile profileOf(const TensorSource& source) {
  auto profile = profileTensor(source, *makeReferenceBackend(), {});
  EXPECT_TRUE(profile) << profile.error().message;
  return profile ? *std::move(profile) : TensorProfile{};
}

/// Statistics by their definition, in quadruple precision.
struct Naive {
  double mean;
  double standardDeviation;
  double kurtosis;
};
Naive naive(std::span<const double> values) {
  __extension__ using Quad = __float128;
  const auto n = static_cast<Quad>(values.size());
  Quad sum = 0;
  for (const double x : values) sum += x;
  Quad m2 = 0, m4 = 0;
  for (const double x : values) {
    const Quad d = x - sum / n;
    m2 += d * d;
    m4 += d * d * d * d;
  }
  return {static_cast<double>(sum / n), std::sqrt(static_cast<double>(m2 / n)),
          static_cast<double>(n * m4 / (m2 * m2)) - 3};
}

void expectStatistics(const Statistics& s, std::span<const double> values) {
  const Naive expected = naive(values);
  EXPECT_EQ(s.finite, values.size());
  EXPECT_EQ(s.min, *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(s.max, *std::max_element(values.begin(), values.end()));
  EXPECT_NEAR(s.mean, expected.mean, 1e-13 * (expected.standardDeviation + std::fabs(expected.mean)));
  EXPECT_NEAR(s.standardDeviation, expected.standardDeviation, 1e-12 * expected.standardDeviation);
  EXPECT_NEAR(s.kurtosis, expected.kurtosis, 1e-10 * (3 + std::fabs(expected.kurtosis)));
}

std::vector<std::uint16_t> asBfloat16(std::span<const float> values) {
  std::vector<std::uint16_t> codes;
  for (const float value : values)
    codes.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
  return codes;
}

TEST(TensorProfile, OfFloatsHasTheStatisticsOfTheirDefinition) {
  // More than two batches, whose last chunk is short.
  const std::vector<float> floats = cubedNoise((1 << 21) + 70'001);
  const TensorProfile profile = profileOf(tensorFromFloats("t", {floats.size()}, floats));
  expectStatistics(profile.statistics, std::vector<double>(floats.begin(), floats.end()));
  EXPECT_EQ(profile.statistics.count, floats.size());
  EXPECT_EQ(profile.matrix, (MatrixShape{1, floats.size()}));
  EXPECT_EQ(std::accumulate(profile.folded.counts.begin(), profile.folded.counts.end(), std::uint64_t{0}),
            floats.size());
  EXPECT_EQ(profile.folded.exponent, -3) << "0.1 < 2^-3";
  EXPECT_THAT(profile.codeCounts, IsEmpty());
  EXPECT_EQ(profile.backend, "reference, 1 thread");
}

TEST(TensorProfile, OfNarrowTypesCountsCodes) {
  const std::vector<std::uint16_t> codes = asBfloat16(cubedNoise(100'000));
  const TensorProfile profile = profileOf(tensorOf<std::uint16_t>("BF16", {100, 1000}, codes));
  std::vector<double> values;
  for (const std::uint16_t code : codes) values.push_back(std::bit_cast<float>(std::uint32_t{code} << 16));
  expectStatistics(profile.statistics, values);
  ASSERT_EQ(profile.codeCounts.size(), 65'536u);
  EXPECT_EQ(profile.codeCounts[codes[7]], std::count(codes.begin(), codes.end(), codes[7]));
  for (std::size_t r = 0; r < 100; ++r) {
    double largest = 0;
    for (std::size_t c = 0; c < 1000; ++c) largest = std::max(largest, std::fabs(values[r * 1000 + c]));
    ASSERT_EQ(profile.rowAbsMax[r], largest);
  }
}

TEST(TensorProfile, OfDoublesKeepsWhatFloatsCannot) {
  std::vector<double> values;
  for (const float x : cubedNoise(70'000)) values.push_back(1 + x * 1e-6);  // lost in float32
  values.push_back(1e200);
  values.push_back(-1e-310);
  const TensorProfile profile = profileOf(tensorOf<double>("F64", {values.size()}, values));
  EXPECT_EQ(profile.statistics.max, 1e200);
  EXPECT_EQ(profile.statistics.min, -1e-310);
  EXPECT_EQ(profile.statistics.kinds.subnormal, 1u);
  EXPECT_EQ(profile.columnAbsMax[values.size() - 2], kInfinity) << "beyond float";
  values.resize(70'000);
  expectStatistics(profileOf(tensorOf<double>("F64", {values.size()}, values)).statistics, values);
}

TEST(TensorProfile, OfDoublesTakesMomentsAtAnyMagnitude) {
  // Two chunks, the second of which is larger and has the whole rescaled.
  std::vector<double> values;
  for (const float x : cubedNoise(70'000)) values.push_back(static_cast<double>(x) * (values.size() < 65'536 ? 1 : 8));
  const Statistics plain = profileOf(tensorOf<double>("F64", {values.size()}, values)).statistics;
  expectStatistics(plain, values);
  for (const int exponent : {-1000, -332, 332, 1020}) {
    std::vector<double> scaled;
    for (const double x : values) scaled.push_back(std::ldexp(x, exponent));
    const Statistics s = profileOf(tensorOf<double>("F64", {scaled.size()}, scaled)).statistics;
    EXPECT_EQ(s.mean, std::ldexp(plain.mean, exponent)) << exponent;
    EXPECT_EQ(s.standardDeviation, std::ldexp(plain.standardDeviation, exponent)) << exponent;
    EXPECT_EQ(s.kurtosis, plain.kurtosis) << exponent;
  }
}

TEST(TensorProfile, OfDoublesSeesOneHugeValueAmongSmallOnes) {
  // Of n values one is a, the rest nearly nothing beside it: deviation a sqrt(n - 1) / n, kurtosis n - 2 + 1 / (n - 1)
  // - 3.
  std::vector<double> values(64, 0.1);
  values[40] = 1e300;
  const Statistics s = profileOf(tensorOf<double>("F64", {64}, values)).statistics;
  EXPECT_DOUBLE_EQ(s.mean, 1e300 / 64);
  EXPECT_DOUBLE_EQ(s.standardDeviation, 1e300 * std::sqrt(63.0) / 64);
  EXPECT_NEAR(s.kurtosis, 62 + 1.0 / 63 - 3, 1e-11);
}

TEST(TensorProfile, OfDoublesBeyondFloatHasNoOutliers) {
  std::vector<double> values;
  for (const float x : cubedNoise(32 * 32)) values.push_back(static_cast<double>(x) * 1e100);
  const TensorProfile profile = profileOf(tensorOf<double>("F64", {32, 32}, values));
  EXPECT_THAT(profile.columnAbsMax, Each(kInfinity));
  EXPECT_THAT(columnOutliers(profile).indices, IsEmpty());
}

TEST(TensorProfile, OfIntegersAndBooleans) {
  const std::vector<std::int64_t> wide = {-5, 0, 7, std::int64_t{1} << 40};
  const Statistics s64 = profileOf(tensorOf<std::int64_t>("I64", {4}, wide)).statistics;
  EXPECT_EQ(s64.max, 0x1p40);
  EXPECT_EQ(s64.kinds.zero, 1u);
  EXPECT_EQ(s64.kinds.subnormal, 0u);
  const std::vector<std::uint32_t> unsignedWide = {4'294'967'295u, 1};
  EXPECT_EQ(profileOf(tensorOf<std::uint32_t>("U32", {2}, unsignedWide)).statistics.mean, 2'147'483'648.0);
  const std::vector<std::int8_t> narrow = {-128, 127, 0, 1};
  const TensorProfile i8 = profileOf(tensorOf<std::int8_t>("I8", {2, 2}, narrow));
  EXPECT_EQ(i8.statistics.min, -128);
  EXPECT_THAT(i8.columnAbsMax, ElementsAre(128, 127));
  const std::vector<std::uint8_t> flags = {0, 1, 1, 0, 1};
  const TensorProfile booleans = profileOf(tensorOf<std::uint8_t>("BOOL", {5}, flags));
  EXPECT_DOUBLE_EQ(booleans.statistics.mean, 0.6);
  EXPECT_EQ(booleans.statistics.kinds.zero, 2u);
  const std::vector<std::int16_t> shorts = {-30'000, 30'000};
  EXPECT_EQ(profileOf(tensorOf<std::int16_t>("I16", {2}, shorts)).statistics.absMax, 30'000);
}

TEST(TensorProfile, OfElementsPackedBelowAByte) {
  // FP4 E2M1, low nibble first: 1, -6, 0.5 (subnormal), 0, 3, 3.
  const std::vector<std::uint8_t> packed = {0xF2, 0x01, 0x55};
  const TensorProfile profile = profileOf(tensorOf<std::uint8_t>("F4", {2, 3}, packed));
  EXPECT_EQ(profile.statistics.min, -6);
  EXPECT_EQ(profile.statistics.max, 3);
  EXPECT_EQ(profile.statistics.kinds.subnormal, 1u);
  EXPECT_EQ(profile.codeCounts.size(), 16u);
  EXPECT_EQ(profile.codeCounts[5], 2u);
  EXPECT_THAT(profile.rowAbsMax, ElementsAre(6, 3));
  EXPECT_THAT(profile.columnAbsMax, ElementsAre(1, 6, 3));
}

TEST(TensorProfile, CountsEachKindOfValue) {
  const std::vector<float> values = {kNan, kInfinity, kInfinity, -kInfinity, 0, -0.0f, 1e-40f, 2, -3};
  const auto check = [](const Statistics& s) {
    EXPECT_EQ(s.count, 9u);
    EXPECT_EQ(s.finite, 5u);
    EXPECT_EQ(s.kinds.nan, 1u);
    EXPECT_EQ(s.kinds.positiveInfinity, 2u);
    EXPECT_EQ(s.kinds.negativeInfinity, 1u);
    EXPECT_EQ(s.kinds.zero, 2u);
    EXPECT_EQ(s.kinds.subnormal, 1u);
    EXPECT_EQ(s.min, -3);
    EXPECT_EQ(s.max, 2);
  };
  check(profileOf(tensorFromFloats("t", {9}, values)).statistics);
  check(profileOf(tensorOf<std::uint16_t>("BF16", {9}, asBfloat16(values))).statistics);
  std::vector<double> doubles(values.begin(), values.end());
  doubles[6] = 1e-310;
  check(profileOf(tensorOf<double>("F64", {9}, doubles)).statistics);
}

TEST(TensorProfile, OfAllNanHasNoNumbers) {
  const std::vector<float> values(3, kNan);
  for (const TensorSource& source :
       {tensorFromFloats("t", {3}, values), tensorOf<std::uint16_t>("BF16", {3}, asBfloat16(values))}) {
    const TensorProfile profile = profileOf(source);
    EXPECT_EQ(profile.statistics.kinds.nan, 3u);
    EXPECT_TRUE(std::isnan(profile.statistics.mean));
    EXPECT_THAT(profile.columnAbsMax, Each(0));
    EXPECT_THAT(profile.folded.counts, Each(0u));
    EXPECT_EQ(quantileRange(source, profile, 0.01).lower, 0);
  }
}

TEST(TensorProfile, OfEqualValuesHasNoSpread) {
  const std::vector<float> values(200'000, 0.1f);
  for (const TensorSource& source : {tensorFromFloats("t", {values.size()}, values),
                                     tensorOf<std::uint16_t>("BF16", {values.size()}, asBfloat16(values))}) {
    const Statistics s = profileOf(source).statistics;
    EXPECT_EQ(s.mean, s.min);
    EXPECT_EQ(s.standardDeviation, 0);
    EXPECT_TRUE(std::isnan(s.kurtosis));
  }
}

TEST(TensorProfile, OfAScalarAndOfNothing) {
  const TensorProfile scalar = profileOf(tensorFromFloats("t", {}, std::vector<float>{-2.5f}));
  EXPECT_EQ(scalar.matrix, (MatrixShape{1, 1}));
  EXPECT_EQ(scalar.statistics.mean, -2.5);
  EXPECT_THAT(scalar.rowAbsMax, ElementsAre(2.5f));
  for (const std::vector<std::uint64_t>& shape : {std::vector<std::uint64_t>{0}, {0, 7}, {7, 0}}) {
    const TensorProfile empty = profileOf(tensorFromFloats("t", shape, {}));
    EXPECT_EQ(empty.statistics.count, 0u);
    EXPECT_TRUE(std::isnan(empty.statistics.min));
  }
}

TEST(TensorProfile, FindsRowAndColumnMaximaAcrossBatches) {
  // Rows longer than a batch, and rows that a batch cuts.
  for (const MatrixShape shape : {MatrixShape{2, (1 << 20) + 5}, MatrixShape{1500, 1401}, MatrixShape{1 << 20, 2}}) {
    std::vector<float> values = cubedNoise(shape.rows * shape.columns);
    values[shape.columns - 1] = kNan;
    values[shape.columns] = -kInfinity;
    std::vector<float> rows(shape.rows), columns(shape.columns);
    for (std::uint64_t r = 0; r < shape.rows; ++r)
      for (std::uint64_t c = 0; c < shape.columns; ++c) {
        const float x = std::fabs(values[r * shape.columns + c]);
        if (std::isnan(x)) continue;
        rows[r] = std::max(rows[r], x);
        columns[c] = std::max(columns[c], x);
      }
    const TensorProfile profile = profileOf(tensorFromFloats("t", {shape.rows, shape.columns}, values));
    EXPECT_EQ(profile.rowAbsMax, rows);
    EXPECT_EQ(profile.columnAbsMax, columns);
  }
}

TEST(TensorProfile, CountsItsBytesAndStopsWhenAsked) {
  const std::vector<float> values(1000);
  const TensorSource source = tensorFromFloats("t", {1000}, values);
  Progress progress;
  ASSERT_TRUE(profileTensor(source, *makeReferenceBackend(), {.stop = {}, .progress = &progress}));
  EXPECT_EQ(progress.done(), 4000u);
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = profileTensor(source, *makeReferenceBackend(), {.stop = stop.get_token()});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::Cancelled);
}

/// A file that changes once some of it was read.
class ChangingSource final : public ByteSource {
 public:
  explicit ChangingSource(int soundChecks) : m_soundChecks(soundChecks) {}
  const std::string& name() const override { return m_name; }
  std::uint64_t size() const override { return 400; }
  Result<> read(std::uint64_t, std::span<std::byte> out) const override {
    std::fill(out.begin(), out.end(), std::byte{0});
    return {};
  }
  Result<> verifyUnchanged() const override {
    return m_soundChecks-- > 0 ? Result<>{} : fail(Errc::Changed, "the file changed", m_name);
  }

 private:
  std::string m_name = "changing";
  mutable int m_soundChecks;
};

TEST(TensorProfile, OfAFileThatChangesIsAnErrorBeforeAndAfter) {
  for (const int soundChecks : {0, 1}) {
    TensorInfo info;
    info.type = findElementType("F32");
    info.shape = {100};
    info.elements = 100;
    info.bytes = 400;
    const auto profile =
        profileTensor({info, std::make_shared<ChangingSource>(soundChecks)}, *makeReferenceBackend(), {});
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().code, Errc::Changed);
  }
}

TEST(LinearHistogram, IsTheSameFromCodesAndFromASecondRead) {
  const std::vector<std::uint16_t> codes = asBfloat16(cubedNoise(50'000));
  std::vector<float> floats;
  for (const std::uint16_t code : codes) floats.push_back(std::bit_cast<float>(std::uint32_t{code} << 16));
  const TensorSource narrow = tensorOf<std::uint16_t>("BF16", {codes.size()}, codes);
  const TensorSource wide = tensorFromFloats("t", {codes.size()}, floats);
  const auto fromCodes = linearHistogram(narrow, profileOf(narrow), -0.05, 0.075, 77, {});
  const auto fromRead = linearHistogram(wide, profileOf(wide), -0.05, 0.075, 77, {});
  ASSERT_TRUE(fromCodes && fromRead);
  EXPECT_EQ(fromCodes->counts, fromRead->counts);
  EXPECT_EQ(fromCodes->edges, fromRead->edges);
  EXPECT_EQ(fromCodes->below, fromRead->below);
  EXPECT_EQ(fromCodes->above, fromRead->above);
}

TEST(LinearHistogram, OverTheWholeRangeAgreesWithNumPy) {
  const std::vector<float> values = cubedNoise(200'000);
  const TensorSource source = tensorFromFloats("t", {values.size()}, values);
  const TensorProfile profile = profileOf(source);
  const auto histogram = linearHistogram(source, profile, profile.statistics.min, profile.statistics.max, 7, {});
  ASSERT_TRUE(histogram);
  EXPECT_THAT(histogram->counts, ElementsAre(10576, 13939, 22934, 104929, 23151, 13979, 10492));
}

TEST(LinearHistogram, RefusesARangeThatIsNone) {
  const TensorSource source = tensorFromFloats("t", {1}, std::vector<float>{1});
  const TensorProfile profile = profileOf(source);
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [lower, upper] : {std::pair{1.0, 0.0}, {std::nan(""), 1.0}, {0.0, infinity}, {-1e308, 1e308}})
    EXPECT_EQ(linearHistogram(source, profile, lower, upper, 5, {}).error().code, Errc::Usage);
  EXPECT_EQ(linearHistogram(source, profile, 0, 1, 0, {}).error().code, Errc::Usage);
}

TEST(ExponentHistogram, PutsPowersOfTwoAtTheirEdges) {
  const float belowTwo = std::nextafter(2.0f, 0.0f);
  const std::vector<float> values = {1, 1.5f, belowTwo, 2, -4, 0, kNan, kInfinity};
  const TensorSource source = tensorFromFloats("t", {values.size()}, values);
  const auto histogram = exponentHistogram(source, profileOf(source), 1, {});
  ASSERT_TRUE(histogram);
  EXPECT_THAT(histogram->positive.edges, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(histogram->positive.counts, ElementsAre(3, 1, 0));
  EXPECT_THAT(histogram->negative.counts, ElementsAre(0, 0, 1));
}

TEST(ExponentHistogram, IsTheSameFromCodesAndFromASecondRead) {
  std::vector<std::uint16_t> codes(65'536);
  std::iota(codes.begin(), codes.end(), std::uint16_t{0});
  std::vector<float> floats;
  for (const std::uint16_t code : codes) floats.push_back(std::bit_cast<float>(std::uint32_t{code} << 16));
  const TensorSource narrow = tensorOf<std::uint16_t>("BF16", {codes.size()}, codes);
  const TensorSource wide = tensorFromFloats("t", {codes.size()}, floats);
  const auto fromCodes = exponentHistogram(narrow, profileOf(narrow), 4, {});
  const auto fromRead = exponentHistogram(wide, profileOf(wide), 4, {});
  ASSERT_TRUE(fromCodes && fromRead);
  EXPECT_EQ(fromCodes->positive.counts, fromRead->positive.counts);
  EXPECT_EQ(fromCodes->negative.counts, fromRead->negative.counts);
  EXPECT_EQ(fromCodes->positive.edges.front(), 0x1p-133) << "the smallest subnormal";
}

TEST(ExponentHistogram, OfZerosIsEmpty) {
  const TensorSource source = tensorFromFloats("t", {2}, std::vector<float>{0, -0.0f});
  EXPECT_THAT(exponentHistogram(source, profileOf(source), 4, {})->positive.counts, IsEmpty());
}

TEST(QuantileRange, LeavesOutTheTails) {
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), 0.0f);  // exact in bfloat16 up to 256 only
  for (float& value : values) value = std::floor(value / 4);
  values[999] = 1e30f;
  const TensorSource narrow = tensorOf<std::uint16_t>("BF16", {values.size()}, asBfloat16(values));
  const ValueRange exact = quantileRange(narrow, profileOf(narrow), 0.01);
  EXPECT_EQ(exact.lower, 2);
  EXPECT_EQ(exact.upper, 247);
  const ValueRange whole = quantileRange(narrow, profileOf(narrow), 0);
  EXPECT_EQ(whole.lower, 0);
  EXPECT_GT(whole.upper, 9e29);

  values[999] = 250;
  const TensorSource wide = tensorFromFloats("t", {values.size()}, values);
  const TensorProfile profile = profileOf(wide);
  const ValueRange binned = quantileRange(wide, profile, 0.01);
  EXPECT_NEAR(binned.lower, 2, profile.folded.binWidth());
  EXPECT_NEAR(binned.upper, 247, profile.folded.binWidth());
  EXPECT_LE(binned.lower, 2);
  EXPECT_GE(binned.upper, 247);
}

TEST(QuantileRange, HoldsOneValueWhateverTheTail) {
  const TensorSource source = tensorFromFloats("t", {1}, std::vector<float>{3});
  const ValueRange range = quantileRange(source, profileOf(source), 0.5);
  EXPECT_LE(range.lower, 3);
  EXPECT_GE(range.upper, 3);
}

}  // namespace
}  // namespace ulpscope
