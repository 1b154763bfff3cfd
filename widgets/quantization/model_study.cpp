// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/model_study.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/natural_order.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kCurvePoints = 40;
constexpr int kLookEveryMs = 200;  ///< while it measures

/// Synthetic inputs of the same seed are the same.
bool areSame(const std::shared_ptr<const Calibration>& a, const std::shared_ptr<const Calibration>& b) {
  return a == b || (a && b && a->isSynthetic() && b->isSynthetic() && a->source() == b->source());
}

std::vector<std::uint32_t> ranksByName(const std::vector<RecipeTensor>& tensors) {
  std::vector<std::uint32_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(
      order, [&](std::uint32_t a, std::uint32_t b) { return isNaturallyLess(tensors[a].name, tensors[b].name); });
  std::vector<std::uint32_t> ranks(tensors.size());
  for (std::uint32_t place = 0; place < order.size(); ++place) ranks[order[place]] = place;
  return ranks;
}

bool hasOptions(const RecipeSurvey& survey) {
  return std::ranges::any_of(survey.tensors, [](const RecipeTensor& tensor) { return !tensor.options.empty(); });
}

}  // namespace

ModelStudy::Memory::Memory(std::shared_ptr<const Checkpoint> ofCheckpoint,
                           std::shared_ptr<const Calibration> ofCalibration)
    : checkpoint(std::move(ofCheckpoint)),
      calibration(std::move(ofCalibration)),
      measured(*checkpoint, calibration.get()) {}

