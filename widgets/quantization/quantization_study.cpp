// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/quantization/quantization_study.h"

#include <algorithm>

#include "core/quantization/error_map.h"
#include "core/quantization/knobs.h"
#include "core/quantization/scale_blocks.h"
#include "widgets/session/post.h"
#include "widgets/session/session.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMapSide = 512;  ///< cells; a finer picture would be below the pixels of the card

const Scheme& chosenScheme(const Selection& selection) {
  const Scheme* scheme = findScheme(selection.scheme);
  return scheme ? *scheme : *schemeRegistry().front();
}

/// The knobs of the selection that are the scheme's: others were left over from another one.
Settings chosenSettings(const Scheme& scheme, const Selection& selection) {
  if (selection.scheme != scheme.info().id) return {};
  return selection.settings;
}

struct Loaded {
  LoadedTensor tensor;
  Result<KnownLayer> layer;
};

struct WithOutliers {
  std::shared_ptr<const LoadedTensor> tensor;
  std::uint64_t injected;
};

bool isReadable(const TensorInfo* tensor) { return tensor && tensor->isReadable() && tensor->elements > 0; }

}  // namespace

QuantizationStudy::QuantizationStudy(Session& session, QObject* parent)
    : QObject(parent),
      m_session(session),
      m_scheme(schemeRegistry().front()),
      m_known(std::make_shared<const KnownLayer>()),
      m_loading(session),
      m_measuring(session),
      m_comparing(session),
      m_explaining(session),
      m_glancing(session),
      m_surveying(session) {}

void QuantizationStudy::follow(const Selection& selection) {
  const Scheme& scheme = chosenScheme(selection);
  Settings settings = chosenSettings(scheme, selection);
  const bool isOtherScheme = &scheme != m_scheme || settings != m_settings;
  m_scheme = &scheme;
  m_settings = std::move(settings);

  const bool isOtherTensor = selection.checkpoint != m_checkpoint || selection.tensor != m_index;
  if (isOtherTensor) {
    clear();
    m_checkpoint = selection.checkpoint;
    m_index = selection.tensor;
    m_isReadable = isReadable(selection.tensorInfo());
    if (m_isReadable) load();
    Q_EMIT tensorChanged();
  } else if (isOtherScheme && m_tensor) {
    measure();
  }
}

void QuantizationStudy::setCalibration(std::shared_ptr<const Calibration> calibration) {
  if (calibration == m_calibration) return;
  m_calibration = std::move(calibration);
  clear();
  if (m_isReadable) load();
  Q_EMIT tensorChanged();
}

void QuantizationStudy::setWhatIf(const WhatIf& whatIf) {
  if (whatIf == m_whatIf) return;
  const bool isOtherTensor =
      whatIf.outlierEvery != m_whatIf.outlierEvery || whatIf.outlierFactor != m_whatIf.outlierFactor;
  m_whatIf = whatIf;
  m_comparison.clear();
  if (!m_given) return;
  if (isOtherTensor) return inject();
  if (m_tensor) begin();
}

void QuantizationStudy::forget(const std::shared_ptr<const Checkpoint>& checkpoint) {
  if (checkpoint != m_checkpoint) return;
  clear();
  m_checkpoint.reset();
  m_index.reset();
  m_isReadable = false;
  Q_EMIT tensorChanged();
}

void QuantizationStudy::restart() {
  if (!m_isReadable) return;
  if (!m_given) return load();
  if (!m_tensor) return inject();
  begin();
}

void QuantizationStudy::clear() {
  for (Task* task : {&m_loading, &m_measuring, &m_comparing, &m_explaining, &m_glancing, &m_surveying}) task->cancel();
  m_given.reset();
  m_tensor.reset();
  m_injected = 0;
  m_known = std::make_shared<const KnownLayer>();
  m_layerError.reset();
  m_inputs.reset();
  m_measurement.reset();
  m_comparison.clear();
  m_refusal.reset();
}

std::vector<SchemeComparison> QuantizationStudy::comparison() const {
  std::vector<SchemeComparison> lines = m_comparison;
  const auto chosen = std::find_if(lines.begin(), lines.end(),
                                   [&](const SchemeComparison& line) { return line.scheme == m_scheme->info().id; });
  if (chosen == lines.end()) return lines;
  if (m_refusal) {
    chosen->error = m_refusal->message;
  } else if (m_measurement && m_measurement->scheme == m_scheme) {
    chosen->error.clear();
    chosen->bitsPerWeight = m_measurement->report.bitsPerWeight;
    chosen->metrics = m_measurement->report.metrics;
    chosen->weightedError = m_measurement->report.weightedError;
  }
  return lines;
}

