// SPDX-License-Identifier: Apache-2.0
// The page of matrix products with a device that measures, which is a model itself
// (tests/core/matmul/modelled_device.h): an H100 that promotes sums of FP8 by itself every 128 products where it is
// asked to.
#include <QComboBox>
#include <QLabel>
#include <QSettings>
#include <QTest>

#include "kernels/cpu/cpu_backend.h"
#include "tests/core/matmul/modelled_device.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/matmul/drift_form.h"
#include "widgets/matmul/drift_table.h"
#include "widgets/matmul/engine_ticks.h"
#include "widgets/matmul/measured_tick.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/page.h"
#include "widgets/plots/plot_view.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kModel = 1, kRelative = 2, kDiffer = 8;  // columns of the table

class MatrixMeasuredTest : public testing::Test {
 protected:
  void TearDown() override {
    QSettings().remove("matrix");
    QSettings().setValue("matrix/preset", "attention");
  }

  /// FP8 on Hopper, K = 64, on that backend.
  void open(std::shared_ptr<const Backend> backend) {
    QSettings().setValue("matrix/preset", "fp8-hopper");
    m_session = std::make_unique<Session>(std::move(backend), sampleFolder());
    m_window = std::make_unique<MainWindow>(*m_session);
    m_window->resize(1440, 900);
    m_window->show();
    ASSERT_TRUE(m_window->showPage("matrix"));
    for (auto* box : part<DriftForm>().findChildren<QComboBox*>())
      if (box->accessibleName() == QLatin1String("K")) {
        box->setCurrentIndex(0);
        Q_EMIT box->activated(0);
      }
    settle(*m_session);
  }
  void openWithDevice(test::ModelledDevice device) {
    open(test::backendWithDevice(std::move(device), kernels::makeCpuBackend(2)));
  }

  template <class Part>
  Part& part() {
    return *m_window->currentPage()->findChild<Part*>();
  }
  const Figure& figure(const char* title) {
    for (auto* plot : m_window->currentPage()->findChildren<PlotView*>())
      if (QString::fromStdString(plot->figure().title).startsWith(QLatin1String(title))) return plot->figure();
    ADD_FAILURE() << "no " << title;
    return part<PlotView>().figure();
  }
  QString cell(int row, int column) { return part<DriftTable>().table().model()->index(row, column).data().toString(); }
  int rows() { return part<DriftTable>().table().model()->rowCount(); }
  bool isSaid(const char* words) {
    for (auto* label : part<DriftTable>().findChildren<QLabel*>())
      if (label->isVisibleTo(&part<DriftTable>()) && label->text().contains(QLatin1String(words))) return true;
    return false;
  }

  std::unique_ptr<Session> m_session;
  std::unique_ptr<MainWindow> m_window;
};

TEST_F(MatrixMeasuredTest, ShowsWhatTheDeviceMeasuresBesideItsModels) {
  openWithDevice({});
  auto& tick = part<MeasuredTick>();
  ASSERT_TRUE(tick.isEnabled());
  EXPECT_EQ(tick.text(), QString("Measured on Model GPU"));
  EXPECT_TRUE(tick.toolTip().contains("cuBLAS 13.1.0"));
  ASSERT_EQ(rows(), 5);
  tick.click();
  settle(*m_session);
  ASSERT_EQ(rows(), 7);  // of h100@float8_e4m3fn, sequential and promoted
  EXPECT_EQ(cell(5, 0), QString("FP8 E4M3 measured"));
  EXPECT_EQ(cell(5, kModel), QString("measured"));
  EXPECT_EQ(cell(5, kDiffer), "0 of " + grouped(1024));
  EXPECT_EQ(cell(5, kRelative), cell(1, kRelative));
  EXPECT_EQ(cell(6, kDiffer), "0 of " + grouped(1024));
  const Figure& errors = figure("Error against K");
  ASSERT_GE(errors.series.size(), 7U);
  EXPECT_EQ(errors.series[5].colourOf, 1U);
  EXPECT_EQ(errors.series[5].y, errors.series[1].y);
  EXPECT_EQ(errors.series[6].colourOf, 2U);
  EXPECT_EQ(figure("Errors in units").series.size(), 7U);
  // A row of what is measured chooses the engine it stands beside.
  part<DriftTable>().table().setCurrentSourceRow(0);
  Q_EMIT part<DriftTable>().table().rowChosen(5);
  settle(*m_session);
  EXPECT_EQ(figure("Error against K").series.size(), errors.series.size());
  tick.click();
  settle(*m_session);
  EXPECT_EQ(rows(), 5);
}

TEST_F(MatrixMeasuredTest, CountsTheElementsThatDiffer) {
  openWithDevice({.order = {KOrder::Kind::Split, 2}});
  part<MeasuredTick>().click();
  settle(*m_session);
  ASSERT_EQ(rows(), 7);
  EXPECT_NE(cell(5, kDiffer), "0 of " + grouped(1024));
  EXPECT_TRUE(cell(5, kDiffer).endsWith(" of " + grouped(1024)));
  EXPECT_TRUE(isSaid("compared with FP8 E4M3"));
}

TEST_F(MatrixMeasuredTest, SaysWhyNothingIsMeasured) {
  open(kernels::makeCpuBackend(2));
  auto& tick = part<MeasuredTick>();
  EXPECT_FALSE(tick.isEnabled());
  EXPECT_TRUE(tick.toolTip().contains("Nothing can be measured: this backend")) << tick.toolTip().toStdString();
  // A device comes, and goes again: what was ticked stays ticked, and counts while there is one.
  m_session->setBackend(test::backendWithDevice({}, kernels::makeCpuBackend(2)));
  settle(*m_session);
  ASSERT_TRUE(tick.isEnabled());
  tick.click();
  settle(*m_session);
  EXPECT_EQ(rows(), 7);
  m_session->setBackend(kernels::makeCpuBackend(2));
  settle(*m_session);
  EXPECT_FALSE(tick.isEnabled());
  EXPECT_EQ(rows(), 5);
}

TEST_F(MatrixMeasuredTest, KeepsWhatIsModelledWhenTheDeviceFails) {
  openWithDevice({.failure = Error{Errc::Unsupported, "cuBLAS, product: not supported", "cuda", std::nullopt}});
  part<MeasuredTick>().click();
  settle(*m_session);
  EXPECT_EQ(rows(), 5);
  EXPECT_TRUE(isSaid("Not measured: cuda: cuBLAS, product: not supported"));
}

}  // namespace
}  // namespace ulpscope
