// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QFile>
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tests/widgets/window_fixture.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/quantization_page.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/fact_list.h"
#include "widgets/quantization/scheme_table.h"
#include "widgets/quantization/value_grid.h"

namespace ulpscope {

/// The values of the worked examples: "absmax INT8" and "affine INT8, range as given".
inline const std::vector<float> kWorked{2.1f, 3.1f, 2.5f, 3.7f, 3.3f};

/// A safetensors file of one FP32 tensor.
inline void writeTensor(const QString& path, const std::vector<std::uint64_t>& shape, const std::vector<float>& values,
                        const QByteArray& name = "x") {
  QByteArray sides;
  for (const auto side : shape) sides += (sides.isEmpty() ? "" : ",") + QByteArray::number(qulonglong(side));
  const auto bytes = qsizetype(values.size() * sizeof(float));
  QByteArray header = "{\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + sides + "],\"data_offsets\":[0," +
                      QByteArray::number(bytes) + "]}}";
  while (header.size() % 8 != 0) header += ' ';
  const auto length = std::uint64_t(header.size());
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header);
  file.write(reinterpret_cast<const char*>(values.data()), bytes);
}

MATCHER_P(IsWithin, bound, "") { return std::abs(std::get<0>(arg) - std::get<1>(arg)) <= bound; }

/// Schemes that fit the selected tensor and need no inputs of the layer, of which the window knows none.
inline std::size_t measuredSchemes(const Session& session) {
  const MatrixShape shape = matrixShape(session.selection().tensorInfo()->shape);
  return static_cast<std::size_t>(std::ranges::count_if(schemeRegistry(), [&](const Scheme* scheme) {
    return scheme->info().calibration != CalibrationUse::Required && scheme->bitsPerWeight(shape, {});
  }));
}

/// The page in a window of its own, and what it shows.
class QuantizationPageTest : public testing::Test {
 protected:
  QuantizationPageTest() {
    m_page.resize(1320, 790);
    m_page.show();
    m_page.activated();
  }

  QString path(const char* name) const { return m_folder.filePath(name); }
  void openWorkedExample() {
    writeTensor(path("worked.safetensors"), {5}, kWorked);
    m_session->openPath(path("worked.safetensors"));
    settle(*m_session);
  }
  void choose(const std::string& scheme, const Settings& settings = {}) {
    m_session->selectScheme(scheme, settings);
    settle(*m_session);
  }
  template <class Part>
  Part& part() {
    return *m_page.findChild<Part*>();
  }
  /// A column of the grid of values, as it reads.
  std::vector<float> column(int which) {
    const QAbstractItemModel& model = *part<ValueGrid>().table().model();
    std::vector<float> numbers;
    for (int row = 0; row < model.rowCount(); ++row)
      numbers.push_back(model.index(row, which).data().toString().toFloat());
    return numbers;
  }
  std::vector<float> codes() { return column(2); }
  std::vector<float> restored() { return column(3); }
  /// What a list says of `name`; empty where it says nothing.
  QString fact(const char* list, const char* name) {
    for (const auto* facts : m_page.findChildren<FactList*>())
      if (facts->accessibleName() == QLatin1String(list))
        for (const Fact& fact : facts->facts())
          if (fact.name == QLatin1String(name)) return fact.text;
    return {};
  }
  QString board(const char* name) { return fact("One weight", name); }
  QString summary(const char* name) { return fact("Measures of the error", name); }
  const Figure& figure(const char* titleBegin) {
    for (const auto* plot : m_page.findChildren<PlotView*>())
      if (plot->figure().title.starts_with(titleBegin)) return plot->figure();
    static const Figure none;
    return none;
  }
  /// Row of a scheme in the table, by its title; -1: none.
  int rowOf(const char* title) {
    const QAbstractItemModel& model = *part<SchemeTable>().table().model();
    for (int row = 0; row < model.rowCount(); ++row)
      if (model.index(row, 0).data().toString() == QLatin1String(title)) return row;
    return -1;
  }

  QTemporaryDir m_folder;
  std::unique_ptr<Session> m_session = makeSession();
  QuantizationPage m_page{*m_session};
};

}  // namespace ulpscope
