// SPDX-License-Identifier: Apache-2.0
// Oracle: quantizeAndMeasure() of the scheme whose bytes the published checkpoint is made of.
#include "core/report/published_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "core/calibration/synthetic_calibration.h"
#include "tests/core/checkpoint/gguf_builder.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"

namespace ulpscope {
namespace {

using test::bytesOf;
using test::normals;

constexpr std::uint32_t kF32 = 0, kQ40 = 2, kQ80 = 8;  // of ggml

class PublishedErrorsOfGguf : public testing::Test {
 protected:
  PublishedErrorsOfGguf() {
    m_original = *test::openedBy("safetensors", test::SafetensorsBuilder()
                                                    .add("layers.0.q_proj.weight", "F32", {8, 64}, bytesOf(m_query))
                                                    .add("layers.0.o_proj.weight", "F32", {8, 64}, bytesOf(m_output))
                                                    .add("lm_head.weight", "F32", {8, 64}, bytesOf(m_head))
                                                    .add("norm.weight", "F32", {64}, bytesOf(normals(64, 1)))
                                                    .add("layers.1.o_proj.weight", "F32", {8, 64}, bytesOf(m_head))
                                                    .bytes());
    m_published =
        *test::openedBy("gguf", test::GgufBuilder()
                                    .tensor("blk.0.attn_q.weight", {64, 8}, kQ80, packed("q8_0", m_query))
                                    .tensor("blk.0.attn_output.weight", {64, 8}, kQ40, packed("q4_0", m_output))
                                    .tensor("output.weight", {64, 8}, kF32, bytesOf(m_head))
                                    .tensor("output_norm.weight", {64}, kF32, bytesOf(normals(64, 2)))
                                    .bytes());
    m_diff = *diffCheckpoints(m_original, m_published, {}, {});
  }

  QuantizationReport report(const std::string& scheme, const std::vector<float>& values,
                            const LayerCalibration* layer = nullptr) const {
    return *quantizeAndMeasure(*findScheme(scheme), {}, {{{8, 64}, values}, layer}, *m_backend, {});
  }
  std::string packed(const std::string& scheme, const std::vector<float>& values) const {
    const auto bytes = report(scheme, values).quantized.packed;
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  PublishedErrors errors(const PublishedQuestion& question = {}) const {
    return *publishedErrors(m_original, m_published, m_diff, question, *m_backend, {});
  }
  const std::string& nameOf(const PublishedError& error) const { return m_diff.tensors[error.diff].name; }

  const std::vector<float> m_query = normals(512, 1, 1), m_output = normals(512, 1, 2), m_head = normals(512, 1, 3);
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
  Checkpoint m_original, m_published;
  CheckpointDiff m_diff;
};

TEST_F(PublishedErrorsOfGguf, AreThoseOfTheSchemeWhatLostMostFirst) {
  const PublishedErrors found = errors();
  ASSERT_EQ(found.tensors.size(), 3u) << "vectors and what is missing are left out";
  EXPECT_EQ(nameOf(found.tensors[0]), "layers.0.o_proj.weight");
  EXPECT_EQ(found.tensors[0].bitsPerWeight, 4.5);
  EXPECT_EQ(found.tensors[0].metrics.maxAbsoluteError, report("q4_0", m_output).metrics.maxAbsoluteError);
  EXPECT_DOUBLE_EQ(found.tensors[0].metrics.signalToNoiseDb, report("q4_0", m_output).metrics.signalToNoiseDb);
  EXPECT_EQ(nameOf(found.tensors[1]), "layers.0.q_proj.weight");
  EXPECT_DOUBLE_EQ(found.tensors[1].metrics.relativeRmse, report("q8_0", m_query).metrics.relativeRmse);
  EXPECT_EQ(found.tensors[2].metrics.signalToNoiseDb, std::numeric_limits<double>::infinity());
  EXPECT_EQ(found.tensors[2].lost(), 0);
  ASSERT_EQ(found.types.size(), 3u);
  EXPECT_EQ(found.types[0].type, "Q4_0");
  EXPECT_EQ(found.types[1].totals.elements(), 512u);
  EXPECT_DOUBLE_EQ(found.types[1].totals.signalToNoiseDb(), report("q8_0", m_query).metrics.signalToNoiseDb);
  EXPECT_EQ(found.types[2].totals.bitsPerWeight(), 32);
}

TEST_F(PublishedErrorsOfGguf, AreWeightedByTheInputsOfTheOriginal) {
  const auto calibration = Calibration::synthetic();
  const auto layer = *calibration->layer("layers.0.o_proj.weight", 64, *m_backend);
  // The bytes were made without the layer, so it must not be given to the scheme, only to the error.
  const auto restored = report("q4_0", m_output).quantized.restored;
  const auto expected = measureWeightedError({{8, 64}, m_output}, restored, layer, *m_backend, {});
  const PublishedErrors found = errors({.calibration = calibration.get()});
  ASSERT_TRUE(found.tensors[0].weightedError);
  EXPECT_EQ(found.tensors[0].weightedError->relative, expected->relative);
  EXPECT_EQ(found.tensors[0].lost(), expected->relative);
}

TEST_F(PublishedErrorsOfGguf, StandBesideTheBestSchemeOfTheirBits) {
  const PublishedErrors found = errors({.rivals = true});
  for (const std::size_t i : {0u, 1u}) {
    ASSERT_TRUE(found.tensors[i].rival) << i;
    EXPECT_LE(found.tensors[i].rival->bitsPerWeight, found.tensors[i].bitsPerWeight + 1e-9);
    EXPECT_LE(found.tensors[i].rival->metrics.relativeRmse, found.tensors[i].metrics.relativeRmse * (1 + 1e-12));
  }
  EXPECT_NE(found.tensors[0].rival->scheme, "q4_0") << "IQ4_NL has as many bits and loses less of such weights";
  EXPECT_FALSE(found.tensors[2].rival) << "nothing has 32 bits";
}

TEST_F(PublishedErrorsOfGguf, AreATableOfAllThatIsKnown) {
  const PublishedErrors found = errors({.rivals = true});
  const Table table = errorTable(m_published, m_diff, found);
  ASSERT_EQ(table.rows.size(), 3u);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.header.size());
  EXPECT_EQ(table.rows[0][0], "layers.0.o_proj.weight");
  EXPECT_EQ(table.rows[0][1], "Q4_0");
  EXPECT_EQ(table.rows[2][6], "inf");
}

TEST_F(PublishedErrorsOfGguf, StopWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto found = publishedErrors(m_original, m_published, m_diff, {.rivals = true}, *m_backend, {stop.get_token()});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
