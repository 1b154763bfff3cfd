// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/quantization_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::unique_ptr<Backend> kBackend = makeReferenceBackend();

TEST(QuantizationReport, SaysEverythingOfOneTensorThroughOneScheme) {
  // By row with divisor 127: row 0 has scale 1, row 1 scale 2.
  const std::vector<float> values = {127, 0.5f, -0.25f, 254, 1, 3};
  const auto report =
      quantizeAndMeasure(*findScheme("int_symmetric"), {{"bits", "8"}}, MatrixView{{2, 3}, values}, *kBackend, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->scheme, "int_symmetric");
  EXPECT_EQ(report->settings.at("granularity"), "row") << "complete settings";
  EXPECT_EQ(report->backend, "reference, 1 thread");
  EXPECT_DOUBLE_EQ(report->bitsPerWeight, 8 + 32.0 / 3);
  // 0.5 to 0, -0.25 to 0, 1 / 2 to 0, 3 / 2 to 2: errors 0, -.5, .25 and 0, -1, 1.
  EXPECT_THAT(report->quantized.restored, ElementsAre(127, 0, 0, 254, 0, 4));
  EXPECT_EQ(report->metrics.maxAbsoluteError, 1);
  EXPECT_EQ(report->metrics.maxAt, 4u);
  EXPECT_THAT(report->columnRmse, ElementsAre(0, std::sqrt(1.25 / 2), std::sqrt(1.0625 / 2)));
  EXPECT_EQ(report->errorHistogram.edges.front(), -1);
  EXPECT_EQ(report->errorHistogram.edges.back(), 1);
  const auto& counts = report->errorHistogram.counts;
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), 6u);
  EXPECT_EQ(counts[counts.size() / 2], 2u) << "no error shares the middle bin";
}

TEST(QuantizationReport, LeavesOutAndCountsWhatIsNotFinite) {
  const std::vector<float> values = {std::nanf(""), 1, 2, 3};
  const auto report = quantizeAndMeasure(*findScheme("int8_row"), {}, MatrixView{{2, 2}, values}, *kBackend, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->metrics.excluded, 2u) << "the row with NaN is lost";
  EXPECT_THAT(report->warnings, ElementsAre(HasSubstr("1 block holds NaN")));
  EXPECT_TRUE(std::isfinite(report->columnRmse[0]));
}

TEST(QuantizationReport, OfNothingHasNoHistogram) {
  const auto report = quantizeAndMeasure(*findScheme("bnb_nf4"), {}, MatrixView{{0, 4}, {}}, *kBackend, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->metrics.included, 0u);
  EXPECT_THAT(report->errorHistogram.counts, IsEmpty());
  EXPECT_EQ(report->columnRmse.size(), 4u);
}

TEST(CompareSchemes, HasALineForEachAndSaysWhichDoNotFit) {
  const std::vector<float> values(3 * 7, 1.0f);
  const auto lines = compareSchemes(schemeRegistry(), MatrixView{{3, 7}, values}, *kBackend, {});
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), schemeRegistry().size());
  for (const SchemeComparison& line : *lines) {
    const Scheme& scheme = *findScheme(line.scheme);
    const bool fits =
        scheme.bitsPerWeight({3, 7}, {}).has_value() && scheme.info().calibration != CalibrationUse::Required;
    EXPECT_EQ(line.error.empty(), fits) << line.scheme;
    EXPECT_EQ(line.metrics.included, fits ? 21u : 0u) << line.scheme;
  }
}

TEST(CompareSchemes, KeepsWhatEachSchemeWarnsOf) {
  const std::vector<float> values = {std::nanf(""), 1, 2, 3};
  const std::vector<const Scheme*> schemes = {findScheme("int8_row")};
  const auto lines = compareSchemes(schemes, MatrixView{{2, 2}, values}, *kBackend, {});
  ASSERT_TRUE(lines);
  EXPECT_THAT(lines->front().warnings, ElementsAre(HasSubstr("1 block holds NaN")));
}

TEST(CompareSchemes, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const std::vector<float> values(32, 1.0f);
  const auto lines =
      compareSchemes(schemeRegistry(), MatrixView{{1, 32}, values}, *kBackend, {.stop = stop.get_token()});
  ASSERT_FALSE(lines);
  EXPECT_EQ(lines.error().code, Errc::Cancelled);
}

TEST(CompareSchemes, AgreesWithIndependentFiguresOnNormalWeights) {
  // An earlier program of other hands on N(0, 0.02^2), 4,194,304 values in 4096 columns: signal to noise in dB. A
  // quarter of them moves the figures by less than 0.05.
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> values(std::size_t{256} * 4096);
  for (float& value : values) value = normal(generator);
  const MatrixView view{{256, 4096}, values};
  const auto snr = [&](std::string_view id, const Settings& settings) {
    const auto result = findScheme(id)->quantize(view, settings, *kBackend, {});
    return result ? measureError(values, result->restored).signalToNoiseDb : 0;
  };
  EXPECT_NEAR(snr("int8_row", {}), 41.24, 0.05);
  EXPECT_NEAR(snr("int8_row", {{"reference", "compressed-tensors"}}), 41.27, 0.05);
  EXPECT_NEAR(snr("int8_row", {{"reference", "eetq"}}), 41.30, 0.05);
  EXPECT_NEAR(snr("bnb_nf4", {}), 20.73, 0.05);
  EXPECT_NEAR(snr("q4_0", {}), 21.32, 0.05);
  EXPECT_NEAR(snr("q8_0", {}), 45.43, 0.05);
  EXPECT_NEAR(snr("fp8_row", {}), 31.54, 0.05);
}

TEST(LoadTensor, GivesFloatsBackAndRoundsWiderTypes) {
  const std::vector<float> floats = {1, 2, 3};
  const auto exact = loadTensor(tensorFromFloats("t", {3}, floats), *kBackend, {});
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->values, floats);
  EXPECT_EQ(exact->shape, (MatrixShape{1, 3}));
  EXPECT_THAT(exact->warnings, IsEmpty());

  const std::vector<double> doubles = {1, 0.1, std::nan("")};
  const auto bytes = std::as_bytes(std::span(doubles));
  TensorInfo info;
  info.type = findElementType("F64");
  info.shape = {3};
  info.elements = 3;
  info.bytes = 24;
  const auto rounded = loadTensor({info, memorySource("memory", {bytes.begin(), bytes.end()})}, *kBackend, {});
  ASSERT_TRUE(rounded);
  EXPECT_EQ(rounded->values[1], 0.1f);
  EXPECT_THAT(rounded->warnings, ElementsAre("1 of 3 values of type FP64 were rounded to float32 first"));
}

TEST(LoadTensor, HasALimit) {
  TensorInfo info;
  info.name = "huge";
  info.type = findElementType("I8");
  info.elements = (std::uint64_t{1} << 31) + 1;
  info.shape = {info.elements};
  info.bytes = info.elements;
  class Huge final : public ByteSource {
   public:
    const std::string& name() const override { return m_name; }
    std::uint64_t size() const override { return std::uint64_t{1} << 40; }
    Result<> read(std::uint64_t, std::span<std::byte>) const override { return {}; }
    Result<> verifyUnchanged() const override { return {}; }

   private:
    std::string m_name = "huge";
  };
  const auto loaded = loadTensor({info, std::make_shared<Huge>()}, *kBackend, {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::LimitExceeded);
  EXPECT_EQ(loaded.error().message, "at most 2,147,483,648 elements expected, the tensor has 2,147,483,649");
}

}  // namespace
}  // namespace ulpscope
