// SPDX-License-Identifier: Apache-2.0
#include "core/report/recipe_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/recipe/recipe_samples.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;

class RecipePicture : public testing::Test {
 protected:
  RecipePicture() {
    m_survey.schemes = parsedChoices({"q4_0", "q8_0", "as_stored"});
    for (const auto& [name, noise] : {std::pair{"a.weight", 1.0}, std::pair{"b.weight", 9.0}})
      m_survey.tensors.push_back(sampleTensor(name, m_survey.schemes, noise));
  }

  RecipeSurvey m_survey;
};

TEST_F(RecipePicture, ShowsBudgetsAsAGuideUniformPlansAsDotsAndMarksTheRecipe) {
  const auto curve = recipeCurve(m_survey, {}, 9, {});
  ASSERT_TRUE(curve) << curve.error().message;
  const auto recipe = planRecipe(m_survey, budgetOf(6.5), {}, {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  const Figure figure = recipeFigure(m_survey, *curve, &*recipe);
  ASSERT_EQ(figure.series.size(), 2u);
  const Series& line = figure.series[0];
  EXPECT_EQ(line.kind, Series::Kind::Guide);
  EXPECT_EQ(line.x.front(), 4.5);
  for (std::size_t i = 1; i < line.x.size(); ++i) {
    EXPECT_GT(line.x[i], line.x[i - 1]);
    EXPECT_LT(line.y[i], line.y[i - 1]);
  }
  EXPECT_GT(line.y.back(), 0) << "all as stored loses nothing, which no logarithm shows";
  EXPECT_THAT(figure.series[1].labels, ElementsAre("Q4_0", "Q8_0", "this recipe"));
  EXPECT_THAT(figure.series[1].x, ElementsAre(4.5, 8.5, 6.5));
  EXPECT_EQ(figure.series[1].y.back(), recipe->error);
  EXPECT_THAT(figure.series[1].marked, ElementsAre(false, false, true));
}

TEST_F(RecipePicture, SaysSoWhereNothingIsLost) {
  const auto recipe = planRecipe(m_survey, budgetOf(32), {}, {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  const RecipePoint curve[] = {{4.5, 0.01}, {32, 1e-18}};
  const Figure figure = recipeFigure(m_survey, curve, &*recipe);
  EXPECT_THAT(figure.series.front().x, ElementsAre(4.5)) << "the rest of a sum is no error";
  EXPECT_THAT(figure.series.back().labels, ElementsAre("Q4_0", "Q8_0"));
  EXPECT_THAT(figure.notes, ElementsAre("this recipe loses nothing"));
}

TEST(BriefTitles, TellSchemesApart) {
  EXPECT_THAT(briefTitles(parsedChoices({"q4_k", "gptq:bits=3", "gptq", "as_stored"})),
              ElementsAre("Q4_K", "GPTQ b3", "GPTQ", "as stored"));
  EXPECT_THAT(briefTitles(parsedChoices({"mxfp4:reference=ggml", "mxfp4"})),
              ElementsAre("mxfp4:reference=ggml", "mxfp4"));
}

}  // namespace
}  // namespace ulpscope
