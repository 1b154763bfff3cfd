// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>
#include <QWidget>
#include <vector>

class QMenu;
class QProgressBar;

namespace ulpscope {

class ElidedLabel;
class LinkButton;
class PlainLabel;
class Session;
class Task;

/// The foot of the window: the newest running task with its rate, time left and cancel; who computes, at the right.
class StatusStrip final : public QWidget {
  Q_OBJECT

 public:
  explicit StatusStrip(Session& session, QWidget* parent = nullptr);

  /// Esc: stops the task that is shown. False if there is none.
  bool cancelShown();
  /// Drops down who may compute.
  void openBackends();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Running {
    QPointer<Task> task;
    QElapsedTimer since;
    bool isNoted = false;  ///< its outcome was told: "done" would say less
  };
  void add(Task* task);
  void poll();
  void note(const QString& sentence);
  void showIdle();
  void showRunning(const Running& running);

  void describeBackend();

  Session& m_session;
  std::vector<Running> m_running;
  QString m_lastDone;
  QTimer m_timer;
  ElidedLabel* m_text;
  QProgressBar* m_bar;
  PlainLabel* m_rate;
  LinkButton* m_cancel;
  LinkButton* m_backend;
  PlainLabel* m_device;
  QMenu* m_backends;
};

/// "3.1 GB/s · 2 s left": what can be said after `elapsedMs` of `done` out of `total`.
QString progressText(std::uint64_t done, std::uint64_t total, qint64 elapsedMs, bool bytes);

}  // namespace ulpscope
