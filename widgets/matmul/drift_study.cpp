// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matmul/drift_study.h"

#include <algorithm>

#include "core/backend/backend.h"
#include "core/calibration/calibration.h"
#include "core/matmul/operand_tensor.h"
#include "widgets/session/post.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

/// What the operands are made of, as it was when the question was asked.
struct Material {
  std::optional<TensorSource> tensor;
  std::shared_ptr<const Calibration> calibration;
};

using Source = OperandChoice::Source;

/// Recorded inputs of a layer, as rows of A.
Result<DenseMatrix> inputsOf(const Material& material, std::size_t rows, const Backend& backend,
                             const JobContext& job) {
  const std::string& name = material.tensor->info().name;
  if (!material.calibration)
    return fail(Errc::Unsupported, "recorded inputs of the layer expected, but no calibration is open", name);
  const auto layer = material.calibration->layer(name, material.tensor->matrix().columns, backend, job);
  if (!layer) return tl::unexpected(layer.error());
  if (layer->kept() == 0)
    return fail(Errc::Unsupported, "recorded inputs of the layer expected, but the calibration kept none of it", name);
  DenseMatrix inputs{std::min<std::size_t>(rows, layer->kept()), layer->columns, {}};
  const auto end = layer->inputs.begin() + static_cast<std::ptrdiff_t>(inputs.rows * inputs.columns);
  inputs.values.assign(layer->inputs.begin(), end);
  return inputs;
}

Result<> makeOperands(DriftOutcome& outcome, const Material& material, const Backend& backend, const JobContext& job) {
  DriftQuestion& question = outcome.question;
  QString ofB = qt(titleOf(question.b.kind));
  if (question.needsTensor()) {
    if (!material.tensor) return fail(Errc::Usage, "a tensor of a checkpoint expected, but none is selected");
    question.k = material.tensor->matrix().columns;
  }
  if (question.b.source == Source::Tensor) {
    auto columns = readOperand(*material.tensor, question.columns, 0, job);
    if (!columns) return tl::unexpected(std::move(columns).error());
    outcome.columnsOfB = *std::move(columns);
    ofB = shown(material.tensor->info().name);
  } else {
    outcome.columnsOfB = drawOperand(question.b.kind, question.columns, question.k, 2 * question.seed + 1);
  }
  QString ofA = qt(titleOf(question.a.kind));
  if (question.a.source == Source::Inputs) {
    auto inputs = inputsOf(material, question.rows, backend, job);
    if (!inputs) return tl::unexpected(std::move(inputs).error());
    outcome.a = *std::move(inputs);
    ofA = DriftStudy::tr("inputs of the layer");
  } else {
    outcome.a = drawOperand(question.a.kind, question.rows, question.k, 2 * question.seed);
  }
  outcome.origin = DriftStudy::tr("%1 \u00D7 %2, %3 \u00D7 %4 \u00D7 %5")
                       .arg(ofA, ofB)
                       .arg(outcome.a.rows)
                       .arg(question.k)
                       .arg(outcome.columnsOfB.rows);
  return {};
}

}  // namespace

DriftStudy::DriftStudy(Session& session, QObject* parent)
    : QObject(parent), m_session(session), m_measuring(session), m_tracing(session) {}

void DriftStudy::ask(DriftQuestion question) {
  m_question = question;
  m_tracing.cancel();
  m_trace.reset();
  Material material{{}, m_session.calibration()};
  const Selection& selection = m_session.selection();
  m_tensor.clear();
  if (question.needsTensor() && selection.tensor) {
    auto source = selection.checkpoint->source(*selection.tensor);
    if (!source) return m_session.report(source.error());
    material.tensor = *std::move(source);
    m_tensor = selection.tensorInfo()->name;
  }
  const auto post = postTo(*this);
  m_measuring.start(
      tr("multiplying matrices"),
      [question = std::move(question), material = std::move(material), backend = m_session.backend(), post,
       this](const JobContext& job) -> Result<std::shared_ptr<const DriftOutcome>> {
        DriftOutcome outcome{question, {}, {}, {}, {}, {}};
        if (auto made = makeOperands(outcome, material, *backend, job); !made) return tl::unexpected(made.error());
        const DriftSettings& settings = outcome.question.settings;
        job.expect(2 * driftWork(settings, outcome.a, outcome.columnsOfB));
        const auto tell = [&](const std::vector<DriftPoint>& points) {
          DriftOutcome partial{outcome.question, outcome.origin, {}, {}, points, {}};
          post([this, told = std::make_shared<const DriftOutcome>(std::move(partial)), stop = job.stop] {
            if (!stop.stop_requested()) arrived(told);
          });
        };
        auto curve = measureDriftCurve(settings, outcome.a, outcome.columnsOfB, *backend, job, tell);
        if (!curve) return tl::unexpected(std::move(curve).error());
        outcome.points = std::move(curve->points);
        outcome.whole = std::move(curve->whole);
        return std::make_shared<const DriftOutcome>(std::move(outcome));
      },
      [this](Result<std::shared_ptr<const DriftOutcome>> outcome) {
        if (!outcome) return m_session.report(outcome.error());
        arrived(*outcome);
      },
      ProgressUnit::Steps);
  Q_EMIT changed();
}

void DriftStudy::arrived(const std::shared_ptr<const DriftOutcome>& outcome) {
  m_outcome = outcome;
  Q_EMIT changed();
}

void DriftStudy::follow(const Selection& selection) {
  if (!m_question || !m_question->needsTensor()) return;
  const TensorInfo* info = selection.tensorInfo();
  if (info && info->isReadable() && info->name != m_tensor) ask(*m_question);
}

void DriftStudy::trace(std::size_t engine, std::size_t row, std::size_t column) {
  if (!m_outcome || !m_outcome->whole) return;
  m_tracing.start(
      tr("tracing one element"),
      [outcome = m_outcome, engine, row, column](const JobContext&) -> Result<Traced> {
        const DriftSettings& settings = outcome->question.settings;
        ProductSettings product;
        product.engine = settings.engines[engine];
        product.inputRounding = settings.inputRounding;
        product.order = settings.order;
        return Traced{engine, row, column, traceDot(product, outcome->a, row, outcome->columnsOfB, column)};
      },
      [this](Result<Traced> traced) {
        if (!traced) return m_session.report(traced.error());
        m_trace = *std::move(traced);
        Q_EMIT this->traced();
      },
      ProgressUnit::Steps);
}

}  // namespace ulpscope
