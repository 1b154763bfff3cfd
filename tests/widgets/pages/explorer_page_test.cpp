// SPDX-License-Identifier: Apache-2.0
#include "widgets/pages/explorer_page.h"

#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QTest>
#include <cstring>
#include <ctime>
#include <set>

#include "tests/widgets/pages/explorer_fixture.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/bits/code_slider.h"
#include "widgets/bits/number_line.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

TEST_F(ExplorerPageTest, StartsWithTheWorkedExampleInBinary16) {
  EXPECT_EQ(bits().code(), 0xCECAu);
  EXPECT_EQ(value().text(), "-27.15625");
  EXPECT_EQ(code().text(), "0xCECA");
  EXPECT_EQ(heroDescription(), "-27.15625, exact, normal");
  EXPECT_FALSE(selection().code) << "nothing was chosen yet";
}

TEST_F(ExplorerPageTest, ShowsTheWorkedExampleInEveryFormatThatTheArticleNames) {
  EXPECT_EQ(elsewhere("FP64"), (QStringList{"-27.15625", "0", "0xC03B280000000000"}));
  EXPECT_EQ(elsewhere("FP32"), (QStringList{"-27.15625", "0", "0xC1D94000"}));
  EXPECT_EQ(elsewhere("TF32"), (QStringList{"-27.15625", "0", "0xC1D94000"}));
  EXPECT_EQ(elsewhere("BF16"), (QStringList{"-27.125", "+0.03125", "0xC1D9"}));
  EXPECT_EQ(elsewhere("FP8 E4M3"), (QStringList{"-28", "-0.84375", "0xDE"}));
  EXPECT_EQ(elsewhere("FP8 E5M2"), (QStringList{"-28", "-0.84375", "0xCF"}));
  EXPECT_EQ(elsewhere("FP4 E2M1"), (QStringList{"-6", "+21.15625", "0xF"}));
}

TEST_F(ExplorerPageTest, TruncatesWhereTheRoundingSaysSo) {
  pick("Format", "bfloat16");
  EXPECT_EQ(code().text(), "0xC1D9");
  EXPECT_EQ(heroDescription(), "-27.125, error +0.03125, normal");
  pick("Rounding", "toward_zero");
  EXPECT_EQ(code().text(), "0xC1D9");
  pick("Rounding", "toward_negative");
  EXPECT_EQ(code().text(), "0xC1DA");
  EXPECT_EQ(selection().code, 0xC1DAu);
}

TEST_F(ExplorerPageTest, ReadsTheBfloat16LimitsOfTheArticle) {
  pick("Format", "bfloat16");
  enter(code(), "0x7F7F");
  EXPECT_EQ(value().text(), "3.39e+38");
  EXPECT_TRUE(part<NumberHero>().toolTip().contains("338953138925153547590470800371487866880"));
  enter(value(), "3.38953138925153547590470800371487866880e38");
  EXPECT_EQ(code().text(), "0x7F7F");
  EXPECT_EQ(heroDescription(), "3.39e+38, exact, normal");
  enter(value(), "1.17549435e-38");
  EXPECT_EQ(code().text(), "0x0080");
  enter(code(), "0x3F81");  // 1 + eps
  EXPECT_TRUE(part<NumberHero>().toolTip().contains("Exact: 1.0078125\n"));
}

TEST_F(ExplorerPageTest, AToggledBitIsANewValueAndBecomesTheSelection) {
  QTest::mouseClick(&bits(), Qt::LeftButton, {}, bits().cellRect(15).center());
  EXPECT_EQ(value().text(), "27.15625");
  EXPECT_EQ(code().text(), "0x4ECA");
  EXPECT_TRUE(QTest::qWaitFor([&] { return selection().code == 0x4ECAu; }, 2000));
  EXPECT_EQ(selection().value, "27.15625");
  EXPECT_EQ(selection().format, "float16");
}

TEST_F(ExplorerPageTest, SaysWhichRuleDecidedInPlainWords) {
  pick("Format", "float8_e4m3fn");
  enter(value(), "1e6");
  EXPECT_TRUE(message().contains("448")) << message().toStdString();
  EXPECT_FALSE(message().contains("`"));
}

TEST_F(ExplorerPageTest, KeepsTheTextAndTheNumberWhileTheTextCannotBeRead) {
  type(value(), "27.1.5");
  EXPECT_EQ(value().text(), "27.1.5");
  EXPECT_FALSE(value().error().isEmpty());
  EXPECT_TRUE(message().contains("expected")) << message().toStdString();
  const std::uint64_t before = bits().code();
  EXPECT_EQ(before, 0x4EC6u) << "27.1, the last number that could be read";
  QTest::keyClick(&value(), Qt::Key_Return);
  EXPECT_EQ(value().text(), "27.1.5");
  EXPECT_EQ(bits().code(), before);
  type(value(), "2");
  EXPECT_TRUE(value().error().isEmpty());
  EXPECT_EQ(code().text(), "0x4000");
}

