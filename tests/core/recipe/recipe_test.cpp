// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/recipe/recipe_samples.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

class RecipePlan : public testing::Test {
 protected:
  RecipePlan() {
    m_survey.schemes = parsedChoices({"q4_0", "q5_0", "q8_0"});
    for (const auto& [name, noise] :
         {std::pair{"layers.0.q_proj.weight", 1.0}, std::pair{"layers.0.o_proj.weight", 9.0},
          std::pair{"layers.0.up_proj.weight", 2.0}})
      m_survey.tensors.push_back(sampleTensor(name, m_survey.schemes, noise));
    RecipeTensor norm = sampleTensor("layers.0.input_layernorm.weight", {}, 0);
    norm.kept = "a vector";
    m_survey.tensors.push_back(norm);
  }

  RecipeSurvey m_survey;
};

TEST_F(RecipePlan, GivesBitsToTheTensorsThatLoseMost) {
  // 4.5 + 4.5 + 5.5 bits and less than a fourth of a bit to spare.
  const auto recipe = planRecipe(m_survey, {.bitsPerWeight = 4.9}, {}, {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_THAT(recipe->chosen, ElementsAre(Optional(0u), Optional(1u), Optional(0u), std::nullopt));
  EXPECT_EQ(recipe->tensors, 3u);
  EXPECT_EQ(recipe->elements, 3u * 4096);
  EXPECT_EQ(recipe->bits, static_cast<std::uint64_t>((4.5 + 4.5 + 5.5) * 4096));
  EXPECT_EQ(recipe->totalBytes, recipe->bits / 8 + 4096 * 4);
  EXPECT_TRUE(recipe->isExact);
}

TEST_F(RecipePlan, IsAsGoodAsEveryUniformPlanThatItHasRoomFor) {
  for (const double bits : {4.5, 4.7, 5.0, 5.5, 6.5, 8.5, 12.0}) {
    SCOPED_TRACE(bits);
    const auto recipe = planRecipe(m_survey, {.bitsPerWeight = bits}, {}, {});
    ASSERT_TRUE(recipe);
    ASSERT_EQ(recipe->uniform.size(), 3u);
    for (const UniformPlan& plan : recipe->uniform) {
      EXPECT_EQ(plan.isWithinBudget, plan.bitsPerWeight <= bits);
      if (plan.isWithinBudget) {
        EXPECT_LE(recipe->error, plan.error * (1 + 1e-12));
      }
    }
  }
}

TEST_F(RecipePlan, GivesTensorsOfOneGroupTheSameScheme) {
  const std::vector<std::size_t> groups{7, 7, 1, 2};
  const auto recipe = planRecipe(m_survey, {.bitsPerWeight = 5.2}, groups, {});
  ASSERT_TRUE(recipe);
  EXPECT_EQ(recipe->chosen[0], recipe->chosen[1]);
  EXPECT_THAT(recipe->chosen[0], Optional(1u));
}

TEST_F(RecipePlan, CountsWhatIsKeptInABudgetOfBytes) {
  const std::uint64_t kept = 4096 * 4;
  const auto least = static_cast<std::uint64_t>(3 * 4096 * 4.5 / 8);
  const auto recipe = planRecipe(m_survey, {.bytes = kept + least}, {}, {});
  ASSERT_TRUE(recipe);
  EXPECT_EQ(recipe->totalBytes, kept + least);
  for (const std::uint64_t bytes : {kept + least - 1, kept - 1}) {
    const auto none = planRecipe(m_survey, {.bytes = bytes}, {}, {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::Unsupported);
  }
}

TEST_F(RecipePlan, SaysWhichTensorsHaveNoSchemeInCommon) {
  m_survey.tensors[0].options.erase(m_survey.tensors[0].options.begin() + 1, m_survey.tensors[0].options.end());
  m_survey.tensors[1].options.erase(m_survey.tensors[1].options.begin());
  const auto recipe = planRecipe(m_survey, {.bitsPerWeight = 8}, std::vector<std::size_t>{3, 3, 1, 2}, {});
  ASSERT_FALSE(recipe);
  EXPECT_THAT(recipe.error().message, HasSubstr("share one"));
}

TEST_F(RecipePlan, NeedsSomethingToDecideOn) {
  for (RecipeTensor& tensor : m_survey.tensors) tensor.options.clear();
  EXPECT_FALSE(planRecipe(m_survey, {.bitsPerWeight = 8}, {}, {}));
}

TEST_F(RecipePlan, HasARangeWhoseEndsAreTheSmallestAndTheBest) {
  const auto range = bitsRange(m_survey, {});
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_DOUBLE_EQ(range->least, 4.5);
  EXPECT_DOUBLE_EQ(range->most, 8.5);
  EXPECT_TRUE(planRecipe(m_survey, budgetOf(range->least), {}, {}));
  EXPECT_FALSE(planRecipe(m_survey, budgetOf(range->least - 0.01), {}, {}));
  for (const RecipeBudget& plenty : {RecipeBudget{.bitsPerWeight = 1e300}, RecipeBudget{.bytes = ~std::uint64_t{0}}}) {
    const auto recipe = planRecipe(m_survey, plenty, {}, {});
    ASSERT_TRUE(recipe) << recipe.error().message;
    EXPECT_NEAR(recipe->bitsPerWeight, range->most, 1e-12);
  }
  m_survey.tensors.resize(0);
  EXPECT_FALSE(bitsRange(m_survey, {}));
}

TEST_F(RecipePlan, HasACurveOfTheBestRecipes) {
  const auto curve = recipeCurve(m_survey, {}, 5, {});
  ASSERT_TRUE(curve) << curve.error().message;
  ASSERT_GE(curve->size(), 3u);
  EXPECT_DOUBLE_EQ(curve->front().bitsPerWeight, 4.5);
  EXPECT_DOUBLE_EQ(curve->back().bitsPerWeight, 8.5);
  for (const RecipePoint& point : *curve) {
    const auto recipe = planRecipe(m_survey, budgetOf(point.bitsPerWeight), {}, {});
    ASSERT_TRUE(recipe);
    EXPECT_EQ(recipe->error, point.error);
  }
}

}  // namespace
}  // namespace ulpscope
