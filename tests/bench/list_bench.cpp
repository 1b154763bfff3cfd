// SPDX-License-Identifier: Apache-2.0
// How long the window does not answer while a checkpoint of very many tensors is opened, filtered, ranked and scrolled:
// list_bench CHECKPOINT. tests/bench/make_large_checkpoints.py writes one of 92,000 tensors.
#include <QLineEdit>
#include <QScrollBar>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

#include "core/cache/result_cache.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/bench/watched_application.h"
#include "widgets/frame/main_window.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/pages/page.h"
#include "widgets/session/file_paths.h"
#include "widgets/session/session.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

bench::WatchedApplication& app() { return *static_cast<bench::WatchedApplication*>(qApp); }

void settle(const Session& session) {
  do {
    if (!QTest::qWaitFor([&] { return !session.busy(); }, 120'000)) fmt::print("  never done\n");
    QTest::qWait(600);  // longer than lists wait for values
  } while (session.busy());
}

void type(QLineEdit& field, const QString& text, const char* what) {
  for (const QChar c : text) {
    QCoreApplication::postEvent(&field, new QKeyEvent(QEvent::KeyPress, 0, Qt::NoModifier, QString(c)));
    QTest::qWait(20);
  }
  app().report(what);
  field.clear();
  QTest::qWait(20);
  app().report("clearing the filter");
}

void scroll(QTreeView& tree, const char* what) {
  const QPointF at(100, 100);
  for (int i = 0; i < 60; ++i) {
    QCoreApplication::postEvent(tree.viewport(),
                                new QWheelEvent(at, tree.viewport()->mapToGlobal(at), {}, QPoint(0, -120), Qt::NoButton,
                                                Qt::NoModifier, Qt::NoScrollPhase, false));
    QTest::qWait(8);
  }
  app().report(what);
  for (int i = 0; i <= 20; ++i) {
    tree.verticalScrollBar()->setValue(tree.verticalScrollBar()->maximum() * i / 20);
    QTest::qWait(16);
  }
  app().report("dragging the scroll bar");
}

int run(const QString& path) {
  Session session({kernels::makeCpuBackend()}, {});
  QTemporaryDir folder;
  session.setCache(std::make_shared<ResultCache>(filePath(folder.filePath(QStringLiteral("results")))));
  MainWindow window(session, {});
  window.resize(1440, 900);
  window.showPage(QStringLiteral("checkpoint"));
  window.show();
  QTest::qWait(200);
  app().report("starting");
  QElapsedTimer timer;
  timer.start();
  session.openPath(path);
  if (!QTest::qWaitFor([&] { return !session.checkpoints().empty(); }, 60'000)) return 1;
  fmt::print("  opened and listed after {} ms\n", timer.elapsed());
  app().report("opening");
  settle(session);
  fmt::print("  everything read after {} ms\n", timer.elapsed());
  app().report("reading all tensors");

  auto& tree = *window.findChild<QTreeView*>(QStringLiteral("tensors"));
  auto& field = *qobject_cast<QLineEdit*>(window.currentPage()->filterField());
  type(field, QStringLiteral("layers.7 down"), "typing \"layers.7 down\"");
  type(field, QStringLiteral("/layers\\.[0-9]\\.$/"), "typing a regular expression");
  type(field, QStringLiteral("weight"), "typing \"weight\"");
  type(field, QStringLiteral("role:down flag:outliers"), "typing \"role:down flag:outliers\"");
  tree.expandToDepth(0);
  app().report("opening all modules");
  scroll(tree, "scrolling by the wheel");
  for (const int column : {int(TensorTreeModel::Kurtosis), int(TensorTreeModel::Size), int(TensorTreeModel::Name)}) {
    QMetaObject::invokeMethod(&tree, [&] { tree.sortByColumn(column, Qt::DescendingOrder); }, Qt::QueuedConnection);
    QTest::qWait(50);
    app().report("ranking by a column");
  }
  scroll(tree, "scrolling the ranking");

  tree.sortByColumn(-1, Qt::AscendingOrder);
  session.close(session.checkpoints().front());
  settle(session);
  app().report("closing");
  timer.restart();
  session.openPath(path);
  const auto& known = qobject_cast<TensorTreeModel*>(tree.model())->summaries();
  const bool recalled = QTest::qWaitFor([&] { return !known.empty() && known.back().has_value(); }, 60'000);
  fmt::print("  opened again, {} after {} ms\n", recalled ? "all recalled" : "never recalled", timer.elapsed());
  app().report("opening again");
  settle(session);
  app().report("after that");
  return 0;
}

}  // namespace
}  // namespace ulpscope

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QStandardPaths::setTestModeEnabled(true);
  ulpscope::bench::WatchedApplication application(argc, argv);
  ulpscope::theme().install(application);
  if (argc < 2) {
    fmt::print(stderr, "list_bench CHECKPOINT\n");
    return 2;
  }
  return ulpscope::run(QString::fromLocal8Bit(argv[1]));
}
