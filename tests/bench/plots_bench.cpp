// SPDX-License-Identifier: Apache-2.0
// How long the window does not answer while its pictures are moved: the longest single event, and how long the picture
// takes to become sharp. `plots_bench [checkpoint...]`: a histogram of a million bins, and the heat map of the first
// tensor of each checkpoint.
#include <fmt/format.h>

#include <QElapsedTimer>
#include <QTest>
#include <QWheelEvent>
#include <cmath>
#include <random>

#include "kernels/cpu/cpu_backend.h"
#include "tests/bench/watched_application.h"
#include "widgets/checkpoint/heat_map_view.h"
#include "widgets/plots/matrix_map.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/session.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

bench::WatchedApplication& app() { return *static_cast<bench::WatchedApplication*>(qApp); }

void report(const char* what) { app().report(what); }

QWidget* canvasOf(const QWidget& plot) {
  for (QWidget* child : plot.findChildren<QWidget*>())
    if (child->inherits("QCustomPlot")) return child;
  return nullptr;
}

void post(QWidget& canvas, QPointF at, double steps) {
  QApplication::postEvent(&canvas, new QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), QPoint(0, int(steps * 120)),
                                                   Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false));
}

void drag(QWidget& canvas, QPoint from, QPoint by, int steps) {
  const auto send = [&](QEvent::Type type, QPoint at, Qt::MouseButton button, Qt::MouseButtons buttons) {
    QApplication::postEvent(&canvas, new QMouseEvent(type, at, canvas.mapToGlobal(at), button, buttons, {}));
    QTest::qWait(16);
  };
  send(QEvent::MouseButtonPress, from, Qt::LeftButton, Qt::LeftButton);
  for (int i = 1; i <= steps; ++i) send(QEvent::MouseMove, from + by * i / steps, Qt::NoButton, Qt::LeftButton);
  send(QEvent::MouseButtonRelease, from + by, Qt::LeftButton, Qt::NoButton);
}

/// Zooms from the whole to single elements at 60 steps a second, drags about, and back.
void driveHeatMap(Session& session, const std::shared_ptr<const Checkpoint>& checkpoint, QSize size) {
  const auto source = checkpoint->source(0).value();
  const auto profile = std::make_shared<const TensorProfile>(profileTensor(source, *session.backend(), {}).value());
  HeatMapView view(session);
  view.resize(size);
  view.show();
  QTest::qWait(100);
  auto* map = view.findChild<MatrixMap*>();
  QWidget& canvas = *canvasOf(*map);
  fmt::print("{} of {} x {}, window of {} x {}\n", source.info().storedType, source.matrix().rows,
             source.matrix().columns, size.width(), size.height());
  report("building the view");
  QElapsedTimer timer;
  timer.start();
  view.setTensor(ProfiledTensor{checkpoint, 0, source, profile});
  const bool appeared = QTest::qWaitFor([&] { return !map->visible().values.empty(); }, 20'000);
  fmt::print("  first picture after {} ms{}\n", timer.elapsed(), appeared ? "" : " (never)");
  report("opening");
  const QPointF at(canvas.width() * 0.37, canvas.height() * 0.41);
  qint64 slowest = 0;
  int reads = 0;
  int steps = 0;
  for (; steps < 80 && map->visiblePart().rows > 4; ++steps) {
    post(canvas, at, 1);
    QTest::qWait(16);
  }
  const auto waitUntilSharp = [&] {
    if (!QTest::qWaitFor([&] { return !map->wanted() && !session.busy(); }, 20'000)) fmt::print("  never sharp\n");
  };
  timer.restart();
  waitUntilSharp();
  fmt::print("  {} wheel steps, sharp {} ms after the last\n", steps, timer.elapsed());
  report("zooming in, 60 steps a second");
  for (int i = 0; i < 10; ++i) drag(canvas, at.toPoint(), {-300, -200}, 12);
  report("dragging single elements");
  for (int i = 0; i < 80 && !map->showsAll(); ++i) {
    post(canvas, at, -1);
    QTest::qWait(16);
  }
  report("zooming out");
  for (int i = 0; i < 24; ++i) {
    post(canvas, at, 1);
    timer.restart();
    QTest::qWait(1);
    if (!map->wanted()) continue;
    ++reads;
    waitUntilSharp();
    slowest = std::max(slowest, timer.elapsed());
  }
  fmt::print("  {} of 24 steps needed a read, sharp after {} ms at most\n", reads, slowest);
  report("zooming in, each step waited for");
  for (int i = 0; i < 10; ++i) drag(canvas, at.toPoint(), {-300, -200}, 12);
  report("dragging cells");
}

/// A bell of noise in 1,048,576 bins, as bars and with `overlays` outlines over them.
void driveHistogram(int overlays) {
  constexpr std::size_t kBins = 1'048'576;
  Figure figure{.title = "bench", .x = {.title = "value"}, .y = {.title = "count", .logarithmic = true}};
  std::mt19937 random(1);
  for (int i = 0; i <= overlays; ++i) {
    Series series{.kind = i == 0 ? Series::Kind::Bars : Series::Kind::Steps, .name = fmt::format("layer.{}", i)};
    for (std::size_t bin = 0; bin <= kBins; ++bin) series.x.push_back(double(bin) / kBins - 0.5);
    for (std::size_t bin = 0; bin < kBins; ++bin)
      series.y.push_back(double(random() % 1000) * std::exp(-20 * series.x[bin] * series.x[bin]) + 1);
    figure.series.push_back(std::move(series));
  }
  PlotView plot;
  plot.resize(1200, 700);
  plot.QWidget::show();
  QTest::qWait(100);
  QWidget& canvas = *canvasOf(plot);
  fmt::print("histogram of 1,048,576 bins, {} outlines over it, 1200 x 700\n", overlays);
  report("building the plot");
  QElapsedTimer timer;
  timer.start();
  plot.show(std::move(figure));
  fmt::print("  taking the figure {} ms\n", timer.elapsed());
  QTest::qWait(100);
  report("first picture");
  for (int i = 0; i < 40; ++i) {
    plot.resetView();
    QTest::qWait(1);
  }
  report("redrawn whole");
  for (int i = 0; i < 30; ++i) {
    post(canvas, {500, 300}, 1);
    QTest::qWait(16);
  }
  report("zooming in");
  drag(canvas, {500, 300}, {-300, 0}, 20);
  report("dragging");
  for (int i = 0; i < 30; ++i) {
    post(canvas, {500, 300}, -1);
    QTest::qWait(16);
  }
  drag(canvas, {500, 300}, {-300, 0}, 20);
  report("zooming out, dragging");
}

}  // namespace
}  // namespace ulpscope

int main(int argc, char** argv) {
  using namespace ulpscope;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  bench::WatchedApplication application(argc, argv);
  theme().install(application);
  Session session({kernels::makeCpuBackend()}, {});
  for (const int overlays : {0, 8}) driveHistogram(overlays);
  for (int i = 1; i < argc; ++i) {
    const auto checkpoint = openCheckpoint(argv[i]);
    if (!checkpoint) {
      fmt::print(stderr, "{}\n", describe(checkpoint.error()));
      return 1;
    }
    for (const QSize size : {QSize(800, 560), QSize(1900, 1100)}) driveHeatMap(session, *checkpoint, size);
  }
  return 0;
}
