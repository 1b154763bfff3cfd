// SPDX-License-Identifier: Apache-2.0
#include "widgets/checkpoint/slice_box.h"

#include <gtest/gtest.h>

#include <QLineEdit>
#include <QTest>

namespace ulpscope {
namespace {

TEST(SliceBox, HidesWhereThereIsNothingToChoose) {
  SliceBox box;
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{}, {7}, {20, 30}, {1, 20, 30}, {0, 4, 4}}) {
    box.setShape(shape);
    EXPECT_TRUE(box.isHidden());
    EXPECT_EQ(box.matrix(), wholeMatrix(shape));
  }
}

TEST(SliceBox, NamesSlicesByTheirLeadingIndices) {
  SliceBox box;
  box.setShape({3, 4, 20, 30});
  EXPECT_FALSE(box.isHidden());
  EXPECT_EQ(box.matrix(), (MatrixSlice{0, {20, 30}}));
  EXPECT_EQ(box.text(), QStringLiteral("slice [0, 0] of 12"));
  box.setValue(5);
  EXPECT_EQ(box.text(), QStringLiteral("slice [1, 1] of 12"));
  EXPECT_EQ(box.matrix(), (MatrixSlice{5 * 600, {20, 30}}));
  box.showElement(11 * 600 + 3);
  EXPECT_EQ(box.value(), 11);
  box.showWhole();
  EXPECT_EQ(box.matrix(), (MatrixSlice{0, {3, 2400}}));
  EXPECT_EQ(box.text(), QStringLiteral("all slices, flattened"));
}

TEST(SliceBox, TakesIndicesAsTheyAreTyped) {
  SliceBox box;
  box.setShape({3, 4, 20, 30});
  const auto type = [&](const char* text) {
    box.selectAll();
    QTest::keyClicks(&box, QString::fromLatin1(text));
    QTest::keyClick(&box, Qt::Key_Return);
    return box.value();
  };
  EXPECT_EQ(type("2, 3"), 11);
  EXPECT_EQ(type("[1]"), 4);
  EXPECT_EQ(type("9, 9"), 11) << "beyond the last is the last";
  EXPECT_EQ(type("all"), -1);
}

TEST(SliceBox, BeginsWithAllWhereSlicesAreTiny) {
  SliceBox box;
  box.setShape({64, 32, 3, 3});
  EXPECT_FALSE(box.isHidden());
  EXPECT_TRUE(box.isWhole());
}

}  // namespace
}  // namespace ulpscope
