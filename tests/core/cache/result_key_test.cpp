// SPDX-License-Identifier: Apache-2.0
#include "core/cache/result_key.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/backend/backend.h"
#include "tests/core/cache/settled_file.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::SafetensorsBuilder;
using test::settled;
using test::TemporaryFolder;

std::string fileOf(std::string_view name, std::size_t elements = 2) {
  return SafetensorsBuilder().add(name, "F32", {elements}, elements * 4).bytes();
}

/// Empty: results must not be kept.
std::string keyOf(const fs::path& path) {
  const auto checkpoint = openCheckpoint(path).value();
  const auto key = resultKey(*checkpoint, *makeReferenceBackend());
  return key ? key->bytes : std::string();
}

class ResultKeyTest : public testing::Test {
 protected:
  TemporaryFolder m_folder;
  fs::path m_path = settled(m_folder.write("a.safetensors", fileOf("w")));
  std::string m_key = keyOf(m_path);
};

TEST_F(ResultKeyTest, IsTheSameHoweverOftenAndByWhateverNameTheFileIsOpened) {
  ASSERT_FALSE(m_key.empty());
  EXPECT_EQ(keyOf(m_path), m_key);
  EXPECT_EQ(keyOf(fs::relative(m_path)), m_key);
  EXPECT_EQ(keyOf(m_folder.path() / "." / "a.safetensors"), m_key);
}

TEST_F(ResultKeyTest, ChangesWithTheTimeOfModification) {
  const timespec times[2]{{1, 0}, {1'000'000, 1}};
  ASSERT_EQ(::utimensat(AT_FDCWD, m_path.c_str(), times, 0), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  EXPECT_NE(keyOf(m_path), m_key);
  EXPECT_FALSE(keyOf(m_path).empty());
}

TEST_F(ResultKeyTest, ChangesWithTheContentEvenWhereSizeAndTimeAreSetBack) {
  const auto before = fs::last_write_time(m_path);
  std::string bytes = TemporaryFolder::read(m_path);
  bytes.back() = 'x';
  m_folder.write("a.safetensors", bytes);  // into the same file
  fs::last_write_time(m_path, before);
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  ASSERT_EQ(fs::last_write_time(m_path), before);
  EXPECT_NE(keyOf(m_path), m_key);
  EXPECT_FALSE(keyOf(m_path).empty());
}

TEST_F(ResultKeyTest, ChangesWithTheSize) {
  m_folder.write("a.safetensors", fileOf("w", 3));
  EXPECT_NE(keyOf(settled(m_path)), m_key);
}

TEST_F(ResultKeyTest, ChangesWhenTheFileIsReplaced) {
  const auto before = fs::last_write_time(m_path);
  const fs::path other = m_folder.write("b.safetensors", fileOf("w"));
  fs::last_write_time(other, before);
  fs::rename(other, m_path);
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  EXPECT_NE(keyOf(m_path), m_key);
  EXPECT_FALSE(keyOf(m_path).empty());
}

TEST_F(ResultKeyTest, ChangesWithTheConfigWhichIsNoFileOfTheCheckpoint) {
  m_folder.write("config.json", "{}");
  const std::string with = keyOf(m_path);
  EXPECT_NE(with, m_key);
  m_folder.write("config.json", "{\"tie_word_embeddings\": true}");
  EXPECT_NE(keyOf(m_path), with);
}

TEST_F(ResultKeyTest, IsOfTheBackendAndOfEveryShard) {
  const TemporaryFolder shards;
  const fs::path first = settled(shards.write("model-00001-of-00002.safetensors", fileOf("a")));
  const fs::path second = settled(shards.write("model-00002-of-00002.safetensors", fileOf("b")));
  const std::string key = keyOf(shards.path());
  ASSERT_FALSE(key.empty());
  const timespec times[2]{{1, 0}, {1'000'000, 1}};
  ASSERT_EQ(::utimensat(AT_FDCWD, second.c_str(), times, 0), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  EXPECT_NE(keyOf(shards.path()), key);
}

TEST_F(ResultKeyTest, ThereIsNoneOfAFileThatWasWrittenAMomentAgo) {
  const fs::path fresh = m_folder.write("fresh.safetensors", fileOf("w"));
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  EXPECT_TRUE(keyOf(fresh).empty()) << "a change within the same step of the clock would bear the same time";
  fs::last_write_time(fresh, fs::file_time_type::clock::now() + std::chrono::hours(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(70));
  EXPECT_TRUE(keyOf(fresh).empty()) << "by another clock";
  fs::last_write_time(fresh, fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_TRUE(keyOf(fresh).empty()) << "its time was set back this very moment";
  EXPECT_FALSE(keyOf(settled(fresh)).empty());
}

TEST_F(ResultKeyTest, ThereIsNoneOfWhatIsNoFile) {
  Checkpoint checkpoint;
  EXPECT_FALSE(resultKey(checkpoint, *makeReferenceBackend()));
  checkpoint.files.push_back(memorySource("m", std::vector<std::byte>(8)));
  EXPECT_FALSE(resultKey(checkpoint, *makeReferenceBackend()));
}

}  // namespace
}  // namespace ulpscope
