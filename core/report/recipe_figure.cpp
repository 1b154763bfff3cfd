// SPDX-License-Identifier: Apache-2.0
#include "core/report/recipe_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ulpscope {
namespace {

/// What sums leave of an error that is none.
constexpr double kNoError = 1e-12;

bool isDigits(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Without its library in brackets; of the knobs those that are numbers.
std::string briefTitle(const SchemeChoice& choice) {
  if (!choice.scheme) return "as stored";
  std::string title = choice.scheme->info().title;
  title = title.substr(0, title.find(" ("));
  for (const auto& [knob, value] : choice.settings)
    if (isDigits(value)) title += fmt::format(" {}{}", knob.front(), value);
  return title;
}

}  // namespace

std::vector<std::string> briefTitles(std::span<const SchemeChoice> schemes) {
  std::vector<std::string> titles;
  for (const SchemeChoice& choice : schemes) titles.push_back(briefTitle(choice));
  std::vector<std::string> unique = titles;
  for (std::size_t i = 0; i < titles.size(); ++i)
    if (std::ranges::count(titles, titles[i]) > 1) unique[i] = textOf(schemes[i]);
  return unique;
}

Figure recipeFigure(const RecipeSurvey& survey, std::span<const RecipePoint> curve, const Recipe* recipe) {
  Figure figure{.title = "Error against bits of the whole model",
                .x = {.title = "bits per weight on average"},
                .y = {.title = "share lost, mean of all tensors", .logarithmic = true}};
  Series line{.kind = Series::Kind::Guide, .name = "the best mixes"};
  for (const RecipePoint& point : curve) {
    if (point.error <= kNoError) continue;
    line.x.push_back(point.bitsPerWeight);
    line.y.push_back(point.error);
  }
  figure.series.push_back(std::move(line));
  if (!recipe) return figure;
  const std::vector<std::string> titles = briefTitles(survey.schemes);
  Series plans{.kind = Series::Kind::Points, .name = "plans"};
  const auto add = [&](double bits, double error, std::string title, bool isMarked) {
    if (error <= kNoError) return;
    plans.x.push_back(bits);
    plans.y.push_back(error);
    plans.labels.push_back(std::move(title));
    plans.marked.push_back(isMarked);
  };
  for (const UniformPlan& plan : recipe->uniform) add(plan.bitsPerWeight, plan.error, titles[plan.scheme], false);
  add(recipe->bitsPerWeight, recipe->error, "this recipe", true);
  figure.series.push_back(std::move(plans));
  if (recipe->error <= kNoError) figure.notes.emplace_back("this recipe loses nothing");
  return figure;
}

}  // namespace ulpscope
