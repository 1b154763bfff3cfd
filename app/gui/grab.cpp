// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/grab.h"

#include <QApplication>
#include <QPixmap>
#include <QTimer>
#include <cstdio>
#include <memory>

#include "widgets/frame/main_window.h"
#include "widgets/quantization/model_view.h"
#include "widgets/session/session.h"

namespace ulpscope {
namespace {
constexpr int kPollMs = 50;
constexpr int kQuietPolls = 8;  ///< one task's result may start another; plots replot in the next turn of the loop
}  // namespace

void grabWhenSettled(MainWindow& window, Session& session, const QString& path) {
  auto* timer = new QTimer(&window);
  auto failed = std::make_shared<bool>(false);
  QObject::connect(&session, &Session::reported, timer, [failed](const Report& report) {
    if (report.warning) return;
    *failed = true;
    std::fprintf(stderr, "ulpscope: %s\n", qPrintable(report.sentence));
  });
  QObject::connect(timer, &QTimer::timeout, &window, [&window, &session, path, failed, quiet = 0]() mutable {
    quiet = session.busy() ? 0 : quiet + 1;
    if (quiet < kQuietPolls) return;
    const bool saved = window.grab().save(path);
    if (!saved) std::fprintf(stderr, "ulpscope: cannot write %s\n", qPrintable(path));
    QApplication::exit(saved && !*failed ? 0 : 1);
  });
  timer->start(kPollMs);
}

void measureWhenSettled(ModelView& view, const Session& session) {
  auto* timer = new QTimer(&view);
  QObject::connect(timer, &QTimer::timeout, &view, [&view, &session, timer] {
    if (session.busy() || !view.study().checkpoint()) return;
    timer->deleteLater();
    view.measure();
  });
  timer->start(kPollMs);
}

}  // namespace ulpscope
