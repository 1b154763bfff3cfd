// SPDX-License-Identifier: Apache-2.0
// Worked expectations: FP4 E2M1 has the values 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives, and rounds 1.25 to 1.
#include "widgets/pages/compare_page.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

#include "tests/widgets/window_fixture.h"
#include "widgets/compare/code_grid.h"
#include "widgets/compare/codes_panel.h"
#include "widgets/compare/format_table.h"
#include "widgets/compare/format_table_model.h"
#include "widgets/compare/line_panel.h"
#include "widgets/compare/picture_card.h"
#include "widgets/compare/range_chart.h"
#include "widgets/compare/rounding_line.h"
#include "widgets/forms/field.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/tab_stack.h"

namespace ulpscope {
namespace {

class ComparePageTest : public WindowTest {
 protected:
  void SetUp() override {
    QSettings().remove("compare");
    m_window.resize(1440, 900);
    m_window.show();
    ASSERT_TRUE(m_window.showPage("compare"));
    settle(*m_session);
    m_table = &part<FormatTable>();
  }
  void TearDown() override { QSettings().remove("compare"); }

  template <class Part>
  Part& part() {
    return *m_window.currentPage()->findChild<Part*>();
  }
  PlotView& plotTitled(const QString& title) {
    for (auto* plot : m_window.currentPage()->findChildren<PlotView*>())
      if (plot->figure().title == title.toStdString()) return *plot;
    ADD_FAILURE() << "no plot " << title.toStdString();
    return part<PlotView>();
  }
  PictureCard& cardOf(QWidget& picture) {
    for (QWidget* parent = &picture; parent; parent = parent->parentWidget())
      if (auto* card = qobject_cast<PictureCard*>(parent)) return *card;
    ADD_FAILURE() << "not on a card";
    return part<PictureCard>();
  }
  void showAllFormats() { m_table->families().setCurrentIndex(1); }
  QModelIndex cell(const char* format, int column = 0) {
    const QAbstractItemModel& model = *m_table->table().model();
    for (int row = 0; row < model.rowCount(); ++row)
      if (model.index(row, 0).data() == QString(format)) return model.index(row, column);
    ADD_FAILURE() << "no row " << format;
    return {};
  }
  int columnKeyed(const char* key) {
    const auto& columns = m_table->model().columns();
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].key == key) return int(i);
    return -1;
  }
  bool tick(const char* format, bool ticked) {
    return m_table->table().model()->setData(cell(format), ticked ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
  }
  QStringList linesOf(const PlotView& plot) {
    QStringList names;
    for (const Series& series : plot.figure().series)
      if (!series.x.empty()) names << QString::fromStdString(series.name);
    return names;
  }

  FormatTable* m_table = nullptr;
};

TEST_F(ComparePageTest, BeginsWithTheFormatsOfDeepLearning) {
  const QStringList lines = linesOf(plotTitled("Relative spacing"));
  for (const char* format : {"FP32", "BF16", "FP16", "FP8 E4M3", "FP4 E2M1"})
    EXPECT_TRUE(lines.contains(format)) << format;
  EXPECT_FALSE(lines.contains("FP64"));
  EXPECT_EQ(m_table->table().model()->rowCount(), lines.size()) << "the table shows those in the pictures";
}

TEST_F(ComparePageTest, PutsWhatIsTickedIntoAllPicturesAndTakesItOutAgain) {
  showAllFormats();
  ASSERT_TRUE(tick("NF4", true));
  EXPECT_TRUE(linesOf(plotTitled("Relative spacing")).contains("NF4"));
  EXPECT_TRUE(linesOf(plotTitled("Values per binade")).contains("NF4"));
  ASSERT_TRUE(tick("FP16", false));
  EXPECT_FALSE(linesOf(plotTitled("Relative spacing")).contains("FP16"));
}

TEST_F(ComparePageTest, LeavesEachFormatItsColorWhileOthersComeAndGo) {
  showAllFormats();
  const auto seriesOf = [&](const std::string& name) {
    const auto& series = plotTitled("Relative spacing").figure().series;
    return std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.name == name; }) - series.begin();
  };
  const auto before = seriesOf("FP4 E2M1");
  tick("FP32", false);
  EXPECT_EQ(seriesOf("FP4 E2M1"), before);
  tick("INT8", true);
  EXPECT_EQ(seriesOf("INT8"), 0) << "the place that became free";
}

TEST_F(ComparePageTest, TicksTheRowByTheSpaceBar) {
  showAllFormats();
  m_table->table().setCurrentIndex(cell("NF4"));
  QTest::keyClick(&m_table->table(), Qt::Key_Space);
  EXPECT_EQ(cell("NF4").data(Qt::CheckStateRole).toInt(), Qt::Checked);
  QTest::keyClick(&m_table->table(), Qt::Key_Space);
  EXPECT_EQ(cell("NF4").data(Qt::CheckStateRole).toInt(), Qt::Unchecked);
}

