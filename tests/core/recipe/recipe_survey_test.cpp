// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "core/base/text.h"
#include "core/quantization/quantization_report.h"
#include "core/recipe/recipe_target.h"
#include "tests/core/recipe/recipe_samples.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void expectSame(const RecipeSurvey& a, const RecipeSurvey& b) {
  EXPECT_EQ(a.schemes, b.schemes);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    const RecipeTensor& one = a.tensors[i];
    const RecipeTensor& other = b.tensors[i];
    SCOPED_TRACE(one.name);
    EXPECT_EQ(one.name, other.name);
    EXPECT_EQ(one.kept, other.kept);
    EXPECT_EQ(one.refused, other.refused);
    EXPECT_EQ(one.isWeighted, other.isWeighted);
    ASSERT_EQ(one.options.size(), other.options.size());
    for (std::size_t k = 0; k < one.options.size(); ++k) {
      EXPECT_EQ(one.options[k].scheme, other.options[k].scheme);
      EXPECT_EQ(one.options[k].bits, other.options[k].bits);
      EXPECT_EQ(one.options[k].bitsPerWeight, other.options[k].bitsPerWeight);
      EXPECT_EQ(one.options[k].error, other.options[k].error);
    }
  }
}

class RecipeSurveyOfSample : public testing::Test {
 protected:
  RecipeSurveyOfSample() {
    auto opened = openCheckpoint(sourcePath("resources/samples/tiny-lm"));
    EXPECT_TRUE(opened) << opened.error().message;
    m_checkpoint = *opened;
  }

  RecipeSurvey survey(const std::vector<std::string>& schemes, const RecipeRules& rules = {},
                      const Calibration* calibration = nullptr) {
    auto found = surveyForRecipe(*m_checkpoint, parsedChoices(schemes), rules, calibration, *m_backend, {});
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : RecipeSurvey{};
  }

  std::shared_ptr<const Checkpoint> m_checkpoint;
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

TEST_F(RecipeSurveyOfSample, MeasuresWhatQuantizeMeasures) {
  const RecipeSurvey found = survey({"q4_0", "int_symmetric:bits=3:granularity=row", "as_stored"});
  std::size_t measured = 0;
  for (const RecipeTensor& tensor : found.tensors) {
    if (tensor.options.empty()) continue;
    SCOPED_TRACE(tensor.name);
    ++measured;
    const auto loaded = loadTensor(*m_checkpoint->source(tensor.tensor), *m_backend, {});
    ASSERT_TRUE(loaded);
    for (const RecipeOption& option : tensor.options) {
      const SchemeChoice& choice = found.schemes[option.scheme];
      if (!choice.scheme) {
        EXPECT_EQ(option.bits, tensor.storedBits);
        EXPECT_EQ(option.error, 0);
        continue;
      }
      const auto report = quantizeAndMeasure(*choice.scheme, choice.settings, loaded->view(), *m_backend, {});
      ASSERT_TRUE(report);
      EXPECT_EQ(option.bitsPerWeight, report->bitsPerWeight);
      EXPECT_EQ(option.error, report->metrics.relativeRmse * report->metrics.relativeRmse);
      EXPECT_FALSE(tensor.isWeighted);
    }
  }
  EXPECT_GT(measured, 5u);
}

TEST_F(RecipeSurveyOfSample, SaysWhyTheRestIsKept) {
  RecipeRules rules;
  rules.keptNames = {"lm_head*"};
  for (const RecipeTensor& tensor : survey({"q4_0"}, rules).tensors) {
    if (tensor.name.starts_with("lm_head")) {
      EXPECT_EQ(tensor.kept, "asked for");
    }
    if (tensor.shape.size() < 2) {
      EXPECT_EQ(tensor.kept, "a vector");
    }
    EXPECT_EQ(tensor.options.empty(), !tensor.kept.empty()) << tensor.name;
  }
}

TEST_F(RecipeSurveyOfSample, ListsTheSchemesThatDoNotFitATensor) {
  for (const RecipeTensor& tensor : survey({"q8_0", "iq4_xs"}).tensors)
    if (tensor.options.size() == 1 && tensor.shape.back() % 256 != 0) {
      EXPECT_THAT(tensor.refused, ElementsAre(HasSubstr("iq4_xs: ")));
    }
}

TEST_F(RecipeSurveyOfSample, WeighsErrorsByInputsWhereTheyAreKnown) {
  const auto calibration = Calibration::synthetic();
  RecipeRules rules;
  rules.keptNames = {"*layers.1*", "*layers.2*", "*embed*", "lm_head*"};
  const RecipeSurvey found = survey({"int_symmetric:bits=4:granularity=group", "gptq"}, rules, calibration.get());
  EXPECT_TRUE(found.isSynthetic);
  for (const RecipeTensor& tensor : found.tensors) {
    EXPECT_EQ(tensor.isWeighted, !tensor.options.empty()) << tensor.name;
    if (tensor.options.size() == 2) {
      EXPECT_LT(tensor.options[1].error, tensor.options[0].error) << tensor.name;
    }
  }
}

TEST_F(RecipeSurveyOfSample, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto found =
      surveyForRecipe(*m_checkpoint, parsedChoices({"q4_0"}), {}, nullptr, *m_backend, {stop.get_token()});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::Cancelled);
}

