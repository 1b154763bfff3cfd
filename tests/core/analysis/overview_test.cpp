// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/overview.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "core/checkpoint/checkpoint.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

std::shared_ptr<const Checkpoint> sample() { return openCheckpoint(sourcePath("resources/samples/tiny-lm")).value(); }

TensorSummary summaryOf(std::vector<std::uint64_t> shape, std::vector<float> values) {
  const auto backend = makeReferenceBackend();
  return summarize(profileTensor(tensorFromFloats("t", std::move(shape), values), *backend, {}).value());
}

TEST(Overview, OutlinesTheHistogramBetweenTheLargestMagnitudes) {
  const TensorSummary summary = summaryOf({1, 4}, {-1, 0.99f, 0.99f, 0.99f});
  EXPECT_FLOAT_EQ(summary.outline.back(), 1);
  EXPECT_FLOAT_EQ(summary.outline.front(), 1.0f / 3);
  EXPECT_EQ(summary.outline[TensorSummary::kOutline / 2], 0);
}

TEST(Overview, CountsOutlierColumnsOfMatricesOnly) {
  std::vector<float> values(2 * 64, 0.1f);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.001f * static_cast<float>(i % 7);
  values[5] = 9;
  EXPECT_EQ(summaryOf({2, 64}, values).outlierColumns, 1u);
  EXPECT_EQ(summaryOf({128}, values).outlierColumns, 0u);
}

TEST(Overview, TellsOfValuesThatAreNotFinite) {
  EXPECT_TRUE(summaryOf({2}, {1, std::numeric_limits<float>::infinity()}).hasNonFinite());
  EXPECT_FALSE(summaryOf({2}, {1, 2}).hasNonFinite());
}

TEST(Overview, ScansEveryTensorOnceInFileOrderAndCountsItsBytes) {
  const auto checkpoint = sample();
  const auto backend = makeReferenceBackend();
  Progress progress;
  std::vector<std::size_t> found;
  const auto scanned = scanCheckpoint(*checkpoint, *backend, JobContext{{}, &progress},
                                      [&](std::size_t tensor, const TensorSummary&) { found.push_back(tensor); });
  ASSERT_TRUE(scanned);
  ASSERT_EQ(found.size(), checkpoint->tensors.size());
  EXPECT_TRUE(std::ranges::is_sorted(found));
  EXPECT_EQ(progress.done(), checkpoint->totalBytes());
  EXPECT_EQ(progress.total(), checkpoint->totalBytes());
}

/// Bytes that are there, but make no sense.
std::shared_ptr<const ByteSource> brokenSource(std::uint64_t size, Errc code) {
  return derivedSource({.name = "broken",
                        .size = size,
                        .unitBytes = 4,
                        .make = [code](std::uint64_t, std::span<std::byte>) -> Result<> {
                          return fail(code, "a sound block expected", "broken");
                        },
                        .from = {}});
}

Checkpoint threeTensors(Errc code) {
  Checkpoint checkpoint;
  checkpoint.files = {memorySource("m", std::vector<std::byte>(8))};
  TensorInfo plain{
      .name = "plain", .storedType = "F32", .type = findElementType("F32"), .shape = {2}, .elements = 2, .bytes = 8};
  TensorInfo broken = plain;
  broken.name = "broken";
  broken.storage = brokenSource(8, code);
  TensorInfo part = plain;
  part.name = "part";
  part.partOf = 0;
  checkpoint.tensors = {part, broken, plain};
  return checkpoint;
}

TEST(Overview, PassesOverPartsAndWhatFailsByItself) {
  const Checkpoint checkpoint = threeTensors(Errc::Corrupt);
  Progress progress;
  std::vector<std::size_t> found;
  const auto scanned = scanCheckpoint(checkpoint, *makeReferenceBackend(), JobContext{{}, &progress},
                                      [&](std::size_t tensor, const TensorSummary&) { found.push_back(tensor); });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().message, "tensor \"broken\": a sound block expected");
  EXPECT_EQ(found, std::vector<std::size_t>{2});
  EXPECT_EQ(progress.total(), 16u);
  EXPECT_EQ(progress.done(), 16u);
}

TEST(Overview, StopsAtAFailureOfTheFile) {
  const Checkpoint checkpoint = threeTensors(Errc::Changed);
  const auto scanned = scanCheckpoint(checkpoint, *makeReferenceBackend(), {},
                                      [](std::size_t, const TensorSummary&) { FAIL() << "the file has changed"; });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, Errc::Changed);
}

TEST(Overview, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  const auto scanned = scanCheckpoint(*sample(), *makeReferenceBackend(), JobContext{stop.get_token(), nullptr},
                                      [](std::size_t, const TensorSummary&) { FAIL() << "nothing was to be read"; });
  ASSERT_FALSE(scanned);
  EXPECT_EQ(scanned.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
