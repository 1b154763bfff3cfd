// SPDX-License-Identifier: Apache-2.0
#include "core/cache/checkpoint_results.h"

#include <gtest/gtest.h>

#include <map>

#include "core/backend/backend.h"
#include "tests/core/cache/same_results.h"
#include "tests/core/cache/settled_file.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::expectSame;
using test::SafetensorsBuilder;
using test::settled;
using test::TemporaryFolder;

/// Two shards with a matrix each, one of them with dead rows and a NaN.
class CheckpointResultsTest : public testing::Test {
 protected:
  void SetUp() override {
    writeShard(1, 0.02f);
    writeShard(2, 0.05f);
    m_checkpoint = openCheckpoint(m_folder.path()).value();
    m_all = m_checkpoint->totalBytes();
  }

  void writeShard(int shard, float deviation) const {
    std::vector<float> values = test::normals(64 * 32, deviation);
    std::fill_n(values.begin(), 32, 0.0f);
    const std::string name = "layers." + std::to_string(shard) + ".mlp.up_proj.weight";
    settled(m_folder.write(
        fileName(shard), SafetensorsBuilder()
                             .add(name, "F32", {64, 32}, test::bytesOf(values))
                             .add("norm." + std::to_string(shard), "BF16", {32}, test::bfloatsOf(test::normals(32, 1)))
                             .bytes()));
  }
  static std::string fileName(int shard) { return "model-0000" + std::to_string(shard) + "-of-00002.safetensors"; }

  std::unique_ptr<CheckpointResults> open(bool anew = false) {
    m_checkpoint = openCheckpoint(m_folder.path()).value();
    return std::make_unique<CheckpointResults>(m_checkpoint, m_backend, m_cache, anew);
  }

  /// Scans, and gives the bytes that were read for it.
  std::uint64_t scan(CheckpointResults& results) {
    Progress progress;
    m_found.clear();
    const auto scanned = results.scan(JobContext{{}, &progress}, [&](std::size_t tensor, const TensorSummary& summary) {
      EXPECT_TRUE(m_found.emplace(tensor, summary).second) << "twice";
    });
    if (!scanned) return ~std::uint64_t{0};
    EXPECT_EQ(progress.done(), progress.total());
    return progress.done();
  }

  void expectTrueSummaries() const {
    ASSERT_EQ(m_found.size(), m_checkpoint->tensors.size());
    for (const auto& [tensor, summary] : m_found)
      expectSame(summary, summarize(profileTensor(m_checkpoint->source(tensor).value(), *m_backend, {}).value()));
  }

  TemporaryFolder m_folder;
  TemporaryFolder m_cacheFolder;
  std::shared_ptr<const Backend> m_backend = makeReferenceBackend();
  std::shared_ptr<ResultCache> m_cache = std::make_shared<ResultCache>(m_cacheFolder / "results.sqlite");
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::uint64_t m_all = 0;  ///< bytes of all tensors
  std::map<std::size_t, TensorSummary> m_found;
};

TEST_F(CheckpointResultsTest, ASecondScanReadsNothingAndFindsTheSame) {
  EXPECT_EQ(scan(*open()), m_all);
  expectTrueSummaries();
  EXPECT_EQ(scan(*open()), 0u);
  expectTrueSummaries();
  m_cache = std::make_shared<ResultCache>(m_cacheFolder / "results.sqlite");  // as a program started later
  EXPECT_EQ(scan(*open()), 0u);
  expectTrueSummaries();
}

TEST_F(CheckpointResultsTest, AScanReadsOnlyWhatIsMissing) {
  ASSERT_TRUE(open()->profile(0, {}));
  const auto results = open();
  m_found.clear();
  const auto all = results->recall({}, [&](std::size_t tensor, const TensorSummary& s) { m_found[tensor] = s; });
  EXPECT_EQ(all, Result<bool>(false));
  EXPECT_EQ(m_found.size(), 1u);
  EXPECT_EQ(scan(*open()), m_all - 64 * 32 * sizeof(float));
  expectTrueSummaries();
  EXPECT_EQ(open()->recall({}, [](std::size_t, const TensorSummary&) {}), Result<bool>(true));
}

