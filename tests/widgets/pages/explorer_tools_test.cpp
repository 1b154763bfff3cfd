// SPDX-License-Identifier: Apache-2.0
// What stands around the number in the explorer: the choice of its format and rules, links, fields to write, tabs.
#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QSpinBox>
#include <QTabBar>
#include <QTest>
#include <cmath>

#include "core/formats/stack.h"
#include "tests/widgets/pages/explorer_fixture.h"
#include "widgets/bits/copy_choices.h"
#include "widgets/bits/format_popup.h"
#include "widgets/bits/note_field.h"
#include "widgets/bits/representation_model.h"
#include "widgets/quantization/fact_list.h"

namespace ulpscope {
namespace {

TEST_F(ExplorerPageTest, PicksTheFormatOfARowThatIsClicked) {
  auto& table = elsewhereTable();
  int row = 0;
  while (table.model()->index(row, 0).data().toString() != "FP8 E4M3") ++row;
  table.scrollTo(table.model()->index(row, 0));
  QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(table.model()->index(row, 0)).center());
  EXPECT_EQ(selection().format, "float8_e4m3fn");
  EXPECT_EQ(code().text(), "0xDE");
  EXPECT_EQ(selection().value, "-27.15625") << "the value stays the one that was typed";
}

TEST_F(ExplorerPageTest, SortsTheFormatsByErrorAndFiltersThemByWordsAndFamily) {
  const auto* model = elsewhereTable().model();
  EXPECT_EQ(model->rowCount(), int(formatRegistry().size()));
  EXPECT_EQ(model->index(0, RepresentationModel::Error).data().toString(), "0");
  auto* card = m_page.findChild<ElsewhereCard*>();
  card->filterField()->setText("e4m3 satur");
  EXPECT_EQ(model->rowCount(), 0);
  card->filterField()->setText("fp8 e4m3");
  EXPECT_GE(model->rowCount(), 4);
  for (int row = 0; row < model->rowCount(); ++row)
    EXPECT_TRUE(model->index(row, 0).data().toString().startsWith("FP8 E4M3"));
  card->filterField()->clear();
  auto& family = part<QComboBox>("Family");
  family.setCurrentIndex(family.findData(int(FormatFamily::Ieee)));
  Q_EMIT family.activated(family.currentIndex());
  EXPECT_EQ(model->rowCount(), 3);
}

TEST_F(ExplorerPageTest, WritesTheFieldsOfTheNumberAnew) {
  const auto field = [this](const char* name) -> NoteField& { return part<NoteField>(name); };
  enter(field("stored exponent"), "20");
  EXPECT_EQ(code().text(), "0xD2CA");
  enter(field("exponent"), "-1");
  EXPECT_EQ(code().text(), "0xBACA");
  enter(field("significand"), "1.5");
  EXPECT_EQ(value().text(), "-0.75");
  enter(field("significand"), "2.5");
  EXPECT_TRUE(message().contains("from 1 to below 2")) << message().toStdString();
  EXPECT_EQ(value().text(), "-0.75");
  QTest::keyClick(&field("significand"), Qt::Key_Escape);
  EXPECT_EQ(field("significand").text(), "1.5");
  pick("Format", "nf4");
  enter(field("stored index into the table"), "15");
  EXPECT_EQ(value().text(), "1");
}

TEST_F(ExplorerPageTest, GoesWhereALinkThatIsTypedPoints) {
  value().selectAll();
  QApplication::clipboard()->setText("ulpscope:custom:s1e5m3,bias=15/0x1A");
  value().setFocus();
  QTest::keyClick(&value(), Qt::Key_V, Qt::ControlModifier);
  EXPECT_EQ(selection().format, "custom:s1e5m3,bias=15");
  EXPECT_EQ(selection().code, 0x1Au);
  EXPECT_EQ(code().text(), "0x01A");
  enter(value(), "ulpscope:float8_e4m3fn/0x7E");
  EXPECT_EQ(selection().format, "float8_e4m3fn");
  EXPECT_EQ(value().text(), "448");
  enter(value(), "ulpscope:float99/0x7E");
  EXPECT_FALSE(value().error().isEmpty());
  m_session.goBack();
  EXPECT_EQ(code().text(), "0x01A") << "a format that no list has survives in the history";
  EXPECT_EQ(elsewhere("custom 1-5-3").value(2), "0x01A");
}

TEST_F(ExplorerPageTest, BehavesLikeAStackAndNamesTheRule) {
  pick("Format", "float8_e4m3fn");
  enter(value(), "465");
  EXPECT_EQ(code().text(), "0x7F");
  pick("Behaves like", "torch-2.12");
  EXPECT_EQ(code().text(), "0x7E");
  EXPECT_TRUE(message().startsWith("torch 2.12: ")) << message().toStdString();
  EXPECT_FALSE(part<QComboBox>("Overflow").isEnabled()) << "the stack brings its own";
  pick("Behaves like", "torch-2.11");
  EXPECT_EQ(code().text(), "0x7F");
  pick("Format", "nf4");
  EXPECT_FALSE(message().isEmpty()) << "why the stack says nothing here";
  pick("Behaves like", "");
  EXPECT_TRUE(part<QComboBox>("Overflow").isEnabled());
}

TEST_F(ExplorerPageTest, ListsWhatOthersDo) {
  pick("Format", "float8_e4m3fn");
  enter(value(), "465");
  auto& tabs = part<QTabBar>("More about the number");
  for (int tab = 0; tab < tabs.count(); ++tab) {
    tabs.setCurrentIndex(tab);
    QApplication::processEvents();
  }
  const auto& facts = part<FactList>("What others do with the number").facts();
  ASSERT_EQ(facts.size(), stackRegistry().size());
  QStringList texts;
  for (const Fact& fact : facts) texts << fact.name + ": " + fact.text;
  EXPECT_TRUE(texts.contains("torch 2.11: NaN   0x7F")) << texts.join("; ").toStdString();
  EXPECT_TRUE(texts.contains(QStringLiteral("torch 2.12: ≠ 448   0x7E"))) << texts.join("; ").toStdString();
}

TEST_F(ExplorerPageTest, SpellsTheNumberInEveryWay) {
  QStringList texts;
  for (const CopyChoice& choice : copyChoices(*explainCode(0xCECA, *findFormat("float16")))) texts << choice.text;
  for (const char* text : {"-27.15625", "-0x1.b28p+4", "0xCECA", "52938", "1 10011 1011001010", "CA CE", "CE CA",
                           "const uint8_t bytes[2] = {0xCA, 0xCE};", "ulpscope:float16/0xCECA"})
    EXPECT_TRUE(texts.contains(text)) << text;
}

TEST_F(ExplorerPageTest, DesignsAFormatByItsKnobs) {
  Q_EMIT part<FormatPicker>().designPicked("custom:s1e5m3");
  EXPECT_EQ(selection().format, "custom:s1e5m3");
  auto& exponent = part<QSpinBox>("Exponent bits");
  ASSERT_TRUE(exponent.isVisible()) << "the knobs come to the front";
  exponent.setValue(4);
  EXPECT_EQ(selection().format, "custom:s1e4m3") << "the usual bias follows";
  part<QSpinBox>("Bias").setValue(11);
  EXPECT_EQ(selection().format, "custom:s1e4m3,bias=11");
  part<QSpinBox>("Fraction bits").setValue(0);
  EXPECT_EQ(selection().format, "custom:s1e4m3,bias=11") << "no NaN without a fraction: the last one stays";
  QStringList texts;
  for (const QLabel* label : m_page.findChildren<QLabel*>())
    if (label->isVisible()) texts << label->text();
  EXPECT_TRUE(texts.filter("a fraction bit expected").size() == 1) << texts.join("; ").toStdString();
  Q_EMIT part<FormatPicker>().designPicked("binary8p4se");
  part<QSpinBox>("Precision P").setValue(3);
  EXPECT_EQ(selection().format, "binary8p3se");
  EXPECT_FALSE(exponent.isVisible());
}

TEST_F(ExplorerPageTest, FiltersTheFormatsAndTakesAnIdTypedWhole) {
  auto& picker = part<FormatPicker>();
  picker.setFocus();
  QTest::keyClick(&picker, Qt::Key_F);
  auto* popup = picker.findChild<FormatPopup*>();
  ASSERT_TRUE(popup->isVisible());
  auto* filter = popup->findChild<QLineEdit*>();
  EXPECT_EQ(filter->text(), "f");
  filter->setText("e8m0");
  QTest::keyClick(filter, Qt::Key_Return);
  EXPECT_EQ(selection().format, "float8_e8m0fnu");
  EXPECT_FALSE(popup->isVisible());
  picker.showPopup();
  filter->setText("binary6p3sf");
  QTest::keyClick(filter, Qt::Key_Return);
  EXPECT_EQ(selection().format, "binary6p3sf");
  QTest::keyClick(&picker, Qt::Key_Down);
  EXPECT_EQ(selection().format, "float64") << "from a format of no list, the list begins";
  QTest::keyClick(&picker, Qt::Key_Down);
  EXPECT_EQ(selection().format, "float32");
}

TEST_F(ExplorerPageTest, NamesWhateverTakesTheFocusInEveryTabAndReachesItByKeys) {
  auto& tabs = part<QTabBar>("More about the number");
  EXPECT_NE(tabs.focusPolicy(), Qt::NoFocus);
  tabs.setFocus();
  for (int tab = 0; tab < tabs.count(); ++tab) {
    SCOPED_TRACE(tabs.tabText(tab).toStdString());
    EXPECT_EQ(tabs.currentIndex(), tab);
    QApplication::processEvents();
    for (const auto* widget : m_page.findChildren<QWidget*>()) {
      const bool inner = widget->objectName().startsWith("qt_") || qobject_cast<const QComboBox*>(widget->parent()) ||
                         qobject_cast<const QSpinBox*>(widget->parent());
      if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() || inner) continue;
      const auto* button = qobject_cast<const QAbstractButton*>(widget);
      const auto* label = qobject_cast<const QLabel*>(widget);
      EXPECT_TRUE(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
                  (label && !label->text().isEmpty()))
          << widget->metaObject()->className();
    }
    QTest::keyClick(&tabs, Qt::Key_Right);
  }
}

