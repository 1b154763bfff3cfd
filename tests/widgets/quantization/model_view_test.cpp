// SPDX-License-Identifier: Apache-2.0
#include "widgets/quantization/model_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/base/text.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/models/table_model.h"
#include "widgets/models/table_view.h"
#include "widgets/pages/page.h"
#include "widgets/plots/plot_view.h"
#include "widgets/quantization/budget_box.h"
#include "widgets/quantization/model_form.h"
#include "widgets/quantization/recipe_table.h"
#include "widgets/quantization/recipe_table_model.h"
#include "widgets/quantization/recipe_text.h"
#include "widgets/quantization/save_table.h"
#include "widgets/quantization/scheme_ticks.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

class ModelViewTest : public testing::Test {
 protected:
  ModelViewTest() {
    openSample(*m_session);
    m_view.resize(1320, 790);
    m_view.show();
    m_view.activated();
  }

  template <class Part>
  Part& part() {
    return *m_view.findChild<Part*>();
  }
  /// Ticks these and no others.
  void tick(const std::vector<std::string>& schemes) {
    auto& list = part<SchemeTicks>();
    for (int row = 0; row < list.count(); ++row) {
      const std::string id = list.item(row)->data(Qt::UserRole).toString().toStdString();
      const bool isWanted = std::ranges::find(schemes, id) != schemes.end();
      list.item(row)->setCheckState(isWanted ? Qt::Checked : Qt::Unchecked);
    }
    settle(*m_session);
  }
  void chooseTool(const char* id) {
    m_view.setTarget(QLatin1String(id));
    settle(*m_session);
  }
  QPushButton& measuring() { return *part<ModelForm>().findChild<QPushButton*>(); }
  void measure() {
    measuring().click();
    settle(*m_session);
  }
  void setBits(double bits) {
    m_view.findChild<QDoubleSpinBox*>()->setValue(bits);
    settle(*m_session);
  }
  bool isSaid(const QString& text) {
    const auto labels = m_view.findChildren<QLabel*>();
    return std::ranges::any_of(labels, [&](const QLabel* l) { return l->isVisible() && l->text().contains(text); });
  }
  const QAbstractItemModel& model() { return *part<RecipeTable>().table().model(); }
  int columnOf(const char* title) {
    for (int column = 0; column < model().columnCount(); ++column)
      if (model().headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() == QLatin1String(title)) return column;
    return -1;
  }
  QAbstractButton& button(const char* text) {
    for (auto* found : m_view.findChildren<QAbstractButton*>())
      if (found->text() == QLatin1String(text) || found->accessibleName() == QLatin1String(text)) return *found;
    ADD_FAILURE() << "no button " << text;
    return part<QPushButton>();
  }

  std::unique_ptr<Session> m_session = makeSession();
  ModelView m_view{*m_session};
};

TEST_F(ModelViewTest, ComputesNothingBeforeItIsAskedTo) {
  EXPECT_EQ(m_view.study().survey(), nullptr);
  EXPECT_EQ(model().rowCount(), 0);
  EXPECT_TRUE(isSaid("reads each tensor once"));
  EXPECT_FALSE(part<QSlider>().isEnabled());
  EXPECT_FALSE(button("export recipe").isVisible());
}

