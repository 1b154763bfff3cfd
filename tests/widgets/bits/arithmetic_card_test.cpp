// SPDX-License-Identifier: Apache-2.0
#include "widgets/bits/arithmetic_card.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QTest>
#include <QTextBrowser>

#include "tests/widgets/find_named.h"
#include "widgets/bits/number_field.h"
#include "widgets/frame/labels.h"

namespace ulpscope {
namespace {

class ArithmeticCardTest : public testing::Test {
 protected:
  ArithmeticCardTest() {
    m_card.resize(700, 500);
    m_card.show();
  }

  template <class T>
  T* named(const char* name) {
    return findNamed<T>(m_card, name);
  }
  void type(const char* field, const char* text) {
    auto* edit = named<NumberField>(field);
    edit->selectAll();
    QTest::keyClicks(edit, text);
  }
  void choose(const char* id) {
    auto* box = named<QComboBox>("Operation");
    box->setCurrentIndex(box->findData(id));
  }

  ArithmeticCard m_card;
};

TEST_F(ArithmeticCardTest, AddsToTheNumberOnShowAndWritesTheBitsInColumns) {
  m_card.setNumber(makeFormat("float16").value(), "2048", Rounding::NearestEven, Overflow::Format);
  EXPECT_EQ(named<PlainLabel>("Result")->text(), "= 2048");
  EXPECT_EQ(named<PlainLabel>("About the result")->text(), "exactly 2049, error -0.5 ulp, 0x6800");
  const QString steps = named<QTextBrowser>("Steps from the operands to the result")->toPlainText();
  EXPECT_TRUE(steps.contains(QStringLiteral("+ 0.0000000000|1  × 2¹¹  1"))) << steps.toStdString();
  EXPECT_TRUE(m_card.plainText().startsWith("FP16: 2048 + 1 = 2049, rounded to 2048 (0x6800)\n"));
}

TEST_F(ArithmeticCardTest, FollowsTheNumberTheRulesAndWhatIsTyped) {
  m_card.setNumber(makeFormat("float16").value(), "2048", Rounding::TowardPositive, Overflow::Format);
  EXPECT_EQ(named<PlainLabel>("Result")->text(), "= 2050");
  type("Second operand", "4096");
  EXPECT_EQ(named<PlainLabel>("Result")->text(), "= 6144");
  m_card.setNumber(makeFormat("float8_e4m3fn").value(), "1.5", Rounding::NearestEven, Overflow::Saturate);
  EXPECT_EQ(named<PlainLabel>("Result")->text(), "= 448");
}

TEST_F(ArithmeticCardTest, ShowsAsManyOperandsAsTheOperationTakes) {
  m_card.setNumber(makeFormat("float64").value(), "0.1", Rounding::NearestEven, Overflow::Format);
  EXPECT_TRUE(named<NumberField>("Second operand")->isVisible());
  EXPECT_FALSE(named<NumberField>("Third operand")->isVisible());
  choose("fma");
  type("Second operand", "10");
  type("Third operand", "-1");
  EXPECT_TRUE(named<NumberField>("Third operand")->isVisible());
  ASSERT_TRUE(m_card.calculation().has_value());
  EXPECT_EQ(m_card.calculation()->value, "5.5511151231257827021181583404541015625e-17");
  choose("sqrt");
  EXPECT_FALSE(named<NumberField>("Second operand")->isVisible());
}

TEST_F(ArithmeticCardTest, SaysWhatCannotBeReadAndWhatHasNoResult) {
  m_card.setNumber(makeFormat("int8").value(), "1", Rounding::NearestEven, Overflow::Format);
  type("Second operand", "one");
  EXPECT_FALSE(m_card.calculation().has_value());
  EXPECT_FALSE(named<NumberField>("Second operand")->error().isEmpty());
  EXPECT_TRUE(named<PlainLabel>("About the result")->text().contains("a number such as"));
  choose("div");
  type("Second operand", "0");
  EXPECT_TRUE(named<NumberField>("Second operand")->error().isEmpty());
  EXPECT_EQ(named<PlainLabel>("About the result")->text(),
            "1 / 0: a finite result expected, infinity found, for which int8 has no code");
  EXPECT_TRUE(m_card.plainText().isEmpty());
}

}  // namespace
}  // namespace ulpscope
