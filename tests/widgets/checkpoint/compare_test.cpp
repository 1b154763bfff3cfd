// SPDX-License-Identifier: Apache-2.0
// Two open checkpoints beside each other: the list of differences, and two tensors in the view.
#include <gtest/gtest.h>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTest>
#include <cmath>

#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/checkpoint/compare_view.h"
#include "widgets/checkpoint/diff_panel.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/checkpoint_page.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
namespace {

std::string floats(std::vector<float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

class CompareCheckpoints : public testing::Test {
 protected:
  void SetUp() override {
    m_page.resize(1300, 800);
    m_page.show();
    open("a", test::SafetensorsBuilder()
                  .add("same", "F32", {4}, floats({1, 2, 3, 4}))
                  .add("weight", "F32", {2, 2}, floats({1, -2, 0.5, 4}))
                  .add("gone", "F32", {2}, floats({1, 2})));
    open("b", test::SafetensorsBuilder()
                  .add("same", "F32", {4}, floats({1, 2, 3, 4}))
                  .add("weight", "F32", {2, 2}, floats({1, -2, 0.75, 4}))
                  .add("new", "F32", {2}, floats({1, 2})));
    m_page.findChild<QTabBar*>(QStringLiteral("checkpointLists"))->setCurrentIndex(2);
  }
  void open(const std::string& name, const test::SafetensorsBuilder& file) {
    m_folder.write(name + ".safetensors", file.bytes());
    m_session->openPath(QString::fromStdString((m_folder.path() / (name + ".safetensors")).string()));
    settle(*m_session);
  }
  DiffPanel& panel() { return *m_page.findChild<DiffPanel*>(); }
  TableView& differences() { return *m_page.findChild<TableView*>(QStringLiteral("differences")); }
  bool isShown(DiffColumn column) { return !differences().isColumnHidden(at(column)); }
  QString note(const char* name) { return m_page.findChild<QLabel*>(QLatin1String(name))->text(); }
  void compare() {
    for (auto* button : panel().findChildren<QPushButton*>())
      if (button->text() == QStringLiteral("Compare")) button->click();
    settle(*m_session);
  }

  test::TemporaryFolder m_folder;
  std::unique_ptr<Session> m_session = makeSession();
  CheckpointPage m_page{*m_session};
};

TEST_F(CompareCheckpoints, ListsWhatDiffersFirstAndCountsEachState) {
  compare();
  EXPECT_EQ(note("diffNote"), QStringLiteral("1 identical · 1 changed · 1 missing · 1 extra"));
  const QStringList lines = differences().textAs(CopyAs::Csv).split("\r\n", Qt::SkipEmptyParts);
  ASSERT_EQ(lines.size(), 5);
  EXPECT_EQ(lines[0], "Tensor,State,Type,Bits,SNR,Output lost,Best scheme,Differ,Max |error|,Rel. RMSE,Cosine");
  EXPECT_TRUE(lines[1].startsWith("gone,missing")) << lines[1].toStdString();
  EXPECT_TRUE(lines[2].startsWith("new,extra")) << lines[2].toStdString();
  EXPECT_TRUE(lines[3].startsWith("weight,changed,FP32,32,")) << lines[3].toStdString();
  EXPECT_TRUE(lines[3].contains(",1,0.25,")) << lines[3].toStdString();
  EXPECT_TRUE(lines[4].startsWith("same,identical,FP32,32,")) << lines[4].toStdString();
  EXPECT_TRUE(isShown(DiffColumn::Differ) && isShown(DiffColumn::RelativeRmse));
  EXPECT_FALSE(isShown(DiffColumn::Bits) || isShown(DiffColumn::Snr));
}

TEST_F(CompareCheckpoints, LeadsToThePairAndToTheFirstDifference) {
  compare();
  differences().selectRow(2);
  settle(*m_session);
  EXPECT_EQ(m_session->selection().tensorInfo()->name, "weight");
  auto& view = *m_page.findChild<CompareView*>();
  ASSERT_TRUE(view.isVisible());
  EXPECT_EQ(view.findChild<QLineEdit*>()->text(), "weight");
  const QString facts = view.findChild<TableView*>()->textAs(CopyAs::Csv);
  EXPECT_TRUE(facts.contains("elements that differ,1\r\n")) << facts.toStdString();
  EXPECT_TRUE(facts.contains("largest |error|,0.25\r\n")) << facts.toStdString();
  EXPECT_EQ(view.findChild<PlotView*>("comparedValues")->figure().series.size(), 2u);
  EXPECT_EQ(view.findChild<PlotView*>("comparedDifferences")->figure().series.size(), 1u);
  for (auto* button : view.findChildren<QAbstractButton*>())
    if (button->text() == "go to the first difference") button->click();
  EXPECT_EQ(m_session->selection().element, 2u);
}

TEST_F(CompareCheckpoints, ComparesTensorsOfOneCheckpoint) {
  m_session->selectTensor(m_session->selection().checkpoint->find("same").value());
  auto& view = *m_page.findChild<CompareView*>();
  view.setOther(m_session->selection().checkpoint, m_session->selection().checkpoint->find("new").value());
  m_page.findChild<QTabWidget*>()->setCurrentWidget(&view);
  settle(*m_session);
  EXPECT_EQ(note("compareNote"), "Their shapes differ, so elements are not compared.");
  EXPECT_EQ(view.findChild<PlotView*>("comparedValues")->figure().series.size(), 2u)
      << "their values are shown all the same";
}

TEST_F(CompareCheckpoints, SaysWhatIsWrongWithARule) {
  panel().findChild<QLineEdit*>()->setText("a=b=c");
  compare();
  EXPECT_TRUE(note("diffNote").contains("a rule FROM=TO expected")) << note("diffNote").toStdString();
  panel().findChild<QLineEdit*>()->setText("new=gone");
  compare();
  EXPECT_EQ(note("diffNote"), QStringLiteral("2 identical · 1 changed"));
}

TEST_F(CompareCheckpoints, ShowsWhatAQuantizedCopyLosesAsSchemes) {
  const auto floatsOf = [](float scale) {
    std::vector<float> values(16 * 32);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = scale * std::sin(static_cast<float>(i * i % 97));
    return floats(values);
  };
  std::string cut;  // BF16: the upper half of each float
  for (std::size_t i = 0; i < 16 * 32; ++i) cut += floatsOf(1).substr(4 * i + 2, 2);
  open("original",
       test::SafetensorsBuilder().add("model.layers.0.self_attn.q_proj.weight", "F32", {16, 32}, floatsOf(1)));
  open("published", test::SafetensorsBuilder().add("blk.0.attn_q.weight", "BF16", {16, 32}, cut));
  m_session->setCalibration(Calibration::synthetic());
  auto* against = panel().findChild<QComboBox*>();
  against->setCurrentIndex(against->count() - 1);
  panel().findChild<QCheckBox*>()->setChecked(true);
  compare();
  EXPECT_TRUE(isShown(DiffColumn::Bits) && isShown(DiffColumn::Snr));
  EXPECT_TRUE(note("diffNote").contains("\nBF16: 16 bits, ")) << note("diffNote").toStdString();
  const QString csv = differences().textAs(CopyAs::Csv);
  EXPECT_TRUE(csv.contains("model.layers.0.self_attn.q_proj.weight,other type,FP32 \u2192 BF16,16,"))
      << csv.toStdString();
  const Table table = differences().table();
  EXPECT_GT(std::stod(table.rows[0][static_cast<std::size_t>(DiffColumn::Lost)]), 0) << csv.toStdString();
}

TEST_F(CompareCheckpoints, ForgetsACheckpointThatIsClosed) {
  compare();
  m_session->close(m_session->checkpoints()[0]);
  settle(*m_session);
  EXPECT_FALSE(panel().findChild<QComboBox*>()->isEnabled());
}

}  // namespace
}  // namespace ulpscope
