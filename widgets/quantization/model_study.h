// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <memory>
#include <optional>
#include <vector>

#include "core/recipe/recipe_survey.h"
#include "core/recipe/recipe_target.h"
#include "widgets/session/selection.h"
#include "widgets/session/task.h"

namespace ulpscope {

/// What is asked of a whole model.
struct ModelQuestion {
  const RecipeTarget* target = nullptr;  ///< the tool that carries it out; null: none in particular
  std::vector<SchemeChoice> schemes = {};
  RecipeRules rules = {};
};

/// The work behind the view of a whole model: measures every tensor of the selected checkpoint in every scheme when it
/// is told to, and solves budgets over what was measured whenever question or budget change. All of it in tasks,
/// newest wins; errors go to the session's strip, but a budget that cannot be kept is a `refusal`. What was measured
/// stays until the checkpoint is closed or read anew.
class ModelStudy final : public QObject {
  Q_OBJECT

 public:
  explicit ModelStudy(Session& session, QObject* parent = nullptr);

  void follow(const Selection& selection);
  void setQuestion(ModelQuestion question);
  void setBudget(double bitsPerWeight);
  /// Begins to measure what the question asks for, all of it.
  void measure();
  void cancel() { m_measuring.cancel(); }
  /// Lets go of a checkpoint that was closed.
  void forget(const std::shared_ptr<const Checkpoint>& checkpoint);

  const std::shared_ptr<const Checkpoint>& checkpoint() const { return m_checkpoint; }
  const ModelQuestion& question() const { return m_question; }
  double budget() const { return m_budget; }
  /// What was measured of the selected checkpoint, as far as the question asks for it; while it is being measured,
  /// what is there so far. nullptr: nothing.
  const std::shared_ptr<const RecipeSurvey>& survey() const { return m_survey; }
  bool isMeasuring() const { return m_run && m_run->checkpoint == m_checkpoint && m_measuring.running(); }
  /// All of it was: there are, or soon will be, recipes.
  bool isMeasured() const { return measured() != nullptr; }
  /// The question asks for more than what was measured, or the layers' inputs are others by now.
  bool isStale() const;
  /// Each is empty until it is there.
  const std::optional<BitsRange>& range() const { return m_range; }
  const std::vector<RecipePoint>& curve() const { return m_curve; }
  const std::optional<Recipe>& recipe() const { return m_recipe; }
  /// Why there is no recipe.
  const std::optional<Error>& refusal() const { return m_refusal; }

 Q_SIGNALS:
  void surveyChanged();  ///< or whether it is being made
  void planned();        ///< recipe, refusal, range or curve

 private:
  struct Measured {
    std::shared_ptr<const Checkpoint> checkpoint;
    std::shared_ptr<const Calibration> calibration;
    RecipeRules rules;
    std::shared_ptr<const RecipeSurvey> survey;
  };
  /// One that goes on.
  struct Run {
    std::shared_ptr<const Checkpoint> checkpoint;
    RecipeSurvey soFar;
  };
  const Measured* measured() const;
  void take(const std::shared_ptr<Run>& run, const RecipeTensor& tensor);
  void finish(const std::shared_ptr<Run>& run, Measured measured, Result<RecipeSurvey> survey);
  void clearPlans();
  /// From what was measured to what is asked for.
  void narrow();
  void plan();
  void draw();

  Session& m_session;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  ModelQuestion m_question;
  double m_budget = 4.5;
  std::vector<Measured> m_measured;  ///< one a checkpoint
  std::shared_ptr<Run> m_run;        ///< the last one, whole or stopped
  bool m_isTold = true;              ///< of all tensors of the run

  std::shared_ptr<const RecipeSurvey> m_survey;
  std::vector<std::size_t> m_groups;
  std::optional<BitsRange> m_range;
  std::vector<RecipePoint> m_curve;
  std::optional<Recipe> m_recipe;
  std::optional<Error> m_refusal;

  Task m_measuring;
  Task m_narrowing;
  Task m_planning;
  Task m_drawing;
};

}  // namespace ulpscope
