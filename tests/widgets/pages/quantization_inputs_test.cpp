// SPDX-License-Identifier: Apache-2.0
// The Quantize page: what is known of the inputs of the layer.
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>

#include "tests/widgets/pages/quantization_fixture.h"
#include "widgets/quantization/inputs_box.h"
#include "widgets/quantization/inputs_panel.h"

namespace ulpscope {
namespace {

TEST_F(QuantizationPageTest, TakesWhatIsKnownOfTheLayersInputs) {
  openSample(*m_session);
  const auto isSaid = [&](const QString& part) {
    const auto labels = m_page.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* l) { return l->isVisible() && l->text().contains(part); });
  };
  const auto& table = part<SchemeTable>().table();
  const int outputs = 3;
  choose("gptq");
  EXPECT_TRUE(isSaid("of the layer expected"));
  EXPECT_TRUE(table.isColumnHidden(outputs));

  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_FALSE(isSaid("of the layer expected"));
  EXPECT_TRUE(isSaid("drawn, not recorded"));
  EXPECT_FALSE(table.isColumnHidden(outputs));
  EXPECT_GT(table.model()->index(rowOf("GPTQ"), outputs).data().toDouble(), 10);
  EXPECT_GT(summary("Outputs: signal to noise (dB)").toDouble(), 10);
  EXPECT_EQ(figure("Error against size").y.title, "signal to noise (dB)");
  const Figure& inputs = figure("Inputs of");
  ASSERT_EQ(inputs.series.size(), 1 + 2 * 9u) << "a histogram, and where each range begins and ends";
  EXPECT_EQ(inputs.series[1].x[0], inputs.series[0].x.front()) << "least to largest";
  EXPECT_EQ(inputs.series[2].x[0], inputs.series[0].x.back());
  EXPECT_TRUE(fact("Ranges of the inputs", "Least to largest").contains(" to "));
  EXPECT_TRUE(fact("Ranges of the inputs", "Each vector's extremes").contains(" to "));
  for (const auto* facts : part<InputsPanel>().findChildren<FactList*>())
    EXPECT_LE(facts->widget()->minimumSizeHint().width(), 300) << "no number is cut off where the card is narrow";
  auto& range = *part<InputsPanel>().findChild<QComboBox*>();
  range.setCurrentIndex(1);
  EXPECT_EQ(figure("Inputs of").series.size(), 3u) << "one range alone";

  m_session->setCalibration(nullptr);
  settle(*m_session);
  EXPECT_TRUE(isSaid("of the layer expected"));
  EXPECT_TRUE(table.isColumnHidden(outputs));
}

TEST_F(QuantizationPageTest, ScalesLayersThatShareAnInputAlike) {
  openSample(*m_session);
  const auto& checkpoint = *m_session->selection().checkpoint;
  const auto query = std::ranges::find_if(
      checkpoint.tensors, [](const TensorInfo& tensor) { return tensor.name.ends_with("q_proj.weight"); });
  ASSERT_NE(query, checkpoint.tensors.end());
  m_session->selectTensor(std::size_t(query - checkpoint.tensors.begin()));
  choose("smoothquant");
  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_EQ(summary("Columns scaled alike with"), "k_proj, v_proj");
  const QString shared = summary("RMSE");
  choose("smoothquant", {{"siblings", "alone"}});
  EXPECT_EQ(summary("Columns scaled alike with"), "");
  EXPECT_NE(summary("RMSE"), shared);
}

TEST_F(QuantizationPageTest, SaysWhatTheInputsDoNotCover) {
  writeTensor(path("worked.safetensors"), {1, 5}, kWorked);
  writeTensor(path("inputs.safetensors"), {2, 5}, {1, 2, 0, 4, 5, 6, 7, 0, 9, 10}, "x.inputs");
  m_session->openPath(path("worked.safetensors"));
  m_session->openCalibration(path("inputs.safetensors"));
  settle(*m_session);
  const QString note = part<InputsBox>().findChildren<QLabel*>().last()->text();
  EXPECT_TRUE(note.contains("2 vectors, recorded")) << qPrintable(note);
  EXPECT_TRUE(note.contains("Beware: 1 of 5 columns had no input other than zero")) << qPrintable(note);
  EXPECT_TRUE(note.contains("Beware: 2 inputs for 5 columns: the Hessian is singular")) << qPrintable(note);
}

TEST_F(QuantizationPageTest, OffersAFileOfInputsOnceItWasOpened) {
  openWorkedExample();
  QSignalSpy reported(m_session.get(), &Session::reported);
  m_session->openCalibration(path("worked.safetensors"));  // arrays of no layer
  settle(*m_session);
  EXPECT_EQ(reported.count(), 1);
  EXPECT_EQ(m_session->calibration(), nullptr);

  writeTensor(path("layers.safetensors"), {1, 4}, {1, 2, 3, 4}, "a.inputs");
  m_session->openCalibration(path("layers.safetensors"));
  settle(*m_session);
  ASSERT_NE(m_session->calibration(), nullptr);
  auto& box = *part<InputsBox>().findChild<QComboBox*>();
  EXPECT_EQ(box.currentText(), "layers.safetensors");
}

}  // namespace
}  // namespace ulpscope
