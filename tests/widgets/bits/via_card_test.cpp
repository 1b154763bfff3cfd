// SPDX-License-Identifier: Apache-2.0
#include "widgets/bits/via_card.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QTest>

#include "tests/widgets/find_named.h"
#include "widgets/frame/labels.h"
#include "widgets/models/table_view.h"

namespace ulpscope {
namespace {

class ViaCardTest : public testing::Test {
 protected:
  ViaCardTest() {
    m_card.resize(700, 500);
    m_card.show();
  }

  QString textOf(const char* name) {
    const auto* label = findNamed<PlainLabel>(m_card, name);
    return label ? label->text() : QString();
  }
  void choose(const char* stage, const char* id) {
    auto* box = findNamed<QComboBox>(m_card, stage);
    box->setCurrentIndex(box->findData(id));
  }
  QString cell(int row, int column) {
    return m_card.findChild<TableView*>()->model()->index(row, column).data().toString();
  }

  ViaCard m_card;
};

TEST_F(ViaCardTest, SetsTheWayThroughOtherFormatsAgainstRoundingOnce) {
  m_card.setNumber(makeFormat("float8_e4m3fn").value(), "1.0625001", Rounding::NearestEven, Overflow::Format);
  ASSERT_TRUE(m_card.chain().has_value());
  EXPECT_EQ(cell(0, 0), "FP32");
  EXPECT_EQ(cell(1, 1), "0x3C40");
  EXPECT_EQ(cell(2, 2), "1");
  EXPECT_EQ(cell(3, 0), "directly");
  EXPECT_EQ(cell(3, 2), "1.125");
  EXPECT_TRUE(textOf("What rounding twice does").contains("meets a tie"));
  EXPECT_TRUE(textOf("The bits at each stage, one under the other").contains("FP16      1.0001000000"));
  EXPECT_TRUE(m_card.plainText().contains("rounded once, the number goes to 1.125."));
}

TEST_F(ViaCardTest, FollowsTheChosenFormatsAndTheNumber) {
  m_card.setNumber(makeFormat("bfloat16").value(), "1.00390625000000000000001", Rounding::NearestEven,
                   Overflow::Format);
  choose("First to", "float64");
  choose("Then to", "");
  EXPECT_TRUE(m_card.chain()->doubleRounding);
  EXPECT_EQ(cell(1, 1), "0x3F80");
  EXPECT_EQ(cell(2, 1), "0x3F81");
  m_card.setNumber(makeFormat("bfloat16").value(), "1", Rounding::NearestEven, Overflow::Format);
  EXPECT_FALSE(m_card.chain()->doubleRounding);
  EXPECT_TRUE(textOf("What rounding twice does").startsWith("Every format on the way holds the number as it is"));
}

TEST_F(ViaCardTest, AsksForAFormatAndSaysWhatCannotPass) {
  m_card.setNumber(makeFormat("float16").value(), "nan", Rounding::NearestEven, Overflow::Format);
  choose("First to", "int8");
  EXPECT_FALSE(m_card.chain().has_value());
  EXPECT_TRUE(textOf("What rounding twice does").contains("NaN found, which int8 cannot hold"));
  choose("First to", "");
  choose("Then to", "");
  EXPECT_EQ(textOf("What rounding twice does"), "Choose a format that the number passes first.");
  EXPECT_TRUE(m_card.plainText().isEmpty());
}

}  // namespace
}  // namespace ulpscope
