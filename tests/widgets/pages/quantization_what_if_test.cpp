// SPDX-License-Identifier: Apache-2.0
// The Quantize page: what is tried on the tensor and around the schemes.
#include <QAbstractButton>
#include <QSpinBox>

#include "tests/widgets/pages/quantization_fixture.h"
#include "widgets/quantization/what_if_box.h"

namespace ulpscope {
namespace {

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

}  // namespace
}  // namespace ulpscope
