// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/inflated_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace ulpscope {
namespace {

constexpr std::size_t kInputBytes = 64 << 10;
constexpr std::uint64_t kStates = 32;                                  ///< kept of one stream, some 40 KiB each
constexpr std::uint64_t kLeastStateInterval = std::uint64_t{4} << 20;  /// so that they cost 1 % of the data at most

/// zlib's state somewhere in a stream. Its address is part of it.
class Inflation {
 public:
  Inflation() { check(inflateInit2(&m_stream, -MAX_WBITS)); }
  /// Without the input that has been handed over but not consumed: that is at `consumed` again.
  Inflation(const Inflation& other) : consumed(other.consumed), produced(other.produced), ended(other.ended) {
    check(inflateCopy(&m_stream, const_cast<z_stream*>(&other.m_stream)));
    m_stream.next_in = nullptr;
    m_stream.avail_in = 0;
  }
  Inflation& operator=(const Inflation&) = delete;
  ~Inflation() { inflateEnd(&m_stream); }

  bool needsInput() const { return m_stream.avail_in == 0; }
  void give(std::span<std::byte> input) {
    m_stream.next_in = reinterpret_cast<Bytef*>(input.data());
    m_stream.avail_in = static_cast<uInt>(input.size());
  }
  /// zlib's answer; moves `consumed` and `produced`. Precondition: out.size() <= 2^31.
  int inflate(std::span<std::byte> out) {
    const uInt before = m_stream.avail_in;
    m_stream.next_out = reinterpret_cast<Bytef*>(out.data());
    m_stream.avail_out = static_cast<uInt>(out.size());
    const int answer = ::inflate(&m_stream, Z_NO_FLUSH);
    if (answer == Z_MEM_ERROR) throw std::bad_alloc();
    ended = answer == Z_STREAM_END;
    consumed += before - m_stream.avail_in;
    produced += out.size() - m_stream.avail_out;
    return answer;
  }

  std::uint64_t consumed = 0;
  std::uint64_t produced = 0;
  bool ended = false;

 private:
  static void check(int answer) {
    if (answer != Z_OK) throw std::bad_alloc();  // the only way in which creating a state can fail
  }

  z_stream m_stream{};
};

class InflatedSource final : public ByteSource {
 public:
  InflatedSource(std::shared_ptr<const ByteSource> compressed, std::uint64_t size)
      : m_compressed(std::move(compressed)),
        m_size(size),
        m_interval(std::max(kLeastStateInterval, size / kStates)),
        m_nextState(m_interval) {}

  const std::string& name() const override { return m_compressed->name(); }
  std::uint64_t size() const override { return m_size; }

  Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset > m_size || out.size() > m_size - offset)
      return corrupt(fmt::format("{} bytes expected, {} bytes left", out.size(), m_size - std::min(offset, m_size)));
    if (out.empty()) return {};
    const std::scoped_lock lock(m_mutex);
    auto done = readLocked(offset, out);
    // What was inflated to the end need not be kept: a checkpoint may have a hundred thousand of these.
    if (!done || m_live->produced == m_size) {
      m_live.reset();
      m_input = {};
    }
    return done;
  }

  Result<> verifyUnchanged() const override { return m_compressed->verifyUnchanged(); }

 private:
  Result<> readLocked(std::uint64_t offset, std::span<std::byte> out) const {
    goBefore(offset);
    std::vector<std::byte> skipped(
        static_cast<std::size_t>(std::min<std::uint64_t>(kInputBytes, offset - m_live->produced)));
    while (m_live->produced < offset) {
      const std::uint64_t left = offset - m_live->produced;
      const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(left, skipped.size()));
      if (auto done = inflate(std::span(skipped).first(part)); !done) return done;
    }
    if (auto done = inflate(out); !done) return done;
    return m_live->produced == m_size ? checkEnd() : Result<>();
  }

  /// Makes m_live the nearest state there is at or before `offset`.
  void goBefore(std::uint64_t offset) const {
    const auto after = std::upper_bound(m_states.begin(), m_states.end(), offset,
                                        [](std::uint64_t at, const auto& state) { return at < state->produced; });
    const Inflation* const kept = after == m_states.begin() ? nullptr : std::prev(after)->get();
    const bool liveServes = m_live && m_live->produced <= offset && (!kept || kept->produced <= m_live->produced);
    if (liveServes) return;
    m_live = kept ? std::make_unique<Inflation>(*kept) : std::make_unique<Inflation>();
  }

  /// Inflates into `out` what one call of zlib yields, at least one byte or the end of the stream.
  Result<> inflateSome(std::span<std::byte> out) const {
    for (const std::uint64_t before = m_live->produced; m_live->produced == before && !m_live->ended;) {
      const std::uint64_t left = m_compressed->size() - m_live->consumed;
      if (m_live->needsInput() && left > 0) {
        m_input.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kInputBytes, left)));
        if (auto read = m_compressed->read(m_live->consumed, m_input); !read) return read;
        m_live->give(m_input);
      }
      const int answer = m_live->inflate(out);
      if (answer == Z_BUF_ERROR && left == 0)
        return corrupt(fmt::format("compressed data that yield {} bytes expected, they end after {}", m_size, before));
      if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
        return corrupt(
            fmt::format("sound compressed data expected, damaged after {} bytes of what they yield", m_live->produced));
    }
    return {};
  }

  Result<> inflate(std::span<std::byte> out) const {
    while (!out.empty()) {
      if (m_live->produced == m_nextState) {
        m_states.push_back(std::make_unique<Inflation>(*m_live));
        m_nextState += m_interval;
      }
      if (m_live->ended)
        return corrupt(fmt::format("compressed data that yield {} bytes expected, {} found", m_size, m_live->produced));
      const std::uint64_t before = m_live->produced;
      const std::uint64_t most = std::min({std::uint64_t{out.size()}, m_nextState - before, std::uint64_t{1} << 30});
      if (auto done = inflateSome(out.first(static_cast<std::size_t>(most))); !done) return done;
      out = out.subspan(static_cast<std::size_t>(m_live->produced - before));
    }
    return {};
  }

  /// The stream must end where its declared size does, and the compressed bytes with it.
  Result<> checkEnd() const {
    std::byte more{};
    if (auto done = inflateSome({&more, 1}); !done) return done;
    if (m_live->produced > m_size)
      return corrupt(fmt::format("compressed data that yield {} bytes expected, more found", m_size));
    if (const std::uint64_t left = m_compressed->size() - m_live->consumed; left > 0)
      return corrupt(fmt::format("the compressed data expected to end their stream, {} bytes follow it", left));
    return {};
  }

  Result<> corrupt(std::string message) const { return fail(Errc::Corrupt, std::move(message), name()); }

  std::shared_ptr<const ByteSource> m_compressed;
  std::uint64_t m_size;
  std::uint64_t m_interval;

  mutable std::mutex m_mutex;
  mutable std::unique_ptr<Inflation> m_live;                       ///< at m_nextState or before
  mutable std::vector<std::byte> m_input;                          ///< what m_live was given last
  mutable std::vector<std::unique_ptr<const Inflation>> m_states;  ///< ascending, an interval apart
  mutable std::uint64_t m_nextState;                               ///< where the next one is kept
};

}  // namespace

std::shared_ptr<const ByteSource> inflatedSource(std::shared_ptr<const ByteSource> compressed, std::uint64_t size) {
  return std::make_shared<const InflatedSource>(std::move(compressed), size);
}

}  // namespace ulpscope
