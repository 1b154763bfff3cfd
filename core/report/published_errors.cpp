// SPDX-License-Identifier: Apache-2.0
#include "core/report/published_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/element_order.h"
#include "core/quantization/known_layer.h"

namespace ulpscope {
namespace {

constexpr double kRoundingOfBits = 1e-9;

ErrorMetrics noError(std::uint64_t elements) {
  ErrorMetrics metrics;
  metrics.signalToNoiseDb = std::numeric_limits<double>::infinity();
  metrics.cosine = 1;
  metrics.included = elements;
  return metrics;
}

double lossOf(const std::optional<WeightedError>& weighted, const ErrorMetrics& metrics) {
  return weighted ? weighted->relative : metrics.relativeRmse * metrics.relativeRmse;
}

class Measuring {
 public:
  Measuring(const Checkpoint& original, const Checkpoint& published, const CheckpointDiff& diff,
            const PublishedQuestion& question, const Backend& backend, const JobContext& job)
      : m_original(original),
        m_published(published),
        m_diff(diff),
        m_question(question),
        m_backend(backend),
        m_job(job) {}

  /// What is known without reading.
  PublishedErrors begin() const {
    PublishedErrors errors;
    for (std::size_t i = 0; i < m_diff.tensors.size(); ++i) {
      const TensorDiff& each = m_diff.tensors[i];
      const bool isCompared = each.state == DiffState::Identical || (each.metrics && each.metrics->included > 0);
      if (!isCompared || !each.first || !each.second) continue;
      const TensorInfo& info = m_published.tensors[*each.second];
      if (info.shape.size() < 2) continue;
      const double bits = static_cast<double>(info.bytes) * 8 / static_cast<double>(info.elements);
      errors.tensors.push_back({i, bits, each.metrics.value_or(noError(info.elements))});
    }
    return errors;
  }

  Result<> complete(std::vector<PublishedError>& errors) const {
    if (!m_question.calibration && !m_question.rivals) return {};
    std::uint64_t bytes = 0;
    for (const PublishedError& error : errors) bytes += bytesOf(error);
    m_job.expect(bytes);
    for (PublishedError& error : errors) {
      auto measured = measure(error);
      if (!measured && concernsOneTensor(measured.error().code))
        error.remark = std::move(measured).error().message;
      else if (!measured)
        return measured;
      if (auto going = m_job.step(bytesOf(error)); !going) return going;
    }
    return {};
  }

 private:
  std::size_t originalOf(const PublishedError& error) const { return *m_diff.tensors[error.diff].first; }
  std::size_t publishedOf(const PublishedError& error) const { return *m_diff.tensors[error.diff].second; }
  std::uint64_t bytesOf(const PublishedError& error) const { return m_original.tensors[originalOf(error)].bytes; }

  Result<> measure(PublishedError& error) const {
    const JobContext quiet{m_job.stop, nullptr};
    const auto layer =
        knownLayer(m_question.calibration, m_original, originalOf(error), Siblings::LeaveOut, m_backend, quiet);
    if (!layer) return tl::unexpected(layer.error());
    if (layer->unknown && layer->unknown->code == Errc::Unsupported) error.remark = layer->unknown->message;
    const bool wantsRival = m_question.rivals && !rivalsOf(error).empty();
    if (!layer->inputs && !wantsRival) return {};
    const auto source = m_original.source(originalOf(error));
    const auto weights = source ? loadTensor(*source, m_backend, quiet) : tl::unexpected(source.error());
    if (!weights) return tl::unexpected(weights.error());
    if (layer->inputs)
      if (auto weighed = weigh(error, *weights, *layer->inputs); !weighed) return weighed;
    return wantsRival ? findRival(error, *weights, layer->given()) : Result<>{};
  }

  Result<> weigh(PublishedError& error, const LoadedTensor& weights, const LayerCalibration& layer) const {
    if (layer.reached() == 0u) return {};
    const JobContext quiet{m_job.stop, nullptr};
    const auto source = sourceOrderedAs(m_published, publishedOf(error), m_original, originalOf(error));
    const auto restored = source ? loadTensor(*source, m_backend, quiet) : tl::unexpected(source.error());
    if (!restored) return tl::unexpected(restored.error());
    const auto weighted = measureWeightedError(weights.view(), restored->values, layer, m_backend, quiet);
    if (!weighted) return tl::unexpected(weighted.error());
    error.weightedError = *weighted;
    return {};
  }