TEST_F(ModelViewTest, FindsWhatPlanRecipeFinds) {
  tick({"q4_0", "q8_0", "int8_row"});
  measure();
  setBits(5.5);
  const auto survey = surveyForRecipe(*m_session->selection().checkpoint, m_view.study().question().schemes, {},
                                      nullptr, *m_session->backend(), {});
  ASSERT_TRUE(survey) << survey.error().message;
  const auto recipe = planRecipe(*survey, budgetOf(5.5), {}, {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  ASSERT_TRUE(m_view.study().recipe());
  EXPECT_EQ(m_view.study().recipe()->chosen, recipe->chosen);
  EXPECT_EQ(m_view.study().recipe()->error, recipe->error);
  EXPECT_TRUE(isSaid(QString::number(recipe->bitsPerWeight, 'f', 4)));
  EXPECT_TRUE(isSaid(QString::fromStdString(humanBytes(recipe->totalBytes))));
  EXPECT_TRUE(isSaid(percent(recipe->error)));
  EXPECT_TRUE(isSaid(boundOf(*recipe)));
  EXPECT_TRUE(isSaid(bestUniformOf(*survey, *recipe)));

  ASSERT_EQ(model().rowCount(), int(survey->tensors.size()));
  const int q4 = columnOf("Q4_0");
  ASSERT_GE(q4, 0);
  int framed = 0;
  for (int row = 0; row < model().rowCount(); ++row) {
    const auto tensor =
        std::ranges::find(survey->tensors, model().index(row, 0).data(TableModel::ExactRole).toString().toStdString(),
                          &RecipeTensor::name);
    ASSERT_NE(tensor, survey->tensors.end());
    if (!tensor->kept.empty()) {
      EXPECT_EQ(model().index(row, RecipeTableModel::kGets).data().toString().toStdString(), "kept: " + tensor->kept);
      continue;
    }
    EXPECT_EQ(model().index(row, q4).data(TableModel::ExactRole).toDouble(), 100 * tensor->options[0].error);
    for (int column = RecipeTableModel::kSchemes; column < model().columnCount(); ++column)
      framed += model().index(row, column).data(RecipeTableModel::ChosenRole).toBool() ? 1 : 0;
  }
  EXPECT_EQ(framed, int(recipe->tensors)) << "one cell a tensor";
  const Figure& figure = part<PlotView>().figure();
  ASSERT_EQ(figure.series.size(), 2u);
  EXPECT_EQ(figure.series[1].y.back(), recipe->error);
}

TEST_F(ModelViewTest, FollowsTheBudgetInSliderAndBox) {
  tick({"q4_0", "q8_0"});
  measure();
  auto& slider = part<QSlider>();
  auto& box = *m_view.findChild<QDoubleSpinBox*>();
  slider.setValue(slider.minimum());
  settle(*m_session);
  EXPECT_EQ(box.value(), 4.5);
  EXPECT_DOUBLE_EQ(m_view.study().recipe()->bitsPerWeight, 4.5);
  const double worst = m_view.study().recipe()->error;
  slider.setValue(slider.maximum());
  settle(*m_session);
  EXPECT_DOUBLE_EQ(m_view.study().recipe()->bitsPerWeight, 8.5);
  EXPECT_LT(m_view.study().recipe()->error, worst);
  setBits(6);
  EXPECT_GT(slider.value(), slider.minimum());
  EXPECT_LT(slider.value(), slider.maximum());
  tick({"q8_0"});
  EXPECT_EQ(box.value(), 8.5) << "the budget stays within what is possible";
  ASSERT_TRUE(m_view.study().recipe());
  tick({"q4_0", "q8_0"});
  EXPECT_EQ(box.value(), 6) << "and comes back to what was asked for";
  EXPECT_EQ(m_view.study().budget(), 6);
}

TEST_F(ModelViewTest, NarrowsWithoutMeasuringAgainAndSaysWhenItMust) {
  tick({"q4_0", "q8_0", "as_stored"});
  measure();
  setBits(5);
  const auto before = m_view.study().recipe()->error;
  EXPECT_TRUE(isSaid("All is measured."));
  EXPECT_FALSE(measuring().isEnabled());
  tick({"q4_0", "q8_0"});
  EXPECT_EQ(m_view.study().missing(), 0u);
  EXPECT_LT(columnOf("as stored"), 0);
  EXPECT_GE(m_view.study().recipe()->error, before);
  tick({"q4_0", "q8_0", "q5_0"});
  const std::size_t tensors = m_view.study().recipe()->tensors;
  EXPECT_EQ(m_view.study().asked(), 3 * tensors);
  EXPECT_EQ(m_view.study().missing(), tensors);
  EXPECT_TRUE(isSaid(grouped(tensors) + " of " + grouped(3 * tensors) + " to measure"));
  EXPECT_LT(columnOf("Q5_0"), 0);
  EXPECT_GE(columnOf("Q8_0"), 0) << "what is known stays, and recipes of it";
  measure();
  EXPECT_EQ(m_view.study().missing(), 0u);
  EXPECT_GE(columnOf("Q5_0"), 0);
}

TEST_F(ModelViewTest, RemembersWhatItMeasuredWithEachCalibration) {
  tick({"q8_0", "llm_int8"});
  measure();
  const auto before = m_view.study().recipe();
  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_EQ(m_view.study().missing(), m_view.study().asked());
  EXPECT_EQ(m_view.study().recipe(), std::nullopt);
  measure();
  EXPECT_NE(m_view.study().recipe()->error, before->error);
  m_session->setCalibration(nullptr);
  settle(*m_session);
  EXPECT_EQ(m_view.study().missing(), 0u);
  ASSERT_TRUE(m_view.study().recipe());
  EXPECT_EQ(m_view.study().recipe()->error, before->error);
  m_session->setCalibration(Calibration::synthetic());  // drawn by the same seed
  settle(*m_session);
  EXPECT_EQ(m_view.study().missing(), 0u);
}

TEST_F(ModelViewTest, KeepsRolesThatAreTicked) {
  tick({"q4_0", "q8_0"});
  measure();
  const std::size_t before = m_view.study().recipe()->tensors;
  for (auto* box : m_view.findChildren<QCheckBox*>())
    if (box->text() == "embeddings") box->setChecked(true);
  settle(*m_session);
  EXPECT_EQ(m_view.study().recipe()->tensors, before - 1);
}

TEST_F(ModelViewTest, OffersWhatTheToolCanDo) {
  chooseTool("bitsandbytes");
  EXPECT_EQ(m_view.study().question().schemes.size(), 2u);
  auto& list = part<SchemeTicks>();
  for (int row = 0; row < list.count(); ++row)
    if (list.item(row)->data(Qt::UserRole).toString() == "llm_int8") list.item(row)->setCheckState(Qt::Checked);
  settle(*m_session);
  const auto& schemes = m_view.study().question().schemes;
  ASSERT_EQ(schemes.size(), 2u) << "one scheme, and as stored";
  EXPECT_TRUE(std::ranges::any_of(schemes, [](const SchemeChoice& c) { return textOf(c) == "llm_int8"; }));

  chooseTool("gptqmodel");
  EXPECT_EQ(m_view.study().question().schemes.size(), 1u) << "GPTQ needs inputs; as stored does not";
  m_session->setCalibration(Calibration::synthetic());
  settle(*m_session);
  EXPECT_EQ(m_view.study().question().schemes.size(), 6u);
}

TEST_F(ModelViewTest, WritesTheFileOfTheTool) {
  QTemporaryDir folder;
  for (const QFileInfo& file : QDir(sampleFolder()).entryInfoList(QDir::Files))
    ASSERT_TRUE(QFile::copy(file.filePath(), folder.filePath(file.fileName())));
  m_session->openPath(folder.path());
  settle(*m_session);
  chooseTool("llama.cpp");
  tick({"q4_0", "q8_0"});
  measure();
  setBits(6);
  const RecipeTarget& target = *findRecipeTarget("llama.cpp");
  const std::string expected = target.write(*m_view.study().survey(), *m_view.study().recipe());
  EXPECT_THAT(expected, HasSubstr("q4_0"));
  EXPECT_TRUE(button("export recipe").isVisible());
  QSignalSpy noted(m_session.get(), &Session::noted);
  m_view.exportRecipe(folder.filePath("recipe.txt"));
  settle(*m_session);
  QFile file(folder.filePath("recipe.txt"));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  EXPECT_EQ(file.readAll().toStdString(), expected);
  EXPECT_TRUE(isSaid("Saved as recipe.txt.\n" + QString::fromStdString(std::string(target.usage))));
  ASSERT_EQ(noted.count(), 1);
  EXPECT_EQ(noted[0][0].toString(), "saved " + QDir::toNativeSeparators(folder.filePath("recipe.txt")));
  setBits(7);
  EXPECT_FALSE(isSaid("Saved as")) << "of another recipe";
  setBits(6);
  button("copy recipe").click();
  settle(*m_session);
  EXPECT_EQ(QGuiApplication::clipboard()->text().toStdString(), expected);

  QSignalSpy reported(m_session.get(), &Session::reported);
  m_view.exportRecipe(QString::fromStdString(m_session->selection().checkpoint->files.front()->name()));
  m_view.exportRecipe(folder.filePath("no such folder/recipe.txt"));
  settle(*m_session);
  EXPECT_EQ(reported.count(), 2);
  EXPECT_FALSE(isSaid("Saved as"));
  const TableView& table = part<RecipeTable>().table();
  saveTable(table, folder.filePath("tensors.csv"), *m_session);
  EXPECT_EQ(noted.count(), 3) << "the recipe, the clipboard, the table";
  saveTable(table, folder.filePath("no such folder/tensors.csv"), *m_session);
  EXPECT_EQ(noted.count(), 3);
  EXPECT_EQ(reported.count(), 3);
}

TEST_F(ModelViewTest, SelectsTheTensorOfAClickedRowAndRanksByError) {
  tick({"q4_0", "q8_0"});
  measure();
  TableView& table = part<RecipeTable>().table();
  table.sortByColumn(columnOf("Q4_0"), Qt::DescendingOrder);
  double before = 1e9;
  for (int row = 0; row < int(m_view.study().recipe()->tensors); ++row) {
    const double error = model().index(row, columnOf("Q4_0")).data(TableModel::ExactRole).toDouble();
    EXPECT_LE(error, before);
    before = error;
  }
  table.selectRow(2);
  settle(*m_session);
  const TensorInfo* tensor = m_session->selection().tensorInfo();
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(QString::fromStdString(tensor->name), model().index(2, 0).data().toString());
  EXPECT_TRUE(table.textAs(TableView::CopyAs::Csv).startsWith("Tensor,Weights,Gets"));
}

TEST(BriefPercent, HasOneDigitBelowAThousandth) {
  EXPECT_EQ(briefPercent(0), "0");
  EXPECT_EQ(briefPercent(0.12345), "12");
  EXPECT_EQ(briefPercent(0.0012345), "0.12");
  EXPECT_EQ(briefPercent(1.04e-5), "0.001");
  EXPECT_EQ(briefPercent(9.98e-6), "0.001");
  EXPECT_EQ(briefPercent(5.2e-6), "5e-4");
  EXPECT_EQ(briefPercent(9.6e-8), "1e-5");
  EXPECT_EQ(briefPercent(1e-12), "1e-10");
}

TEST_F(ModelViewTest, IsWorkedByKeys) {
  m_view.activateWindow();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&m_view));
  auto& list = part<SchemeTicks>();
  list.setFocus(Qt::TabFocusReason);
  EXPECT_EQ(list.currentRow(), 0) << "a list with the focus shows where the keys are";
  tick({"q4_0", "q8_0"});
  measuring().setFocus();
  QTest::keyClick(&measuring(), Qt::Key_Space);
  settle(*m_session);
  auto& slider = part<QSlider>();
  EXPECT_TRUE(slider.hasFocus());
  QTest::keyClick(&slider, Qt::Key_PageUp);
  settle(*m_session);
  EXPECT_GT(m_view.study().recipe()->bitsPerWeight, 4.5);
}

