// SPDX-License-Identifier: Apache-2.0
// What the tools themselves make of the files: tests/golden/recipe/verify_recipes.py.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "core/checkpoint/gguf_name.h"
#include "core/recipe/fused_layers.h"
#include "core/recipe/name_patterns.h"
#include "core/recipe/recipe_target.h"
#include "tests/core/recipe/recipe_samples.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<std::string> kNames{"model.embed_tokens.weight",
                                      "model.layers.0.self_attn.q_proj.weight",
                                      "model.layers.0.self_attn.k_proj.weight",
                                      "model.layers.0.mlp.down_proj.weight",
                                      "model.layers.1.self_attn.q_proj.weight",
                                      "model.layers.1.self_attn.k_proj.weight",
                                      "model.layers.1.mlp.down_proj.weight",
                                      "lm_head.weight"};

RecipeSurvey surveyFor(const RecipeTarget& target, const std::vector<std::string>& names = kNames) {
  RecipeSurvey survey{.schemes = parsedChoices({target.schemes.begin(), target.schemes.end()}), .tensors = {}};
  double noise = 1;
  for (const std::string& name : names) survey.tensors.push_back(sampleTensor(name, survey.schemes, noise *= 3));
  return restrictTo(target, survey);
}

Recipe planned(const RecipeTarget& target, const RecipeSurvey& survey, double bits) {
  auto recipe = planRecipe(survey, {.bitsPerWeight = bits}, groupsFor(target, survey), {});
  EXPECT_TRUE(recipe) << recipe.error().message;
  return recipe ? *std::move(recipe) : Recipe{};
}

TEST(RecipeTargets, CanDoWhatTheySayTheyCan) {
  for (const RecipeTarget* target : recipeTargets()) {
    SCOPED_TRACE(target->id);
    EXPECT_EQ(findRecipeTarget(target->id), target);
    for (const std::string_view text : target->schemes) {
      const auto choice = parseSchemeChoice(text);
      ASSERT_TRUE(choice) << text;
      EXPECT_TRUE(target->takes(*choice)) << text;
      EXPECT_EQ(textOf(*choice), text);
    }
    EXPECT_FALSE(target->takes({findScheme("gemmlowp"), {}}));
  }
}

TEST(RecipeTargets, NameEveryTensorThatGetsAScheme) {
  for (const RecipeTarget* target : recipeTargets()) {
    SCOPED_TRACE(target->id);
    if (target->id == "bitsandbytes" || target->id == "llama.cpp") continue;  // what is left out; see below
    const RecipeSurvey survey = surveyFor(*target);
    const std::string text = target->write(survey, planned(*target, survey, 6));
    for (const RecipeTensor& tensor : survey.tensors) {
      if (tensor.options.empty()) continue;
      const std::string module(moduleOf(tensor.name));
      EXPECT_THAT(text, HasSubstr(module.substr(module.rfind('.') + 1)));
    }
  }
}

TEST(RecipeTargets, WriteTheSameForTheSame) {
  for (const RecipeTarget* target : recipeTargets()) {
    const RecipeSurvey survey = surveyFor(*target);
    EXPECT_EQ(target->write(survey, planned(*target, survey, 6)), target->write(survey, planned(*target, survey, 6)));
  }
}

TEST(RecipeTargets, KeepHostileNamesInTheirPlace) {
  const std::string name = "a\"b\n- x: {y.layers.0.q_proj.weight";
  for (const RecipeTarget* target : recipeTargets()) {
    SCOPED_TRACE(target->id);
    const RecipeSurvey survey = surveyFor(*target, {name, "model.layers.0.self_attn.q_proj.weight"});
    const std::string text = target->write(survey, planned(*target, survey, 6));
    EXPECT_THAT(text, Not(HasSubstr("\n- x"))) << text;
    if (target->fileName.ends_with(".json")) {
      EXPECT_TRUE(nlohmann::json::accept(text));
    }
  }
}

TEST(RecipeTargets, LlamaCppKeepsWhatItsFileCannotName) {
  const RecipeTarget& target = *findRecipeTarget("llama.cpp");
  for (const char* name : {"blk.0.a b.weight", "blk.0.a\n.*=f32.weight", "blk.0.a=b.weight", "blk.0.A.weight"}) {
    const RecipeSurvey survey = surveyFor(target, {name, "model.layers.0.self_attn.q_proj.weight"});
    EXPECT_THAT(survey.tensors.front().kept, HasSubstr("cannot hold")) << name;
    EXPECT_TRUE(survey.tensors.back().kept.empty());
  }
  const RecipeSurvey router = surveyFor(target, {"model.layers.0.mlp.gate.weight"});
  EXPECT_THAT(router.tensors.front().kept, HasSubstr("left alone")) << "also where no rule keeps it";
}

TEST(RecipeTargets, GptqModelIsToldTheOrderOfColumns) {
  // Of QuantizeConfig, act_group_aware is true unless it is written.
  const RecipeTarget& target = *findRecipeTarget("gptqmodel");
  const auto config = [&](const std::string& scheme) {
    RecipeSurvey survey{.schemes = parsedChoices({scheme}), .tensors = {}};
    survey.tensors.push_back(sampleTensor("model.layers.0.self_attn.q_proj.weight", survey.schemes, 1));
    return nlohmann::json::parse(target.write(survey, planned(target, survey, 16)));
  };
  EXPECT_EQ(config("gptq")["act_group_aware"], false);
  EXPECT_EQ(config("gptq:act_order=yes")["desc_act"], true);
  EXPECT_EQ(config("gptq:act_order=yes")["act_group_aware"], false);
  EXPECT_EQ(config("gptq:act_order=group_aware")["act_group_aware"], true);
  EXPECT_TRUE(target.takes(parsedChoices({"gptq:act_order=group_aware"})[0]));
  EXPECT_FALSE(target.takes(parsedChoices({"gptq:group=-1:act_order=group_aware"})[0])) << "its groups are of no size";
  EXPECT_FALSE(target.takes(parsedChoices({"gptq:search=yes"})[0]));
}