ModelStudy::ModelStudy(Session& session, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_measuring(session),
      m_answering(session),
      m_planning(session),
      m_drawing(session) {
  m_answering.setQuiet();  // else Esc would stop it in place of the measuring
  m_looking.setInterval(kLookEveryMs);
  connect(&m_looking, &QTimer::timeout, this, [this] {
    if (isMeasuring() && !m_answering.running()) look();
  });
  connect(&session, &Session::calibrationChanged, this, [this] {
    chooseMemory();
    look();
  });
}

void ModelStudy::chooseMemory() {
  m_memory.reset();
  if (!m_checkpoint) return;
  const auto found = std::ranges::find_if(m_memories, [this](const auto& memory) {
    return memory->checkpoint == m_checkpoint && areSame(memory->calibration, m_session.calibration());
  });
  if (found != m_memories.end())
    m_memory = *found;
  else
    m_memory = m_memories.emplace_back(std::make_shared<Memory>(m_checkpoint, m_session.calibration()));
}

void ModelStudy::follow(const Selection& selection) {
  if (selection.checkpoint == m_checkpoint) return;
  m_checkpoint = selection.checkpoint;
  chooseMemory();
  m_shown = {};  // of another one
  look();
}

void ModelStudy::setQuestion(ModelQuestion question) {
  m_question = std::move(question);
  look();
}

void ModelStudy::setBudget(double bitsPerWeight) {
  m_budget = bitsPerWeight;
  if (m_range) plan();
}

void ModelStudy::forget(const std::shared_ptr<const Checkpoint>& checkpoint) {
  if (m_run && m_run->checkpoint == checkpoint) {
    m_measuring.cancel();
    m_run.reset();
  }
  std::erase_if(m_memories, [&](const auto& memory) { return memory->checkpoint == checkpoint; });
  if (checkpoint != m_checkpoint) return;
  m_checkpoint.reset();
  m_memory.reset();
  m_shown = {};
  look();
}

void ModelStudy::measure() {
  if (!m_memory || m_question.schemes.empty()) return;
  m_run = m_memory;
  m_measuring.start(
      tr("measuring %1").arg(titleOf(*m_checkpoint)),
      [memory = m_memory, question = m_question, backend = m_session.backend()](const JobContext& job) {
        return surveyForRecipe(memory->measured, question.schemes, question.rules, *backend, job);
      },
      [this](const Result<RecipeSurvey>& survey) {
        m_looking.stop();
        if (!survey) m_session.report(survey.error());
        Q_EMIT surveyChanged();
        look();
      });
  m_looking.start();
  Q_EMIT surveyChanged();
  look();
}

void ModelStudy::clearPlans() {
  for (Task* task : {&m_planning, &m_drawing}) task->cancel();
  m_basis = {};
  m_planned.reset();
  m_groups.clear();
  m_range.reset();
  m_curve.clear();
  m_recipe.reset();
  m_refusal.reset();
}

ModelStudy::Answer ModelStudy::answer(Memory& memory, const ModelQuestion& question, bool isMeasuring) {
  KnownSurvey known = memory.measured.recall(question.schemes, question.rules);
  Answer answer{.shown = {.survey = nullptr, .nameRanks = {}, .asked = known.asked(), .missing = known.missing()}};
  const std::vector<bool> areWhole = known.areWhole();
  for (std::size_t i = 0; i < areWhole.size(); ++i)
    if (areWhole[i]) answer.planned.push_back(question.schemes[i]);
  if (question.schemes.empty()) return answer;
  RecipeSurvey whole = known.whole();
  if (hasOptions(whole) || answer.shown.missing == 0) {
    if (question.target) answer.groups = groupsFor(*question.target, whole);
    answer.range = bitsRange(whole, answer.groups);
    answer.whole = std::make_shared<const RecipeSurvey>(std::move(whole));
  }
  const bool isAnyKnown = answer.shown.missing < answer.shown.asked || answer.shown.missing == 0;
  if (!isAnyKnown && !isMeasuring) return answer;
  if (memory.nameRanks.empty()) memory.nameRanks = ranksByName(known.survey.tensors);
  answer.shown.nameRanks = memory.nameRanks;
  answer.shown.survey = std::make_shared<const RecipeSurvey>(std::move(known.survey));
  return answer;
}

void ModelStudy::look() {
  if (!m_memory) {
    m_answering.cancel();
    m_shown = {};
    clearPlans();
    Q_EMIT surveyChanged();
    return Q_EMIT plansChanged();
  }
  m_answering.start(
      tr("choosing"),
      [memory = m_memory, question = m_question, isMeasuring = isMeasuring()](const JobContext&) -> Result<Answer> {
        return answer(*memory, question, isMeasuring);
      },
      [this, memory = m_memory, question = m_question](Result<Answer> found) {
        if (found && memory == m_memory) take(*std::move(found), {.memory = memory, .question = question});
      },
      ProgressUnit::Steps);
}

void ModelStudy::take(Answer answer, Basis basis) {
  m_shown = std::move(answer.shown);
  basis.question.schemes = std::move(answer.planned);
  // Schemes come to their end one by one: recipes wait for all that are measured.
  if (isMeasuring() && basis.memory == m_basis.memory && basis.question.rules == m_basis.question.rules)
    basis.question.schemes = m_basis.question.schemes;
  const bool isOther = basis != m_basis;
  if (isOther) {
    clearPlans();
    m_basis = std::move(basis);
    m_planned = std::move(answer.whole);
    m_groups = std::move(answer.groups);
    if (answer.range && *answer.range) m_range = **answer.range;
    if (answer.range && !*answer.range) m_refusal = answer.range->error();
  }
  Q_EMIT surveyChanged();
  Q_EMIT plansChanged();
  if (!isOther || !m_range) return;
  plan();
  draw();
}

void ModelStudy::plan() {
  m_planning.start(
      tr("solving the budget"),
      [survey = m_planned, groups = m_groups, bits = m_budget](const JobContext& job) {
        return planRecipe(*survey, budgetOf(bits), groups, job);
      },
      [this, survey = m_planned](Result<Recipe> recipe) {
        if (survey != m_planned) return;
        m_recipe.reset();
        m_refusal.reset();
        if (recipe)
          m_recipe = *std::move(recipe);
        else if (recipe.error().code == Errc::Unsupported)
          m_refusal = recipe.error();
        else
          m_session.report(recipe.error());
        Q_EMIT plansChanged();
      },
      ProgressUnit::Steps);
}

void ModelStudy::draw() {
  m_drawing.start(
      tr("drawing the curve of budgets"),
      [survey = m_planned, groups = m_groups](const JobContext& job) {
        return recipeCurve(*survey, groups, kCurvePoints, job);
      },
      [this, survey = m_planned](Result<std::vector<RecipePoint>> curve) {
        if (survey != m_planned) return;
        if (!curve) return m_session.report(curve.error());
        m_curve = *std::move(curve);
        Q_EMIT plansChanged();
      },
      ProgressUnit::Steps);
}

}  // namespace ulpscope
