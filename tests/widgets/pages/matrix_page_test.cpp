// SPDX-License-Identifier: Apache-2.0
// The page of matrix products, on its presets and on a tensor of the sample.
#include "widgets/pages/matrix_page.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSettings>
#include <QSpinBox>
#include <QTest>

#include "tests/widgets/window_fixture.h"
#include "widgets/forms/field.h"
#include "widgets/matmul/drift_form.h"
#include "widgets/matmul/drift_table.h"
#include "widgets/matmul/engine_ticks.h"
#include "widgets/matmul/trace_model.h"
#include "widgets/matmul/trace_panel.h"
#include "widgets/models/table_view.h"
#include "widgets/plots/map_view.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

class MatrixPageTest : public WindowTest {
 protected:
  void SetUp() override {
    m_window.resize(1440, 900);
    m_window.show();
    ASSERT_TRUE(m_window.showPage("matrix"));
    settle(*m_session);
  }
  void TearDown() override {
    QSettings().remove("matrix");
    QSettings().setValue("matrix/preset", "attention");
  }

  template <class Part>
  Part& part() {
    return *m_window.currentPage()->findChild<Part*>();
  }
  void run(std::string_view preset) {
    m_window.currentPage()->findChild<QAction*>(qt(preset))->trigger();
    settle(*m_session);
  }
  PlotView& curve() {
    for (auto* plot : m_window.currentPage()->findChildren<PlotView*>())
      if (plot->figure().title == "Error against K") return *plot;
    ADD_FAILURE() << "no curve";
    return part<PlotView>();
  }
  QComboBox& box(const char* name) {
    for (auto* box : part<DriftForm>().findChildren<QComboBox*>())
      if (box->accessibleName() == QLatin1String(name)) return *box;
    ADD_FAILURE() << "no box " << name;
    return part<QComboBox>();
  }
  void choose(const char* name, const QString& id) {
    QComboBox& in = box(name);
    in.setCurrentIndex(in.findData(id));
    Q_EMIT in.activated(in.currentIndex());
    settle(*m_session);
  }
  const QAbstractItemModel& table() { return *part<DriftTable>().table().model(); }
  double cell(int row, int column) { return table().index(row, column).data().toString().toDouble(); }
};

TEST_F(MatrixPageTest, EveryPresetFillsEveryPicture) {
  for (const DriftPreset& preset : driftPresets()) {
    SCOPED_TRACE(preset.id);
    run(preset.id);
    const auto engines = preset.engines.size();
    EXPECT_EQ(part<EngineTicks>().ticked().size(), engines);
    EXPECT_EQ(table().rowCount(), int(engines));
    const Figure& figure = curve().figure();
    ASSERT_GE(figure.series.size(), engines);
    EXPECT_EQ(figure.series[0].x.size(), driftPoints(preset.k).size());
    EXPECT_EQ(part<MapView>().figure().values.size(), preset.rows * preset.columns);
  }
}

TEST_F(MatrixPageTest, TracesTheElementThatIsClicked) {
  run("tf32-uniform");
  auto& trace = part<TracePanel>();
  EXPECT_EQ(trace.table().model()->rowCount(), 65536 / 4) << "the element with the largest error, of the A100";
  Q_EMIT part<MapView>().cellClicked(3, 5);
  settle(*m_session);
  EXPECT_TRUE(trace.isVisible());
  bool isNamed = false;
  for (auto* label : trace.findChildren<QLabel*>()) isNamed = isNamed || label->text().contains("C[3, 5] by TF32 A100");
  EXPECT_TRUE(isNamed);
  const QModelIndex cut = trace.table().model()->index(9, TraceModel::kCut);
  EXPECT_LT(cut.data().toString().toDouble(), 0) << "of positive products, cut toward zero";
}

TEST_F(MatrixPageTest, FollowsWhatIsChosen) {
  run("fp8-hopper");
  const double sequential = cell(1, 2);
  choose("Order of K", QString::number(int(KOrder::Kind::Promote)));
  box("Order of K").setCurrentIndex(2);
  Q_EMIT box("Order of K").activated(2);
  settle(*m_session);
  EXPECT_LT(cell(1, 2), sequential / 20) << "promotion every 128 products";
  box("K").setCurrentIndex(0);
  Q_EMIT box("K").activated(0);
  settle(*m_session);
  EXPECT_EQ(curve().figure().series[0].x.back(), 6) << "K = 64";
  EXPECT_EQ(part<DriftForm>().preset(), nullptr);
}

TEST_F(MatrixPageTest, TicksAddAndTakeAwayEngines) {
  run("attention");
  auto& list = *part<EngineTicks>().findChild<QListWidget*>();
  list.item(0)->setCheckState(Qt::Unchecked);
  settle(*m_session);
  EXPECT_EQ(table().rowCount(), 4);
  part<EngineTicks>().filterField().setText("cdna3 fp16");
  int shown = 0;
  for (int row = 0; row < list.count(); ++row) {
    if (list.item(row)->isHidden()) continue;
    ++shown;
    list.item(row)->setCheckState(Qt::Checked);
  }
  EXPECT_EQ(shown, 1);
  settle(*m_session);
  ASSERT_EQ(table().rowCount(), 5);
  EXPECT_EQ(table().index(4, 0).data().toString(), QString("FP16 MI300X"));
}

TEST_F(MatrixPageTest, MultipliesByTheSelectedTensor) {
  openSample(*m_session);
  settle(*m_session);
  const TensorInfo* tensor = m_session->selection().tensorInfo();
  ASSERT_TRUE(tensor);
  choose("B", "selected");
  EXPECT_EQ(curve().figure().series[0].x.size(), driftPoints(matrixShape(tensor->shape).columns).size());
  const std::size_t next = *m_session->selection().tensor == 0 ? 1 : 0;
  m_session->selectTensor(next);
  settle(*m_session);
  EXPECT_EQ(curve().figure().series[0].x.size(),
            driftPoints(matrixShape(m_session->selection().tensorInfo()->shape).columns).size());
}

TEST_F(MatrixPageTest, IntegersLeadToTheElementStepByStep) {
  run("llm-int8");
  const auto& steps = *part<TracePanel>().table().model();
  ASSERT_EQ(steps.rowCount(), 4096 / 32 + 2);  // instructions, then the scales and binary16
  EXPECT_TRUE(steps.index(steps.rowCount() - 2, TraceModel::kProducts).data().toString().contains("in float32"));
  EXPECT_EQ(steps.index(steps.rowCount() - 1, TraceModel::kProducts).data().toString(), QString("to binary16"));
}

}  // namespace
}  // namespace ulpscope