TEST_F(ExplorerPageTest, SaysWhatIsWrongWithACode) {
  for (const char* bad : {"0x1CECA", "0xG", "0b2", ""}) {
    type(code(), "0");
    if (*bad)
      type(code(), bad);
    else
      QTest::keyClick(&code(), Qt::Key_Backspace);
    EXPECT_FALSE(code().error().isEmpty()) << bad;
    EXPECT_FALSE(message().isEmpty());
  }
  type(code(), "0b1100111011001010");
  EXPECT_TRUE(code().error().isEmpty());
  EXPECT_EQ(value().text(), "-27.15625");
}

TEST_F(ExplorerPageTest, BringsNanToAFormatWithoutOneAsItsZeroAndSaysSo) {
  enter(value(), "nan");
  EXPECT_EQ(heroDescription(), "NaN, exact, NaN");
  pick("Format", "int8");
  EXPECT_EQ(code().text(), "0x00");
  EXPECT_EQ(value().text(), "nan");
  EXPECT_FALSE(value().error().isEmpty());
  pick("Format", "float16");
  EXPECT_TRUE(value().error().isEmpty());
}

TEST_F(ExplorerPageTest, StepsOneUlpAndOneExponentByTheArrowKeys) {
  m_page.setFocusPolicy(Qt::StrongFocus);
  QTest::keyClick(&m_page, Qt::Key_Right);
  EXPECT_EQ(value().text(), "-27.140625");
  EXPECT_EQ(code().text(), "0xCEC9");
  QTest::keyClick(&m_page, Qt::Key_Left);
  QTest::keyClick(&m_page, Qt::Key_Up);
  EXPECT_EQ(code().text(), "0xD2CA");
  QTest::keyClick(&m_page, Qt::Key_Down);
  EXPECT_EQ(code().text(), "0xCECA");
  QTest::keyClick(&value(), Qt::Key_Up);
  EXPECT_EQ(code().text(), "0xD2CA");
  QTest::keyClick(&value(), Qt::Key_Right, Qt::ControlModifier);
  EXPECT_EQ(code().text(), "0xD2C9");
}

TEST_F(ExplorerPageTest, ABurstOfKeysIsOneStepOfTheHistory) {
  for (int i = 0; i < 5; ++i) QTest::keyClick(&m_page, Qt::Key_Right);
  ASSERT_TRUE(QTest::qWaitFor([&] { return selection().code == 0xCEC5u; }, 2000));
  m_session.goBack();
  EXPECT_FALSE(m_session.canGoBack());
  EXPECT_EQ(code().text(), "0xCECA");
}

TEST_F(ExplorerPageTest, AWindowThatClosesAmidABurstOfKeysChangesNothingMore) {
  const auto other = makeSession();
  {
    MainWindow window(*other);
    window.showPage("explorer");
    window.show();
    QTest::keyClick(window.findChild<BitCells*>(), Qt::Key_Space);
  }
  EXPECT_FALSE(other->selection().code);
}

TEST_F(ExplorerPageTest, GoesToANeighbourThatIsClicked) {
  auto& line = part<NumberLine>();
  QTest::mouseClick(&line, Qt::LeftButton, {}, QPoint(int(line.width() / 2.0 + line.width() / 10.8), 12));
  EXPECT_EQ(code().text(), "0xCEC9");
  EXPECT_EQ(selection().code, 0xCEC9u);
}

TEST_F(ExplorerPageTest, TheSliderRunsOverAllCodesInValueOrder) {
  auto& slider = part<CodeSlider>();
  EXPECT_EQ(slider.value(), 11574);
  slider.setValue(slider.maximum());
  EXPECT_EQ(value().text(), "inf");
  slider.setValue(0);
  EXPECT_EQ(code().text(), "0xFC00");
  enter(value(), "nan");
  EXPECT_FALSE(slider.isVisible());
  enter(value(), "1");
  EXPECT_TRUE(slider.isVisible());
  pick("Format", "float64");
  EXPECT_TRUE(slider.isVisible());
  slider.setValue(slider.maximum() - 1);  // a place of 65,536 snaps to a code
  EXPECT_EQ(code().text().left(5), "0x7FE");
}

TEST_F(ExplorerPageTest, CountsTheCodesThatAreLargerAndNan) {
  QStringList texts;
  for (const QLabel* label : m_page.findChildren<QLabel*>()) texts << label->text();
  EXPECT_TRUE(texts.contains(QStringLiteral("51\u2009915 codes are larger, 2\u2009046 are NaN")))
      << texts.join("; ").toStdString();
}