TEST_F(ComparePageTest, SortsByNumbersAndNotByTheirTexts) {
  m_table->table().sortByColumn(columnKeyed("max"), Qt::AscendingOrder);
  const QAbstractItemModel& model = *m_table->table().model();
  EXPECT_EQ(model.index(0, 0).data().toString(), "FP4 E2M1");
  EXPECT_EQ(model.index(model.rowCount() - 1, 0).data().toString(), "FP32");
}

TEST_F(ComparePageTest, FiltersByWordsAmongAllFormatsAndByFamily) {
  m_table->filterField().setText("nf4");
  ASSERT_EQ(m_table->table().model()->rowCount(), 1);
  EXPECT_EQ(m_table->table().model()->index(0, 0).data().toString(), "NF4");
  m_table->filterField().clear();
  EXPECT_EQ(std::size_t(m_table->table().model()->rowCount()), formatRegistry().size());
  const int integers = m_table->families().findData("integer");
  ASSERT_GE(integers, 0);
  m_table->families().setCurrentIndex(integers);
  EXPECT_GT(m_table->table().model()->rowCount(), 0);
  for (int row = 0; row < m_table->table().model()->rowCount(); ++row)
    EXPECT_TRUE(m_table->table().model()->index(row, 0).data().toString().contains("INT"));
}

TEST_F(ComparePageTest, SaysWhereEachNumberComesFrom) {
  const QString toolTip = cell("FP8 E4M3", columnKeyed("max")).data(Qt::ToolTipRole).toString();
  EXPECT_TRUE(toolTip.contains("448"));
  EXPECT_TRUE(toolTip.contains("0x7E"));
  EXPECT_TRUE(toolTip.contains("all 256 codes"));
  EXPECT_TRUE(cell("BF16", columnKeyed("rate A100")).data(Qt::ToolTipRole).toString().contains("datasheet"));
  EXPECT_EQ(cell("BF16", columnKeyed("rate A100")).data().toString(), QString("16×"));
}

TEST_F(ComparePageTest, CopiesTheColumnsThatAreShown) {
  m_table->setColumnShown("bits", true);
  m_table->setColumnShown("epsilon", false);
  const QString csv = m_table->table().textAs(TableView::CopyAs::Csv);
  EXPECT_TRUE(csv.startsWith("Format,sign")) << csv.toStdString();
  EXPECT_TRUE(csv.contains("Bits"));
  EXPECT_FALSE(csv.contains("Epsilon"));
  EXPECT_TRUE(csv.contains("340282346638528859811704183484516925440")) << "all digits";
  EXPECT_TRUE(m_table->table().textAs(TableView::CopyAs::Latex).startsWith("\\begin{tabular}"));
}

TEST_F(ComparePageTest, TurnsEachPictureIntoItsTable) {
  PictureCard& precision = cardOf(plotTitled("Relative spacing"));
  precision.showTable(true);
  EXPECT_TRUE(precision.showsTable());
  EXPECT_GT(precision.table().model()->rowCount(), 100);
  tick("FP32", false);
  for (int row = 0; row < precision.table().model()->rowCount(); ++row)
    ASSERT_NE(precision.table().model()->index(row, 0).data().toString(), "FP32") << "the table follows the ticks";
  PictureCard& range = cardOf(part<RangeChart>());
  range.showTable(true);
  EXPECT_EQ(range.table().model()->rowCount(), m_table->table().model()->rowCount() - 1);
}

TEST_F(ComparePageTest, ReachesTheTableOfAPictureByTheKeyboard) {
  PictureCard& range = cardOf(part<RangeChart>());
  for (auto* button : range.findChildren<QAbstractButton*>()) {
    if (button->text() != "show as table") continue;
    EXPECT_NE(button->focusPolicy() & Qt::TabFocus, 0);
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Space);
    EXPECT_TRUE(range.showsTable());
    return;
  }
  ADD_FAILURE() << "no button";
}

TEST_F(ComparePageTest, StartsTheNumberLineWithTheNarrowestFormatAndFollowsTheSelection) {
  RoundingLine& line = part<LinePanel>().line();
  ASSERT_TRUE(line.profile());
  EXPECT_EQ(line.profile()->format->info().id, "float4_e2m1fn");
  EXPECT_EQ(line.part().bins.size(), 15u);
  m_session->selectFormat("float8_e5m2");
  EXPECT_EQ(line.profile()->format->info().id, "float8_e5m2");
}

TEST(ComparePageFirstSeen, ShowsTheFormatThatWasChosenBefore) {
  QSettings().remove("compare");
  const auto session = makeSession();
  MainWindow window(*session);
  window.show();
  session->selectFormat("float8_e5m2");
  ASSERT_TRUE(window.showPage("compare"));
  settle(*session);
  EXPECT_EQ(window.currentPage()->findChild<LinePanel*>()->line().profile()->format->info().id, "float8_e5m2");
}

TEST_F(ComparePageTest, TakesEverythingOutOfThePicturesAtOnce) {
  for (auto* button : m_table->findChildren<QAbstractButton*>())
    if (button->text() == "untick all") button->click();
  EXPECT_TRUE(linesOf(plotTitled("Relative spacing")).empty());
  showAllFormats();
  tick("NF4", true);
  EXPECT_EQ(linesOf(plotTitled("Relative spacing")), QStringList("NF4"));
}