TEST_F(ExplorerPageTest, CopiesTheLink) {
  for (auto* button : m_page.findChildren<QAbstractButton*>())
    if (button->text() == "copy link") button->click();
  EXPECT_EQ(QApplication::clipboard()->text(), "ulpscope:float16/0xCECA");
}

TEST_F(ExplorerPageTest, DrawsForStochasticRoundingAndTellsTheOdds) {
  pick("Format", "int8");
  enter(value(), "1.25");
  auto& seed = part<QSpinBox>("Seed of the draws");
  EXPECT_FALSE(seed.isVisible());
  pick("Rounding", "stochastic");
  EXPECT_TRUE(seed.isVisible());
  QStringList texts;
  for (const QLabel* label : m_page.findChildren<QLabel*>()) texts << label->text();
  EXPECT_TRUE(texts.contains("draw 1: up to 2 with probability 0.25, down to 1 with 0.75"))
      << texts.join("; ").toStdString();
  QAbstractButton* again = nullptr;
  for (auto* button : m_page.findChildren<QAbstractButton*>())
    if (button->text() == "draw again") again = button;
  ASSERT_TRUE(again);
  int up = 0;
  for (int i = 0; i < 400; ++i) {
    again->click();
    up += code().text() == "0x02";
  }
  EXPECT_NEAR(up, 100, 4 * std::sqrt(400 * 0.25 * 0.75)) << "4 sigma";
}

}  // namespace
}  // namespace ulpscope