TEST_F(ExplorerPageTest, SaysWhatIsLeftOfASubnormalValue) {
  enter(value(), "6e-8");
  EXPECT_TRUE(message().contains("1 of 11 significant bits")) << message().toStdString();
}

TEST_F(ExplorerPageTest, FollowsTheSelection) {
  Selection next = selection();
  next.format = "bfloat16";
  next.code = 0x3F80;
  next.value = "1";
  m_session.select(next);
  EXPECT_EQ(code().text(), "0x3F80");
  EXPECT_EQ(value().text(), "1");
}

TEST_F(ExplorerPageTest, ShowsTheBitsOfAWeightThatWasClickedElsewhereAndWhereItComesFrom) {
  const auto sample = makeSession();
  ExplorerPage page(*sample);
  openSample(*sample);
  const auto& checkpoint = *sample->selection().checkpoint;
  const std::size_t tensor = *sample->selection().tensor;
  const auto source = checkpoint.source(tensor);
  ASSERT_TRUE(source);
  sample->selectElement(3);
  settle(*sample);
  const auto* cells = page.findChild<BitCells*>();
  EXPECT_EQ(cells->code(), source->codeAt(3));
  const QString where = QString("[0, 3] of %1").arg(QString::fromStdString(checkpoint.tensors[tensor].name));
  EXPECT_TRUE(page.findChild<NumberHero*>()->accessibleDescription().endsWith(where));

  QTest::mouseClick(page.findChild<BitCells*>(), Qt::LeftButton, {}, cells->cellRect(0).center());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !sample->selection().element; }, 2000)) << "a value of one's own now";
  EXPECT_EQ(sample->selection().tensor, tensor);
  EXPECT_FALSE(page.findChild<NumberHero*>()->accessibleDescription().contains(" of "));
}

TEST_F(ExplorerPageTest, ShowsNumbersBeyondDoubleAndBackInNoTime) {
  pick("Format", "float64");
  for (const char* number : {"4.9406564584124654e-324", "1.7976931348623157e308", "-0", "0.1"}) {
    // Processor time, which a busy machine does not stretch; the window has to answer a key within 50 ms.
    const std::clock_t start = std::clock();
    enter(value(), number);
    const double perKey = 1e3 * double(std::clock() - start) / CLOCKS_PER_SEC / double(std::strlen(number) + 1);
    EXPECT_LT(perKey, 50) << number;
    RecordProperty(number, std::to_string(perKey));
  }
  EXPECT_EQ(code().text(), "0x3FB999999999999A");
}

TEST_F(ExplorerPageTest, EveryFormatIsShownUnclippedInBothSizesAndThemes) {
  const std::set<std::pair<int, int>> sizes{{906, 558}, {1324, 808}};  // pages of windows of 1000x650 and 1440x900
  for (const ThemeMode mode : {ThemeMode::Light, ThemeMode::Dark}) {
    theme().setMode(mode);
    for (const auto& [width, height] : sizes) {
      m_page.resize(width, height);
      for (const NumberFormat* format : formatRegistry()) {
        pick("Format", std::string(format->info().id).c_str());
        QApplication::processEvents();
        SCOPED_TRACE(testing::Message() << format->info().id << " " << width << "x" << height);
        EXPECT_LE(m_page.minimumSizeHint().width(), width);
        EXPECT_LE(m_page.minimumSizeHint().height(), height);
        for (const QLabel* label : m_page.findChildren<QLabel*>()) {
          if (!label->isVisible() || label->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored) continue;
          EXPECT_LE(label->sizeHint().width(), label->width()) << label->text().toStdString();
          EXPECT_LE(label->sizeHint().height(), label->height()) << label->text().toStdString();
        }
        // A new size and a new format at once take two turns of the event loop to lay out.
        EXPECT_TRUE(QTest::qWaitFor([&] { return bits().height() >= bits().heightForWidth(bits().width()); }, 1000))
            << bits().height() << " of " << bits().heightForWidth(bits().width());
        for (int bit = 0; bit < format->info().codeBits; ++bit)
          EXPECT_TRUE(bits().rect().contains(bits().cellRect(bit))) << bit;
        const QImage image = m_page.grab().toImage();
        std::set<QRgb> colors;
        for (int y = 0; y < image.height(); y += 7)
          for (int x = 0; x < image.width(); x += 7) colors.insert(image.pixel(x, y));
        EXPECT_GT(colors.size(), 8u);
      }
    }
  }
  theme().setMode(ThemeMode::Light);
}

}  // namespace
}  // namespace ulpscope