bool QuantizationStudy::isIncomplete() const {
  if (!m_isReadable || m_loading.running()) return false;
  const bool isMeasured = m_measurement || m_refusal || m_measuring.running();
  const bool isCompared = m_comparison.size() == schemeRegistry().size() || m_comparing.running();
  return !m_tensor || !isMeasured || !isCompared;
}

void QuantizationStudy::failed(const Error& error) {
  m_session.report(error);
  Q_EMIT incomplete();
}

void QuantizationStudy::load() {
  auto source = m_checkpoint->source(*m_index);
  if (!source) return failed(source.error());
  const QString name = shown(source->info().name);
  m_loading.start(
      tr("reading %1").arg(name),
      [source = std::move(*source), checkpoint = m_checkpoint, index = *m_index, calibration = m_calibration,
       backend = m_session.backend()](const JobContext& job) -> Result<Loaded> {
        job.expect(source.size());
        auto tensor = loadTensor(source, *backend, job);
        if (!tensor) return tl::unexpected(std::move(tensor).error());
        auto layer = knownLayer(calibration.get(), *checkpoint, index, Siblings::Read, *backend, job);
        if (!layer && layer.error().code == Errc::Cancelled) return tl::unexpected(std::move(layer).error());
        return Loaded{*std::move(tensor), std::move(layer)};
      },
      [this, checkpoint = m_checkpoint, index = m_index, calibration = m_calibration](Result<Loaded> loaded) {
        if (checkpoint != m_checkpoint || index != m_index || calibration != m_calibration) return;  // of another one
        if (!loaded) return failed(loaded.error());
        m_given = std::make_shared<const LoadedTensor>(std::move(loaded->tensor));
        if (loaded->layer) m_known = std::make_shared<const KnownLayer>(*std::move(loaded->layer));
        m_layerError = loaded->layer ? m_known->unknown : loaded->layer.error();
        survey();
        inject();
      });
}

void QuantizationStudy::inject() {
  for (Task* task : {&m_measuring, &m_comparing, &m_explaining}) task->cancel();
  if (!m_whatIf.injects()) {
    m_loading.cancel();
    return use(m_given, 0);
  }
  m_loading.start(
      tr("injecting outliers"),
      [given = m_given, whatIf = m_whatIf](const JobContext&) -> Result<WithOutliers> {
        auto tensor = std::make_shared<LoadedTensor>(*given);
        const std::uint64_t injected = injectOutliers(tensor->values, whatIf.outlierEvery, whatIf.outlierFactor);
        return WithOutliers{std::move(tensor), injected};
      },
      [this, given = m_given, whatIf = m_whatIf](Result<WithOutliers> result) {
        if (given != m_given || whatIf.outlierEvery != m_whatIf.outlierEvery) return;
        if (!result) return failed(result.error());
        use(std::move(result->tensor), result->injected);
      },
      ProgressUnit::Steps);
}

void QuantizationStudy::use(std::shared_ptr<const LoadedTensor> tensor, std::uint64_t injected) {
  m_tensor = std::move(tensor);
  m_injected = injected;
  m_measurement.reset();
  m_comparison.clear();
  begin();
  Q_EMIT tensorChanged();
}

void QuantizationStudy::begin() {
  measure();
  compare();
}

