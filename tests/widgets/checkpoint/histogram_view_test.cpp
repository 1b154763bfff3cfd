// SPDX-License-Identifier: Apache-2.0
// The histogram tab on the bundled sample: bins, overlays, ticks of formats, and the way back from a cut range.
#include "widgets/checkpoint/histogram_view.h"

#include <gtest/gtest.h>

#include <QComboBox>
#include <QLineEdit>
#include <QListView>
#include <QSignalSpy>
#include <QTest>
#include <numeric>

#include "tests/widgets/plots/mouse.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/checkpoint/overlay_list.h"
#include "widgets/checkpoint/overlay_picker.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
namespace {

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

class HistogramViewTest : public testing::Test {
 protected:
  void SetUp() override {
    m_view.resize(900, 600);
    m_view.show();
    openSample(*m_session);
    m_checkpoint = m_session->selection().checkpoint;
    show("model.layers.2.mlp.down_proj.weight");
  }

  std::size_t find(std::string_view name) { return m_checkpoint->find(name).value(); }

  void show(std::string_view name) {
    const std::size_t tensor = find(name);
    const auto source = m_checkpoint->source(tensor).value();
    auto profile = profileTensor(source, *m_session->backend(), {}).value();
    m_view.setTensor(
        ProfiledTensor{m_checkpoint, tensor, source, std::make_shared<const TensorProfile>(std::move(profile))});
    settle(*m_session);
  }

  void choose(const char* box, int index) {
    m_view.findChild<QComboBox*>(QLatin1String(box))->setCurrentIndex(index);
    settle(*m_session);
  }
  void chooseText(const char* box, const QString& text) {
    auto* combo = m_view.findChild<QComboBox*>(QLatin1String(box));
    ASSERT_GE(combo->findText(text), 0) << text.toStdString();
    choose(box, combo->findText(text));
  }

  PlotView& plot() { return *m_view.findChild<PlotView*>(QStringLiteral("histogram")); }
  OverlayPicker& picker() { return *m_view.findChild<OverlayPicker*>(); }

  std::unique_ptr<Session> m_session = makeSession();
  std::shared_ptr<const Checkpoint> m_checkpoint;
  HistogramView m_view{*m_session};
};

TEST_F(HistogramViewTest, CountsInAsManyBinsAsChosen) {
  EXPECT_EQ(plot().figure().series[0].y.size(), 256u);
  choose("histogramRange", 1);
  for (const auto& [index, bins] : {std::pair{0, 64u}, {3, 4096u}, {5, 1'048'576u}}) {
    choose("histogramBins", index);
    EXPECT_EQ(plot().figure().series[0].y.size(), bins);
    EXPECT_EQ(sum(plot().figure().series[0].y), 192 * 512);
  }
}

TEST_F(HistogramViewTest, AClickOnValuesBeyondShowsAllOfThem) {
  ASSERT_GT(plot().figure().above + plot().figure().below, 0u);
  Q_EMIT plot().beyondClicked();
  settle(*m_session);
  EXPECT_EQ(plot().figure().above + plot().figure().below, 0u);
}

TEST_F(HistogramViewTest, OverlaysAreSharesInTheSameBins) {
  m_view.setOverlays({find("model.layers.0.mlp.down_proj.weight"), find("model.layers.1.mlp.down_proj.weight")});
  settle(*m_session);
  choose("histogramRange", 1);
  const Figure& figure = plot().figure();
  ASSERT_EQ(figure.series.size(), 3u);
  for (const Series& series : figure.series) {
    EXPECT_EQ(series.x, figure.series[0].x);
    EXPECT_NEAR(sum(series.y), 1, 1e-12);
  }
  EXPECT_TRUE(QString::fromStdString(figure.y.title).contains(QStringLiteral("share")));
  EXPECT_EQ(figure.series[1].name, "layers.0");
  const QImage image = plot().grab().toImage();
  std::size_t orange = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) orange += image.pixelColor(x, y) == theme().colors().series[1];
  EXPECT_GT(orange, 20u) << "the first overlay is not drawn in the colour of the second series";
  m_view.setOverlays({});
  settle(*m_session);
  EXPECT_EQ(plot().figure().series.size(), 1u);
}