TEST(RecipeTargets, ModelOptMatchesNoOtherModule) {
  const RecipeTarget& target = *findRecipeTarget("modelopt");
  const RecipeSurvey survey = surveyFor(target, {"0.weight", "10.weight"});
  const std::string text = target.write(survey, planned(target, survey, 6));
  EXPECT_THAT(text, HasSubstr("\"0.weight_quantizer\""));
  EXPECT_THAT(text, HasSubstr("\"*10.weight_quantizer\""));
}

TEST(RecipeTargets, LlamaCppGetsAnAnchoredPatternForEachName) {
  const RecipeTarget& target = *findRecipeTarget("llama.cpp");
  const RecipeSurvey survey = surveyFor(target);
  const Recipe recipe = planned(target, survey, 6);
  std::istringstream lines(target.write(survey, recipe));
  std::vector<std::pair<std::regex, std::string>> patterns;
  for (std::string line; lines >> line;) {
    const std::size_t equals = line.find('=');
    patterns.emplace_back(std::regex(line.substr(0, equals)), line.substr(equals + 1));
  }
  for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
    const RecipeTensor& tensor = survey.tensors[i];
    const std::string name = *ggufNameOf(tensor.name, tensor.place);
    std::vector<std::string> types;
    for (const auto& [pattern, type] : patterns)
      if (std::regex_search(name, pattern)) types.push_back(type);
    const SchemeChoice& choice = survey.schemes[tensor.options[*recipe.chosen[i]].scheme];
    EXPECT_THAT(types, ElementsAre(choice.scheme->info().id)) << name;
  }
}

TEST(RecipeTargets, FusedLayersAreStoredAlike) {
  for (const char* id : {"llm-compressor", "modelopt"}) {
    const RecipeTarget& target = *findRecipeTarget(id);
    const RecipeSurvey survey = surveyFor(target);
    for (const double bits : {4.6, 5.0, 5.7, 6.5, 8.1}) {
      const Recipe recipe = planned(target, survey, bits);
      const auto schemeOf = [&](std::size_t i) { return survey.tensors[i].options[*recipe.chosen[i]].scheme; };
      EXPECT_EQ(schemeOf(1), schemeOf(2)) << id << ' ' << bits;
      EXPECT_EQ(schemeOf(4), schemeOf(5)) << id << ' ' << bits;
    }
  }
}

TEST(RecipeTargets, ExpertsThatBecomeOneTensorShareAType) {
  const RecipeTarget& target = *findRecipeTarget("llama.cpp");
  std::vector<std::string> names;
  for (const int expert : {0, 1, 2, 3})
    names.push_back(fmt::format("model.layers.0.mlp.experts.{}.up_proj.weight", expert));
  const RecipeSurvey survey = surveyFor(target, names);
  const Recipe recipe = planned(target, survey, 5.1);
  EXPECT_EQ(std::set(recipe.chosen.begin(), recipe.chosen.end()).size(), 1u);
  EXPECT_THAT(target.write(survey, recipe), testing::StartsWith("^blk\\.0\\.ffn_up_exps\\.weight$="));
}

TEST(RecipeTargets, TensorsThatAToolLeavesAloneAreKept) {
  const RecipeSurvey survey = surveyFor(*findRecipeTarget("gptqmodel"));
  EXPECT_THAT(survey.tensors.front().options, IsEmpty());
  EXPECT_THAT(survey.tensors.front().kept, HasSubstr("GPTQModel"));
}

TEST(NamePatterns, JoinNamesThatDifferInTheirFirstNumber) {
  const std::vector<std::string> names{"a.0.b.1.c", "a.11.b.1.c", "a.0.b.2.c", "x", "x", "e+f.3"};
  EXPECT_THAT(namePatterns(names), ElementsAre(R"(a\.(0|11)\.b\.1\.c)", R"(a\.0\.b\.2\.c)", "x", "x", R"(e\+f\.3)"));
  EXPECT_THAT(namePatterns({}), IsEmpty());
  EXPECT_EQ(moduleOf("a.b.weight"), "a.b");
  EXPECT_EQ(moduleOf("a.weights"), "a.weights");
}

TEST(SchemeChoices, AreReadBackAndCheckAllThatTheyHold) {
  EXPECT_EQ(textOf(*parseSchemeChoice("gptq:group=64:bits=3")), "gptq:bits=3:group=64");
  EXPECT_EQ(textOf(*parseSchemeChoice("gptq:bits=4")), "gptq");  // its default
  EXPECT_EQ(textOf(*parseSchemeChoice("as_stored")), "as_stored");
  for (const char* text : {"", "gptq5", "gptq:", "gptq:bits", "gptq:bits=5", "gptq:beats=3", "as_stored:bits=3"}) {
    const auto choice = parseSchemeChoice(text);
    ASSERT_FALSE(choice) << text;
    EXPECT_EQ(choice.error().code, Errc::Usage) << text;
  }
}

}  // namespace
}  // namespace ulpscope
