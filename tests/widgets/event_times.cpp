// SPDX-License-Identifier: Apache-2.0
#include "tests/widgets/event_times.h"

#include <QEvent>
#include <ctime>
#include <utility>

namespace ulpscope {
namespace {

double threadMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * double(now.tv_sec) + 1e-6 * double(now.tv_nsec);
}

}  // namespace

TimedApplication::Longest TimedApplication::s_longest;
int TimedApplication::s_depth = 0;

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
  if (s_depth > 0) return QApplication::notify(receiver, event);
  const std::string what =
      std::string(receiver->metaObject()->className()) + ", event " + std::to_string(event->type());
  const double start = threadMs();
  ++s_depth;
  const bool result = QApplication::notify(receiver, event);
  --s_depth;
  const double ms = threadMs() - start;
  if (ms > s_longest.ms) s_longest = {ms, what};
  return result;
}

TimedApplication::Longest TimedApplication::takeLongest() { return std::exchange(s_longest, {}); }

}  // namespace ulpscope
