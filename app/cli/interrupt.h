// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <atomic>
#include <stop_token>
#include <thread>

namespace ulpscope {

/// Turns SIGINT and SIGTERM into a stop request. A thread of its own waits for the signals, which are blocked in all
/// others, because almost nothing may be called in a signal handler. Make it before any other thread, which inherit the
/// mask.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return m_stop.get_token(); }

 private:
  std::stop_source m_stop;
  std::atomic<bool> m_isOver = false;
  std::thread m_waiter;
};

}  // namespace ulpscope
