// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QTimer>
#include <cstdint>
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

  friend bool operator==(const ModelQuestion&, const ModelQuestion&) = default;
};

/// The work behind the view of a whole model: measures every tensor of the selected checkpoint in every scheme when it
/// is told to, and solves budgets over what was measured whenever question or budget change. All of it in tasks,
/// newest wins; errors go to the session's strip, but a budget that cannot be kept is a `refusal`. What was measured of
/// a tensor in a scheme stays, by checkpoint and calibration, until the checkpoint is closed or read anew: no question
/// measures it again.
class ModelStudy final : public QObject {
  Q_OBJECT

 public:
  explicit ModelStudy(Session& session, QObject* parent = nullptr);

  void follow(const Selection& selection);
  void setQuestion(ModelQuestion question);
  void setBudget(double bitsPerWeight);
  /// Begins to measure what the question asks for and is not known yet.
  void measure();
  /// What was measured until then is kept.
  void cancel() { m_measuring.cancel(); }
  /// Lets go of a checkpoint that was closed.
  void forget(const std::shared_ptr<const Checkpoint>& checkpoint);

  const std::shared_ptr<const Checkpoint>& checkpoint() const { return m_checkpoint; }
  const ModelQuestion& question() const { return m_question; }
  double budget() const { return m_budget; }
  /// What is known of the selected checkpoint, as far as the question asks for it. nullptr: nothing.
  const std::shared_ptr<const RecipeSurvey>& survey() const { return m_shown.survey; }
  /// Of each of its tensors the place in the order of their names.
  const std::vector<std::uint32_t>& nameRanks() const { return m_shown.nameRanks; }
  /// Pairs of a tensor and a scheme that the question asks for, and those of them that were not measured yet.
  std::size_t asked() const { return m_shown.asked; }
  std::size_t missing() const { return m_shown.missing; }
  bool isMeasuring() const { return m_measuring.running() && m_run && m_run == m_memory; }
  /// What recipes are made of: survey() with the schemes alone that were measured on all its tensors. nullptr: none
  /// was.
  const std::shared_ptr<const RecipeSurvey>& planned() const { return m_planned; }
  /// Each is empty until it is there.
  const std::optional<BitsRange>& range() const { return m_range; }
  const std::vector<RecipePoint>& curve() const { return m_curve; }
  const std::optional<Recipe>& recipe() const { return m_recipe; }
  /// Why there is no recipe.
  const std::optional<Error>& refusal() const { return m_refusal; }

 Q_SIGNALS:
  void surveyChanged();  ///< or whether it is being made
  void plansChanged();   ///< recipe, refusal, range or curve

 private:
  /// What it refers to, and lives as long as the jobs that use it.
  struct Memory {
    Memory(std::shared_ptr<const Checkpoint> ofCheckpoint, std::shared_ptr<const Calibration> ofCalibration);
    std::shared_ptr<const Checkpoint> checkpoint;
    std::shared_ptr<const Calibration> calibration;
    SurveyMemory measured;
    std::vector<std::uint32_t> nameRanks = {};  ///< of the one job that looks
  };
  /// What plans are made for: while it is the same they stay.
  struct Basis {
    std::shared_ptr<Memory> memory = nullptr;
    ModelQuestion question = {};  ///< with the schemes alone that recipes can be made of

    friend bool operator==(const Basis&, const Basis&) = default;
  };
  struct Shown {
    std::shared_ptr<const RecipeSurvey> survey = nullptr;
    std::vector<std::uint32_t> nameRanks = {};
    std::size_t asked = 0;
    std::size_t missing = 0;
  };
  /// What is asked for, ready to be shown and solved.
  struct Answer {
    Shown shown;
    std::vector<SchemeChoice> planned = {};
    std::shared_ptr<const RecipeSurvey> whole = nullptr;
    std::vector<std::size_t> groups = {};
    std::optional<Result<BitsRange>> range = {};
  };
  static Answer answer(Memory& memory, const ModelQuestion& question, bool isMeasuring);
  void chooseMemory();
  void clearPlans();
  /// From what is known to what is asked for.
  void look();
  void take(Answer answer, Basis basis);
  void plan();
  void draw();

  Session& m_session;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  ModelQuestion m_question;
  double m_budget = 4.5;
  std::vector<std::shared_ptr<Memory>> m_memories;
  std::shared_ptr<Memory> m_memory;  ///< of the selected checkpoint, and the calibration at hand
  std::shared_ptr<Memory> m_run;     ///< the one that was measured last
  QTimer m_looking;                  ///< while it measures

  Shown m_shown;
  Basis m_basis;  ///< of what follows
  std::shared_ptr<const RecipeSurvey> m_planned;
  std::vector<std::size_t> m_groups;
  std::optional<BitsRange> m_range;
  std::vector<RecipePoint> m_curve;
  std::optional<Recipe> m_recipe;
  std::optional<Error> m_refusal;

  Task m_measuring;
  Task m_answering;
  Task m_planning;
  Task m_drawing;
};

}  // namespace ulpscope