TEST_F(CheckpointResultsTest, ASecondProfileReadsNothingAndIsTheSame) {
  for (std::size_t tensor = 0; tensor < 4; ++tensor) {
    const auto first = open()->profile(tensor, {});
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->keptSince);
    Progress progress;
    const auto second = open()->profile(tensor, JobContext{{}, &progress});
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->keptSince);
    EXPECT_EQ(progress.done(), 0u);
    expectSame(second->profile, first->profile);
  }
}

TEST_F(CheckpointResultsTest, FindingsAreKept) {
  EXPECT_FALSE(open()->recallFindings());
  const auto first = open()->findings({});
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->findings.empty()) << "rows of zeros";
  EXPECT_FALSE(first->keptSince);
  const auto second = open()->recallFindings();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->keptSince);
  expectSame(second->findings, first->findings);
}

TEST_F(CheckpointResultsTest, NothingOldIsShownOfAFileThatChangedBeforeItWasOpened) {
  scan(*open());
  ASSERT_TRUE(open()->profile(2, {}));
  ASSERT_TRUE(open()->findings({}));
  const auto before = fs::last_write_time(m_folder / fileName(2));
  writeShard(2, 0.07f);
  fs::last_write_time(m_folder / fileName(2), before);  // and its time is set back
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  const auto results = open();
  EXPECT_FALSE(results->recallFindings());
  EXPECT_FALSE(results->profile(2, {})->keptSince);
  scan(*results);
  expectTrueSummaries();
}

TEST_F(CheckpointResultsTest, NothingIsShownOrKeptOfAFileThatChangesWhileItIsOpen) {
  scan(*open());
  ASSERT_TRUE(open()->profile(2, {}));
  const auto results = open();
  writeShard(2, 0.07f);
  EXPECT_EQ(results->profile(2, {}).error().code, Errc::Changed);
  m_found.clear();
  EXPECT_EQ(scan(*results), ~std::uint64_t{0});
  EXPECT_TRUE(m_found.empty());
  EXPECT_FALSE(results->recallFindings());
  const auto changed = open();
  scan(*changed);
  expectTrueSummaries();
}

TEST_F(CheckpointResultsTest, AChangeAfterReadingIsNotKeptUnderTheNewState) {
  const auto results = open();
  scan(*results);
  writeShard(2, 0.07f);
  EXPECT_EQ(scan(*open()), m_all);
  expectTrueSummaries();
}

TEST_F(CheckpointResultsTest, ReadingAnewForgetsWhatWasKept) {
  scan(*open());
  const auto results = open(true);
  EXPECT_EQ(scan(*results), m_all);
  EXPECT_EQ(scan(*results), 0u) << "once only";
  EXPECT_EQ(scan(*open()), 0u);
}

TEST_F(CheckpointResultsTest, EverythingIsComputedWithoutACache) {
  m_cache = nullptr;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(scan(*open()), m_all);
    EXPECT_FALSE(open()->profile(0, {})->keptSince);
    EXPECT_FALSE(open()->findings({})->keptSince);
  }
}

TEST_F(CheckpointResultsTest, EverythingIsComputedWhereTheCacheIsDamagedOrCannotBe) {
  scan(*open());
  m_cache.reset();
  m_cacheFolder.write("results.sqlite", "no database at all, whatever its name says; and long enough to be one");
  m_cache = std::make_shared<ResultCache>(m_cacheFolder / "results.sqlite");
  EXPECT_EQ(scan(*open()), m_all);
  expectTrueSummaries();
  EXPECT_EQ(scan(*open()), 0u) << "made anew";
  m_cache = std::make_shared<ResultCache>("/dev/null/results.sqlite");
  EXPECT_EQ(scan(*open()), m_all);
  expectTrueSummaries();
}

}  // namespace
}  // namespace ulpscope
