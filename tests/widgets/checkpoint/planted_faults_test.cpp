// SPDX-License-Identifier: Apache-2.0
// A tensor with planted faults: each stands in the ranked list, and a click leads to the element and its bits.
#include <gtest/gtest.h>

#include <QLabel>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTreeView>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "core/formats/value_text.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/models/findings_model.h"
#include "widgets/pages/checkpoint_page.h"

namespace ulpscope {
namespace {

constexpr std::size_t kSide = 256;
constexpr float kSigma = 0.02F;
constexpr std::uint64_t kNan = 3 * kSide + 7;
constexpr std::uint64_t kInfinity = 5 * kSide + 9;
constexpr std::uint64_t kDeadRow = 100;
constexpr std::uint64_t kSuperWeight = 150 * kSide + 60;
constexpr std::uint64_t kColumn = 200;

std::string faultyTensor() {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, kSigma);
  std::vector<float> values(kSide * kSide);
  for (float& value : values) value = normal(random);
  for (std::size_t i = 0; i < kSide; ++i) {
    values[i * kSide + kColumn] *= 20;
    values[kDeadRow * kSide + i] = 0;
  }
  values[kNan] = std::numeric_limits<float>::quiet_NaN();
  values[kInfinity] = std::numeric_limits<float>::infinity();
  values[kSuperWeight] = 40 * kSigma;
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

class PlantedFaults : public testing::Test {
 protected:
  void SetUp() override {
    const test::SafetensorsBuilder file =
        test::SafetensorsBuilder().add("layers.0.mlp.down_proj.weight", "F32", {kSide, kSide}, faultyTensor());
    m_folder.write("faulty.safetensors", file.bytes());
    m_page.resize(1300, 800);
    m_page.show();
    m_session->openPath(QString::fromStdString((m_folder.path() / "faulty.safetensors").string()));
    settle(*m_session);
    m_page.findChild<QTabBar*>(QStringLiteral("checkpointLists"))->setCurrentIndex(1);
    settle(*m_session);
  }
  FindingsModel& findings() { return *qobject_cast<FindingsModel*>(list().model()); }
  QTreeView& list() { return *m_page.findChild<QTreeView*>(QStringLiteral("findings")); }

  /// Clicks on the finding of a rule; the element that it leads to.
  std::optional<std::uint64_t> click(std::string_view rule) {
    for (int row = 0; row < findings().rowCount(); ++row) {
      const QModelIndex index = findings().index(row);
      if (findings().findingAt(index).rule != rule) continue;
      list().scrollTo(index);
      QTest::mouseClick(list().viewport(), Qt::LeftButton, {}, list().visualRect(index).center());
      settle(*m_session);
      return m_session->selection().element;
    }
    ADD_FAILURE() << rule << " is not listed";
    return {};
  }
  std::string label(const char* name) { return m_page.findChild<QLabel*>(QLatin1String(name))->text().toStdString(); }

  test::TemporaryFolder m_folder;
  std::unique_ptr<Session> m_session = makeSession();
  CheckpointPage m_page{*m_session};
};

TEST_F(PlantedFaults, LeadsFromEachToItsElementAndItsBits) {
  EXPECT_EQ(click("super_weight"), kSuperWeight);
  EXPECT_EQ(label("elementPosition"), "[150, 60]");
  EXPECT_EQ(label("elementCode"), codeText(*findFormat("float32"), std::bit_cast<std::uint32_t>(40 * kSigma)));
  EXPECT_TRUE(m_page.findChild<QWidget*>(QStringLiteral("elementStrip"))->isVisible());
  EXPECT_EQ(m_page.findChild<QTabWidget*>()->currentWidget()->findChild<QAbstractItemView*>()->objectName(),
            QStringLiteral("values"));
  auto* tabs = m_page.findChild<QTabWidget*>();
  auto* values = m_page.findChild<QTableView*>(QStringLiteral("values"));
  EXPECT_EQ(values->currentIndex(), values->model()->index(150, 60));
  tabs->setCurrentIndex(0);  // from where the values, known already, must come to the element, too
  const auto dead = click("dead_rows");
  EXPECT_EQ(values->currentIndex().row(), int(kDeadRow));
  ASSERT_TRUE(dead);
  EXPECT_EQ(*dead / kSide, kDeadRow);
  EXPECT_EQ(label("elementCode"), "0x00000000");
  const auto column = click("extreme_column");
  ASSERT_TRUE(column);
  EXPECT_EQ(*column % kSide, kColumn);
}

TEST_F(PlantedFaults, ListsNanAndInfinityFirst) {
  const LintFinding& worst = findings().findingAt(findings().index(0));
  EXPECT_EQ(worst.rule, "not_finite");
  EXPECT_EQ(worst.severity, Severity::Error);
  const auto element = click("not_finite");
  EXPECT_TRUE(element == kNan || element == kInfinity);
  EXPECT_EQ(label("elementCode"), element == kNan ? "0x7FC00000" : "0x7F800000");
}

}  // namespace
}  // namespace ulpscope