TEST_F(ComparePageTest, ZoomsTheNumberLineByWheelAndKeys) {
  RoundingLine& line = part<LinePanel>().line();
  const auto before = line.window();
  QTest::keyClick(&line, Qt::Key_Plus);
  EXPECT_LT(line.window().upper - line.window().lower, before.upper - before.lower);
  QTest::keyClick(&line, Qt::Key_Home);
  EXPECT_EQ(line.window(), before);
  line.zoom(0.5, 1);
  EXPECT_EQ(line.window().upper, 1 + (before.upper - 1) / 2) << "1 stays where it is";
}

TEST_F(ComparePageTest, ShowsUnderEachRoundingModeWhatRoundsWhere) {
  LinePanel& panel = part<LinePanel>();
  for (auto* box : panel.findChildren<QComboBox*>())
    if (const int mode = box->findData("toward_zero"); mode >= 0) box->setCurrentIndex(mode);
  for (const RoundingBin& bin : panel.line().part().bins)
    if (bin.value == 0) {
      EXPECT_EQ(bin.from, -0.5);
      EXPECT_EQ(bin.to, 0.5);
    }
}

TEST_F(ComparePageTest, SaysThatAWindowHoldsTooManyValuesToBeToldApart) {
  m_session->selectFormat("float32");
  RoundingLine& line = part<LinePanel>().line();
  line.setWindow({-100, 100});
  EXPECT_FALSE(line.part().complete);
}

TEST_F(ComparePageTest, SelectsTheCodeOfAClickedCellOfTheGrid) {
  auto& codes = part<CodesPanel>();
  auto& tabs = part<TabStack>();
  tabs.setCurrent(&codes);
  CodeGrid& grid = codes.grid();
  ASSERT_TRUE(grid.isVisible());
  QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.cellOf(0xB).center().toPoint());
  EXPECT_EQ(m_session->selection().format, "float4_e2m1fn");
  EXPECT_EQ(m_session->selection().code, 0xBu);
  EXPECT_EQ(m_session->selection().value, "-1.5");
  QTest::keyClick(&grid, Qt::Key_Right);
  QTest::keyClick(&grid, Qt::Key_Return);
  EXPECT_EQ(m_session->selection().value, "-2");
}

TEST_F(ComparePageTest, ListsTheCodesOf16BitFormatsAndSelectsThemToo) {
  m_session->selectFormat("bfloat16");
  auto& codes = part<CodesPanel>();
  part<TabStack>().setCurrent(&codes);
  ASSERT_TRUE(codes.list().isVisible());
  EXPECT_EQ(codes.list().model()->rowCount(), 65536);
  codes.list().setCurrentIndex(codes.list().model()->index(0x3F81, 0));
  EXPECT_EQ(m_session->selection().code, 0x3F81u);
  EXPECT_EQ(m_session->selection().value, "1.0078125");
}

TEST_F(ComparePageTest, SaysOfWiderFormatsThatTheyHaveTooManyCodes) {
  m_session->selectFormat("float32");
  auto& codes = part<CodesPanel>();
  part<TabStack>().setCurrent(&codes);
  EXPECT_FALSE(codes.list().isVisible());
  EXPECT_FALSE(codes.grid().isVisible());
}

TEST_F(ComparePageTest, PutsTheNumberLineOnATabOfItsOwnInShortWindows) {
  m_window.resize(1000, 650);
  QTest::qWait(30);
  LinePanel& line = part<LinePanel>();
  EXPECT_FALSE(line.isVisible());
  part<TabStack>().setCurrent(&line);
  EXPECT_TRUE(line.isVisible());
  m_window.resize(1440, 900);
  QTest::qWait(30);
  EXPECT_TRUE(line.isVisible());
  EXPECT_TRUE(part<RangeChart>().isVisible());
}

TEST_F(ComparePageTest, RemembersWhatWasTicked) {
  tick("FP16", false);
  FormatChoice again;
  EXPECT_EQ(again.chosen().size(), 0u) << "nothing is known of the formats yet";
  auto profiles = std::make_shared<FormatChoice::Profiles>();
  for (const char* id : {"float16", "bfloat16"}) profiles->push_back(profileOf(*findFormat(id)));
  again.setProfiles(profiles);
  ASSERT_EQ(again.chosen().size(), 1u);
  EXPECT_EQ(again.chosen()[0].profile->format->info().id, "bfloat16");
}

TEST_F(ComparePageTest, PicksAFormatByItsBar) {
  RangeChart& range = part<RangeChart>();
  QTest::keyClick(&range, Qt::Key_Down);
  QTest::keyClick(&range, Qt::Key_Return);
  EXPECT_EQ(m_session->selection().format, "float32");
  EXPECT_TRUE(range.accessibleDescription().contains("largest"));
}

}  // namespace
}  // namespace ulpscope
