// SPDX-License-Identifier: Apache-2.0
// The map of a matrix: what is in view, what it asks to be read, and that no value is lost on the way.
#include "widgets/plots/matrix_map.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/backend/backend.h"
#include "tests/widgets/plots/mouse.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kRows = 3000;
constexpr std::uint64_t kColumns = 5000;

/// Small values, one of them NaN and one large, known by their place.
std::vector<float> values() {
  std::vector<float> values(kRows * kColumns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 1009) / 1009 - 0.5f;
  values[1234 * kColumns + 2345] = 8;
  values[100 * kColumns + 4000] = NAN;
  return values;
}

class MatrixMapTest : public testing::Test {
 protected:
  void SetUp() override {
    m_map.resize(700, 500);
    m_map.show({.title = "map", .matrix = {kRows, kColumns}, .largest = 8});
    auto pyramid = heatPyramid(m_source, wholeMatrix(m_source.info().shape), *m_backend, {});
    ASSERT_TRUE(pyramid);
    m_map.setPyramid(std::make_shared<const HeatPyramid>(std::move(*pyramid)));
    m_map.QWidget::show();
    QTest::qWait(20);
  }

  /// What the map wants, as HeatMapView would read it.
  void refine() {
    const auto wanted = m_map.wanted();
    if (!wanted) return;
    auto part = heatMapOf(m_source, wholeMatrix(m_source.info().shape), wanted->part, wanted->cell, *m_backend, {});
    ASSERT_TRUE(part);
    m_map.addPart(std::make_shared<const HeatPyramid>(HeatPyramid::above(std::move(*part))));
  }

  int pixelsLike(const QColor& color) {
    const QImage image = m_map.grab().toImage();
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) count += image.pixelColor(x, y) == color;
    return count;
  }

  std::vector<float> m_values = values();
  TensorSource m_source = tensorFromFloats("t", {kRows, kColumns}, m_values);
  std::unique_ptr<Backend> m_backend = makeReferenceBackend();
  MatrixMap m_map;
};

TEST_F(MatrixMapTest, TheWholeNeedsNothingFinerThanItsPyramidAndLosesNoValue) {
  EXPECT_TRUE(m_map.showsAll());
  EXPECT_FALSE(m_map.wanted());
  const HeatMap seen = m_map.visible();
  EXPECT_EQ(*std::ranges::max_element(seen.values, {}, [](float v) { return std::isnan(v) ? 0 : v; }), 8);
  EXPECT_EQ(std::ranges::count_if(seen.values, [](float v) { return std::isnan(v); }), 1);
  EXPECT_GT(pixelsLike(theme().colors().plotSpecial), 0) << "NaN has no pixel of its colour";
}

TEST_F(MatrixMapTest, WheelZoomsToSingleElementsAboutThePointer) {
  QWidget& canvas = *canvasOf(m_map);
  const QPointF at(canvas.width() * 0.4, canvas.height() * 0.3);
  for (int i = 0; i < 80; ++i) {
    turnWheel(canvas, at, 1);
    refine();
    ASSERT_FALSE(m_map.wanted()) << "what was read did not do after step " << i;
  }
  const MatrixPart seen = m_map.visiblePart();
  EXPECT_LE(seen.rows, 4u);
  EXPECT_LE(seen.columns, 4u);
  EXPECT_EQ(m_map.shownCell(), (CellSize{1, 1}));
  const HeatMap cells = m_map.visible();
  for (std::uint64_t r = 0; r < cells.rows; ++r)
    for (std::uint64_t c = 0; c < cells.columns; ++c)
      EXPECT_EQ(cells.values[r * cells.columns + c], m_values[(cells.firstRow + r) * kColumns + cells.firstColumn + c]);
  for (int i = 0; i < 100; ++i) turnWheel(canvas, at, -1);
  EXPECT_TRUE(m_map.showsAll());
}

TEST_F(MatrixMapTest, NeverLeavesTheMatrix) {
  m_map.showPart({0, 0, 100, 100});
  QWidget& canvas = *canvasOf(m_map);
  drag(canvas, {200, 200}, {500, 400});
  const MatrixPart seen = m_map.visiblePart();
  EXPECT_EQ(seen.firstRow, 0u);
  EXPECT_EQ(seen.firstColumn, 0u);
  EXPECT_EQ(seen.rows, 100u);
  EXPECT_EQ(seen.columns, 100u);
  drag(canvas, {500, 400}, {200, 200});
  EXPECT_GT(m_map.visiblePart().firstColumn, 0u);
}

TEST_F(MatrixMapTest, AsksForSingleElementsWhereTheyAreFewAndForCellsElsewhere) {
  m_map.showPart({500, 500, 400, 400});
  ASSERT_TRUE(m_map.wanted());
  EXPECT_EQ(m_map.wanted()->cell, (CellSize{1, 1}));
  m_map.showPart({0, 800, kRows, 1000});  // too many to be read one by one, and finer than the pyramid
  ASSERT_TRUE(m_map.wanted());
  EXPECT_GT(m_map.wanted()->cell.rows, 1u);
  EXPECT_LE(m_map.wanted()->part.columns, 1500u);
}

