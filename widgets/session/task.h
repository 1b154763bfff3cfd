// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>

#include "core/jobs/job_slot.h"

namespace ulpscope {

class Session;

enum class ProgressUnit { Bytes, Steps };

/// A JobSlot of the interface: results come back on its thread, and the status bar shows it with rate, time left and
/// cancel for as long as it runs. Newest wins; its death cancels, waits and delivers nothing.
class Task final : public QObject {
  Q_OBJECT

 public:
  explicit Task(Session& session, QObject* parent = nullptr);
  ~Task() override;

  /// `title` as in "reading layer.3.weight". `job(JobContext)` returns a Result<T>; `done(Result<T>)` is called here.
  template <class Job, class Done>
  void start(QString title, Job job, Done done, ProgressUnit unit = ProgressUnit::Bytes) {
    m_title = std::move(title);
    m_unit = unit;
    m_slot.start(std::move(job), [this, done = std::move(done)](auto outcome) mutable {
      Q_EMIT finished();
      done(std::move(outcome));
    });
    announce();
  }

  /// It is no news: the status bar leaves it out.
  void setQuiet() { m_isQuiet = true; }
  bool isQuiet() const { return m_isQuiet; }

  void cancel() { m_slot.cancel(); }
  bool running() const { return m_slot.running(); }
  const Progress& progress() const { return m_slot.progress(); }
  const QString& title() const { return m_title; }
  ProgressUnit unit() const { return m_unit; }

 Q_SIGNALS:
  void finished();

 private:
  void announce();

  Session& m_session;
  QString m_title;
  bool m_isQuiet = false;
  ProgressUnit m_unit = ProgressUnit::Bytes;
  JobSlot m_slot;  ///< last: it waits for the job before the rest goes
};

}  // namespace ulpscope
