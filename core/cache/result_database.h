// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/cache/result_key.h"

struct sqlite3;

namespace ulpscope {

enum class ResultKind : std::uint8_t { Summary = 1, Profile = 2, Findings = 3 };

/// One change of what is kept.
struct ResultChange {
  enum class Action : std::uint8_t {
    Keep,    ///< replaces what was kept
    Use,     ///< the checkpoint's results were looked at: they go last when room is needed
    Forget,  ///< all of the checkpoint
  };
  Action action = Action::Keep;
  std::shared_ptr<const ResultKey> key = nullptr;
  ResultKind kind = ResultKind::Summary;
  std::uint64_t tensor = 0;
  std::int64_t made = 0;  ///< seconds since 1970
  std::string data = {};
};

/// The file that ResultCache keeps results in, with SQLite. For one thread at a time; several programs may have the
/// same file open. Errors: Corrupt where the file is damaged or not one of ours, LimitExceeded where it or the disk is
/// full, Io else, a file that another program has locked for longer than half a second among them.
///
/// With a rollback journal, not a write-ahead log: a log needs a file that is shared and mapped by all programs, which
/// network file systems do not have, and which kills the process when somebody truncates it. Writers wait for readers
/// for a few milliseconds instead, on a thread that nobody waits for. Nothing is synced: what a power cut leaves is
/// found damaged, in whole or row by row (sealed.h), or is a result of the same files that was there before.
class ResultDatabase {
 public:
  /// Opens or makes the file. Whatever stands in its place and is not the file of this version becomes an empty one.
  /// At most `limit` bytes are kept.
  static Result<std::unique_ptr<ResultDatabase>> open(const std::filesystem::path& file, std::uint64_t limit);
  ~ResultDatabase();
  ResultDatabase(const ResultDatabase&) = delete;
  ResultDatabase& operator=(const ResultDatabase&) = delete;

  using Found = std::function<void(std::uint64_t tensor, std::int64_t made, std::string_view data)>;
  /// Calls `found` for at most `most` of those kept, in the order of tensors; `data` lives as long as the call.
  Result<> read(const ResultKey& key, ResultKind kind, std::optional<std::uint64_t> tensor, std::uint64_t most,
                const Found& found);
  /// All changes in one transaction, or none. The checkpoints used longest ago go where there is no room.
  Result<> write(std::span<const ResultChange> changes);
  /// Makes it empty, and sound where it was damaged.
  Result<> reset();

 private:
  explicit ResultDatabase(std::filesystem::path file, std::uint64_t limit);
  Result<> connect();
  Result<> prepareFile();
  Result<> configure();
  Result<bool> isOurs();
  Result<> create();
  Result<> apply(std::span<const ResultChange> changes);
  /// The id of a checkpoint, which use() marks as used and add() gives it; 0: there is none.
  Result<std::int64_t> find(const ResultKey& key);
  Result<std::int64_t> use(const ResultKey& key);
  Result<std::int64_t> add(const ResultKey& key);
  Result<std::uint64_t> bytesUsed();
  Result<> makeRoom();
  Result<> forget(std::int64_t checkpoint);

  std::filesystem::path m_file;
  std::uint64_t m_limit;
  sqlite3* m_connection = nullptr;
};

}  // namespace ulpscope
