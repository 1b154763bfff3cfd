// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/model_study.h"

#include <QTimer>
#include <algorithm>

#include "widgets/session/post.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kCurvePoints = 40;
constexpr int kTellEveryMs = 200;  ///< while tensors come in

/// What is asked for, ready to be solved.
struct Narrowed {
  std::shared_ptr<const RecipeSurvey> survey;
  std::vector<std::size_t> groups;
  Result<BitsRange> range;
};

Narrowed narrowed(const RecipeSurvey& survey, const ModelQuestion& question) {
  RecipeSurvey asked = narrowedTo(survey, question.schemes, question.rules);
  std::vector<std::size_t> groups;
  if (question.target) {
    asked = restrictTo(*question.target, asked);
    groups = groupsFor(*question.target, asked);
  }
  auto range = bitsRange(asked, groups);
  return {std::make_shared<const RecipeSurvey>(std::move(asked)), std::move(groups), std::move(range)};
}

}  // namespace

ModelStudy::ModelStudy(Session& session, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_measuring(session),
      m_narrowing(session),
      m_planning(session),
      m_drawing(session) {}

const ModelStudy::Measured* ModelStudy::measured() const {
  const auto found = std::ranges::find(m_measured, m_checkpoint, &Measured::checkpoint);
  return found == m_measured.end() ? nullptr : &*found;
}

bool ModelStudy::isStale() const {
  const Measured* const known = measured();
  return known && (known->calibration != m_session.calibration() ||
                   !coversAll(*known->survey, known->rules, m_question.schemes, m_question.rules));
}

void ModelStudy::follow(const Selection& selection) {
  if (selection.checkpoint == m_checkpoint) return;
  m_checkpoint = selection.checkpoint;
  clearPlans();
  m_survey.reset();  // of another one
  narrow();
}

void ModelStudy::setQuestion(ModelQuestion question) {
  m_question = std::move(question);
  if (measured() && !isMeasuring()) return narrow();
  Q_EMIT surveyChanged();
}

void ModelStudy::setBudget(double bitsPerWeight) {
  m_budget = bitsPerWeight;
  if (m_range) plan();
}

void ModelStudy::forget(const std::shared_ptr<const Checkpoint>& checkpoint) {
  std::erase_if(m_measured, [&](const Measured& each) { return each.checkpoint == checkpoint; });
  if (m_run && m_run->checkpoint == checkpoint) {
    m_measuring.cancel();
    m_run.reset();
  }
  if (checkpoint == m_checkpoint) m_checkpoint.reset();
  narrow();
}

void ModelStudy::measure() {
  if (!m_checkpoint || m_question.schemes.empty()) return;
  auto run = m_run = std::make_shared<Run>(Run{m_checkpoint, {.schemes = m_question.schemes, .tensors = {}}});
  std::erase_if(m_measured, [&](const Measured& each) { return each.checkpoint == m_checkpoint; });
  m_isTold = true;
  Measured result{m_checkpoint, m_session.calibration(), m_question.rules, nullptr};
  m_measuring.start(
      tr("measuring %1").arg(titleOf(*m_checkpoint)),
      [this, run, result, schemes = m_question.schemes, backend = m_session.backend(),
       post = postTo(*this)](const JobContext& job) {
        return surveyForRecipe(*result.checkpoint, schemes, result.rules, result.calibration.get(), *backend, job,
                               [&](const RecipeTensor& tensor) { post([this, run, tensor] { take(run, tensor); }); });
      },
      [this, run, result](Result<RecipeSurvey> survey) { finish(run, result, std::move(survey)); });
  narrow();
}

void ModelStudy::take(const std::shared_ptr<Run>& run, const RecipeTensor& tensor) {
  if (run != m_run) return;
  run->soFar.tensors.push_back(tensor);
  if (!m_isTold || run->checkpoint != m_checkpoint) return;
  m_isTold = false;
  QTimer::singleShot(kTellEveryMs, this, [this, run] {
    if (run == m_run) m_isTold = true;
    if (run == m_run && isMeasuring()) narrow();
  });
}

void ModelStudy::finish(const std::shared_ptr<Run>& run, Measured measured, Result<RecipeSurvey> survey) {
  if (run != m_run) return;
  if (survey) {
    measured.survey = std::make_shared<const RecipeSurvey>(*std::move(survey));
    m_measured.push_back(std::move(measured));
    m_run.reset();
  } else {
    m_session.report(survey.error());
  }
  if (run->checkpoint == m_checkpoint) narrow();
}

void ModelStudy::clearPlans() {
  for (Task* task : {&m_narrowing, &m_planning, &m_drawing}) task->cancel();
  m_groups.clear();
  m_range.reset();
  m_curve.clear();
  m_recipe.reset();
  m_refusal.reset();
}

void ModelStudy::narrow() {
  const Measured* const known = measured();
  if (!known) {
    clearPlans();
    m_survey =
        m_run && m_run->checkpoint == m_checkpoint ? std::make_shared<const RecipeSurvey>(m_run->soFar) : nullptr;
    Q_EMIT surveyChanged();
    return Q_EMIT planned();
  }
  m_narrowing.start(
      tr("choosing"),
      [survey = known->survey, question = m_question](const JobContext&) -> Result<Narrowed> {
        return narrowed(*survey, question);
      },
      [this, survey = known->survey](Result<Narrowed> asked) {
        const Measured* const now = this->measured();
        if (!asked || !now || now->survey != survey) return;
        clearPlans();
        m_survey = std::move(asked->survey);
        m_groups = std::move(asked->groups);
        if (asked->range)
          m_range = *asked->range;
        else
          m_refusal = asked->range.error();
        Q_EMIT surveyChanged();
        Q_EMIT planned();
        if (!m_range) return;
        plan();
        draw();
      },
      ProgressUnit::Steps);
}

void ModelStudy::plan() {
  m_planning.start(
      tr("solving the budget"),
      [survey = m_survey, groups = m_groups, bits = m_budget](const JobContext& job) {
        return planRecipe(*survey, budgetOf(bits), groups, job);
      },
      [this, survey = m_survey](Result<Recipe> recipe) {
        if (survey != m_survey) return;
        m_recipe.reset();
        m_refusal.reset();
        if (recipe)
          m_recipe = *std::move(recipe);
        else if (recipe.error().code == Errc::Unsupported)
          m_refusal = recipe.error();
        else
          m_session.report(recipe.error());
        Q_EMIT planned();
      },
      ProgressUnit::Steps);
}

void ModelStudy::draw() {
  m_drawing.start(
      tr("drawing the curve of budgets"),
      [survey = m_survey, groups = m_groups](const JobContext& job) {
        return recipeCurve(*survey, groups, kCurvePoints, job);
      },
      [this, survey = m_survey](Result<std::vector<RecipePoint>> curve) {
        if (survey != m_survey) return;
        if (!curve) return m_session.report(curve.error());
        m_curve = *std::move(curve);
        Q_EMIT planned();
      },
      ProgressUnit::Steps);
}

}  // namespace ulpscope
