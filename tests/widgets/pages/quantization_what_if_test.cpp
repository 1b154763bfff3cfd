// SPDX-License-Identifier: Apache-2.0
// The Quantize page: what is tried on the tensor and around the schemes.
#include <QAbstractButton>
#include <QComboBox>
#include <QLabel>
#include <QSpinBox>

#include "tests/widgets/pages/quantization_fixture.h"
#include "widgets/frame/labels.h"
#include "widgets/quantization/what_if_box.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;

TEST_F(QuantizationPageTest, TriesWhatIfAtOnce) {
  std::vector<float> values(64);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(float(i));
  values[10] = 40;
  writeTensor(path("outlier.safetensors"), {64}, values);
  m_session->openPath(path("outlier.safetensors"));
  settle(*m_session);
  choose("int8_tensor");
  auto& box = part<WhatIfBox>();
  const auto spin = [&](const char* name) {
    for (auto* found : box.findChildren<QSpinBox*>())
      if (found->accessibleName() == QLatin1String(name)) return found;
    ADD_FAILURE() << name;
    return box.findChild<QSpinBox*>();
  };
  const auto error = [&] { return summary("RMSE").toDouble(); };
  const auto bits = [&](const char* title) {
    return part<SchemeTable>().table().model()->index(rowOf(title), 1).data().toString().toDouble();
  };
  const double plain = error();
  const double plainBits = bits("INT8 by row");
  spin("Weights kept in FP16")->setValue(1);
  settle(*m_session);
  EXPECT_LT(error(), plain / 10) << "the outlier no longer stretches the scale";
  EXPECT_GT(bits("INT8 by row"), plainBits) << "all schemes are around what is kept";
  ASSERT_EQ(restored().size(), values.size());
  EXPECT_EQ(restored()[10], 40);
  spin("Weights kept in FP16")->setValue(0);
  box.findChild<QAbstractButton*>()->click();
  spin("One weight in")->setValue(4);
  settle(*m_session);
  EXPECT_GT(error(), plain);
  EXPECT_NE(column(1), values) << "outliers are in the values that are shown";
  box.findChild<QAbstractButton*>()->click();
  settle(*m_session);
  EXPECT_DOUBLE_EQ(error(), plain);
}

TEST_F(QuantizationPageTest, TriesAnotherRoundingOfTheCodes) {
  writeTensor(path("halves.safetensors"), {1, 8}, {127, 0.5f, -0.5f, 1.5f, -2.5f, 2.25f, -2.75f, 3});
  m_session->openPath(path("halves.safetensors"));
  settle(*m_session);
  choose("int8_tensor");
  auto& box = part<WhatIfBox>();
  auto& rounding = *box.findChild<QComboBox*>();
  const auto round = [&](const char* id) {
    ASSERT_GE(rounding.findData(QLatin1String(id)), 0) << id;
    rounding.setCurrentIndex(rounding.findData(QLatin1String(id)));
    settle(*m_session);
  };
  const auto seedIsOffered = [&] {
    const auto boxes = box.findChildren<QSpinBox*>();
    return std::ranges::any_of(boxes, [](QSpinBox* b) { return b->accessibleName() == "Seed" && b->isVisible(); });
  };
  const auto isSaid = [&](const QString& words) {
    const auto labels = m_page.findChildren<ElidedLabel*>();
    return std::ranges::any_of(labels, [&](const ElidedLabel* label) { return label->text().contains(words); });
  };
  const QString plain = summary("RMSE");
  round("toward_zero");
  EXPECT_THAT(codes(), ElementsAre(127, 0, 0, 1, -2, 2, -2, 3));
  EXPECT_NE(summary("RMSE"), plain);
  EXPECT_EQ(board("Rounding"), "toward_zero");
  EXPECT_TRUE(isSaid("codes rounded toward zero"));
  EXPECT_FALSE(seedIsOffered());
  round("toward_positive");
  EXPECT_THAT(codes(), ElementsAre(127, 1, 0, 2, -2, 3, -2, 3));
  round("nearest_away");
  EXPECT_THAT(codes(), ElementsAre(127, 1, -1, 2, -3, 2, -3, 3));
  round("stochastic");
  EXPECT_TRUE(seedIsOffered());
  EXPECT_TRUE(isSaid("seed 1"));
  rounding.setCurrentIndex(0);
  settle(*m_session);
  EXPECT_EQ(summary("RMSE"), plain);
  EXPECT_EQ(board("Rounding"), "");
}

TEST_F(QuantizationPageTest, SaysWhereNoOtherRoundingCanBe) {
  openSample(*m_session);
  m_session->setCalibration(Calibration::synthetic());
  choose("gptq");
  EXPECT_NE(summary("RMSE"), "");
  auto& rounding = *part<WhatIfBox>().findChild<QComboBox*>();
  rounding.setCurrentIndex(rounding.findData(QStringLiteral("toward_zero")));
  settle(*m_session);
  const auto labels = m_page.findChildren<QLabel*>();
  EXPECT_TRUE(std::ranges::any_of(labels, [](const QLabel* label) {
    return label->isVisible() && label->text().contains("makes up for the errors of the columns before it");
  }));
  EXPECT_EQ(part<SchemeTable>().table().model()->index(rowOf("GPTQ"), 2).data().toString(), "\u2014");
  EXPECT_NE(part<SchemeTable>().table().model()->index(rowOf("NF4 (bitsandbytes)"), 2).data().toString(), "\u2014");
}

}  // namespace
}  // namespace ulpscope
