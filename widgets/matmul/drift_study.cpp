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

using Source = OperandChoice::Source;

/// What the operands are made of, as it was when the question was asked.
struct Sources {
  std::optional<TensorSource> a, b;  ///< of A recorded: the weight of the layer
  std::shared_ptr<const Calibration> calibration;
};

/// Recorded inputs of a layer, as rows of A.
Result<DenseMatrix> inputsOf(const Sources& sources, std::size_t rows, const Backend& backend, const JobContext& job) {
  const std::string& name = sources.a->info().name;
  const auto layer = sources.calibration->layer(name, sources.a->matrix().columns, backend, job);
  if (!layer) return tl::unexpected(layer.error());
  if (layer->kept() == 0)
    return fail(Errc::Unsupported, "recorded inputs of the layer expected, but the calibration kept none of it", name);
  DenseMatrix inputs{std::min<std::size_t>(rows, layer->kept()), layer->columns, {}};
  const auto end = layer->inputs.begin() + static_cast<std::ptrdiff_t>(inputs.rows * inputs.columns);
  inputs.values.assign(layer->inputs.begin(), end);
  return inputs;
}

QString nameOf(const OperandChoice& choice, const std::optional<TensorSource>& source) {
  if (choice.source == Source::Drawn) return qt(titleOf(choice.kind));
  if (choice.source == Source::Inputs) return DriftStudy::tr("inputs of the layer");
  const QString name = shown(source->info().name);
  return choice.isTransposed ? DriftStudy::tr("%1 transposed").arg(name) : name;
}

/// `vectors` rows of A, or columns of B.
Result<DenseMatrix> operandOf(const DriftQuestion& question, const Sources& sources, OperandSide side,
                              const Backend& backend, const JobContext& job) {
  const bool isA = side == OperandSide::A;
  const OperandChoice& choice = isA ? question.a : question.b;
  const std::size_t vectors = isA ? question.rows : question.columns;
  if (choice.source == Source::Inputs) return inputsOf(sources, vectors, backend, job);
  if (choice.isTensor()) return readOperand(*(isA ? sources.a : sources.b), {side, choice.isTransposed}, vectors, job);
  return drawOperand(choice.kind, vectors, question.k, 2 * question.seed + (isA ? 0 : 1));
}

Result<> makeOperands(DriftOutcome& outcome, const Sources& sources, const Backend& backend, const JobContext& job) {
  const DriftQuestion& question = outcome.question;
  const JobContext unseen{job.stop, nullptr};  // progress counts products
  auto a = operandOf(question, sources, OperandSide::A, backend, unseen);
  if (!a) return tl::unexpected(std::move(a).error());
  auto b = operandOf(question, sources, OperandSide::B, backend, unseen);
  if (!b) return tl::unexpected(std::move(b).error());
  outcome.a = *std::move(a);
  outcome.columnsOfB = *std::move(b);
  outcome.origin = DriftStudy::tr("%1 \u00D7 %2, %3 \u00D7 %4 \u00D7 %5")
                       .arg(nameOf(question.a, sources.a), nameOf(question.b, sources.b))
                       .arg(outcome.a.rows)
                       .arg(question.k)
                       .arg(outcome.columnsOfB.rows);
  return {};
}

/// The sources of what the question asks for.
Result<Sources> sourcesOf(const DriftQuestion& question, const OperandMaterial& material) {
  Sources sources{{}, {}, material.calibration};
  const auto tensors = material.tensorsOf(question);
  for (const auto& [tensor, source] : {std::pair{tensors.a, &sources.a}, std::pair{tensors.b, &sources.b}}) {
    if (!tensor) continue;
    auto opened = material.index->checkpoint->source(*tensor);
    if (!opened) return tl::unexpected(std::move(opened).error());
    source->emplace(*std::move(opened));
  }
  return sources;
}

}  // namespace

DriftStudy::DriftStudy(Session& session, QObject* parent)
    : QObject(parent), m_session(session), m_measuring(session), m_tracing(session) {}

void DriftStudy::ask(DriftQuestion question, const OperandMaterial& material) {
  m_tracing.cancel();
  m_trace.reset();
  if (const auto k = material.kOf(question)) question.k = *k;
  auto sources = sourcesOf(question, material);
  if (!sources) {
    m_session.report(sources.error());
    return drop();
  }
  const auto post = postTo(*this);
  m_measuring.start(
      tr("multiplying matrices"),
      [question = std::move(question), sources = *std::move(sources), backend = m_session.backend(), post,
       this](const JobContext& job) -> Result<std::shared_ptr<const DriftOutcome>> {
        DriftOutcome outcome{question, {}, qt(backend->description()), {}, {}, {}, {}};
        if (auto made = makeOperands(outcome, sources, *backend, job); !made) return tl::unexpected(made.error());
        const DriftSettings& settings = outcome.question.settings;
        job.expect(2 * driftWork(settings, outcome.a, outcome.columnsOfB));
        const auto tell = [&](const std::vector<DriftPoint>& points) {
          DriftOutcome partial{outcome.question, outcome.origin, outcome.backend, {}, {}, points, {}};
          post([this, told = std::make_shared<const DriftOutcome>(std::move(partial)), stop = job.stop] {
            if (!stop.stop_requested()) arrived(told);
          });
        };
        auto curve = measureDriftCurve(settings, outcome.a, outcome.columnsOfB, *backend, job, tell);
        if (!curve) return tl::unexpected(std::move(curve).error());
        outcome.backend = qt(backend->description());  // which may have lost its device meanwhile
        outcome.points = std::move(curve->points);
        outcome.whole = std::move(curve->whole);
        return std::make_shared<const DriftOutcome>(std::move(outcome));
      },
      [this](Result<std::shared_ptr<const DriftOutcome>> outcome) {
        if (outcome) return arrived(*outcome);
        m_session.report(outcome.error());
        if (outcome.error().code != Errc::Cancelled) drop();
      },
      ProgressUnit::Steps);
  Q_EMIT changed();
}

void DriftStudy::arrived(const std::shared_ptr<const DriftOutcome>& outcome) {
  m_outcome = outcome;
  Q_EMIT changed();
}

void DriftStudy::drop() {
  m_measuring.cancel();
  m_tracing.cancel();
  m_trace.reset();
  m_outcome.reset();
  Q_EMIT changed();
}

void DriftStudy::trace(std::size_t engine, std::size_t row, std::size_t column) {
  if (!m_outcome || !m_outcome->whole) return;
  m_tracing.start(
      tr("tracing one element"),
      [outcome = m_outcome, engine, row, column](const JobContext&) -> Result<Traced> {
        const DriftSettings& settings = outcome->question.settings;
        return Traced{
            engine, row, column,
            traceDot(settings.productOf(settings.engines[engine]), outcome->a, row, outcome->columnsOfB, column)};
      },
      [this](Result<Traced> traced) {
        if (!traced) return m_session.report(traced.error());
        m_trace = *std::move(traced);
        Q_EMIT this->traced();
      },
      ProgressUnit::Steps);
}

}  // namespace ulpscope
