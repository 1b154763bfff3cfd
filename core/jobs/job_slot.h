// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/jobs/job.h"

namespace ulpscope {

/// Runs one job at a time for one owner. Starting a job stops the one before and drops its result (newest wins);
/// destroying the slot stops the job, waits for it and delivers nothing. Every member is called on the owner's thread,
/// and `done` runs there too: `post` must queue a callable to that thread.
class JobSlot {
 public:
  using Post = std::function<void(std::function<void()>)>;

  explicit JobSlot(Post post);
  ~JobSlot();
  JobSlot(const JobSlot&) = delete;
  JobSlot& operator=(const JobSlot&) = delete;

  /// `job` returns a Result; std::bad_alloc in it becomes an OutOfMemory error here, at the edge of the job.
  template <std::invocable<JobContext> Job, class Done>
    requires std::invocable<Done, std::invoke_result_t<Job, JobContext>>
  void start(Job job, Done done) {
    using Outcome = std::invoke_result_t<Job, JobContext>;
    submit([job = std::move(job), done = std::make_shared<Done>(std::move(done))](
               const JobContext& context) mutable -> std::function<void()> {
      std::shared_ptr<Outcome> outcome;
      try {
        outcome = std::make_shared<Outcome>(job(context));
      } catch (const std::bad_alloc&) {
        outcome = std::make_shared<Outcome>(fail(Errc::OutOfMemory, "more memory was needed than there is"));
      }
      return [outcome, done] { (*done)(std::move(*outcome)); };
    });
  }

  void cancel() { m_stop.request_stop(); }
  bool running() const { return *m_running != 0; }
  const Progress& progress() const { return *m_progress; }

 private:
  using Body = std::function<std::function<void()>(const JobContext&)>;
  struct Task {
    Body body;
    std::stop_token stop;
    std::shared_ptr<Progress> progress;
    std::uint64_t generation;
  };
  void submit(Body body);
  void work(const std::stop_token& shutdown);

  Post m_post;
  std::shared_ptr<Progress> m_progress = std::make_shared<Progress>();
  std::stop_source m_stop;
  std::uint64_t m_generation = 0;
  std::shared_ptr<std::uint64_t> m_running = std::make_shared<std::uint64_t>(0);  ///< generation that runs, or 0

  std::mutex m_mutex;
  std::condition_variable_any m_ready;
  std::unique_ptr<Task> m_pending;  ///< guarded by m_mutex
  std::jthread m_worker;            ///< last: it stops and joins before what it uses goes
};

}  // namespace ulpscope
