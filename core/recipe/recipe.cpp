// SPDX-License-Identifier: Apache-2.0
#include "core/recipe/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/base/text.h"
#include "core/recipe/budget.h"

namespace ulpscope {
namespace {

/// Tensors that get the same scheme: any of those that all of them may have.
struct Bundle {
  std::vector<std::size_t> tensors;  ///< indices into RecipeSurvey::tensors
  std::vector<std::size_t> schemes;  ///< of each choice
  std::vector<BudgetChoice> choices;
};

const RecipeOption* optionOf(const RecipeTensor& tensor, std::size_t scheme) {
  const auto found = std::ranges::find(tensor.options, scheme, &RecipeOption::scheme);
  return found == tensor.options.end() ? nullptr : &*found;
}

/// What a scheme takes and costs for some tensors; nothing where one of them cannot have it.
std::optional<BudgetChoice> together(const RecipeSurvey& survey, std::span<const std::size_t> tensors,
                                     std::size_t scheme) {
  BudgetChoice sum{0, 0};
  for (const std::size_t tensor : tensors) {
    const RecipeOption* const option = optionOf(survey.tensors[tensor], scheme);
    if (!option) return std::nullopt;
    sum.bits += option->bits;
    sum.error += option->error;
  }
  return sum;
}

Result<std::vector<Bundle>> bundle(const RecipeSurvey& survey, std::span<const std::size_t> groups) {
  std::map<std::size_t, std::size_t> bundleOf;
  std::vector<Bundle> bundles;
  for (std::size_t i = 0; i < survey.tensors.size(); ++i) {
    if (survey.tensors[i].options.empty()) continue;
    const std::size_t group = groups.empty() ? i : groups[i];
    const auto [place, isNew] = bundleOf.emplace(group, bundles.size());
    if (isNew) bundles.emplace_back();
    bundles[place->second].tensors.push_back(i);
  }
  for (Bundle& each : bundles) {
    for (std::size_t scheme = 0; scheme < survey.schemes.size(); ++scheme)
      if (const auto choice = together(survey, each.tensors, scheme)) {
        each.schemes.push_back(scheme);
        each.choices.push_back(*choice);
      }
    if (each.choices.empty())
      return fail(Errc::Unsupported, "a scheme that fits all tensors which have to share one expected, found none",
                  survey.tensors[each.tensors.front()].name);
  }
  return bundles;
}

std::uint64_t keptBits(const RecipeSurvey& survey) {
  std::uint64_t bits = 0;
  for (const RecipeTensor& tensor : survey.tensors)
    if (tensor.options.empty()) bits += tensor.storedBits;
  return bits;
}

Result<std::uint64_t> bitsWithin(const RecipeBudget& budget, const RecipeSurvey& survey, std::uint64_t elements) {
  if (budget.bitsPerWeight)
    return static_cast<std::uint64_t>(
        std::min(std::floor(*budget.bitsPerWeight * static_cast<double>(elements)), 0x1p63));
  const std::uint64_t kept = keptBits(survey);
  const std::uint64_t bits = std::min(budget.bytes.value_or(0), std::numeric_limits<std::uint64_t>::max() / 8) * 8;
  if (bits < kept)
    return fail(Errc::Unsupported,
                fmt::format("a budget above {} expected, which the tensors take that are kept as they "
                            "are, found {}",
                            counted(kept / 8, "byte"), counted(bits / 8, "byte")));
  return bits - kept;
}

std::vector<UniformPlan> uniformPlans(const RecipeSurvey& survey, const Recipe& recipe, std::uint64_t budget) {
  std::vector<std::size_t> quantized;
  for (std::size_t i = 0; i < survey.tensors.size(); ++i)
    if (!survey.tensors[i].options.empty()) quantized.push_back(i);
  std::vector<UniformPlan> plans;
  for (std::size_t scheme = 0; scheme < survey.schemes.size(); ++scheme)
    if (const auto sum = together(survey, quantized, scheme))
      plans.push_back({scheme, static_cast<double>(sum->bits) / static_cast<double>(recipe.elements), sum->bits,
                       sum->error / static_cast<double>(recipe.tensors), sum->bits <= budget});
  std::ranges::stable_sort(plans, {}, &UniformPlan::bits);
  return plans;
}

}  // namespace

Result<BitsRange> bitsRange(const RecipeSurvey& survey, std::span<const std::size_t> groups) {
  const auto bundles = bundle(survey, groups);
  if (!bundles) return tl::unexpected(bundles.error());
  if (bundles->empty()) return fail(Errc::Unsupported, "a tensor that may be quantized expected, found none");
  std::uint64_t elements = 0;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  for (const Bundle& each : *bundles) {
    for (const std::size_t tensor : each.tensors) elements += survey.tensors[tensor].elements;
    least += std::ranges::min_element(each.choices, {}, &BudgetChoice::bits)->bits;
    most += std::ranges::min_element(each.choices, {}, [](const BudgetChoice& choice) {
              return std::pair{choice.error, choice.bits};
            })->bits;
  }
  const auto average = [&](std::uint64_t bits) { return static_cast<double>(bits) / static_cast<double>(elements); };
  return BitsRange{average(least), average(most)};
}

Result<std::vector<RecipePoint>> recipeCurve(const RecipeSurvey& survey, std::span<const std::size_t> groups,
                                             std::size_t points, const JobContext& job) {
  const auto range = bitsRange(survey, groups);
  if (!range) return tl::unexpected(range.error());
  std::vector<RecipePoint> curve;
  for (std::size_t i = 0; i < points; ++i) {
    const double share = points > 1 ? static_cast<double>(i) / static_cast<double>(points - 1) : 0;
    const double bits = range->least * std::pow(range->most / range->least, share);
    const auto recipe = planRecipe(survey, budgetOf(bits), groups, job);
    if (!recipe) return tl::unexpected(recipe.error());
    const RecipePoint point{recipe->bitsPerWeight, recipe->error};
    const bool isKnown = !curve.empty() && curve.back().bitsPerWeight == point.bitsPerWeight;
    if (!isKnown) curve.push_back(point);
  }
  return curve;
}

Result<Recipe> planRecipe(const RecipeSurvey& survey, const RecipeBudget& budget, std::span<const std::size_t> groups,
                          const JobContext& job) {
  const auto bundles = bundle(survey, groups);
  if (!bundles) return tl::unexpected(bundles.error());
  if (bundles->empty()) return fail(Errc::Unsupported, "a tensor that may be quantized expected, found none");
  Recipe recipe;
  recipe.chosen.resize(survey.tensors.size());
  std::vector<std::vector<BudgetChoice>> items;
  for (const Bundle& each : *bundles) {
    items.push_back(each.choices);
    recipe.tensors += each.tensors.size();
    for (const std::size_t tensor : each.tensors) recipe.elements += survey.tensors[tensor].elements;
  }
  const auto bits = bitsWithin(budget, survey, recipe.elements);
  if (!bits) return tl::unexpected(bits.error());
  const auto solution = solveBudget(items, *bits, job);
  if (!solution) return tl::unexpected(solution.error());
  for (std::size_t i = 0; i < bundles->size(); ++i) {
    const std::size_t scheme = (*bundles)[i].schemes[solution->chosen[i]];
    for (const std::size_t tensor : (*bundles)[i].tensors) {
      const auto& options = survey.tensors[tensor].options;
      recipe.chosen[tensor] =
          static_cast<std::size_t>(std::ranges::find(options, scheme, &RecipeOption::scheme) - options.begin());
    }
  }
  const auto tensors = static_cast<double>(recipe.tensors);
  recipe.bits = solution->bits;
  recipe.bitsPerWeight = static_cast<double>(recipe.bits) / static_cast<double>(recipe.elements);
  recipe.totalBytes = (recipe.bits + keptBits(survey) + 7) / 8;
  recipe.error = solution->error / tensors;
  recipe.lowerBound = solution->lowerBound / tensors;
  recipe.isExact = solution->isExact();
  recipe.uniform = uniformPlans(survey, recipe, *bits);
  return recipe;
}

}  // namespace ulpscope
