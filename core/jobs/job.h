// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <stop_token>

#include "core/base/result.h"

namespace ulpscope {

/// Written by the worker, polled by the interface; no callback crosses a thread. Units are bytes unless the job says
/// otherwise.
class Progress {
 public:
  /// Begins to count anew.
  void setTotal(std::uint64_t total) {
    m_done.store(0, std::memory_order_relaxed);
    m_total.store(total, std::memory_order_relaxed);
  }
  void advance(std::uint64_t by) { m_done.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t done() const { return m_done.load(std::memory_order_relaxed); }
  std::uint64_t total() const { return m_total.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> m_done{0};
  std::atomic<std::uint64_t> m_total{0};
};

/// What a long computation is given. It calls `step` at least every 20 ms of work.
struct JobContext {
  std::stop_token stop;
  Progress* progress = nullptr;  ///< may be null: nobody watches

  /// Counts work done, and fails with Cancelled once the job was asked to stop.
  [[nodiscard]] Result<> step(std::uint64_t by) const {
    if (progress) progress->advance(by);
    if (stop.stop_requested()) return fail(Errc::Cancelled, "stopped before it was finished");
    return {};
  }
  /// What is to come, from here on: a command may open first and read then.
  void expect(std::uint64_t total) const {
    if (progress) progress->setTotal(total);
  }
};

}  // namespace ulpscope
