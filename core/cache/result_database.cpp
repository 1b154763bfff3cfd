// SPDX-License-Identifier: Apache-2.0
#include "core/cache/result_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/base/byte_source.h"
#include "core/cache/sqlite_statement.h"

namespace ulpscope {
namespace {

constexpr std::int64_t kApplication = 0x554C'5052;  ///< "ULPR"; in the header of the file, as `file` shows it
constexpr std::int64_t kVersion = 1;                ///< of the tables
constexpr int kLongestRow = 64 << 20;
constexpr int kPatienceMs = 500;
constexpr std::int64_t kNone = 0;  ///< no checkpoint: the ids of rows begin with 1

/// As sqlite_schema repeats them: anything else in it is not ours, triggers and views among it.
constexpr const char* kTables[] = {
    "CREATE TABLE checkpoint(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, used INTEGER NOT NULL)",
    "CREATE TABLE result(checkpoint INTEGER NOT NULL, kind INTEGER NOT NULL, tensor INTEGER NOT NULL, made INTEGER NOT "
    "NULL, data BLOB NOT NULL, PRIMARY KEY(checkpoint, kind, tensor))"};

std::int64_t microsecondsNow() {
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

/// Whether the file says of itself that it has a write-ahead log, which would be mapped as soon as it is opened, or is
/// of a kind that is yet to come.
bool isOfAnotherKind(const std::filesystem::path& path) {
  constexpr std::size_t kVersions = 18;  ///< one that may write it, one that may read it; 1: a rollback journal
  const auto file = openFile(path);
  std::array<std::byte, kVersions + 2> head{};
  if (!file || (*file)->size() < head.size() || !(*file)->read(0, head)) return false;
  return head[kVersions] != std::byte{1} || head[kVersions + 1] != std::byte{1};
}

}  // namespace

ResultDatabase::ResultDatabase(std::filesystem::path file, std::uint64_t limit)
    : m_file(std::move(file)), m_limit(limit) {}

ResultDatabase::~ResultDatabase() { ::sqlite3_close_v2(m_connection); }

Result<std::unique_ptr<ResultDatabase>> ResultDatabase::open(const std::filesystem::path& file, std::uint64_t limit) {
  std::unique_ptr<ResultDatabase> database(new ResultDatabase(file, limit));
  if (auto prepared = database->prepareFile(); !prepared) return tl::unexpected(prepared.error());
  if (auto connected = database->connect(); !connected) return tl::unexpected(connected.error());
  const auto ours = database->isOurs();
  if (!ours && ours.error().code != Errc::Corrupt) return tl::unexpected(ours.error());
  if (!ours || !*ours)
    if (auto done = database->reset(); !done) return tl::unexpected(done.error());
  return database;
}

/// A folder that only its owner can look into, as that of a cache should be.
Result<> ResultDatabase::prepareFile() {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (const fs::path folder = m_file.parent_path(); !folder.empty() && fs::create_directories(folder, failed))
    fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) return fail(Errc::Io, fmt::format("its folder cannot be made: {}", failed.message()), m_file.string());
  if (!isOfAnotherKind(m_file)) return {};
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(m_file.string() + suffix, failed);
  return {};
}

Result<> ResultDatabase::connect() {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (const int status = ::sqlite3_open_v2(m_file.c_str(), &m_connection, flags, nullptr); status != SQLITE_OK)
    return sqliteError(m_connection, status);
  ::sqlite3_busy_timeout(m_connection, kPatienceMs);
  ::sqlite3_limit(m_connection, SQLITE_LIMIT_LENGTH, kLongestRow);
  ::sqlite3_db_config(m_connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(m_connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return {};
}

Result<> ResultDatabase::configure() {
  return runSql(m_connection,
                "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA auto_vacuum = INCREMENTAL;"
                "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF");
}

Result<bool> ResultDatabase::isOurs() {
  if (auto configured = configure(); !configured) return tl::unexpected(configured.error());
  const auto application = numberOf(m_connection, "PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto version = numberOf(m_connection, "PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*application != kApplication || *version != kVersion) return false;
  SqliteStatement schema(m_connection, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  for (const char* table : kTables) {
    const auto row = schema.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row || schema.bytes(0) != table) return false;
  }
  const auto more = schema.step();
  if (!more) return tl::unexpected(more.error());
  return !*more;
}

Result<> ResultDatabase::reset() {
  // Under the locks of the other programs that have it open, as removing the file would not be.
  ::sqlite3_db_config(m_connection, SQLITE_DBCONFIG_RESET_DATABASE, 1, nullptr);
  const auto emptied = runSql(m_connection, "VACUUM");
  ::sqlite3_db_config(m_connection, SQLITE_DBCONFIG_RESET_DATABASE, 0, nullptr);
  if (!emptied) return emptied;
  if (auto configured = configure(); !configured) return configured;
  return create();
}

Result<> ResultDatabase::create() {
  const std::string sql =
      fmt::format("BEGIN IMMEDIATE; {}; {}; PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", kTables[0],
                  kTables[1], kApplication, kVersion);
  auto done = runSql(m_connection, sql.c_str());
  if (!done && !::sqlite3_get_autocommit(m_connection)) (void)runSql(m_connection, "ROLLBACK");
  return done;
}

Result<std::int64_t> ResultDatabase::find(const ResultKey& key) {
  SqliteStatement select(m_connection, "SELECT id FROM checkpoint WHERE key = ?");
  const auto row = select.bindBytes(key.bytes).step();
  if (!row) return tl::unexpected(row.error());
  return *row ? select.number(0) : kNone;
}

Result<> ResultDatabase::read(const ResultKey& key, ResultKind kind, std::optional<std::uint64_t> tensor,
                              std::uint64_t most, const Found& found) {
  const auto checkpoint = find(key);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if (*checkpoint == kNone) return {};
  SqliteStatement select(m_connection, tensor ? "SELECT tensor, made, data FROM result WHERE checkpoint = ? AND kind = "
                                                "? AND tensor = ? LIMIT ?"
                                              : "SELECT tensor, made, data FROM result WHERE checkpoint = ? AND kind = "
                                                "? ORDER BY tensor LIMIT ?");
  select.bind(*checkpoint).bind(static_cast<std::int64_t>(kind));
  if (tensor) select.bind(static_cast<std::int64_t>(*tensor));
  select.bind(static_cast<std::int64_t>(most));
  for (;;) {
    const auto row = select.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    found(static_cast<std::uint64_t>(select.number(0)), select.number(1), select.bytes(2));
  }
}

Result<> ResultDatabase::write(std::span<const ResultChange> changes) {
  if (changes.empty()) return {};
  if (auto begun = runSql(m_connection, "BEGIN IMMEDIATE"); !begun) return begun;
  auto done = apply(changes);
  if (done) done = makeRoom();
  if (done) done = runSql(m_connection, "COMMIT");
  // Some failures have rolled it back already.
  if (!done && !::sqlite3_get_autocommit(m_connection)) (void)runSql(m_connection, "ROLLBACK");
  if (done) (void)runSql(m_connection, "PRAGMA incremental_vacuum");
  return done;
}

Result<> ResultDatabase::apply(std::span<const ResultChange> changes) {
  SqliteStatement keep(m_connection,
                       "INSERT OR REPLACE INTO result(checkpoint, kind, tensor, made, data) VALUES(?, ?, ?, ?, ?)");
  const ResultKey* current = nullptr;  // thousands of changes in a row are of one checkpoint
  std::int64_t checkpoint = kNone;
  for (const ResultChange& change : changes) {
    if (change.key.get() != current) {
      const auto found = use(*change.key);
      if (!found) return tl::unexpected(found.error());
      checkpoint = *found;
      current = change.key.get();
    }
    if (change.action == ResultChange::Action::Forget && checkpoint != kNone) {
      if (auto done = forget(checkpoint); !done) return done;
      checkpoint = kNone;
    }
    if (change.action != ResultChange::Action::Keep) continue;
    if (checkpoint == kNone) {
      const auto added = add(*change.key);
      if (!added) return tl::unexpected(added.error());
      checkpoint = *added;
    }
    keep.bind(checkpoint).bind(static_cast<std::int64_t>(change.kind)).bind(static_cast<std::int64_t>(change.tensor));
    if (auto done = keep.bind(change.made).bindBytes(change.data).run(); !done) return done;
  }
  return {};
}

Result<std::int64_t> ResultDatabase::use(const ResultKey& key) {
  const auto checkpoint = find(key);
  if (!checkpoint || *checkpoint == kNone) return checkpoint;
  SqliteStatement update(m_connection, "UPDATE checkpoint SET used = ? WHERE id = ?");
  if (auto done = update.bind(microsecondsNow()).bind(*checkpoint).run(); !done) return tl::unexpected(done.error());
  return checkpoint;
}

Result<std::int64_t> ResultDatabase::add(const ResultKey& key) {
  SqliteStatement insert(m_connection, "INSERT INTO checkpoint(key, used) VALUES(?, ?)");
  if (auto done = insert.bindBytes(key.bytes).bind(microsecondsNow()).run(); !done) return tl::unexpected(done.error());
  return ::sqlite3_last_insert_rowid(m_connection);
}

Result<> ResultDatabase::forget(std::int64_t checkpoint) {
  SqliteStatement results(m_connection, "DELETE FROM result WHERE checkpoint = ?");
  if (auto done = results.bind(checkpoint).run(); !done) return done;
  return SqliteStatement(m_connection, "DELETE FROM checkpoint WHERE id = ?").bind(checkpoint).run();
}

Result<std::uint64_t> ResultDatabase::bytesUsed() {
  const auto all = numberOf(m_connection, "PRAGMA page_count");
  if (!all) return tl::unexpected(all.error());
  const auto unused = numberOf(m_connection, "PRAGMA freelist_count");
  if (!unused) return tl::unexpected(unused.error());
  const auto pageSize = numberOf(m_connection, "PRAGMA page_size");
  if (!pageSize) return tl::unexpected(pageSize.error());
  return static_cast<std::uint64_t>((*all - *unused) * *pageSize);
}

Result<> ResultDatabase::makeRoom() {
  for (;;) {
    const auto bytes = bytesUsed();
    if (!bytes) return tl::unexpected(bytes.error());
    if (*bytes <= m_limit) return {};
    const auto oldest = numberOf(m_connection, "SELECT id FROM checkpoint ORDER BY used, id LIMIT 1");
    if (!oldest) return tl::unexpected(oldest.error());
    if (*oldest == 0)
      return fail(Errc::Corrupt, "the kept results fill their file without being there", m_file.string());
    if (auto done = forget(*oldest); !done) return done;
  }
}

}  // namespace ulpscope
