// SPDX-License-Identifier: Apache-2.0
#include "widgets/plots/plot_view.h"

#include <gtest/gtest.h>

#include <QFile>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "tests/widgets/plots/mouse.h"
#include "widgets/plots/map_view.h"
#include "widgets/plots/table_panel.h"

namespace ulpscope {
namespace {

Figure bars(std::size_t bins) {
  Figure figure{.title = "Histogram", .x = {.title = "weight"}, .y = {.title = "count"}};
  Series series{.kind = Series::Kind::Bars, .name = "count"};
  for (std::size_t i = 0; i <= bins; ++i) series.x.push_back(double(i) / double(bins));
  for (std::size_t i = 0; i < bins; ++i) series.y.push_back(1 + double(i % 7));
  figure.series.push_back(std::move(series));
  return figure;
}

bool shows(const QImage& image, const QColor& color) {
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x)
      if (image.pixelColor(x, y) == color) return true;
  return false;
}

QImage picture(QWidget& widget, QSize size = {600, 300}) {
  widget.resize(size);
  widget.show();
  QTest::qWait(30);
  return widget.grab().toImage();
}

TEST(PlotView, DrawsBarsInTheColorOfTheFirstSeries) {
  PlotView plot;
  plot.show(bars(10));
  EXPECT_TRUE(shows(picture(plot), theme().colors().series[0]));
}

TEST(PlotView, LosesNoMarkedBinAmongAMillion) {
  PlotView plot;
  Figure figure = bars(1'000'000);
  figure.series[0].marked.assign(1'000'000, false);
  EXPECT_FALSE((plot.show(figure), shows(picture(plot), theme().colors().plotOutlier)));
  figure.series[0].marked[123'456] = true;
  EXPECT_TRUE((plot.show(figure), shows(picture(plot), theme().colors().plotOutlier)));
}

TEST(PlotView, TakesAFigureWhoseNoteNeedsRoomInPlaceOfOneWithLines) {
  PlotView plot;
  Figure figure;
  for (int i = 0; i < 3; ++i)
    figure.series.push_back({.kind = Series::Kind::Line, .name = "line", .x = {1, 2, 3}, .y = {1, 3, 2}});
  plot.show(figure);
  picture(plot);
  figure.notes = {"which makes the plot smaller, and draws it anew"};
  figure.series.pop_back();
  plot.show(figure);
  EXPECT_EQ(plot.figure().series.size(), 2u);
}

TEST(PlotView, DrawsOutlinesOverBarsAndTellsWhichIsMeant) {
  PlotView plot;
  Figure figure = bars(4);
  figure.series[0].y = {1, 1, 1, 1};
  Series steps{.kind = Series::Kind::Steps, .name = "other", .x = figure.series[0].x, .y = {4, 3, 2, 1}};
  figure.series.push_back(steps);
  plot.show(figure);
  const QImage image = picture(plot);
  EXPECT_TRUE(shows(image, theme().colors().series[1]));
  EXPECT_FALSE(shows(image, theme().colors().series[0])) << "bars step back behind outlines";
  QSignalSpy clicked(&plot, &PlotView::itemClicked);
  Q_EMIT plot.clicked({0.1, 4});
  Q_EMIT plot.clicked({0.1, 0.5});
  ASSERT_EQ(clicked.count(), 2);
  EXPECT_EQ(clicked[0][0].value<std::size_t>(), 1u);
  EXPECT_EQ(clicked[1][0].value<std::size_t>(), 0u);
}

TEST(PlotView, LosesNoStepAmongAMillion) {
  PlotView plot;
  Figure figure = bars(1'000'000);
  figure.series[0].kind = Series::Kind::Steps;
  figure.series[0].y.assign(1'000'000, 1);
  figure.series[0].y[777'777] = 1000;
  plot.show(figure);
  const QImage image = picture(plot);
  const QRect upper(60, 40, image.width() - 80, image.height() / 3);
  EXPECT_TRUE(shows(image.copy(upper), theme().colors().series[0])) << "one bin of a million reaches up there";
}

TEST(PlotView, TellsHowManyValuesLieBeyondItsEndsAndTakesClicksThere) {
  PlotView plot;
  Figure figure = bars(4);
  figure.above = 12;
  plot.show(figure);
  const QImage image = picture(plot);
  const QRect corner(image.width() - 130, 0, 120, 40);
  EXPECT_TRUE(shows(image.copy(corner), theme().colors().surface));
  QSignalSpy beyond(&plot, &PlotView::beyondClicked);
  QSignalSpy bar(&plot, &PlotView::itemClicked);
  QWidget* canvas = canvasOf(plot);
  QTest::mouseClick(canvas, Qt::LeftButton, {}, {canvas->width() - 40, 18});
  EXPECT_EQ(beyond.count(), 1);
  EXPECT_EQ(bar.count(), 0);
  QTest::mouseClick(canvas, Qt::LeftButton, {}, {canvas->width() / 2, 18});
  EXPECT_EQ(beyond.count(), 1);
  EXPECT_EQ(bar.count(), 1);
}

TEST(PlotView, CallsMarksByTheirNames) {
  PlotView plot;
  Figure figure = bars(2);
  figure.series[0].names = {"column 305", "column 7"};
  plot.show(figure);
  picture(plot);
  QTest::keyClick(&plot, Qt::Key_Right);
  EXPECT_TRUE(plot.accessibleDescription().startsWith(QStringLiteral("column 305")))
      << plot.accessibleDescription().toStdString();
}

TEST(MapView, ShowsWhatIsNotFiniteInAColorOfItsOwn) {
  for (const float odd : {float(NAN), float(INFINITY), -float(INFINITY)}) {
    MapView map;
    map.show({.title = "Map", .rows = 1, .columns = 3, .values = {1, odd, -1}, .isSigned = true});
    EXPECT_TRUE(shows(picture(map), theme().colors().plotSpecial));
  }
}

TEST(PlotView, ShowsExactlyTheRangeOfItsBars) {
  PlotView plot;
  Figure figure = bars(4);
  figure.series[0].x = {-0.2, -0.1, 0, 0.1, 0.2};
  plot.show(figure);
  const QImage image = picture(plot);
  const QColor color = theme().colors().series[0];
  EXPECT_TRUE(shows(image.copy(100, 0, 60, image.height()), color));
  EXPECT_TRUE(shows(image.copy(image.width() - 60, 0, 40, image.height()), color));
}

TEST(PlotView, FollowsTheTheme) {
  theme().setMode(ThemeMode::Dark);
  PlotView plot;
  plot.show(bars(10));
  const QImage dark = picture(plot);
  theme().setMode(ThemeMode::Light);
  EXPECT_EQ(dark.pixelColor(1, 1), darkColors().surface);
  EXPECT_EQ(picture(plot).pixelColor(1, 1), lightColors().surface);
}

TEST(PlotView, SaysWhichBinWasClicked) {
  PlotView plot;
  plot.show(bars(10));
  picture(plot);
  QSignalSpy clicked(&plot, &PlotView::itemClicked);
  Q_EMIT plot.clicked({0.35, 1});
  ASSERT_EQ(clicked.count(), 1);
  EXPECT_EQ(clicked[0][1].value<std::size_t>(), 3u);
}

TEST(PlotView, ReadsItsValuesOutByTheCursorKeys) {
  PlotView plot;
  plot.show(bars(4));
  picture(plot);
  QTest::keyClick(&plot, Qt::Key_Right);
  QTest::keyClick(&plot, Qt::Key_Right);
  EXPECT_TRUE(plot.accessibleDescription().contains(QStringLiteral("0.25 \u2026 0.5")))
      << plot.accessibleDescription().toStdString();
}

TEST(PlotView, ShowsItsDataAsATableByTheKeyboard) {
  PlotView plot;
  plot.show(bars(4));
  picture(plot);
  QTest::keyClick(&plot, Qt::Key_T);
  TablePanel* panel = nullptr;
  ASSERT_TRUE(QTest::qWaitFor([&] { return (panel = plot.findChild<TablePanel*>()) != nullptr; }));
  const auto* view = panel->findChild<QTableView*>();
  EXPECT_EQ(view->model()->rowCount(), 4);
  EXPECT_EQ(view->model()->index(1, 1).data().toString().toStdString(), "0.25");
  EXPECT_FALSE(view->accessibleName().isEmpty());
  QTest::keyClick(panel, Qt::Key_Escape);
  EXPECT_FALSE(panel->isVisible());
}

TEST(PlotView, WritesPicturesAndTheDataBehindThem) {
  QTemporaryDir folder;
  PlotView plot;
  plot.show(bars(4));
  for (const auto* name : {"a.png", "a.svg", "a.pdf"}) {
    const QString path = folder.filePath(QLatin1String(name));
    EXPECT_TRUE(
        plot.savePicture({.path = path, .size = {400, 300}, .title = QStringLiteral("A title"), .onWhite = true}))
        << name;
    EXPECT_GT(QFile(path).size(), 500) << name;
  }
  EXPECT_FALSE(
      plot.savePicture({.path = QStringLiteral("/nowhere/a.png"), .size = {400, 300}, .title = {}, .onWhite = true}));
  EXPECT_EQ(plot.csv().toStdString(), toCsv(plot.figure()));
}

TEST(PlotView, SurvivesFiguresWithNothingToShow) {
  PlotView plot;
  Figure figure{.title = "", .x = {.title = "x", .logarithmic = true}, .y = {.title = "y", .logarithmic = true}};
  plot.show(figure);
  picture(plot);
  figure.series.push_back({.kind = Series::Kind::Line, .name = "all NaN", .x = {NAN, NAN}, .y = {NAN, INFINITY}});
  figure.series.push_back({.kind = Series::Kind::Points, .name = "negative", .x = {-1}, .y = {0}, .labels = {"p"}});
  plot.show(figure);
  picture(plot);
}

TEST(MapView, NamesTheCellUnderAClickInCellsAndElements) {
  MapView map;
  MapFigure figure{
      .title = "Map", .rowTitle = "row", .columnTitle = "column", .valueTitle = "max |w|", .rows = 2, .columns = 3};
  figure.values = {0, 1, 2, 3, 4, 5};
  map.show(figure, {.firstRow = 10, .firstColumn = 0, .rowsPerCell = 4, .columnsPerCell = 8});
  picture(map);
  QSignalSpy clicked(&map, &MapView::cellClicked);
  Q_EMIT map.clicked({17, 15});
  ASSERT_EQ(clicked.count(), 1);
  EXPECT_EQ(clicked[0][0].value<std::size_t>(), 1u);
  EXPECT_EQ(clicked[0][1].value<std::size_t>(), 2u);
  Q_EMIT map.clicked({17, 9});
  EXPECT_EQ(clicked.count(), 1) << "above the first row there is no cell";
}

}  // namespace
}  // namespace ulpscope
