// SPDX-License-Identifier: Apache-2.0
#include "core/cache/result_cache.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::shared_ptr<const ResultKey> keyNamed(std::string name) {
  const auto digest = static_cast<std::uint64_t>(std::hash<std::string>()(name));
  return std::make_shared<const ResultKey>(ResultKey{std::move(name), digest});
}

/// Bytes that do not compress.
std::string noise(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// What is kept of one tensor; empty: nothing.
std::string find(ResultCache& cache, const std::shared_ptr<const ResultKey>& key, std::uint64_t tensor = 0) {
  const auto kept = cache.find(*key, ResultKind::Profile, tensor);
  return kept ? kept->payload : std::string();
}

class ResultCacheTest : public testing::Test {
 protected:
  void keep(ResultCache& cache, const std::string& payload, std::uint64_t tensor = 0) const {
    cache.keep(m_key, ResultKind::Profile, tensor, payload);
  }

  TemporaryFolder m_folder;
  fs::path m_file = m_folder / "below/results.sqlite";
  std::shared_ptr<const ResultKey> m_key = keyNamed("a");
};

TEST_F(ResultCacheTest, FindsWhatWasKeptInThisRunAndInTheNext) {
  {
    ResultCache cache(m_file);
    EXPECT_EQ(find(cache, m_key), "");
    keep(cache, "first");
    EXPECT_EQ(find(cache, m_key), "first");
    keep(cache, "second");
    keep(cache, "third", 7);
  }
  ResultCache cache(m_file);
  EXPECT_EQ(find(cache, m_key), "second");
  EXPECT_EQ(find(cache, m_key, 7), "third");
  EXPECT_EQ(find(cache, m_key, 8), "");
  EXPECT_EQ(find(cache, keyNamed("b")), "");
  EXPECT_FALSE(cache.find(*m_key, ResultKind::Summary, 0)) << "of another kind";
  const auto kept = cache.find(*m_key, ResultKind::Profile, 7);
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  EXPECT_NEAR(static_cast<double>(kept->made), static_cast<double>(now), 60);
}

TEST_F(ResultCacheTest, FindsAllOfAKindInTheOrderOfTensors) {
  ResultCache cache(m_file);
  for (const std::uint64_t tensor : {5u, 1u, 300u, 2u}) cache.keep(m_key, ResultKind::Summary, tensor, "s");
  keep(cache, "no summary", 3);
  std::vector<std::uint64_t> tensors;
  for (const KeptResult& kept : cache.findAll(*m_key, ResultKind::Summary, 100)) tensors.push_back(kept.tensor);
  EXPECT_EQ(tensors, (std::vector<std::uint64_t>{1, 2, 5, 300}));
  EXPECT_EQ(cache.findAll(*m_key, ResultKind::Summary, 2).size(), 2u);
}

TEST_F(ResultCacheTest, MakesNothingBeforeItIsNeededAndAFolderForItsOwnerOnly) {
  ResultCache cache(m_file);
  EXPECT_FALSE(fs::exists(m_file.parent_path()));
  EXPECT_EQ(cache.size(), 0u);
  const auto opened = cache.open();
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_GT(cache.size(), 0u);
  EXPECT_EQ(fs::status(m_file.parent_path()).permissions(), fs::perms::owner_all);
}

TEST_F(ResultCacheTest, ForgetsOneCheckpointOrAll) {
  ResultCache cache(m_file);
  const auto other = keyNamed("b");
  keep(cache, "a");
  cache.keep(other, ResultKind::Profile, 0, "b");
  cache.forget(m_key);
  EXPECT_EQ(find(cache, m_key), "");
  EXPECT_EQ(find(cache, other), "b");
  cache.keep(other, ResultKind::Profile, 1, noise(1 << 20));
  cache.flush();
  EXPECT_GT(cache.size(), 1u << 20);
  ASSERT_TRUE(cache.clear());
  EXPECT_LT(cache.size(), 64u << 10);
  EXPECT_EQ(find(cache, other), "");
  keep(cache, "again");
  EXPECT_EQ(find(cache, m_key), "again");
}

TEST_F(ResultCacheTest, StaysBelowItsLimitByDroppingWhatWasUsedLongestAgo) {
  constexpr std::uint64_t kLimit = 1 << 20;
  ResultCache cache(m_file, kLimit);
  const auto b = keyNamed("b");
  const auto c = keyNamed("c");
  for (const auto& key : {m_key, b}) {
    cache.keep(key, ResultKind::Profile, 0, noise(400'000));
    cache.flush();
  }
  cache.use(m_key);
  cache.flush();
  cache.keep(c, ResultKind::Profile, 0, noise(400'000, 3));
  cache.flush();
  EXPECT_EQ(find(cache, m_key), noise(400'000)) << "it was looked at since";
  EXPECT_EQ(find(cache, b), "");
  EXPECT_EQ(find(cache, c), noise(400'000, 3));
  EXPECT_LE(cache.size(), kLimit);
  for (unsigned i = 0; i < 20; ++i) {
    cache.keep(keyNamed("n" + std::to_string(i)), ResultKind::Profile, 0, noise(400'000, i));
    cache.flush();
    EXPECT_LE(cache.size(), kLimit);
  }
  cache.keep(m_key, ResultKind::Profile, 0, noise(2 * kLimit));
  cache.flush();
  EXPECT_LE(cache.size(), kLimit) << "one that alone is too large";
  EXPECT_EQ(find(cache, m_key), "");
}

TEST_F(ResultCacheTest, TwoAtOnceSeeWhatTheOtherKeeps) {
  ResultCache one(m_file);
  ResultCache two(m_file);
  const auto other = keyNamed("b");
  for (std::uint64_t i = 0; i < 20; ++i) {
    keep(one, "one", i);
    two.keep(other, ResultKind::Profile, i, "two");
    if (i % 3 == 0) one.flush();
    if (i % 4 == 0) two.flush();
  }
  one.flush();
  two.flush();
  for (std::uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(find(one, other, i), "two");
    EXPECT_EQ(find(two, m_key, i), "one");
  }
}

TEST_F(ResultCacheTest, ManyThreadsMayAskAndKeep) {
  ResultCache cache(m_file);
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        keep(cache, "kept", 100 * thread + i);
        if (i % 10 == 0) find(cache, m_key, i);
      }
    });
  threads.clear();
  for (std::uint64_t thread = 0; thread < 4; ++thread)
    for (std::uint64_t i = 0; i < 50; ++i) EXPECT_EQ(find(cache, m_key, 100 * thread + i), "kept");
}

TEST_F(ResultCacheTest, GoesOnWithoutTheFileWhileAnotherProgramHasItLocked) {
  ResultCache cache(m_file);
  keep(cache, "before");
  cache.flush();
  sqlite3* other = nullptr;
  ASSERT_EQ(::sqlite3_open(m_file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(find(cache, m_key), "");
  keep(cache, "meanwhile", 1);
  cache.flush();
  ::sqlite3_close(other);
  EXPECT_EQ(find(cache, m_key), "before");
  keep(cache, "after", 2);
  EXPECT_EQ(find(cache, m_key, 2), "after");
}

TEST_F(ResultCacheTest, GoesOnWithoutAFileWhereNoneCanBe) {
  ResultCache below(m_folder.write("file", "no folder") / "results.sqlite");
  EXPECT_FALSE(below.open());
  keep(below, "lost");
  EXPECT_EQ(find(below, m_key), "");
  EXPECT_FALSE(below.clear());
  EXPECT_EQ(below.size(), 0u);

  fs::create_directories(m_folder / "folder");
  ResultCache folder(m_folder / "folder");
  const auto opened = folder.open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("cannot be used"), std::string::npos) << opened.error().message;
  keep(folder, "lost");
  EXPECT_EQ(find(folder, m_key), "");
}

TEST_F(ResultCacheTest, ReadsAFileThatItMayNotWrite) {
  {
    ResultCache cache(m_file);
    keep(cache, "kept");
  }
  fs::permissions(m_file, fs::perms::owner_read);
  fs::permissions(m_file.parent_path(), fs::perms::owner_read | fs::perms::owner_exec);
  if (::geteuid() != 0) {  // root may write all the same
    ResultCache cache(m_file);
    EXPECT_EQ(find(cache, m_key), "kept");
    keep(cache, "not kept", 1);
    EXPECT_EQ(find(cache, m_key, 1), "");
    EXPECT_EQ(find(cache, m_key), "kept");
  }
  fs::permissions(m_file.parent_path(), fs::perms::owner_all);
}

/// Keeps something, lets `damage` at the file, and expects that what is found then is right or nothing, and that
/// something new can be kept.
template <class Damage>
void survives(const fs::path& file, Damage damage) {
  const auto key = keyNamed("a");
  fs::remove(file);
  const std::string large = noise(40'000);
  {
    ResultCache cache(file);
    cache.keep(key, ResultKind::Profile, 0, "kept");
    cache.keep(key, ResultKind::Profile, 1, large);
  }
  damage();
  ResultCache cache(file);
  const std::string kept = find(cache, key);
  EXPECT_TRUE(kept.empty() || kept == "kept") << kept;
  const std::string larger = find(cache, key, 1);
  EXPECT_TRUE(larger.empty() || larger == large);
  cache.keep(key, ResultKind::Profile, 2, "new");
  EXPECT_EQ(find(cache, key, 2), "new");
}

TEST_F(ResultCacheTest, MakesADamagedFileAnew) {
  const auto write = [&](const std::string& bytes) { m_folder.write("below/results.sqlite", bytes); };
  const auto read = [&] { return TemporaryFolder::read(m_file); };
  survives(m_file, [&] { write("this is no database, but quite a long text that has nothing to do with one"); });
  survives(m_file, [&] { write(""); });
  survives(m_file, [&] { write(noise(100'000)); });
  for (const std::size_t length : {1u, 50u, 100u, 1000u, 4096u, 5000u, 8192u, 20'000u})
    survives(m_file, [&] { write(read().substr(0, length)); });
  std::mt19937 random(3);
  for (int i = 0; i < 60; ++i)
    survives(m_file, [&] {
      std::string bytes = read();
      const std::size_t reach = i % 2 == 0 ? 200 : bytes.size();  // half of them into the header and the schema
      for (int n = 0; n < 4; ++n) bytes[random() % reach] = static_cast<char>(random());
      write(bytes);
    });
}

/// Runs statements on the file as somebody else.
void alter(const fs::path& file, const std::string& sql) {
  sqlite3* other = nullptr;
  ASSERT_EQ(::sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(other, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << ::sqlite3_errmsg(other);
  ::sqlite3_close(other);
}

TEST_F(ResultCacheTest, MakesAFileAnewThatIsOfAnotherVersionOrHasOtherTables) {
  for (const char* sql :
       {"PRAGMA user_version = 999", "PRAGMA application_id = 1", "CREATE TABLE more(a)",
        "CREATE TRIGGER t AFTER INSERT ON result BEGIN DELETE FROM result; END",
        "ALTER TABLE result RENAME TO r; CREATE VIEW result AS SELECT 1 AS checkpoint, 2 AS kind, 0 AS tensor, 0 AS "
        "made, zeroblob(1000000000) AS data",
        "PRAGMA journal_mode = WAL; CREATE TABLE more(a)"}) {
    SCOPED_TRACE(sql);
    survives(m_file, [&] { alter(m_file, sql); });
    ResultCache cache(m_file);
    EXPECT_EQ(find(cache, m_key), "") << "of the old one nothing is left";
  }
}

TEST_F(ResultCacheTest, TakesNoRowsThatBelongElsewhereOrAreTooLarge) {
  survives(m_file, [&] { alter(m_file, "UPDATE result SET tensor = tensor + 10"); });
  survives(m_file, [&] { alter(m_file, "UPDATE result SET data = zeroblob(70000000) WHERE tensor = 0"); });
  survives(m_file, [&] { alter(m_file, "UPDATE result SET data = 'text', made = 'yesterday'"); });
}

}  // namespace
}  // namespace ulpscope