TEST_F(ModelViewTest, StopsWhenItIsToldTo) {
  auto& measureButton = measuring();
  measureButton.click();
  EXPECT_EQ(measureButton.text(), "Cancel");
  measureButton.click();
  settle(*m_session);
  EXPECT_EQ(measureButton.text(), "Measure");
  EXPECT_GT(m_view.study().missing(), 0u);
  EXPECT_EQ(m_view.study().recipe(), std::nullopt);
}

TEST_F(ModelViewTest, KeepsWhatWasMeasuredBeforeItWasStopped) {
  auto& measureButton = measuring();
  measureButton.click();
  const auto& study = m_view.study();
  ASSERT_TRUE(QTest::qWaitFor([&] { return study.missing() < study.asked() && study.isMeasuring(); }, 5000));
  EXPECT_EQ(study.range(), std::nullopt) << "a recipe of what is measured by chance";
  measureButton.click();
  settle(*m_session);
  const std::size_t left = study.missing();
  EXPECT_GT(left, 0u) << "stopped too late";
  EXPECT_LT(left, study.asked());
  EXPECT_GT(model().rowCount(), 0);
  EXPECT_TRUE(isSaid(grouped(left) + " of " + grouped(study.asked()) + " to measure"));
  measure();
  EXPECT_EQ(study.missing(), 0u);
  const auto fresh = surveyForRecipe(*study.checkpoint(), study.question().schemes, study.question().rules, nullptr,
                                     *m_session->backend(), {});
  ASSERT_TRUE(fresh);
  const RecipeSurvey& found = *study.survey();
  ASSERT_EQ(found.tensors.size(), fresh->tensors.size());
  for (std::size_t i = 0; i < found.tensors.size(); ++i) {
    SCOPED_TRACE(found.tensors[i].name);
    EXPECT_EQ(found.tensors[i].kept, fresh->tensors[i].kept);
    EXPECT_EQ(found.tensors[i].refused, fresh->tensors[i].refused);
    ASSERT_EQ(found.tensors[i].options.size(), fresh->tensors[i].options.size());
    for (std::size_t k = 0; k < found.tensors[i].options.size(); ++k) {
      EXPECT_EQ(found.tensors[i].options[k].scheme, fresh->tensors[i].options[k].scheme);
      EXPECT_EQ(found.tensors[i].options[k].error, fresh->tensors[i].options[k].error);
    }
  }
}

