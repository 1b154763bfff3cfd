// SPDX-License-Identifier: Apache-2.0
// The checkpoint page on the bundled sample: what it shows is what core computes, and its clicks lead where they say.
#include "widgets/pages/checkpoint_page.h"

#include <gtest/gtest.h>

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QItemSelection>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTreeView>
#include <numeric>

#include "core/analysis/outliers.h"
#include "core/lint/lint.h"
#include "core/report/figures.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/plots/matrix_map.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
namespace {

class CheckpointPageTest : public testing::Test {
 protected:
  void SetUp() override {
    m_page.resize(1300, 800);
    m_page.show();
    openSample(*m_session);
    select("model.layers.2.mlp.down_proj.weight");
  }

  void select(std::string_view name) {
    m_session->selectTensor(m_session->selection().checkpoint->find(name).value());
    settle(*m_session);
  }

  void openTab(const char* title) {
    auto* tabs = m_page.findChild<QTabWidget*>();
    for (int tab = 0; tab < tabs->count(); ++tab)
      if (tabs->tabText(tab) == title) tabs->setCurrentIndex(tab);
    settle(*m_session);
  }

  template <class View>
  View* view(const char* objectName) {
    return m_page.findChild<View*>(QLatin1String(objectName));
  }

  TensorSource source() {
    const Selection& selection = m_session->selection();
    return selection.checkpoint->source(*selection.tensor).value();
  }

