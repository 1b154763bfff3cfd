// SPDX-License-Identifier: Apache-2.0
#include "widgets/bits/block_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QComboBox>
#include <QHeaderView>
#include <QTest>
#include <QTextBrowser>

#include "tests/widgets/find_named.h"
#include "widgets/bits/number_field.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_view.h"

namespace ulpscope {
namespace {

class BlockCardTest : public testing::Test {
 protected:
  BlockCardTest() {
    m_card.resize(900, 700);
    m_card.show();
  }

  template <class T>
  T* named(const char* name) {
    return findNamed<T>(m_card, name);
  }
  void choose(const char* box, const char* id) {
    auto* combo = named<QComboBox>(box);
    ASSERT_GE(combo->findData(id), 0) << id;
    combo->setCurrentIndex(combo->findData(id));
  }
  QString cell(const char* table, int row, int column) {
    return named<TableView>(table)->model()->index(row, column).data().toString();
  }
  int rows(const char* table) { return named<TableView>(table)->model()->rowCount(); }

  BlockCard m_card;
};

TEST_F(BlockCardTest, ShowsScaleElementsAndBytesOfWhatIsTyped) {
  m_card.setNumbers("0.1 -0.7 2.5 5.3 7");
  ASSERT_EQ(m_card.blocks().size(), 1u);
  EXPECT_EQ(m_card.blocks()[0].scale, 1);
  EXPECT_EQ(rows("Elements of the block"), 5);
  EXPECT_EQ(cell("Elements of the block", 4, 3), "0x7");
  EXPECT_EQ(cell("Elements of the block", 4, 5), "-1");
  EXPECT_EQ(rows("Bytes"), 17);
  EXPECT_EQ(cell("Bytes", 1, 2), "90");
  EXPECT_TRUE(named<QTextBrowser>("How the block came to its scale")->toPlainText().contains("Floor"));
  EXPECT_TRUE(m_card.plainText().startsWith("MXFP4, scale mode floor\n"));
}

TEST_F(BlockCardTest, SetsTheScaleModesSideBySideAndTakesTheOneChosen) {
  m_card.setNumbers("5.3 7 -0.7");
  ASSERT_EQ(rows("Scale modes side by side"), 4);
  EXPECT_EQ(cell("Scale modes side by side", 0, 1), "1");
  EXPECT_EQ(cell("Scale modes side by side", 0, 3), "1");
  EXPECT_EQ(cell("Scale modes side by side", 3, 1), "2");
  auto* modes = named<TableView>("Scale modes side by side");
  modes->selectRow(3);
  EXPECT_EQ(m_card.mode(), ScaleMode::Rceil);
  EXPECT_EQ(m_card.blocks()[0].scale, 2);
  choose("Block format", "nvfp4");
  EXPECT_EQ(m_card.mode(), ScaleMode::Plain);
  EXPECT_EQ(rows("Scale modes side by side"), 2);
  choose("Scale mode", "four_over_six");
  EXPECT_TRUE(m_card.blocks()[0].otherSquaredError.has_value());
}

TEST_F(BlockCardTest, ReordersTheBytesAndSaysWhereALayoutKnowsNoSuchBlocks) {
  m_card.setNumbers("0.1 -0.7");
  choose("Byte order", "bitsandbytes");
  EXPECT_EQ(cell("Bytes", 1, 3), "element 0 high, 1 low");
  choose("Block format", "mxfp8_e4m3");
  EXPECT_EQ(rows("Bytes"), 1);
  EXPECT_TRUE(cell("Bytes", 0, 3).contains("4-bit elements expected"));
}

TEST_F(BlockCardTest, SaysWhatItCannotRead) {
  auto* numbers = named<NumberField>("Numbers of the block");
  numbers->selectAll();
  QTest::keyClicks(numbers, "1 two");
  EXPECT_FALSE(numbers->error().isEmpty());
  EXPECT_TRUE(m_card.blocks().empty());
  EXPECT_TRUE(m_card.plainText().isEmpty());
  EXPECT_EQ(rows("Elements of the block"), 0);
  m_card.setNumbers("nan 1");
  EXPECT_TRUE(numbers->error().isEmpty());
  EXPECT_TRUE(m_card.blocks()[0].isNan());
}

TEST_F(BlockCardTest, NamesEveryControl) {
  for (const char* name : {"Block format", "Scale mode", "Byte order"}) EXPECT_NE(named<QComboBox>(name), nullptr);
  for (const char* name : {"Scale modes side by side", "Elements of the block", "Bytes"})
    EXPECT_NE(named<TableView>(name), nullptr);
  EXPECT_NE(named<PlainLabel>("About the block"), nullptr);
}

}  // namespace
}  // namespace ulpscope