TEST_F(ModelViewTest, SurvivesTheCheckpointBeingClosedWhileItMeasures) {
  measuring().click();
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_EQ(m_view.study().survey(), nullptr);
  EXPECT_EQ(m_view.study().asked(), 0u);
}

TEST_F(ModelViewTest, DropsWhatItKnowsOfACheckpointThatIsReadAnew) {
  tick({"q8_0"});
  measure();
  EXPECT_EQ(m_view.study().missing(), 0u);
  m_session->reload(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_EQ(m_view.study().missing(), m_view.study().asked());
  EXPECT_EQ(model().rowCount(), 0);
}

class WholeModelInWindow : public WindowTest {};

TEST_F(WholeModelInWindow, HasRoomWithResultsAtTheSmallestSizeInBothThemes) {
  openSample(*m_session);
  m_window.resize(1000, 650);
  m_window.show();
  ASSERT_TRUE(m_window.showPage(QStringLiteral("quantization")));
  settle(*m_session);
  auto& view = *m_window.findChild<ModelView*>();
  for (auto* bar : m_window.currentPage()->findChildren<QTabBar*>())
    if (bar->accessibleName() == "One tensor, or the whole model") bar->setCurrentIndex(1);
  view.setTarget(QStringLiteral("llama.cpp"));
  view.measure();
  settle(*m_session);
  ASSERT_TRUE(view.study().recipe());
  EXPECT_TRUE(view.isVisible());
  EXPECT_EQ(m_window.size(), QSize(1000, 650));
  for (const auto* label : view.findChildren<QLabel*>()) {
    if (!label->isVisible() || label->text().isEmpty()) continue;
    const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
    EXPECT_GE(label->height(), needed) << label->text().toStdString();
  }
  for (const auto mode : {ThemeMode::Dark, ThemeMode::Light}) {
    theme().setMode(mode);
    EXPECT_FALSE(view.grab().isNull());
  }
}

}  // namespace
}  // namespace ulpscope