TEST_F(MatrixMapTest, DraggingStaysInsideWhatWasRead) {
  m_map.showPart({500, 500, 400, 400});
  refine();
  m_map.showPart({550, 550, 400, 400});
  EXPECT_FALSE(m_map.wanted());
  m_map.showPart({900, 900, 400, 400});
  EXPECT_TRUE(m_map.wanted());
}

TEST_F(MatrixMapTest, KeysZoomPanMoveTheCrosshairAndChoose) {
  QTest::keyClick(&m_map, Qt::Key_Plus);
  EXPECT_FALSE(m_map.showsAll());
  QTest::keyClick(&m_map, Qt::Key_Minus);
  QTest::keyClick(&m_map, Qt::Key_Minus);
  EXPECT_TRUE(m_map.showsAll());
  m_map.showPart({1230, 2340, 10, 10});
  refine();
  QTest::keyClick(&m_map, Qt::Key_Right, Qt::ControlModifier);
  EXPECT_EQ(m_map.visiblePart().firstColumn, 2341u);
  QTest::keyClick(&m_map, Qt::Key_Left, Qt::ControlModifier);
  QSignalSpy chosen(&m_map, &MatrixMap::cellChosen);
  QTest::keyClick(&m_map, Qt::Key_Left);  // puts the crosshair into the middle, [1235, 2345]
  QTest::keyClick(&m_map, Qt::Key_Up);
  EXPECT_EQ(m_map.accessibleDescription(), QStringLiteral("[1234, 2345]\n8"));
  QTest::keyClick(&m_map, Qt::Key_Return);
  ASSERT_EQ(chosen.count(), 1);
  const auto cell = chosen[0][0].value<MatrixPart>();
  EXPECT_EQ(cell.firstRow, 1234u);
  EXPECT_EQ(cell.firstColumn, 2345u);
  EXPECT_EQ(cell.rows * cell.columns, 1u);
}

TEST_F(MatrixMapTest, CallsNanByItsName) {
  m_map.showPart({95, 3995, 11, 11});
  refine();
  QTest::keyClick(&m_map, Qt::Key_Right);  // into the middle
  EXPECT_EQ(m_map.accessibleDescription(), QStringLiteral("[100, 4000]\nNaN"));
}

TEST_F(MatrixMapTest, ADoubleClickShowsAllAndIsNoClick) {
  QSignalSpy chosen(&m_map, &MatrixMap::cellChosen);
  QWidget& canvas = *canvasOf(m_map);
  m_map.showPart({500, 500, 400, 400});
  QTest::mouseClick(&canvas, Qt::LeftButton, {}, {300, 200});
  QTest::mouseDClick(&canvas, Qt::LeftButton, {}, {300, 200});
  EXPECT_TRUE(m_map.showsAll());
  QTest::qWait(QApplication::doubleClickInterval() + 50);
  EXPECT_EQ(chosen.count(), 0);
  QTest::mouseClick(&canvas, Qt::LeftButton, {}, {300, 200});
  EXPECT_TRUE(chosen.wait(2000));
}

TEST_F(MatrixMapTest, ShiftAndDragZoomsToTheRectangle) {
  QWidget& canvas = *canvasOf(m_map);
  drag(canvas, {400, 300}, {300, 200}, Qt::ShiftModifier);
  const MatrixPart seen = m_map.visiblePart();
  EXPECT_FALSE(m_map.showsAll());
  EXPECT_LT(seen.columns, kColumns / 4);
  EXPECT_GT(seen.columns, kColumns / 10);
}

TEST_F(MatrixMapTest, PrintsValuesWhereCellsHaveTheRoom) {
  m_map.showPart({1230, 2340, 8, 8});
  refine();
  const QImage printed = m_map.grab().toImage();
  std::set<QRgb> colors;
  for (int y = 0; y < printed.height(); ++y)
    for (int x = 0; x < printed.width(); ++x) colors.insert(printed.pixel(x, y));
  // One cell is a value of its own, the others lie close to zero: the rest are edges of text.
  EXPECT_GT(colors.size(), 200u) << "cells of a single colour have no text";
}

TEST(MatrixMap, ShowsNothingAndOneRowWithoutTrouble) {
  MatrixMap map;
  map.resize(300, 200);
  map.grab();
  EXPECT_FALSE(map.wanted());
  EXPECT_TRUE(map.visible().values.empty());
  const auto source = tensorFromFloats("v", {5}, std::vector<float>{0, 0, 0, -2, 0});
  auto pyramid = heatPyramid(source, wholeMatrix(source.info().shape), *makeReferenceBackend(), {});
  map.show({.title = "v", .matrix = {1, 5}, .largest = 0});
  map.setPyramid(std::make_shared<const HeatPyramid>(std::move(*pyramid)));
  map.grab();
  EXPECT_EQ(map.visible().values, (std::vector<float>{0, 0, 0, -2, 0}));
  EXPECT_FALSE(map.wanted());
}

}  // namespace
}  // namespace ulpscope
