// SPDX-License-Identifier: Apache-2.0
#include "core/jobs/job_slot.h"

namespace ulpscope {

JobSlot::JobSlot(Post post)
    : m_post(std::move(post)), m_worker([this](const std::stop_token& shutdown) { work(shutdown); }) {}

JobSlot::~JobSlot() { m_stop.request_stop(); }

void JobSlot::submit(Body body) {
  m_stop.request_stop();
  m_stop = std::stop_source();
  m_progress = std::make_shared<Progress>();
  *m_running = ++m_generation;
  {
    const std::scoped_lock lock(m_mutex);
    m_pending = std::make_unique<Task>(Task{std::move(body), m_stop.get_token(), m_progress, m_generation});
  }
  m_ready.notify_one();
}

void JobSlot::work(const std::stop_token& shutdown) {
  for (;;) {
    std::unique_ptr<Task> task;
    {
      std::unique_lock lock(m_mutex);
      if (!m_ready.wait(lock, shutdown, [this] { return m_pending != nullptr; })) return;
      task = std::move(m_pending);
    }
    auto deliver = task->body(JobContext{task->stop, task->progress.get()});
    m_post([running = std::weak_ptr(m_running), generation = task->generation, deliver = std::move(deliver)] {
      const auto current = running.lock();
      if (!current || *current != generation) return;  // the owner has gone, or a newer job took its place
      *current = 0;
      deliver();
    });
  }
}

}  // namespace ulpscope
