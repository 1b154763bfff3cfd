// SPDX-License-Identifier: Apache-2.0
#include "widgets/checkpoint/tensor_panel.h"

#include <gtest/gtest.h>

#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "tests/widgets/odd_checkpoint.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/tensor_tree_model.h"

namespace ulpscope {
namespace {

class TensorPanelTest : public testing::Test {
 protected:
  void SetUp() override {
    m_panel.resize(520, 600);
    m_panel.show();
    m_panel.setCheckpoint(oddCheckpoint());
  }
  QLabel& remark() { return *m_panel.findChild<QLabel*>(QStringLiteral("securityRemark")); }

  TensorTreeModel m_model;
  TensorPanel m_panel{m_model};
};

TEST_F(TensorPanelTest, SaysThatNothingOfASuspiciousFileWasRunAndLeadsToWhatIsSuspicious) {
  ASSERT_TRUE(remark().isVisible());
  EXPECT_TRUE(remark().text().contains(QStringLiteral("Nothing in it was run."))) << remark().text().toStdString();
  EXPECT_EQ(remark().textFormat(), Qt::PlainText);
  QSignalSpy chosen(&m_panel, &TensorPanel::objectChosen);
  Q_EMIT m_panel.findChild<LinkButton*>()->clicked();
  ASSERT_EQ(chosen.size(), 1);
  EXPECT_EQ(chosen[0][0].value<std::size_t>(), 1u);
}

TEST_F(TensorPanelTest, SaysNothingOfThatWhereNothingIsSuspicious) {
  auto calm = std::make_shared<Checkpoint>(*oddCheckpoint());
  calm->objects.pop_back();
  m_panel.setCheckpoint(calm);
  EXPECT_FALSE(remark().isVisible());
  m_panel.setCheckpoint(nullptr);
  EXPECT_FALSE(remark().isVisible());
}

TEST_F(TensorPanelTest, OpensTheWeightOfAPartThatIsShown) {
  m_panel.showTensor(1);
  const QModelIndex current = m_panel.tree()->currentIndex();
  EXPECT_EQ(m_model.tensorAt(current), 1u);
  EXPECT_TRUE(m_panel.tree()->isExpanded(current.parent()));
  EXPECT_EQ(m_model.tensorAt(current.parent()), 5u);
}

TEST_F(TensorPanelTest, OpensTheWeightsWhosePartsTheFilterFinds) {
  QTest::keyClicks(m_panel.filterField(), QStringLiteral("scales"));
  EXPECT_TRUE(m_panel.tree()->isExpanded(m_model.indexOf(5)));
  QTest::keyClicks(m_panel.filterField(), QStringLiteral(" nothing"));
  EXPECT_EQ(m_model.shownTensors(), 0u);
  m_panel.filterField()->setText(QStringLiteral("gptq"));
  EXPECT_EQ(m_model.shownTensors(), 1u);
  EXPECT_FALSE(m_panel.tree()->isExpanded(m_model.indexOf(5)));
}

TEST_F(TensorPanelTest, ComesBackToATensorFromWhatIsNone) {
  m_panel.showTensor(2);
  QSignalSpy objects(&m_panel, &TensorPanel::objectChosen);
  QSignalSpy tensors(&m_panel, &TensorPanel::tensorChosen);
  m_panel.tree()->setCurrentIndex(m_model.index(0, 0, m_model.objectsGroup()));
  EXPECT_EQ(objects.size(), 1);
  m_panel.tree()->setCurrentIndex(m_model.indexOf(2));
  EXPECT_EQ(tensors.size(), 1);
}

TEST_F(TensorPanelTest, DrawsEveryKindOfRow) {
  m_panel.tree()->expandAll();
  EXPECT_FALSE(m_panel.grab().isNull());
}

}  // namespace
}  // namespace ulpscope
