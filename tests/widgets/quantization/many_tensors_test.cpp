// SPDX-License-Identifier: Apache-2.0
// The window answers within 50 ms, also where a checkpoint has as many tensors as a model of many experts.
#include <gtest/gtest.h>

#include <QDoubleSpinBox>
#include <QFile>
#include <QHeaderView>
#include <QPushButton>
#include <QSlider>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <random>

#include "tests/widgets/event_times.h"
#include "tests/widgets/find_named.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/quantization_views.h"
#include "widgets/quantization/model_form.h"
#include "widgets/quantization/model_view.h"
#include "widgets/quantization/recipe_table.h"
#include "widgets/quantization/scheme_ticks.h"
#include "widgets/quantization/tab_stack.h"

namespace ulpscope {
namespace {

constexpr double kLongestMs = 50;

QString expertName(int number) {
  return QStringLiteral("model.layers.%1.mlp.experts.%2.up_proj.weight").arg(number / 64).arg(number % 64);
}

/// A safetensors file of that many BF16 matrices of 2 x 32.
void writeExperts(const QString& path, int tensors) {
  constexpr int kBytes = 2 * 32 * 2;
  QByteArray header = "{";
  for (int i = 0; i < tensors; ++i)
    header += (i == 0 ? "\"" : ",\"") + expertName(i).toUtf8() +
              "\":{\"dtype\":\"BF16\",\"shape\":[2,32],\"data_offsets\":[" + QByteArray::number(i * kBytes) + "," +
              QByteArray::number((i + 1) * kBytes) + "]}";
  header += "}";
  while (header.size() % 8 != 0) header += ' ';
  const auto length = std::uint64_t(header.size());
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file.write(header);
  std::mt19937 random(3);
  QByteArray values;
  for (int i = 0; i < tensors * kBytes / 2; ++i)
    values.append(char(random() % 256)).append(char(0x3F));  // of 0.5 to 1.99
  file.write(values);
}

void expectQuick(const char* doing) {
  const auto longest = TimedApplication::takeLongest();
  EXPECT_LT(longest.ms, kLongestMs) << doing << ": " << longest.what;
  testing::Test::RecordProperty(doing, std::to_string(longest.ms));
}

/// A click on the title of that column.
void rank(TableView& table, int column) {
  auto* header = table.horizontalHeader();
  table.scrollTo(table.model()->index(0, column));
  const QPoint place(header->sectionViewportPosition(column) + 12, header->height() / 2);
  QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, place);
}

TEST(ManyTensors, MoveTheTableOfAModelOf90000WithinTheTimeOfAnAnswer) {
  std::vector<SchemeChoice> schemes;
  for (const char* id : {"q4_0", "q5_0", "q6_k", "q8_0"}) schemes.push_back({findScheme(id)});
  auto survey = std::make_shared<RecipeSurvey>(RecipeSurvey{.schemes = schemes, .tensors = {}});
  std::vector<std::uint32_t> ranks;
  std::mt19937 random(7);
  Recipe recipe;
  for (int i = 0; i < 90'000; ++i) {
    RecipeTensor tensor{.tensor = std::size_t(i),
                        .name = expertName(i).toStdString(),
                        .storedType = "BF16",
                        .shape = {64, 64},
                        .elements = 4096 + random() % 9};
    for (std::size_t scheme = 0; scheme < schemes.size(); ++scheme)
      tensor.options.push_back({scheme, double(4 + scheme), 4096 * (4 + scheme), 1.0 / double(random() % 1000 + 1)});
    survey->tensors.push_back(std::move(tensor));
    ranks.push_back(std::uint32_t(i));
    recipe.chosen.emplace_back(random() % 4);
  }
  std::ranges::shuffle(ranks, random);
  RecipeTable table;
  table.resize(1100, 400);
  table.show();
  QTest::qWait(0);
  TimedApplication::takeLongest();
  // As a task would: in an event of its own.
  const auto later = [&](auto call) {
    QMetaObject::invokeMethod(&table, call, Qt::QueuedConnection);
    QTest::qWait(0);
  };
  later([&] { table.showSurvey(survey, ranks); });
  expectQuick("showing");
  later([&] { table.showRecipe(survey, recipe); });
  expectQuick("choosing");
  for (int column = 0; column < table.table().model()->columnCount(); ++column) {
    rank(table.table(), column);
    QTest::qWait(0);
    expectQuick("ranking");
    EXPECT_EQ(table.table().horizontalHeader()->sortIndicatorSection(), column);
    later([&] { table.showRecipe(survey, recipe); });
    expectQuick("choosing while ranked");
    later([&] { table.showSurvey(survey, ranks); });
    expectQuick("showing while ranked");
  }
}

TEST(ManyTensors, LeaveTheViewOfTheModelAnswering) {
  QTemporaryDir folder;
  const QString path = folder.filePath("experts.safetensors");
  writeExperts(path, 4000);
  const auto session = makeSession();
  session->openPath(path);
  settle(*session);
  QuantizationViews views(*session);
  views.resize(1280, 760);
  views.show();
  auto& model = *views.findChild<ModelView*>();
  auto& stack = *views.findChild<TabStack*>();
  stack.setCurrent(&model);
  settle(*session);
  auto& ticks = *views.findChild<SchemeTicks*>();
  for (int row = 0; row < ticks.count(); ++row) {
    const QString id = ticks.item(row)->data(Qt::UserRole).toString();
    ticks.item(row)->setCheckState(id == "q4_0" || id == "q8_0" ? Qt::Checked : Qt::Unchecked);
  }
  settle(*session);
  TimedApplication::takeLongest();
  QTest::mouseClick(views.findChild<ModelForm*>()->findChild<QPushButton*>(), Qt::LeftButton);
  settle(*session);
  expectQuick("measuring");
  ASSERT_EQ(model.study().missing(), 0u);
  ASSERT_TRUE(model.study().recipe());
  auto& slider = *model.findChild<QSlider*>();
  for (int step = 0; step < 20; ++step) QTest::keyClick(&slider, Qt::Key_PageUp, {}, 5);
  settle(*session);
  expectQuick("moving the budget");
  EXPECT_GT(model.study().budget(), 4.5);
  auto& tabs = *findNamed<QTabBar>(views, "One tensor, or the whole model");
  for (const int tab : {0, 1}) {
    QTest::mouseClick(&tabs, Qt::LeftButton, {}, tabs.tabRect(tab).center());
    settle(*session);
    expectQuick("changing the view");
  }
}

}  // namespace
}  // namespace ulpscope
