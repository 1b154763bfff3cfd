// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "core/cache/result_database.h"
#include "core/cache/result_key.h"

namespace ulpscope {

/// What was kept, as it was given to keep().
struct KeptResult {
  std::uint64_t tensor = 0;
  std::int64_t made = 0;  ///< seconds since 1970
  std::string payload = {};
};

/// Results of earlier runs, in one file that programs may share. Help only: where the file cannot be used (no such
/// folder, no rights, full, locked, not ours), nothing is found and nothing is kept, and nobody is told but who asks
/// open(). A damaged file is made anew. What is found is checked against damage (sealed.h), not against forgery.
///
/// Usable from all threads. keep(), use() and forget() return at once: a thread of its own writes what came in within
/// half a second as one transaction, the rest when the cache goes. All others may wait for the disk and for other
/// programs, half a second at most for the latter; they see everything that was kept before.
class ResultCache {
 public:
  static constexpr std::uint64_t kDefaultLimit = std::uint64_t{512} << 20;
  /// Larger results are not kept.
  static constexpr std::uint64_t kLargestPayload = std::uint64_t{32} << 20;

  /// Nothing is opened or made before it is first needed. `limit` in bytes of the file.
  explicit ResultCache(std::filesystem::path file, std::uint64_t limit = kDefaultLimit);
  ~ResultCache();
  ResultCache(const ResultCache&) = delete;
  ResultCache& operator=(const ResultCache&) = delete;

  const std::filesystem::path& file() const { return m_file; }
  std::uint64_t limit() const { return m_limit; }
  Result<> open();  ///< why nothing is kept, if so

  std::optional<KeptResult> find(const ResultKey& key, ResultKind kind, std::uint64_t tensor = 0);
  /// At most `most`, in the order of tensors.
  std::vector<KeptResult> findAll(const ResultKey& key, ResultKind kind, std::uint64_t most);

  void keep(std::shared_ptr<const ResultKey> key, ResultKind kind, std::uint64_t tensor, std::string_view payload);
  void use(std::shared_ptr<const ResultKey> key);  ///< so that it is not the first to go
  void forget(std::shared_ptr<const ResultKey> key);

  std::uint64_t size() const;  ///< bytes of the file; 0 where there is none
  Result<> clear();
  void flush();  ///< writes now what waits

 private:
  void add(ResultChange change);
  void write(const std::stop_token& shutdown);
  void flushLocked();
  Result<> openLocked();
  template <class Call>
  Result<> attempt(Call call);

  const std::filesystem::path m_file;
  const std::uint64_t m_limit;

  std::mutex m_databaseMutex;  ///< held while the file is used; taken before m_queueMutex
  std::unique_ptr<ResultDatabase> m_database;

  std::mutex m_queueMutex;
  std::condition_variable_any m_filled;
  std::vector<ResultChange> m_queue;
  std::uint64_t m_queuedBytes = 0;

  std::jthread m_writer;  ///< last: it stops and joins before what it uses goes
};

}  // namespace ulpscope