  std::unique_ptr<Session> m_session = makeSession();
  CheckpointPage m_page{*m_session};
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST_F(CheckpointPageTest, ShowsTheFiguresThatUlpWrites) {
  const auto backend = m_session->backend();
  const TensorSource tensor = source();
  const TensorProfile profile = profileTensor(tensor, *backend, {}).value();
  auto* columns = view<PlotView>("histogramColumns");
  ASSERT_TRUE(columns);
  EXPECT_EQ(toCsv(columns->figure()),
            toCsv(columnsFigure(tensor.info().name, profile.columnAbsMax, columnOutliers(profile))));
  auto* histogram = view<PlotView>("histogram");
  ASSERT_TRUE(histogram);
  ASSERT_EQ(histogram->figure().series.size(), 1u);
  const double shown = sum(histogram->figure().series[0].y);
  EXPECT_LE(shown, static_cast<double>(tensor.info().elements));
  EXPECT_GE(shown, 0.9999 * static_cast<double>(tensor.info().elements)) << "all but the tails";
}

TEST_F(CheckpointPageTest, CountsEveryValueWhereTheWholeRangeIsAskedFor) {
  for (auto* box : m_page.findChildren<QComboBox*>())
    if (box->accessibleName() == QStringLiteral("Range")) box->setCurrentIndex(1);
  settle(*m_session);
  EXPECT_EQ(sum(view<PlotView>("histogram")->figure().series[0].y), static_cast<double>(source().info().elements));
}

TEST_F(CheckpointPageTest, ListsEveryTensorAndFiltersThem) {
  auto* tree = m_page.findChild<QTreeView*>(QStringLiteral("tensors"));
  ASSERT_TRUE(tree);
  const auto leaves = [tree] {
    int count = 0;
    for (int group = 0; group < tree->model()->rowCount(); ++group)
      count += tree->model()->rowCount(tree->model()->index(group, 0));
    return count;
  };
  EXPECT_EQ(leaves(), static_cast<int>(m_session->selection().checkpoint->tensors.size()));
  m_page.filterField()->setFocus();
  QTest::keyClicks(m_page.filterField(), QStringLiteral("down_proj"));
  EXPECT_EQ(leaves(), 3);
  EXPECT_EQ(m_session->selection().tensorInfo()->name, "model.layers.2.mlp.down_proj.weight")
      << "filtering chooses nothing";
}

TEST_F(CheckpointPageTest, AClickOnABarOfTheHistogramOpensAnElementOfThatBar) {
  auto* histogram = view<PlotView>("histogram");
  const Series& bars = histogram->figure().series[0];
  std::size_t last = bars.y.size() - 1;
  while (bars.y[last] == 0) --last;
  QSignalSpy pages(m_session.get(), &Session::pageRequested);
  Q_EMIT histogram->itemClicked(0, last);
  settle(*m_session);
  ASSERT_TRUE(m_session->selection().element);
  const double value = source().valueAt(*m_session->selection().element).value();
  EXPECT_GE(value, bars.x[last]);
  EXPECT_LE(value, bars.x[last + 1]);
  ASSERT_EQ(pages.size(), 1);
  EXPECT_EQ(pages[0][0].toString(), QStringLiteral("explorer"));
}

TEST_F(CheckpointPageTest, AClickOnAHeatMapCellSelectsItsLargestElement) {
  openTab("Heat map");
  auto* map = view<MatrixMap>("heatMap");
  ASSERT_TRUE(map);
  const HeatMap seen = map->visible();
  EXPECT_EQ(seen.matrix, source().matrix());
  const std::uint64_t at = 17 * seen.columns + 105;
  QSignalSpy pages(m_session.get(), &Session::pageRequested);
  Q_EMIT map->cellChosen({17 * seen.cellRows, 105 * seen.cellColumns, seen.cellRows, seen.cellColumns});
  settle(*m_session);
  ASSERT_TRUE(m_session->selection().element);
  EXPECT_EQ(source().valueAt(*m_session->selection().element).value(), seen.values[at]);
  EXPECT_EQ(pages.count(), 1);
}

TEST_F(CheckpointPageTest, TheHeatMapIsReadFinerWhereItIsZoomed) {
  openTab("Heat map");
  auto* map = view<MatrixMap>("heatMap");
  map->showPart({100, 200, 20, 20});
  settle(*m_session);
  const HeatMap seen = map->visible();
  EXPECT_EQ(seen.rows * seen.columns, 400u);
  const TensorSource tensor = source();
  for (const std::uint64_t i : {0u, 21u, 399u})
    EXPECT_EQ(seen.values[i],
              tensor.valueAt((seen.firstRow + i / 20) * tensor.matrix().columns + seen.firstColumn + i % 20).value());
}

TEST_F(CheckpointPageTest, AColumnLeadsToItsSurroundingsInTheHeatMap) {
  const auto expectColumn = [&](std::uint64_t column) {
    auto* map = view<MatrixMap>("heatMap");
    ASSERT_TRUE(map);
    const MatrixPart seen = map->visiblePart();
    EXPECT_EQ(seen.columns, 64u);
    EXPECT_EQ(seen.rows, source().matrix().rows);
    EXPECT_LE(seen.firstColumn, column);
    EXPECT_GT(seen.firstColumn + seen.columns, column);
  };
  Q_EMIT view<PlotView>("histogramColumns")->itemClicked(0, 500);
  settle(*m_session);
  expectColumn(500);
  openTab(0);
  Q_EMIT view<PlotView>("histogramColumns")->itemClicked(0, 100);  // the heat map has been built before
  settle(*m_session);
  expectColumn(100);
}

TEST_F(CheckpointPageTest, TheGridShowsTheValuesOfTheFile) {
  openTab("Values");
  auto* table = view<QTableView>("values");
  ASSERT_TRUE(table);
  settle(*m_session);
  const TensorSource tensor = source();
  const auto columns = static_cast<std::uint64_t>(table->model()->columnCount());
  EXPECT_EQ(columns, 512u);
  for (const auto& [row, column] : {std::pair{0, 0}, {3, 5}}) {
    table->model()->index(row, column).data();
    settle(*m_session);
    const double value =
        tensor.valueAt(static_cast<std::uint64_t>(row) * columns + static_cast<std::uint64_t>(column)).value();
    EXPECT_EQ(table->model()->index(row, column).data().toString().toFloat(), static_cast<float>(value));
  }
}

TEST_F(CheckpointPageTest, CopiesTheSelectedValues) {
  openTab("Values");
  auto* table = view<QTableView>("values");
  QItemSelection range(table->model()->index(150, 500), table->model()->index(151, 501));  // not in view
  table->selectionModel()->select(range, QItemSelectionModel::ClearAndSelect);
  QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
  settle(*m_session);
  const QStringList lines = QGuiApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
  ASSERT_EQ(lines.size(), 3);
  EXPECT_EQ(lines[0], "row\t500\t501");
  const QStringList cells = lines[2].split('\t');
  ASSERT_EQ(cells.size(), 3);
  EXPECT_EQ(cells[0], "151");
  EXPECT_EQ(cells[2].toFloat(), static_cast<float>(source().valueAt(151 * 512 + 501).value()));
}

TEST_F(CheckpointPageTest, ForgetsAClosedCheckpoint) {
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_EQ(m_page.filterField(), nullptr);
}

TEST_F(CheckpointPageTest, ListsFindingsAndLeadsToTheirElements) {
  auto* lists = m_page.findChild<QTabBar*>(QStringLiteral("checkpointLists"));
  ASSERT_TRUE(lists);
  lists->setCurrentIndex(1);
  settle(*m_session);
  auto* findings = view<QTreeView>("findings");
  ASSERT_TRUE(findings);
  const auto expected = lintCheckpoint(*m_session->selection().checkpoint, *m_session->backend(), {}).value();
  ASSERT_EQ(findings->model()->rowCount(), int(expected.size()));
  EXPECT_EQ(lists->tabText(1), QStringLiteral("Findings (%1)").arg(expected.size()));
  ASSERT_FALSE(expected.empty());
  findings->setCurrentIndex(findings->model()->index(0, 0));
  settle(*m_session);
  EXPECT_EQ(m_session->selection().tensor, expected[0].tensor);
  EXPECT_EQ(m_session->selection().element, expected[0].element);
  EXPECT_EQ(m_page.filterField()->isVisible(), true) << "the filter is with the tensors";
}

}  // namespace
}  // namespace ulpscope
