// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/backend/backend.h"
#include "core/quantization/quantization_report.h"
#include "tests/core/recipe/recipe_samples.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST_F(RecipeSurveyOfSample, NarrowedIsWhatWouldHaveBeenMeasured) {
  const RecipeSurvey whole = survey({"q4_0", "int8_row", "as_stored"});
  RecipeRules rules;
  rules.keptRoles.push_back(TensorRole::Query);
  rules.keptNames = {"*layers.1*"};
  const std::vector<SchemeChoice> schemes = parsedChoices({"int8_row", "as_stored"});
  EXPECT_TRUE(coversAll(whole, {}, schemes, rules));
  const RecipeSurvey narrowed = narrowedTo(whole, schemes, rules);
  const RecipeSurvey fresh = survey({"int8_row", "as_stored"}, rules);
  ASSERT_EQ(narrowed.tensors.size(), fresh.tensors.size());
  for (std::size_t i = 0; i < fresh.tensors.size(); ++i) {
    SCOPED_TRACE(fresh.tensors[i].name);
    EXPECT_EQ(narrowed.tensors[i].kept, fresh.tensors[i].kept);
    ASSERT_EQ(narrowed.tensors[i].options.size(), fresh.tensors[i].options.size());
    for (std::size_t k = 0; k < fresh.tensors[i].options.size(); ++k) {
      const RecipeOption& option = narrowed.tensors[i].options[k];
      EXPECT_EQ(narrowed.schemes[option.scheme], fresh.schemes[fresh.tensors[i].options[k].scheme]);
      EXPECT_EQ(option.error, fresh.tensors[i].options[k].error);
    }
  }
  EXPECT_FALSE(coversAll(fresh, rules, schemes, {})) << "what was kept was not measured";
  EXPECT_FALSE(coversAll(whole, {}, parsedChoices({"q8_0"}), {}));
}

}  // namespace
}  // namespace ulpscope
