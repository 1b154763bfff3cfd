// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "core/base/text.h"

namespace ulpscope {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void show(const std::string& line) {
  // The terminal may be gone; there is nobody left to tell.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

std::string lineOf(const Progress& progress, double seconds) {
  const auto done = static_cast<double>(progress.done());
  const auto total = static_cast<double>(progress.total());
  if (total <= 0 || done <= 0) return "";
  const double rate = done / seconds;
  return fmt::format("\r\x1B[K{:3.0f} %  {} of {}  {}/s  {:.0f} s left", 100 * std::min(1.0, done / total),
                     humanBytes(progress.done()), humanBytes(progress.total()),
                     humanBytes(static_cast<std::uint64_t>(rate)), std::max(0.0, (total - done) / rate));
}

void watch(const std::stop_token& stop, const Progress& progress) {
  auto start = Clock::now();
  std::uint64_t before = 0;
  std::mutex mutex;
  std::condition_variable_any over;
  std::unique_lock lock(mutex);
  bool isShown = false;
  for (auto wait = 500ms; !over.wait_for(lock, stop, wait, [&] { return stop.stop_requested(); }); wait = 200ms) {
    if (progress.done() < before) start = Clock::now();  // another part of the work
    before = progress.done();
    const std::string line = lineOf(progress, std::chrono::duration<double>(Clock::now() - start).count());
    if (line.empty()) continue;
    show(line);
    isShown = true;
  }
  if (isShown) show("\r\x1B[K");
}

}  // namespace

ProgressLine::ProgressLine(const Progress& progress) {
  if (isatty(STDERR_FILENO) == 1)
    m_writer = std::jthread([&progress](const std::stop_token& stop) { watch(stop, progress); });
}

}  // namespace ulpscope
