// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/status_strip.h"

#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <algorithm>

#include "widgets/frame/backend_menu.h"
#include "widgets/frame/labels.h"
#include "widgets/frame/link_button.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {
constexpr int kPollMs = 100;
constexpr int kShowAfterMs = 150;  ///< shorter work would only flicker
constexpr int kBarSteps = 1000;
}  // namespace

QString progressText(std::uint64_t done, std::uint64_t total, qint64 elapsedMs, bool bytes) {
  QStringList parts;
  if (elapsedMs <= 0 || done == 0) return {};
  const double perSecond = 1000.0 * double(done) / double(elapsedMs);
  if (bytes)
    parts << (perSecond >= 1e9 ? StatusStrip::tr("%1 GB/s").arg(perSecond / 1e9, 0, 'f', 1)
                               : StatusStrip::tr("%1 MB/s").arg(perSecond / 1e6, 0, 'f', 0));
  else
    parts << StatusStrip::tr("%1 of %2").arg(grouped(done), grouped(total));
  if (total > done) {
    const double left = double(total - done) / perSecond;
    parts << (left < 1     ? StatusStrip::tr("under 1 s left")
              : left < 120 ? StatusStrip::tr("%1 s left").arg(int(left))
                           : StatusStrip::tr("%1 min left").arg(int(left / 60)));
  }
  return parts.join(QStringLiteral(" \u00B7 "));
}

StatusStrip::StatusStrip(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_text(new ElidedLabel({}, TextRole::Note)),
      m_bar(new QProgressBar),
      m_rate(new PlainLabel({}, TextRole::Note)),
      m_cancel(new LinkButton(tr("cancel"), LinkButton::Tone::Accent)),
      m_backend(new LinkButton({})),
      m_device(new PlainLabel({}, TextRole::Note)),
      m_backends(new QMenu(this)) {
  setFixedHeight(28);
  m_bar->setFixedSize(160, 12);
  m_bar->setRange(0, kBarSteps);
  m_bar->setAccessibleName(tr("Progress"));
  m_cancel->setFont(theme().words(11));
  m_cancel->setFixedHeight(20);
  m_backend->setFont(theme().words(11));
  m_backend->setFixedHeight(21);
  m_backend->setObjectName(QStringLiteral("backendInUse"));

  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(16, 1, 16, 0);
  row->setSpacing(16);
  row->addWidget(m_text, 1);
  row->addWidget(m_bar);
  row->addWidget(m_rate);
  row->addWidget(m_cancel);
  row->addStretch(1);
  row->addWidget(m_backend);
  row->addWidget(m_device);

  describeBackend();
  connect(&session, &Session::backendChanged, this, &StatusStrip::describeBackend);
  connect(&session, &Session::backendRenamed, this, &StatusStrip::describeBackend);
  connect(&session.backendChoice(), &BackendChoice::changed, this, &StatusStrip::describeBackend);
  connect(m_backend, &LinkButton::clicked, this, &StatusStrip::openBackends);
  connect(&session, &Session::taskStarted, this, &StatusStrip::add);
  connect(&session, &Session::noted, this, &StatusStrip::note);
  connect(m_cancel, &LinkButton::clicked, this, &StatusStrip::cancelShown);
  connect(&m_timer, &QTimer::timeout, this, &StatusStrip::poll);
  m_timer.setInterval(kPollMs);
  showIdle();
}

void StatusStrip::describeBackend() {
  const BackendChoice& choice = m_session.backendChoice();
  const QString name = shown(m_session.backend()->description());
  m_backend->setText(name);
  m_backend->updateGeometry();
  m_backend->setAccessibleName(tr("Computed by %1").arg(name));
  m_backend->setToolTip(plainToolTip(tr("Who computes: click to choose")));
  m_device->setText(choice.deviceNote());
  const bool isNone = !choice.isLooking() && choice.devices().devices.empty();
  m_device->setToolTip(isNone ? plainToolTip(shown(choice.devices().whyNone)) : QString());
}

void StatusStrip::openBackends() {
  fillBackendMenu(*m_backends, m_session);
  m_backends->popup(m_backend->mapToGlobal(QPoint(0, -m_backends->sizeHint().height())));
}

void StatusStrip::add(Task* task) {
  if (task->isQuiet()) return;
  std::erase_if(m_running, [&](const Running& running) { return running.task == task; });
  m_running.push_back({.task = task, .since = {}});
  m_running.back().since.start();
  m_timer.start();
}

void StatusStrip::poll() {
  std::erase_if(m_running, [this](const Running& running) {
    const bool over = !running.task || !running.task->running();
    if (over && !running.isNoted && running.since.elapsed() > kShowAfterMs)
      m_lastDone = tr("done in %1 s").arg(double(running.since.elapsed()) / 1000, 0, 'f', 2);
    return over;
  });
  const auto shown = std::find_if(m_running.rbegin(), m_running.rend(),
                                  [](const Running& running) { return running.since.elapsed() > kShowAfterMs; });
  if (shown != m_running.rend())
    showRunning(*shown);
  else
    showIdle();
  if (m_running.empty()) m_timer.stop();
}

void StatusStrip::note(const QString& sentence) {
  m_lastDone = sentence;
  for (Running& running : m_running) running.isNoted = true;
  poll();
}

void StatusStrip::showIdle() {
  m_text->setText(m_lastDone);
  for (QWidget* widget : {static_cast<QWidget*>(m_bar), static_cast<QWidget*>(m_rate), static_cast<QWidget*>(m_cancel)})
    widget->hide();
}

void StatusStrip::showRunning(const Running& running) {
  const Progress& progress = running.task->progress();
  const std::uint64_t done = progress.done();
  const std::uint64_t total = progress.total();
  m_text->setText(running.task->title());
  m_bar->setValue(total ? int(std::min<double>(kBarSteps, kBarSteps * double(done) / double(total))) : 0);
  m_bar->setVisible(total > 0);
  m_rate->setText(progressText(done, total, running.since.elapsed(), running.task->unit() == ProgressUnit::Bytes));
  m_rate->setVisible(!m_rate->text().isEmpty());
  m_cancel->show();
}

bool StatusStrip::cancelShown() {
  if (m_running.empty() || !m_running.back().task) return false;
  m_running.back().task->cancel();
  return true;
}

void StatusStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().colors().surface);
  painter.fillRect(QRect(0, 0, width(), 1), theme().colors().border);
}

}  // namespace ulpscope