TEST_F(RecipeSurveyOfSample, RecallsWhatWouldBeMeasured) {
  SurveyMemory memory(*m_checkpoint);
  ASSERT_TRUE(surveyForRecipe(memory, parsedChoices({"q4_0", "int8_row", "iq4_xs", "as_stored"}), {}, *m_backend, {}));
  RecipeRules rules;
  rules.keptRoles.push_back(TensorRole::Query);
  rules.keptNames = {"*layers.1*"};
  const KnownSurvey known = memory.recall(parsedChoices({"as_stored", "iq4_xs", "int8_row"}), rules);
  EXPECT_EQ(known.missing(), 0u);
  expectSame(known.survey, survey({"as_stored", "iq4_xs", "int8_row"}, rules));
  expectSame(known.whole(), known.survey);
}

TEST_F(RecipeSurveyOfSample, MeasuresNothingTwice) {
  SurveyMemory memory(*m_checkpoint);
  RecipeRules rules;
  rules.keptNames = {"*layers.1*"};
  ASSERT_TRUE(surveyForRecipe(memory, parsedChoices({"q4_0", "iq4_xs"}), rules, *m_backend, {}));
  const auto more = parsedChoices({"iq4_xs", "q8_0", "q4_0"});
  const KnownSurvey before = memory.recall(more, {});
  const RecipeSurvey whole = survey({"iq4_xs", "q8_0", "q4_0"});
  std::size_t missing = 0;
  std::size_t asked = 0;
  for (const RecipeTensor& tensor : whole.tensors) {
    if (tensor.options.empty()) continue;
    asked += 3;
    missing += matchesGlob("*layers.1*", tensor.name) ? 3 : 1;
  }
  EXPECT_EQ(before.asked(), asked);
  EXPECT_EQ(before.missing(), missing);
  EXPECT_THAT(before.areWhole(), ElementsAre(false, false, false));

  Progress progress;
  const auto after = surveyForRecipe(memory, more, {}, *m_backend, {{}, &progress});
  ASSERT_TRUE(after);
  expectSame(*after, whole);
  EXPECT_EQ(memory.recall(more, {}).missing(), 0u);
  // A job that was stopped before it began fails at the first tensor that it would read.
  std::stop_source stop;
  stop.request_stop();
  const auto again = surveyForRecipe(memory, more, {}, *m_backend, {stop.get_token()});
  ASSERT_TRUE(again) << "it measured something again";
  expectSame(*again, whole);
}

TEST_F(RecipeSurveyOfSample, PlansWithSchemesThatAreMeasuredOnAllTensors) {
  SurveyMemory memory(*m_checkpoint);
  const auto schemes = parsedChoices({"q4_0", "q8_0", "as_stored"});
  const auto optionsOf = [&](const RecipeSurvey& of) {
    std::size_t options = 0;
    for (const RecipeTensor& tensor : of.tensors) options += tensor.options.size();
    return options;
  };
  EXPECT_EQ(optionsOf(memory.recall(schemes, {}).whole()), 0u) << "nothing but as stored is known";
  ASSERT_TRUE(surveyForRecipe(memory, parsedChoices({"q4_0"}), {}, *m_backend, {}));
  const KnownSurvey known = memory.recall(schemes, {});
  EXPECT_THAT(known.areWhole(), ElementsAre(true, false, true));
  EXPECT_EQ(optionsOf(known.whole()), known.missing() * 2) << "q4_0 and as stored";
  for (const RecipeTensor& tensor : known.whole().tensors)
    for (const RecipeOption& option : tensor.options) EXPECT_NE(option.scheme, 1u);
}

TEST_F(RecipeSurveyOfSample, LeavesAloneWhatTheToolDoes) {
  const RecipeTarget& target = *findRecipeTarget("gptqmodel");
  RecipeRules rules;
  rules.target = &target;
  const RecipeSurvey found = survey({"int_symmetric:bits=4:granularity=group"}, rules);
  std::size_t left = 0;
  for (const RecipeTensor& tensor : found.tensors)
    if (const std::string reason = target.leaves(tensor); !reason.empty() && tensor.kept == reason) ++left;
  EXPECT_GT(left, 0u) << "embeddings";
}

}  // namespace
}  // namespace ulpscope
