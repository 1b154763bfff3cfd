// SPDX-License-Identifier: Apache-2.0
// The window and `ulp` show the same analysis: the data of the figures that the built `ulp` writes are those of the
// plots.
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include "tests/widgets/window_fixture.h"
#include "widgets/pages/checkpoint_page.h"
#include "widgets/pages/quantization_page.h"
#include "widgets/plots/plot_view.h"

namespace ulpscope {
namespace {

constexpr const char* kTensor = "model.layers.2.mlp.down_proj.weight";

class SameFigures : public testing::Test {
 protected:
  void SetUp() override {
    openSample(*m_session);
    m_session->selectTensor(m_session->selection().checkpoint->find(kTensor).value());
    m_session->selectScheme("int8_row", {});
  }

  /// What `ulp analyse` writes of the same tensor and scheme.
  QString ofUlp(const QString& figure) {
    const QString folder = m_folder.filePath(QStringLiteral("figures"));
    if (!QDir(folder).exists()) {
      QProcess ulp;
      ulp.start(QStringLiteral(ULPSCOPE_ULP),
                {"analyse", sampleFolder(), "--tensor", kTensor, "--scheme", "int8_row", "--output", folder});
      EXPECT_TRUE(ulp.waitForFinished());
      EXPECT_EQ(ulp.exitCode(), 0) << ulp.readAllStandardError().toStdString();
    }
    QFile file(folder + u'/' + figure + QStringLiteral(".csv"));
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << file.fileName().toStdString();
    return QString::fromUtf8(file.readAll());
  }

  template <class APage>
  std::unique_ptr<APage> shown() {
    auto page = std::make_unique<APage>(*m_session);
    page->resize(1320, 790);
    page->show();
    page->activated();
    settle(*m_session);
    return page;
  }

  static bool somePlotShows(const QWidget& page, const QString& csv) {
    const auto plots = page.findChildren<PlotView*>();
    return std::ranges::any_of(plots, [&](const PlotView* plot) { return plot->csv() == csv; });
  }

  std::unique_ptr<Session> m_session = makeSession();
  QTemporaryDir m_folder;
};

TEST_F(SameFigures, OfTheCheckpointPage) {
  const auto page = shown<CheckpointPage>();
  for (auto* box : page->findChildren<QComboBox*>()) {
    if (box->accessibleName() == "Axes") box->setCurrentIndex(1);   // logarithmic count
    if (box->accessibleName() == "Range") box->setCurrentIndex(1);  // all values
  }
  settle(*m_session);
  EXPECT_TRUE(somePlotShows(*page, ofUlp(QStringLiteral("histogram"))));
  EXPECT_TRUE(somePlotShows(*page, ofUlp(QStringLiteral("columns"))));
}

TEST_F(SameFigures, OfTheQuantizationPage) {
  const auto page = shown<QuantizationPage>();
  for (const char* figure : {"error_against_size", "error_histogram", "error_by_column"})
    EXPECT_TRUE(somePlotShows(*page, ofUlp(figure))) << figure;
}

}  // namespace
}  // namespace ulpscope
