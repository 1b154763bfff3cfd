// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <QApplication>
#include <QElapsedTimer>
#include <algorithm>
#include <ctime>

namespace ulpscope::bench {

/// Notes the longest of the events that it delivers, those inside others not counted apart: by the clock, and in time
/// of the processor, which other programs do not lengthen.
class WatchedApplication final : public QApplication {
 public:
  using QApplication::QApplication;

  bool notify(QObject* receiver, QEvent* event) override {
    if (m_depth > 0) return QApplication::notify(receiver, event);
    QElapsedTimer timer;
    timer.start();
    const double cpuBefore = cpuMs();
    ++m_depth;
    const bool done = QApplication::notify(receiver, event);
    --m_depth;
    m_longest = std::max(m_longest, double(timer.nsecsElapsed()) / 1e6);
    m_longestCpu = std::max(m_longestCpu, cpuMs() - cpuBefore);
    ++m_events;
    return done;
  }

  /// Prints what was noted since the last time, and forgets it.
  void report(const char* what) {
    fmt::print("  {:<44} longest event {:6.1f} ms, {:5.1f} ms of processor time, of {} events\n", what, m_longest,
               m_longestCpu, m_events);
    m_longest = m_longestCpu = m_events = 0;
  }

 private:
  static double cpuMs() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
  }

  int m_depth = 0;
  int m_events = 0;
  double m_longest = 0;
  double m_longestCpu = 0;
};

}  // namespace ulpscope::bench
