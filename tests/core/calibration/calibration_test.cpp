// SPDX-License-Identifier: Apache-2.0
// Oracles: moments and Hessians of small inputs worked out by hand; files built byte by byte.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "core/backend/backend.h"
#include "core/calibration/calibration.h"
#include "core/calibration/hessian.h"
#include "core/calibration/imatrix_dat.h"
#include "core/calibration/synthetic_calibration.h"
#include "tests/core/checkpoint/gguf_builder.h"
#include "tests/core/checkpoint/little_endian.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;
using testing::IsEmpty;

std::string bytesOf(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) bytes += le(std::bit_cast<std::uint32_t>(value));
  return bytes;
}

std::string fileOf(const SafetensorsBuilder& builder) { return builder.bytes(); }

/// An entry of a .dat.
std::string datEntry(std::string_view name, std::int32_t calls, const std::vector<float>& values) {
  return le(static_cast<std::int32_t>(name.size())) + std::string(name) + le(calls) +
         le(static_cast<std::int32_t>(values.size())) + bytesOf(values);
}

class CalibrationFile : public testing::Test {
 protected:
  std::shared_ptr<const Calibration> opened(std::string_view name, const std::string& bytes) {
    auto calibration = Calibration::open(m_folder.write(name, bytes));
    EXPECT_TRUE(calibration) << calibration.error().message;
    return calibration ? *calibration : Calibration::synthetic(0);
  }
  Error refused(std::string_view name, const std::string& bytes) {
    const auto calibration = Calibration::open(m_folder.write(name, bytes));
    EXPECT_FALSE(calibration);
    return calibration ? Error{} : calibration.error();
  }
  Result<LayerCalibration> layer(const Calibration& calibration, std::string_view weight, std::uint64_t columns) {
    return calibration.layer(weight, columns, *m_backend);
  }
  TemporaryFolder m_folder;
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

TEST_F(CalibrationFile, DerivesMomentsAndTheHessianFromInputs) {
  const auto calibration = opened(
      "a.safetensors", fileOf(SafetensorsBuilder().add("m.q.inputs", "F32", {3, 2}, bytesOf({1, -2, 3, 4, -5, 0}))));
  const auto found = layer(*calibration, "m.q.weight", 2);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->samples, 3u);
  EXPECT_THAT(found->secondMoments, ElementsAre(FloatEq(35.0f / 3), FloatEq(20.0f / 3)));
  EXPECT_THAT(found->meanMagnitudes, ElementsAre(3.0f, 2.0f));
  EXPECT_THAT(found->maxMagnitudes, ElementsAre(5.0f, 4.0f));
  EXPECT_THAT(found->source, HasSubstr("m.q"));
  EXPECT_FALSE(found->isSynthetic);
  const auto hessian = hessianOf(*found, *m_backend, {});
  ASSERT_TRUE(hessian);
  EXPECT_THAT(*hessian, ElementsAre(DoubleEq(70.0 / 3), DoubleEq(20.0 / 3), DoubleEq(20.0 / 3), DoubleEq(40.0 / 3)));
}

TEST_F(CalibrationFile, TakesWhatAFileStatesBeforeWhatItCouldDerive) {
  const auto calibration =
      opened("a.safetensors", fileOf(SafetensorsBuilder()
                                         .add("q.hessian", "F32", {2, 2}, bytesOf({8, 1, 1, 4}))
                                         .add("q.mean_magnitudes", "F32", {2}, bytesOf({1.5f, 0.5f}))
                                         .add("q.samples", "I64", {1}, le(std::int64_t{1000}))));
  const auto found = layer(*calibration, "q.weight", 2);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->samples, 1000u);
  EXPECT_THAT(found->secondMoments, ElementsAre(4.0f, 2.0f)) << "half the Hessian's diagonal";
  EXPECT_THAT(found->meanMagnitudes, ElementsAre(1.5f, 0.5f));
  EXPECT_THAT(*hessianOf(*found, *m_backend, {}), ElementsAre(8, 1, 1, 4));
}

TEST_F(CalibrationFile, FindsALayerByItsNameTheEndOfItOrItsPlace) {
  SafetensorsBuilder builder;
  for (const char* name : {"auto_model.encoder.layer.1.attention.self.query", "model.layers.0.self_attn.q_proj",
                           "model.layers.1.self_attn.q_proj", "a.dense", "b.dense"})
    builder.add(std::string(name) + ".second_moments", "F32", {1}, bytesOf({1}));
  const auto calibration = opened("a.safetensors", fileOf(builder));
  EXPECT_EQ(calibration->layerOf("model.layers.0.self_attn.q_proj.weight"), "model.layers.0.self_attn.q_proj");
  EXPECT_EQ(calibration->layerOf("model.layers.0.self_attn.q_proj"), "model.layers.0.self_attn.q_proj");
  EXPECT_EQ(calibration->layerOf("encoder.layer.1.attention.self.query.weight"),
            "auto_model.encoder.layer.1.attention.self.query");
  EXPECT_EQ(calibration->layerOf("blk.0.attn_q.weight"), "model.layers.0.self_attn.q_proj");
  EXPECT_EQ(calibration->layerOf("dense.weight"), std::nullopt) << "two end like that";
  EXPECT_EQ(calibration->layerOf("blk.7.attn_q.weight"), std::nullopt);
}

