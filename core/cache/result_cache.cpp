// SPDX-License-Identifier: Apache-2.0
#include "core/cache/result_cache.h"

#include <chrono>
#include <new>
#include <system_error>
#include <utility>

#include "core/cache/byte_codec.h"
#include "core/cache/sealed.h"

namespace ulpscope {
namespace {

constexpr auto kGathering = std::chrono::milliseconds(500);
constexpr std::uint64_t kWorthWriting = std::uint64_t{8} << 20;  ///< waiting bytes that are written without delay
constexpr std::uint64_t kMostWaiting = std::uint64_t{64} << 20;  ///< beyond, results are dropped

std::int64_t secondsNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string labelOf(const ResultKey& key, ResultKind kind, std::uint64_t tensor) {
  ByteWriter label;
  label.fixed(key.digest);
  label.number(static_cast<std::uint64_t>(kind));
  label.number(tensor);
  return std::move(label).take();
}

}  // namespace

ResultCache::ResultCache(std::filesystem::path file, std::uint64_t limit)
    : m_file(std::move(file)), m_limit(limit), m_writer([this](const std::stop_token& shutdown) { write(shutdown); }) {}

ResultCache::~ResultCache() {
  m_writer.request_stop();
  m_writer.join();
  flush();
}

/// Runs `call` on the file; once more if it was found damaged and could be made anew. What fails otherwise is tried
/// again with the next call, from opening on.
template <class Call>
Result<> ResultCache::attempt(Call call) {
  if (auto opened = openLocked(); !opened) return opened;
  auto done = call(*m_database);
  if (!done && done.error().code == Errc::Corrupt)
    if (auto emptied = m_database->reset(); emptied) done = call(*m_database);
  if (!done) m_database.reset();
  return done;
}

Result<> ResultCache::openLocked() {
  if (m_database) return {};
  auto database = ResultDatabase::open(m_file, m_limit);
  if (!database) return tl::unexpected(std::move(database.error()));
  m_database = std::move(*database);
  return {};
}

Result<> ResultCache::open() {
  const std::scoped_lock lock(m_databaseMutex);
  return openLocked();
}

std::vector<KeptResult> ResultCache::findAll(const ResultKey& key, ResultKind kind, std::uint64_t most) {
  const std::scoped_lock lock(m_databaseMutex);
  flushLocked();
  std::vector<KeptResult> all;
  const auto read = attempt([&](ResultDatabase& database) {
    all.clear();
    return database.read(key, kind, std::nullopt, most,
                         [&](std::uint64_t tensor, std::int64_t made, std::string_view sealed) {
                           if (auto payload = unseal(sealed, labelOf(key, kind, tensor), kLargestPayload))
                             all.push_back({tensor, made, std::move(*payload)});
                         });
  });
  if (!read) all.clear();
  return all;
}

std::optional<KeptResult> ResultCache::find(const ResultKey& key, ResultKind kind, std::uint64_t tensor) {
  const std::scoped_lock lock(m_databaseMutex);
  flushLocked();
  std::optional<KeptResult> found;
  const auto read = attempt([&](ResultDatabase& database) {
    found.reset();
    return database.read(key, kind, tensor, 1, [&](std::uint64_t, std::int64_t made, std::string_view sealed) {
      if (auto payload = unseal(sealed, labelOf(key, kind, tensor), kLargestPayload))
        found = KeptResult{tensor, made, std::move(*payload)};
    });
  });
  return read ? found : std::nullopt;
}

void ResultCache::keep(std::shared_ptr<const ResultKey> key, ResultKind kind, std::uint64_t tensor,
                       std::string_view payload) {
  if (payload.size() > kLargestPayload) return;
  std::string sealed = seal(payload, labelOf(*key, kind, tensor));
  add({.key = std::move(key), .kind = kind, .tensor = tensor, .made = secondsNow(), .data = std::move(sealed)});
}

void ResultCache::use(std::shared_ptr<const ResultKey> key) {
  add({.action = ResultChange::Action::Use, .key = std::move(key)});
}

void ResultCache::forget(std::shared_ptr<const ResultKey> key) {
  add({.action = ResultChange::Action::Forget, .key = std::move(key)});
}

void ResultCache::add(ResultChange change) {
  {
    const std::scoped_lock lock(m_queueMutex);
    const std::uint64_t bytes = sizeof change + change.data.size();
    if (m_queuedBytes + bytes > kMostWaiting && change.action == ResultChange::Action::Keep) return;
    m_queuedBytes += bytes;
    m_queue.push_back(std::move(change));
  }
  m_filled.notify_one();
}

void ResultCache::write(const std::stop_token& shutdown) {
  std::unique_lock lock(m_queueMutex);
  while (m_filled.wait(lock, shutdown, [this] { return !m_queue.empty(); })) {
    m_filled.wait_for(lock, shutdown, kGathering, [this] { return m_queuedBytes >= kWorthWriting; });
    lock.unlock();
    flush();
    lock.lock();
  }
}

void ResultCache::flush() {
  const std::scoped_lock lock(m_databaseMutex);
  flushLocked();
}

void ResultCache::flushLocked() {
  std::vector<ResultChange> changes;
  {
    const std::scoped_lock lock(m_queueMutex);
    changes.swap(m_queue);
    m_queuedBytes = 0;
  }
  if (changes.empty()) return;
  try {
    (void)attempt([&](ResultDatabase& database) { return database.write(changes); });
  } catch (const std::bad_alloc&) {
    m_database.reset();  // what was to be kept is lost
  }
}

std::uint64_t ResultCache::size() const {
  std::error_code none;
  const std::uintmax_t bytes = std::filesystem::file_size(m_file, none);
  return none ? 0 : static_cast<std::uint64_t>(bytes);
}

Result<> ResultCache::clear() {
  const std::scoped_lock lock(m_databaseMutex);
  {
    const std::scoped_lock queue(m_queueMutex);
    m_queue.clear();
    m_queuedBytes = 0;
  }
  return attempt([](ResultDatabase& database) { return database.reset(); });
}

}  // namespace ulpscope