  std::vector<SchemeChoice> rivalsOf(const PublishedError& error) const {
    std::vector<SchemeChoice> choices;
    const MatrixShape shape = matrixShape(m_original.tensors[originalOf(error)].shape);
    for (const Scheme* scheme : schemeRegistry()) {
      if (scheme->info().calibration == CalibrationUse::Required) continue;
      const auto settings = completeSettings(scheme->info(), {});
      const auto bits = settings ? scheme->bitsPerWeight(shape, *settings) : tl::unexpected(settings.error());
      if (bits && *bits <= error.bitsPerWeight + kRoundingOfBits && *bits >= error.bitsPerWeight - kRivalBits)
        choices.push_back({scheme, {}});
    }
    return choices;
  }

  Result<> findRival(PublishedError& error, const LoadedTensor& weights, const LayerCalibration* layer) const {
    const std::vector<SchemeChoice> choices = rivalsOf(error);
    const auto lines = compareSchemes(choices, {weights.view(), layer}, m_backend, {m_job.stop, nullptr});
    if (!lines) return tl::unexpected(lines.error());
    for (const SchemeComparison& line : *lines) {
      const bool isMeasured = line.error.empty() && line.metrics.included > 0;
      if (isMeasured && (!error.rival || lossOf(line.weightedError, line.metrics) <
                                             lossOf(error.rival->weightedError, error.rival->metrics)))
        error.rival = line;
    }
    return {};
  }

  const Checkpoint& m_original;
  const Checkpoint& m_published;
  const CheckpointDiff& m_diff;
  const PublishedQuestion& m_question;
  const Backend& m_backend;
  const JobContext& m_job;
};

std::vector<PublishedType> typesOf(const Checkpoint& published, const CheckpointDiff& diff,
                                   std::span<const PublishedError> errors) {
  std::vector<PublishedType> types;
  for (const PublishedError& error : errors) {
    const TensorInfo& info = published.tensors[*diff.tensors[error.diff].second];
    const std::string_view title = typeTitle(info);
    auto type = std::ranges::find(types, title, &PublishedType::type);
    if (type == types.end()) type = types.insert(types.end(), {std::string(title), {}});
    type->totals.add(info.elements, error.bitsPerWeight, error.metrics);
  }
  std::ranges::stable_sort(types, {}, [](const PublishedType& type) { return type.totals.bitsPerWeight(); });
  return types;
}

}  // namespace

double PublishedError::lost() const { return lossOf(weightedError, metrics); }

Result<PublishedErrors> publishedErrors(const Checkpoint& original, const Checkpoint& published,
                                        const CheckpointDiff& diff, const PublishedQuestion& question,
                                        const Backend& backend, const JobContext& job) {
  const Measuring measuring(original, published, diff, question, backend, job);
  PublishedErrors errors = measuring.begin();
  if (auto done = measuring.complete(errors.tensors); !done) return tl::unexpected(std::move(done).error());
  std::ranges::stable_sort(errors.tensors, std::greater{},
                           [](const PublishedError& error) { return std::isnan(error.lost()) ? -1 : error.lost(); });
  errors.types = typesOf(published, diff, errors.tensors);
  return errors;
}

Table errorTable(const Checkpoint& published, const CheckpointDiff& diff, const PublishedErrors& errors) {
  Table table{{"tensor", "type", "elements", "bits per weight", "RMSE", "relative RMSE", "SNR dB", "cosine",
               "max |error|", "mean error", "output lost", "best scheme", "its bits", "its SNR dB", "its output lost"},
              {}};
  const auto text = [](double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); };
  const auto lost = [&](const std::optional<WeightedError>& error) { return error ? text(error->relative) : ""; };
  for (const PublishedError& error : errors.tensors) {
    const TensorInfo& info = published.tensors[*diff.tensors[error.diff].second];
    const ErrorMetrics& metrics = error.metrics;
    std::vector<std::string> row{printable(diff.tensors[error.diff].name),
                                 std::string(typeTitle(info)),
                                 fmt::format("{}", info.elements),
                                 text(error.bitsPerWeight),
                                 text(metrics.rootMeanSquaredError),
                                 text(metrics.relativeRmse),
                                 text(metrics.signalToNoiseDb),
                                 text(metrics.cosine),
                                 text(metrics.maxAbsoluteError),
                                 text(metrics.meanError),
                                 lost(error.weightedError)};
    if (error.rival)
      row.insert(row.end(), {error.rival->scheme, text(error.rival->bitsPerWeight),
                             text(error.rival->metrics.signalToNoiseDb), lost(error.rival->weightedError)});
    row.resize(table.header.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace ulpscope