TEST_F(CalibrationFile, ReadsTheImportancesOfAGguf) {
  GgufBuilder builder;
  builder.tensor("blk.0.attn_q.weight.in_sum2", {2, 1}, 0, bytesOf({30, 60}))
      .tensor("blk.0.attn_q.weight.counts", {1, 1}, 0, bytesOf({10}))
      .tensor("blk.1.attn_q.weight.in_sum2", {2, 1}, 0, bytesOf({0, 0}))
      .tensor("blk.1.attn_q.weight.counts", {1, 1}, 0, bytesOf({0}));
  const auto calibration = opened("i.gguf", builder.bytes());
  const auto found = layer(*calibration, "blk.0.attn_q.weight", 2);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->secondMoments, ElementsAre(3.0f, 6.0f));
  EXPECT_TRUE(layer(*calibration, "model.layers.0.self_attn.q_proj.weight", 2));
  const auto unreached = layer(*calibration, "blk.1.attn_q.weight", 2);
  ASSERT_FALSE(unreached);
  EXPECT_THAT(unreached.error().message, HasSubstr("never reached"));
}

TEST_F(CalibrationFile, ReadsTheOlderImportances) {
  const std::string bytes = le(std::int32_t{2}) + datEntry("blk.0.attn_q.weight", 4, {8, 2}) +
                            datEntry("output.weight", 1, {5}) + le(std::int32_t{4}) + le(std::int32_t{3}) + "txt";
  const auto calibration = opened("imatrix.dat", bytes);
  const auto found = layer(*calibration, "blk.0.attn_q.weight", 2);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->secondMoments, ElementsAre(2.0f, 0.5f));
  EXPECT_THAT(calibration->layers(), ElementsAre("blk.0.attn_q", "output"));
}

TEST_F(CalibrationFile, SurvivesEveryTruncationAndEveryWrongByteOfADat) {
  const std::string bytes = le(std::int32_t{2}) + datEntry("blk.0.attn_q.weight", 4, {8, 2}) + datEntry("o", 1, {5});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto source = memorySource("dat", {reinterpret_cast<const std::byte*>(bytes.data()),
                                             reinterpret_cast<const std::byte*>(bytes.data()) + size});
    (void)isImatrixDat(*source);
    const auto entries = readImatrixDat(*source);
    ASSERT_FALSE(entries) << size;
    EXPECT_EQ(entries.error().code, Errc::Corrupt);
    EXPECT_FALSE(entries.error().message.empty());
  }
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int change : {1, 0x7F, 0x80, 0xFF}) {
      std::string broken = bytes;
      broken[at] = static_cast<char>(broken[at] ^ change);
      const auto* first = reinterpret_cast<const std::byte*>(broken.data());
      const auto source = memorySource("dat", {first, first + broken.size()});
      if (const auto entries = readImatrixDat(*source); !entries) {
        EXPECT_FALSE(entries.error().message.empty());
      }
    }
}

TEST_F(CalibrationFile, SaysWhatIsMissingOrDoesNotFit) {
  EXPECT_THAT(refused("a.safetensors", fileOf(SafetensorsBuilder().add("q.weight", "F32", {1}, bytesOf({1})))).message,
              HasSubstr("<layer>.inputs"));
  const auto calibration =
      opened("b.safetensors", fileOf(SafetensorsBuilder()
                                         .add("q.inputs", "F32", {1, 2}, bytesOf({1, std::nanf("")}))
                                         .add("r.hessian", "F32", {1, 2}, bytesOf({1, 2}))));
  EXPECT_EQ(layer(*calibration, "z.weight", 2).error().code, Errc::NotFound);
  EXPECT_THAT(layer(*calibration, "q.weight", 3).error().message, HasSubstr("[tokens, 3]"));
  EXPECT_THAT(layer(*calibration, "q.weight", 2).error().message, HasSubstr("NaN"));
  EXPECT_THAT(layer(*calibration, "r.weight", 2).error().message, HasSubstr("[2, 2]"));
  const auto none = expectCalibration(nullptr, 4, CalibrationNeed::Inputs, "gptq");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::Unsupported);
  EXPECT_THAT(none.error().message, HasSubstr("--calibration synthetic"));
}

TEST(SyntheticCalibration, IsTheSameEverywhereAndAlways) {
  const LayerCalibration layer = syntheticCalibration(4, 1);
  EXPECT_TRUE(layer.isSynthetic);
  EXPECT_THAT(layer.source, HasSubstr("synthetic"));
  EXPECT_EQ(layer.kept(), 256u);
  EXPECT_EQ(syntheticCalibration(4, 1).inputs, layer.inputs);
  EXPECT_NE(syntheticCalibration(4, 2).inputs, layer.inputs);
  EXPECT_THAT(syntheticCalibration(0, 1).inputs, IsEmpty());
}

TEST(SyntheticCalibration, HasColumnsOfAllSizesAndAFewOutliers) {
  const LayerCalibration layer = syntheticCalibration(512, 1);
  std::vector<float> rms;
  for (const float moment : layer.secondMoments) rms.push_back(std::sqrt(moment));
  std::sort(rms.begin(), rms.end());
  EXPECT_NEAR(rms[256], 1, 0.15);
  EXPECT_NEAR(std::log2(rms[430] / rms[256]), 0.7, 0.15) << "one standard deviation above";
  EXPECT_GT(rms[511] / rms[256], 8) << "an outlier";
}

}  // namespace
}  // namespace ulpscope::test
