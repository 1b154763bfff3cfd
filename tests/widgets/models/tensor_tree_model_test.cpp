// SPDX-License-Identifier: Apache-2.0
#include "widgets/models/tensor_tree_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>

#include "tests/widgets/odd_checkpoint.h"
#include "widgets/models/tensor_table.h"

namespace ulpscope {
namespace {

std::shared_ptr<const Checkpoint> checkpointOf(int layers) {
  auto checkpoint = std::make_shared<Checkpoint>();
  for (int layer = 0; layer < layers; ++layer)
    for (const char* part : {"attention.query.weight", "attention.key.weight", "mlp.weight"}) {
      TensorInfo tensor;
      tensor.name = "model.layers." + std::to_string(layer) + "." + part;
      tensor.storedType = "BF16";
      tensor.type = findElementType("BF16");
      tensor.shape = {384, 1536};
      tensor.elements = 384 * 1536;
      tensor.bytes = 2 * tensor.elements;
      checkpoint->tensors.push_back(tensor);
    }
  return checkpoint;
}

class TensorTreeModelTest : public testing::Test {
 protected:
  TensorTreeModel m_model;
  QAbstractItemModelTester m_tester{&m_model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(TensorTreeModelTest, KeepsTheRulesOfModelsWhileItIsFilledFilteredAndEmptied) {
  m_model.setIndex(indexed(checkpointOf(12)));
  std::ignore = m_model.setFilter(QStringLiteral("query"));
  m_model.setSummary(0, TensorSummary());
  std::ignore = m_model.setFilter(QStringLiteral("nothing like it"));
  std::ignore = m_model.setFilter(QString());
  m_model.setIndex(nullptr);
  EXPECT_EQ(m_model.rowCount(), 0);
}

TEST_F(TensorTreeModelTest, ShowsGroupsWithTheirTensorsBelow) {
  m_model.setIndex(indexed(checkpointOf(12)));
  ASSERT_EQ(m_model.rowCount(), 12);
  const QModelIndex group = m_model.index(10, TensorTreeModel::Name);
  EXPECT_EQ(group.data().toString(), QStringLiteral("model.layers.10"));
  ASSERT_EQ(m_model.rowCount(group), 3);
  const QModelIndex leaf = m_model.index(1, TensorTreeModel::Name, group);
  EXPECT_EQ(leaf.data().toString(), QStringLiteral("attention.query.weight"));
  EXPECT_EQ(leaf.siblingAtColumn(TensorTreeModel::Shape).data().toString(), QStringLiteral("384 × 1536"));
  EXPECT_EQ(m_model.tensorAt(leaf), 30u);
  EXPECT_EQ(m_model.tensorAt(group), std::nullopt);
}

TEST_F(TensorTreeModelTest, FindsTheRowOfATensorUnlessTheFilterHidesIt) {
  m_model.setIndex(indexed(checkpointOf(4)));
  EXPECT_EQ(m_model.tensorAt(m_model.indexOf(7)), 7u);
  std::ignore = m_model.setFilter(QStringLiteral("layers.0"));
  EXPECT_FALSE(m_model.indexOf(7).isValid());
  EXPECT_EQ(m_model.shownTensors(), 3u);
}

TEST_F(TensorTreeModelTest, ShowsPartsBelowTheirWeightAndWhatIsNoTensorLast) {
  m_model.setIndex(indexed(oddCheckpoint()));
  const QModelIndex weight = m_model.indexOf(5);
  ASSERT_EQ(m_model.rowCount(weight), 2);
  EXPECT_EQ(weight.siblingAtColumn(TensorTreeModel::Type).data().toString(), QStringLiteral("GPTQ 4-bit"));
  const QModelIndex part = m_model.index(1, TensorTreeModel::Name, weight);
  EXPECT_EQ(part.data().toString(), QStringLiteral("scales"));
  EXPECT_EQ(m_model.tensorAt(part), 1u);
  EXPECT_EQ(m_model.indexOf(1), part);
  EXPECT_EQ(part.parent(), weight);
  EXPECT_EQ(m_model.shownTensors(), 4u);

  const QModelIndex objects = m_model.objectsGroup();
  EXPECT_EQ(objects.row(), m_model.rowCount() - 1);
  EXPECT_EQ(objects.data().toString(), QStringLiteral("Not tensors"));
  ASSERT_EQ(m_model.rowCount(objects), 2);
  const QModelIndex hook = m_model.index(1, TensorTreeModel::Name, objects);
  EXPECT_EQ(m_model.objectAt(hook), 1u);
  EXPECT_EQ(m_model.tensorAt(hook), std::nullopt);
  EXPECT_TRUE(hook.data(Qt::ToolTipRole).toString().contains(QStringLiteral("It calls model")));
}

TEST_F(TensorTreeModelTest, TellsTheKindsOfRowsApart) {
  using Kind = TensorTreeModel::Kind;
  m_model.setIndex(indexed(oddCheckpoint()));
  EXPECT_EQ(m_model.kindAt(m_model.index(0, 0)), Kind::Group);
  EXPECT_EQ(m_model.kindAt(m_model.indexOf(0)), Kind::Part);
  EXPECT_EQ(m_model.kindAt(m_model.indexOf(4)), Kind::Unreadable);
  EXPECT_EQ(m_model.kindAt(m_model.indexOf(5)), Kind::Tensor);
  EXPECT_EQ(m_model.kindAt(m_model.index(0, 0, m_model.objectsGroup())), Kind::Object);
  EXPECT_EQ(m_model.kindAt(m_model.index(1, 0, m_model.objectsGroup())), Kind::Suspicious);
  EXPECT_TRUE(m_model.indexOf(4).data(Qt::ToolTipRole).toString().contains(QStringLiteral("which is not known")));
  EXPECT_TRUE(m_model.indexOf(3).data(Qt::ToolTipRole).toString().contains(QStringLiteral("The same bytes as")));
  EXPECT_EQ(m_model.indexOf(3).siblingAtColumn(TensorTreeModel::Size).data().toString(), QStringLiteral("shared"));
}

TEST_F(TensorTreeModelTest, FindsAWeightByOneOfItsParts) {
  m_model.setIndex(indexed(oddCheckpoint()));
  std::ignore = m_model.setFilter(QStringLiteral("scales"));
  EXPECT_EQ(m_model.shownTensors(), 1u);
  EXPECT_EQ(m_model.rowCount(m_model.indexOf(5)), 1);
  EXPECT_EQ(m_model.foundByParts(), std::vector<std::size_t>{5});
  EXPECT_FALSE(m_model.objectsGroup().isValid());
  std::ignore = m_model.setFilter(QStringLiteral("os.system"));
  EXPECT_EQ(m_model.shownTensors(), 0u);
  EXPECT_EQ(m_model.rowCount(m_model.objectsGroup()), 1);
}

TEST_F(TensorTreeModelTest, EscapesMarkupInToolTips) {
  auto checkpoint = std::make_shared<Checkpoint>(*checkpointOf(1));
  checkpoint->tensors[0].name = "<img src='file:///etc/hostname'>";
  m_model.setIndex(indexed(checkpoint));
  const QString toolTip = m_model.indexOf(0).data(Qt::ToolTipRole).toString();
  EXPECT_FALSE(toolTip.contains(QStringLiteral("<img"))) << toolTip.toStdString();
}

TensorSummary summaryOf(double absMax, std::uint64_t nan = 0) {
  TensorSummary summary;
  summary.statistics.count = 10;
  summary.statistics.finite = 10 - nan;
  summary.statistics.kinds.nan = nan;
  summary.statistics.absMax = absMax;
  return summary;
}

std::vector<std::size_t> shownTensors(const TensorTreeModel& model) {
  std::vector<std::size_t> tensors;
  for (int group = 0; group < model.rowCount(); ++group)
    for (int row = 0; row < model.rowCount(model.index(group, 0)); ++row)
      if (const auto tensor = model.tensorAt(model.index(row, 0, model.index(group, 0)))) tensors.push_back(*tensor);
  return tensors;
}

TEST_F(TensorTreeModelTest, RanksAllTensorsByAColumnWithTheUnknownLast) {
  m_model.setIndex(indexed(checkpointOf(2)));
  m_model.setSummary(0, summaryOf(1));
  m_model.setSummary(4, summaryOf(3));
  m_model.setSummary(5, summaryOf(2));
  m_model.sort(TensorTreeModel::AbsMax, Qt::DescendingOrder);
  ASSERT_EQ(m_model.rowCount(), 1);
  EXPECT_EQ(shownTensors(m_model), (std::vector<std::size_t>{4, 5, 0, 1, 2, 3}));
  EXPECT_EQ(m_model.indexOf(4).data().toString(), QStringLiteral("model.layers.1.attention.key.weight"));
  m_model.sort(TensorTreeModel::AbsMax, Qt::AscendingOrder);
  EXPECT_EQ(shownTensors(m_model), (std::vector<std::size_t>{0, 5, 4, 1, 2, 3}));
  m_model.setSummary(3, summaryOf(0.5));
  EXPECT_TRUE(m_model.dependsOnValues());
  m_model.refresh();
  EXPECT_EQ(shownTensors(m_model).front(), 3u);
  m_model.sort(-1);
  EXPECT_EQ(m_model.rowCount(), 2);
  EXPECT_EQ(m_model.groupAt(m_model.index(1, 0))->group->name, "model.layers.1");
}

TEST_F(TensorTreeModelTest, TakesManySummariesAtOnceAndSaysSoOnce) {
  m_model.setIndex(indexed(checkpointOf(4)));
  TensorTreeModel::Summaries summaries;
  for (std::size_t tensor = 0; tensor < 12; ++tensor) summaries.emplace_back(tensor, summaryOf(1 + double(tensor)));
  summaries.emplace_back(99, summaryOf(1));  // of no tensor
  int changes = 0;
  QObject::connect(&m_model, &TensorTreeModel::summariesChanged, [&] { ++changes; });
  m_model.setSummaries(summaries);
  EXPECT_EQ(changes, 1);
  for (std::size_t tensor = 0; tensor < 12; ++tensor)
    EXPECT_EQ(m_model.summaryAt(m_model.indexOf(tensor))->statistics.absMax, 1 + double(tensor));
}

TEST_F(TensorTreeModelTest, RanksByNameInNaturalOrder) {
  m_model.setIndex(indexed(checkpointOf(11)));
  m_model.sort(TensorTreeModel::Name, Qt::DescendingOrder);
  EXPECT_EQ(shownTensors(m_model).front(), 32u);  // model.layers.10.mlp.weight
  m_model.sort(TensorTreeModel::Role, Qt::AscendingOrder);
  EXPECT_EQ(m_model.index(0, TensorTreeModel::Role, m_model.index(0, 0)).data().toString(), QStringLiteral("key"));
}

TEST_F(TensorTreeModelTest, RanksAPackedWeightWithItsPartsBelowIt) {
  m_model.setIndex(indexed(oddCheckpoint()));
  m_model.sort(TensorTreeModel::Size, Qt::DescendingOrder);
  EXPECT_EQ(m_model.rowCount(m_model.indexOf(5)), 2);
  EXPECT_TRUE(m_model.objectsGroup().isValid());
}

TEST_F(TensorTreeModelTest, FiltersByWhatWasReadAndSaysOfHowManyItKnowsNothing) {
  m_model.setIndex(indexed(checkpointOf(2)));
  m_model.setSummary(1, summaryOf(1, 3));
  ASSERT_TRUE(m_model.setFilter(QStringLiteral("flag:nan")));
  EXPECT_EQ(shownTensors(m_model), (std::vector<std::size_t>{1}));
  EXPECT_EQ(m_model.unknownToFilter(), 5u);
  m_model.setSummary(5, summaryOf(1, 1));
  m_model.refresh();
  EXPECT_EQ(shownTensors(m_model), (std::vector<std::size_t>{1, 5}));
  m_model.setFindings({2});
  ASSERT_TRUE(m_model.setFilter(QStringLiteral("flag:finding")));
  EXPECT_EQ(shownTensors(m_model), (std::vector<std::size_t>{2}));
}

TEST_F(TensorTreeModelTest, KeepsWhatItShowsWhereAFilterIsNone) {
  m_model.setIndex(indexed(checkpointOf(2)));
  ASSERT_TRUE(m_model.setFilter(QStringLiteral("key")));
  EXPECT_FALSE(m_model.setFilter(QStringLiteral("/(/")));
  EXPECT_EQ(m_model.shownTensors(), 2u);
}

TEST_F(TensorTreeModelTest, GivesAwayEveryTensorThatItShowsWithEveryDigit) {
  m_model.setIndex(indexed(checkpointOf(2)));
  m_model.setSummary(1, summaryOf(0.1));
  ASSERT_TRUE(m_model.setFilter(QStringLiteral("key")));
  const Table table = tensorTable(m_model);
  ASSERT_EQ(table.rows.size(), 2u);
  for (const auto& row : table.rows) EXPECT_EQ(row.size(), table.header.size());
  EXPECT_EQ(table.rows[0][0], "model.layers.0.attention.key.weight");
  EXPECT_EQ(table.rows[0][2], "384x1536");
  EXPECT_EQ(table.rows[0][8], "0.1");
  EXPECT_EQ(table.rows[1][8], "");
}

}  // namespace
}  // namespace ulpscope
