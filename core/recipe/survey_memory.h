// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/calibration/calibration.h"
#include "core/checkpoint/checkpoint.h"
#include "core/recipe/recipe.h"

namespace ulpscope {

struct RecipeTarget;

/// What stays as it is stored, beside what cannot be quantized.
struct RecipeRules {
  std::vector<TensorRole> keptRoles = {TensorRole::Norm, TensorRole::Router, TensorRole::PositionEmbedding};
  std::vector<std::string> keptNames = {};  ///< with * and ?, of whole names
  const RecipeTarget* target = nullptr;     ///< what it leaves alone, too; null: no tool

  friend bool operator==(const RecipeRules&, const RecipeRules&) = default;
};

/// A survey as far as it was measured.
struct KnownSurvey {
  RecipeSurvey survey;
  /// Of each tensor the schemes (indices into RecipeSurvey::schemes) that are still to be measured.
  std::vector<std::vector<std::size_t>> unknown;

  /// Pairs of a tensor and a scheme that takes measuring: all that are asked for, and those to be measured yet.
  std::size_t asked() const;
  std::size_t missing() const;
  /// For each scheme whether it was measured on all tensors.
  std::vector<bool> areWhole() const;
  /// With the options of such schemes alone, which recipes can be made of: with none before there is one that takes
  /// measuring, unless none is asked for.
  RecipeSurvey whole() const;
};

/// What was measured of the tensors of a checkpoint, with one calibration or none: each in each scheme once, however
/// often it is asked for and by which rules. One thread may add to it while others recall.
class SurveyMemory {
 public:
  /// Both outlive it. Null: nothing is known of the layers' inputs.
  explicit SurveyMemory(const Checkpoint& checkpoint, const Calibration* calibration = nullptr);

  const Checkpoint& checkpoint() const { return m_checkpoint; }
  const Calibration* calibration() const { return m_calibration; }

  KnownSurvey recall(std::vector<SchemeChoice> schemes, const RecipeRules& rules) const;

  /// A tensor in a scheme. `option.scheme` is not looked at.
  void keep(std::size_t tensor, const SchemeChoice& scheme, RecipeOption option, bool isWeighted);
  /// That the scheme does not fit the tensor: one sentence.
  void keepRefusal(std::size_t tensor, const SchemeChoice& scheme, std::string sentence);
  /// That the tensor cannot be read at all.
  void keepUnreadable(std::size_t tensor, std::string sentence);
  void forget();

 private:
  struct Refusal {
    std::size_t scheme;
    std::string sentence;
  };
  /// Schemes are indices into m_schemes.
  struct Known {
    std::vector<RecipeOption> options = {};
    std::vector<Refusal> refused = {};
    std::string unreadable = {};
    bool isWeighted = false;
  };
  void list() const;
  std::size_t indexOf(const SchemeChoice& scheme);
  /// Puts what is known of the tensor into it. `indices`: of its survey's schemes in m_schemes, or beyond their end.
  void recall(RecipeTensor& tensor, std::vector<std::size_t>& unknown, std::span<const SchemeChoice> schemes,
              std::span<const std::size_t> indices) const;

  const Checkpoint& m_checkpoint;
  const Calibration* m_calibration;
  mutable std::mutex m_mutex;                   ///< of what follows
  mutable std::vector<RecipeTensor> m_tensors;  ///< listed when they are first asked for; kept by no rules yet
  std::vector<SchemeChoice> m_schemes;
  std::vector<Known> m_known;  ///< by Checkpoint::tensors
};

}  // namespace ulpscope
