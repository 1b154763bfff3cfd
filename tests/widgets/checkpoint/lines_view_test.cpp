// SPDX-License-Identifier: Apache-2.0
#include "widgets/checkpoint/lines_view.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QTest>

#include "core/analysis/outliers.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
namespace {

/// 2 x 150,000: column i has the largest magnitude 1 + (i mod 97) / 1000, but for three outliers.
ProfiledTensor wideTensor() {
  constexpr std::uint64_t kColumns = 150'000;
  std::vector<float> values(2 * kColumns);
  for (std::uint64_t i = 0; i < kColumns; ++i) values[i] = 1 + float(i % 97) / 1000;
  values[777] = 9;
  values[kColumns + 149'999] = -12;
  values[5] = 8;
  TensorSource source = tensorFromFloats("wide", {2, kColumns}, values);
  auto profile = profileTensor(source, *makeReferenceBackend(), {});
  return {nullptr, 0, source, std::make_shared<const TensorProfile>(std::move(*profile))};
}

class LinesViewTest : public testing::Test {
 protected:
  void SetUp() override {
    m_view.resize(700, 500);
    m_view.show();
    m_view.setTensor(m_tensor);
    QTest::qWait(20);
  }
  PlotView& columns() { return *m_view.findChild<PlotView*>(QStringLiteral("linesColumns")); }

  std::unique_ptr<Session> m_session = makeSession();
  ProfiledTensor m_tensor = wideTensor();
  LinesView m_view{*m_session};
};

TEST_F(LinesViewTest, LeadsFromABarToItsLineInEitherOrder) {
  QSignalSpy chosen(&m_view, &LinesView::columnChosen);
  Q_EMIT columns().itemClicked(0, 777);
  m_view.findChild<QComboBox*>(QStringLiteral("linesOrder"))->setCurrentIndex(1);
  EXPECT_EQ(columns().figure().series[0].y[0], 12);
  Q_EMIT columns().itemClicked(0, 0);
  Q_EMIT columns().itemClicked(0, 1);
  ASSERT_EQ(chosen.count(), 3);
  EXPECT_EQ(chosen[0][0].toULongLong(), 777u);
  EXPECT_EQ(chosen[1][0].toULongLong(), 149'999u);
  EXPECT_EQ(chosen[2][0].toULongLong(), 777u);
  EXPECT_EQ(columns().figure().series[0].names[2], "column 5");
}

TEST_F(LinesViewTest, CallsOutliersBeyondAsManyDeviationsAsChosenAndSaysSo) {
  const auto marked = [&] {
    const auto& bars = columns().figure().series[0].marked;
    return std::size_t(std::count(bars.begin(), bars.end(), true));
  };
  EXPECT_EQ(marked(), 3u);
  auto* deviations = m_view.findChild<QDoubleSpinBox*>(QStringLiteral("linesDeviations"));
  deviations->setValue(1);
  EXPECT_EQ(marked(), columnOutliers(*m_tensor.profile, 1).indices.size());
  EXPECT_GT(marked(), 3u);
  EXPECT_NE(columns().figure().notes[0].find("beyond 1 scaled MADs"), std::string::npos) << columns().figure().notes[0];
  deviations->setValue(1000);
  EXPECT_EQ(marked(), 0u);
}

}  // namespace
}  // namespace ulpscope