TEST_F(HistogramViewTest, AClickOnAnOutlineLeadsToItsTensor) {
  const std::size_t other = find("model.layers.0.mlp.down_proj.weight");
  m_view.setOverlays({other});
  settle(*m_session);
  Q_EMIT plot().itemClicked(1, 100);
  EXPECT_EQ(m_session->selection().tensor, other);
}

TEST_F(HistogramViewTest, SimilarTensorsAreThoseOfOtherLayers) {
  const auto similar = similarTensors(*m_checkpoint, find("model.layers.2.mlp.down_proj.weight"));
  ASSERT_FALSE(similar.empty());
  for (const std::size_t tensor : similar) {
    const std::string& name = m_checkpoint->tensors[tensor].name;
    EXPECT_TRUE(name.starts_with("model.layers.") && name.ends_with(".mlp.down_proj.weight")) << name;
  }
  EXPECT_TRUE(similarTensors(*m_checkpoint, find("model.norm.weight")).empty());
  picker().chooseSimilar();
  settle(*m_session);
  EXPECT_EQ(plot().figure().series.size(), 1 + std::min(similar.size(), OverlayPicker::kMost));
}

TEST_F(HistogramViewTest, ThePickerFiltersTicksByKeyboardAndRefusesANinth) {
  picker().open({m_view.mapToGlobal(QPoint(0, 0)), QSize(80, 30)});
  auto* filter = picker().findChild<QLineEdit*>();
  auto* list = picker().findChild<QListView*>();
  auto* rows = picker().findChild<OverlayList*>();
  const int all = rows->rowCount();
  QTest::keyClicks(filter, QStringLiteral("down_proj"));
  EXPECT_LT(rows->rowCount(), all);
  QTest::keyClick(filter, Qt::Key_Down);
  QTest::keyClick(list, Qt::Key_Space);
  EXPECT_EQ(picker().chosen().size(), 1u);
  QTest::keyClick(list, Qt::Key_Space);
  EXPECT_TRUE(picker().chosen().empty());
  rows->setFilter({});
  for (int row = 0; row < 9; ++row) rows->setData(rows->index(row), Qt::Checked, Qt::CheckStateRole);
  EXPECT_EQ(picker().chosen().size(), OverlayPicker::kMost);
  settle(*m_session);
  EXPECT_EQ(plot().figure().series.size(), 1 + OverlayPicker::kMost);
  picker().hide();
}

TEST_F(HistogramViewTest, TicksOfANarrowFormatReachTheTensorOnceScaled) {
  chooseText("histogramTicks", QStringLiteral("INT8"));
  EXPECT_LE(plot().formatTicksInView(), 3u) << "weights below one lie between -1, 0 and 1";
  choose("histogramRange", 1);
  choose("histogramTickScale", 1);
  EXPECT_GE(plot().formatTicksInView(), 200u);
}

TEST_F(HistogramViewTest, TicksOfAWideFormatAreShownOnlyWhereTheyAreFew) {
  chooseText("histogramTicks", QStringLiteral("FP16"));
  EXPECT_GT(plot().formatTicksInView(), 1000u);
  EXPECT_TRUE(plot().hasTooManyFormatTicks());
  plot().setHomeRange(0.0100, 0.0101);
  EXPECT_FALSE(plot().hasTooManyFormatTicks());
  EXPECT_GT(plot().formatTicksInView(), 5u);
}

TEST_F(HistogramViewTest, DrawsEveryAxisOfEveryTensor) {
  for (std::size_t i = 0; i < m_checkpoint->tensors.size(); i += 3) {
    if (!m_checkpoint->tensors[i].isReadable()) continue;
    show(m_checkpoint->tensors[i].name);
    for (int axis = 0; axis < 3; ++axis) {
      choose("histogramAxis", axis);
      ASSERT_EQ(plot().figure().series.size(), 1u);
      plot().grab();
    }
  }
}

}  // namespace
}  // namespace ulpscope