void QuantizationStudy::measure() {
  m_explaining.cancel();
  m_measuring.start(
      tr("%1").arg(QString::fromStdString(m_scheme->info().title)),
      [scheme = m_scheme, run = trying(*m_scheme, m_whatIf), settings = m_settings, tensor = m_tensor, known = m_known,
       name = m_checkpoint->tensors[*m_index].name,
       backend = m_session.backend()](const JobContext& job) -> Result<Measurement> {
        job.expect(tensor->values.size() * sizeof(float));
        const std::vector<MatrixView> beside = known->siblings.views();
        auto report = quantizeAndMeasure(*run, settings, {tensor->view(), known->given(), beside}, *backend, job);
        if (!report) return tl::unexpected(std::move(report).error());
        Measurement result{.scheme = scheme,
                           .around = run,
                           .report = *std::move(report),
                           .blocks = {},
                           .errorMap = {},
                           .siblings = {}};
        if (sharesWithSiblings(scheme->info(), settings)) result.siblings = known->siblings.briefNames(name);
        const QuantizedTensor& quantized = result.report.quantized;
        const auto blocks = run->scaleBlocks(quantized, settings);
        if (!blocks) return tl::unexpected(blocks.error());
        result.blocks = blockErrors(tensor->view(), quantized.restored, *blocks, *backend);
        result.errorMap = errorMap(tensor->view(), quantized.restored, kMapSide);
        return result;
      },
      [this, tensor = m_tensor](Result<Measurement> result) {
        if (tensor != m_tensor) return;
        m_refusal.reset();
        if (result) {
          m_measurement = std::make_shared<const Measurement>(*std::move(result));
        } else {
          m_measurement.reset();
          const Errc code = result.error().code;
          if (code != Errc::Unsupported && code != Errc::Usage) return failed(result.error());
          m_refusal = result.error();
        }
        Q_EMIT measured();
      });
}

void QuantizationStudy::compare() {
  m_comparing.start(
      tr("comparing all schemes"),
      [this, tensor = m_tensor, known = m_known, whatIf = m_whatIf, backend = m_session.backend(),
       post = postTo(*this)](const JobContext& job) {
        job.expect(tensor->values.size() * sizeof(float) * schemeRegistry().size());
        const auto each = [&](const SchemeComparison& line) {
          post([this, tensor, whatIf, line] {
            if (whatIf == m_whatIf) take(tensor, line);
          });
        };
        std::vector<std::shared_ptr<const Scheme>> run;
        std::vector<const Scheme*> schemes;
        for (const Scheme* scheme : schemeRegistry())
          schemes.push_back(run.emplace_back(trying(*scheme, whatIf)).get());
        const std::vector<MatrixView> beside = known->siblings.views();
        return compareSchemes(schemes, {tensor->view(), known->given(), beside}, *backend, job, each);
      },
      [this, tensor = m_tensor, whatIf = m_whatIf](const Result<std::vector<SchemeComparison>>& lines) {
        if (tensor != m_tensor || whatIf != m_whatIf) return;
        if (!lines) return failed(lines.error());
        m_comparison = *lines;
        Q_EMIT compared();
      });
}

void QuantizationStudy::survey() {
  const auto known = layer();
  if (!known || known->inputs.empty()) return;
  m_surveying.start(
      tr("looking at the inputs"), [known](const JobContext& job) { return surveyActivations(*known, job); },
      [this, known](Result<ActivationSurvey> found) {
        if (known != layer()) return;
        if (!found) return failed(found.error());
        m_inputs = std::make_shared<const ActivationSurvey>(*std::move(found));
        Q_EMIT inputsSurveyed();
      },
      ProgressUnit::Steps);
}

/// One line of a comparison that goes on.
void QuantizationStudy::take(const std::shared_ptr<const LoadedTensor>& tensor, const SchemeComparison& line) {
  if (tensor != m_tensor || !m_comparing.running()) return;
  const bool isKnown =
      std::ranges::any_of(m_comparison, [&](const auto& known) { return known.scheme == line.scheme; });
  if (isKnown) return;  // begun again, on another backend
  m_comparison.push_back(line);
  Q_EMIT compared();
}

void QuantizationStudy::explain(std::uint64_t element) {
  explainIn(m_explaining, element, &QuantizationStudy::explained);
}

void QuantizationStudy::glance(std::uint64_t element) { explainIn(m_glancing, element, &QuantizationStudy::glanced); }

void QuantizationStudy::explainIn(Task& task, std::uint64_t element,
                                  void (QuantizationStudy::*answer)(const WeightBoard&)) {
  if (!m_measurement || element >= m_tensor->values.size()) return;
  task.start(
      tr("looking at one weight"),
      [element, tensor = m_tensor, measurement = m_measurement](const JobContext&) -> Result<WeightBoard> {
        const QuantizationReport& report = measurement->report;
        return WeightBoard{element,
                           measurement->around->explain(tensor->view(), report.quantized, report.settings, element)};
      },
      [this, answer, measurement = m_measurement](Result<WeightBoard> board) {
        if (measurement != m_measurement) return;
        if (board) Q_EMIT(this->*answer)(*board);
      },
      ProgressUnit::Steps);
}

}  // namespace ulpscope
