// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/model_description.h"
#include "core/jobs/job.h"
#include "core/quantization/scheme_choice.h"

namespace ulpscope {

/// One thing that a tensor may become, measured.
struct RecipeOption {
  std::size_t scheme;        ///< index into Survey::schemes
  double bitsPerWeight = 0;  ///< scales and padding included
  std::uint64_t bits = 0;    ///< of the whole tensor
  double error = 0;          ///< see RecipeTensor::isWeighted
};

/// A tensor of the checkpoint, and what may be done with it.
struct RecipeTensor {
  std::size_t tensor;  ///< index into Checkpoint::tensors
  std::string name;
  std::string storedType;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;
  std::uint64_t storedBits = 0;
  TensorPlace place = {};
  std::string kept = {};  ///< why it stays as it is stored, one phrase: "a norm"; empty: there are options
  std::vector<RecipeOption> options = {};
  std::vector<std::string> refused = {};  ///< schemes that do not fit it: "q4_k: rows of ... expected, found ..."
  /// The share of the layer's output that is lost, ||DX||^2 / ||WX||^2 (weighted_error.h); else that of the weights
  /// themselves, ||D||^2 / ||W||^2.
  bool isWeighted = false;
};

/// Every tensor of a checkpoint through every scheme, once. Budgets are then solved without reading it again.
struct RecipeSurvey {
  std::vector<SchemeChoice> schemes;
  std::vector<RecipeTensor> tensors;
  bool isSynthetic = false;  ///< the inputs were drawn, not recorded
};

/// How much may be spent.
struct RecipeBudget {
  std::optional<double> bitsPerWeight = {};  ///< on average over the tensors that get a scheme
  std::optional<std::uint64_t> bytes = {};   ///< for all tensors, those that are kept included
};

/// The same scheme for all tensors that get one.
struct UniformPlan {
  std::size_t scheme;  ///< index into RecipeSurvey::schemes
  double bitsPerWeight = 0;
  std::uint64_t bits = 0;
  double error = 0;  ///< mean over the tensors, as of Recipe
  bool isWithinBudget = false;
};

/// Between these budgets recipes differ, in bits per weight on average.
struct BitsRange {
  double least = 0;  ///< every tensor as small as can be
  double most = 0;   ///< every tensor with as little error as can be
};

/// For each tensor of a survey the scheme that it gets.
struct Recipe {
  std::vector<std::optional<std::size_t>> chosen;  ///< index into RecipeTensor::options; nothing: kept as stored
  std::size_t tensors = 0;                         ///< that get a scheme
  std::uint64_t elements = 0;                      ///< of those
  std::uint64_t bits = 0;                          ///< of those
  double bitsPerWeight = 0;                        ///< of those
  std::uint64_t totalBytes = 0;                    ///< of all tensors
  double error = 0;                                ///< mean of their errors, each tensor counting once
  double lowerBound = 0;                           ///< no recipe within the budget has less
  bool isExact = false;
  std::vector<UniformPlan> uniform;  ///< of the schemes that fit every tensor, by bits
};

/// The recipe of least error within the budget. Tensors with the same number in `groups` (experts that are stored as
/// one, projections that a runtime fuses) get the same scheme; empty: each its own. The error of a recipe is the mean
/// of the relative errors of its tensors: each layer's noise beside its signal, added up as if independent.
/// Unsupported where the budget is below what the smallest schemes take, or nothing may be quantized.
Result<Recipe> planRecipe(const RecipeSurvey& survey, const RecipeBudget& budget, std::span<const std::size_t> groups,
                          const JobContext& job);

/// Unsupported as planRecipe(), but of no budget.
Result<BitsRange> bitsRange(const RecipeSurvey& survey, std::span<const std::size_t> groups);

/// A budget that has room for the least, whatever is lost in rounding.
inline RecipeBudget budgetOf(double bitsPerWeight) { return {.bitsPerWeight = bitsPerWeight * (1 + 1e-12)}; }

struct RecipePoint {
  double bitsPerWeight;
  double error;
};
/// The best recipes for `points` budgets, at equal ratios from the least to the most; those that are alike come once.
Result<std::vector<RecipePoint>> recipeCurve(const RecipeSurvey& survey, std::span<const std::size_t> groups,
                                             std::size_t points, const JobContext& job);

}  // namespace ulpscope
