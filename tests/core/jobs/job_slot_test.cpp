// SPDX-License-Identifier: Apache-2.0
#include "core/jobs/job_slot.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <vector>

namespace ulpscope {
namespace {

using namespace std::chrono_literals;

/// The owner's thread of a real interface: a queue that other threads post to and that the test drains.
class Mailbox {
 public:
  JobSlot::Post post() {
    return [this](std::function<void()> call) {
      const std::scoped_lock lock(m_mutex);
      m_calls.push_back(std::move(call));
      m_ready.notify_one();
    };
  }
  /// Runs the next posted call; false if none came within five seconds.
  bool runOne() {
    std::function<void()> call;
    {
      std::unique_lock lock(m_mutex);
      if (!m_ready.wait_for(lock, 5s, [this] { return !m_calls.empty(); })) return false;
      call = std::move(m_calls.front());
      m_calls.pop_front();
    }
    call();
    return true;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_ready;
  std::deque<std::function<void()>> m_calls;
};

Result<int> untilStopped(const JobContext& job) {
  for (;;) {
    if (auto going = job.step(1); !going) return tl::unexpected(going.error());
    std::this_thread::sleep_for(1ms);
  }
}

TEST(JobSlot, DeliversTheResultOnTheOwnersThread) {
  Mailbox mailbox;
  JobSlot slot(mailbox.post());
  Result<int> delivered = 0;
  slot.start([](const JobContext&) -> Result<int> { return 42; }, [&](Result<int> result) { delivered = result; });
  EXPECT_TRUE(slot.running());
  ASSERT_TRUE(mailbox.runOne());
  EXPECT_EQ(delivered, 42);
  EXPECT_FALSE(slot.running());
}

TEST(JobSlot, TheNewestJobWinsAndTheOlderDeliversNothing) {
  Mailbox mailbox;
  JobSlot slot(mailbox.post());
  std::vector<int> delivered;
  const auto keep = [&](const Result<int>& result) { delivered.push_back(result.value_or(-1)); };
  slot.start(untilStopped, keep);
  slot.start([](const JobContext&) -> Result<int> { return 2; }, keep);
  // The first job may or may not have begun; if it has, its (dropped) delivery is posted first.
  while (delivered.empty()) ASSERT_TRUE(mailbox.runOne());
  EXPECT_EQ(delivered, std::vector{2});
}

TEST(JobSlot, CancelEndsTheJobWithACancelledError) {
  Mailbox mailbox;
  JobSlot slot(mailbox.post());
  Result<int> delivered = 0;
  slot.start(untilStopped, [&](Result<int> result) { delivered = result; });
  slot.cancel();
  ASSERT_TRUE(mailbox.runOne());
  ASSERT_FALSE(delivered);
  EXPECT_EQ(delivered.error().code, Errc::Cancelled);
}

TEST(JobSlot, DestroyingTheSlotWaitsForTheJobAndDeliversNothing) {
  Mailbox mailbox;
  std::atomic<bool> ended = false;
  bool delivered = false;
  {
    JobSlot slot(mailbox.post());
    slot.start(
        [&](const JobContext& job) -> Result<int> {
          auto result = untilStopped(job);
          ended = true;
          return result;
        },
        [&](const Result<int>&) { delivered = true; });
    while (slot.progress().done() == 0) std::this_thread::yield();
  }
  EXPECT_TRUE(ended);
  EXPECT_TRUE(mailbox.runOne());
  EXPECT_FALSE(delivered);
}

TEST(JobSlot, TurnsBadAllocIntoAnOutOfMemoryError) {
  Mailbox mailbox;
  JobSlot slot(mailbox.post());
  Result<int> delivered = 0;
  slot.start([](const JobContext&) -> Result<int> { throw std::bad_alloc(); },
             [&](Result<int> result) { delivered = result; });
  ASSERT_TRUE(mailbox.runOne());
  ASSERT_FALSE(delivered);
  EXPECT_EQ(delivered.error().code, Errc::OutOfMemory);
}

}  // namespace
}  // namespace ulpscope
