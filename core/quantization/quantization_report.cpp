// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/quantization_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/huge_pages.h"
#include "core/base/text.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/error_lines.h"
#include "core/quantization/piecewise_error.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBatch = 1 << 20;  // elements between two looks at the stop token
/// Odd, so that errors around zero share the middle bin.
constexpr std::size_t kErrorBins = 129;

/// Over +-the largest error.
Histogram errorHistogram(const MatrixView& input, std::span<const float> restored, double largest,
                         const Backend& backend) {
  std::mutex mutex;
  Histogram all = LinearBins(-largest, largest, kErrorBins).take();
  backend.forEach(divideRoundingUp(restored.size(), kBatch), [&](std::size_t batch) {
    LinearBins bins(-largest, largest, kErrorBins);
    const std::size_t end = std::min<std::size_t>(restored.size(), (batch + 1) * kBatch);
    for (std::size_t i = batch * kBatch; i < end; ++i)
      bins.add(static_cast<double>(restored[i]) - static_cast<double>(input.values[i]));
    const Histogram part = std::move(bins).take();
    const std::scoped_lock lock(mutex);
    std::ranges::transform(all.counts, part.counts, all.counts.begin(), std::plus<>());
  });
  return all;
}

/// A wide type, rounded to float.
Result<> loadRounded(const TensorSource& source, LoadedTensor& loaded, const JobContext& job) {
  std::vector<double> batch;
  std::uint64_t rounded = 0;
  for (std::uint64_t first = 0; first < loaded.values.size(); first += kBatch) {
    batch.resize(std::min(kBatch, loaded.values.size() - first));
    if (auto read = source.readDoubles(first, batch); !read) return read;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto value = static_cast<float>(batch[i]);
      loaded.values[first + i] = value;
      if (static_cast<double>(value) != batch[i] && !std::isnan(batch[i])) ++rounded;
    }
    if (auto going = job.step(byteSize(source.type(), batch.size()).value_or(0)); !going) return going;
  }
  if (rounded != 0)
    loaded.warnings.push_back(fmt::format("{} of {} values of type {} were rounded to float32 first",
                                          groupedDigits(rounded), groupedDigits(loaded.values.size()),
                                          source.type().title));
  return {};
}

Result<> loadExactly(const TensorSource& source, LoadedTensor& loaded, const Backend& backend, const JobContext& job) {
  for (std::uint64_t first = 0; first < loaded.values.size(); first += kBatch) {
    const auto batch = std::span(loaded.values).subspan(first, std::min(kBatch, loaded.values.size() - first));
    if (auto read = source.readFloats(first, batch, backend); !read) return read;
    if (auto going = job.step(byteSize(source.type(), batch.size()).value_or(0)); !going) return going;
  }
  return {};
}

double storedBitsPerWeight(const QuantizedTensor& tensor, double ofShape) {
  if (!tensor.storedBits || tensor.codes.empty()) return ofShape;
  return static_cast<double>(*tensor.storedBits) / static_cast<double>(tensor.codes.size());
}

/// Nothing where nothing is known of the layer's inputs.
Result<std::optional<WeightedError>> weightedErrorOf(const SchemeInput& given, std::span<const float> restored,
                                                     const Backend& backend, const JobContext& job) {
  if (!given.calibration || restored.empty() || given.calibration->reached() == 0u) return std::nullopt;
  auto error = measureWeightedError(given.weights, restored, *given.calibration, backend, {job.stop, nullptr});
  if (!error) return tl::unexpected(std::move(error).error());
  return *error;
}

}  // namespace

Result<LoadedTensor> loadTensor(const TensorSource& source, const Backend& backend, const JobContext& job) {
  const std::uint64_t elements = source.info().elements;
  if (elements > kMostLoadedElements)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} elements expected, the tensor has {}", groupedDigits(kMostLoadedElements),
                            groupedDigits(elements)),
                source.info().name);
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(std::move(unchanged).error());
  LoadedTensor loaded;
  loaded.shape = source.matrix();
  resizeHuge(loaded.values, elements);
  auto read = source.type().exactAsFloat ? loadExactly(source, loaded, backend, job) : loadRounded(source, loaded, job);
  if (read) read = source.verifyUnchanged();
  if (!read) return tl::unexpected(std::move(read).error());
  return loaded;
}

Result<QuantizationReport> quantizeAndMeasure(const Scheme& scheme, const Settings& settings, const SchemeInput& given,
                                              const Backend& backend, const JobContext& job) {
  const MatrixView& input = given.weights;
  QuantizationReport report;
  auto complete = completeSettings(scheme.info(), settings);
  if (!complete) return tl::unexpected(std::move(complete).error());
  report.settings = *std::move(complete);
  const auto bits = scheme.bitsPerWeight(input.shape, report.settings);
  if (!bits) return tl::unexpected(bits.error());
  auto quantized = scheme.quantize(given, report.settings, backend, job);
  if (!quantized) return tl::unexpected(std::move(quantized).error());

  report.scheme = scheme.info().id;
  report.reference = scheme.info().reference;
  report.bitsPerWeight = storedBitsPerWeight(*quantized, *bits);
  report.quantized = *std::move(quantized);
  report.warnings = report.quantized.warnings;
  report.backend = backend.description();
  const std::span<const float> restored = report.quantized.restored;
  report.metrics = measureError(input.values, restored, backend, errorChunk(input.shape.columns));
  report.bulk = measureBulkError(input.values, restored, backend);
  auto weighted = weightedErrorOf(given, restored, backend, job);
  if (!weighted) return tl::unexpected(std::move(weighted).error());
  report.weightedError = *weighted;
  if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  if (report.metrics.included != 0)
    report.errorHistogram = errorHistogram(input, restored, report.metrics.maxAbsoluteError, backend);
  report.columnRmse = columnErrors(input, restored, backend);
  report.rowRmse = rowErrors(input, restored, backend);
  return report;
}

namespace {

/// Piece by piece where that can be, else from the whole result, in memory that goes on to the next scheme.
class SchemeComparer {
 public:
  SchemeComparer(const SchemeInput& input, const Backend& backend, const JobContext& job)
      : m_input(input), m_backend(backend), m_job(job) {}

  Result<SchemeComparison> compare(const SchemeChoice& choice) {
    SchemeComparison line;
    line.scheme = choice.scheme->info().id;
    line.title = choice.scheme->info().title;
    const auto bits = choice.scheme->bitsPerWeight(m_input.weights.shape, choice.settings);
    auto done = bits ? measure(choice, *bits, line) : Result<>(tl::unexpected(bits.error()));
    if (done) return line;
    if (m_isFatal || done.error().code != Errc::Unsupported) return tl::unexpected(std::move(done).error());
    line.error = std::move(done).error().message;
    return line;
  }

 private:
  Result<> measure(const SchemeChoice& choice, double bits, SchemeComparison& line) {
    line.bitsPerWeight = bits;
    if (m_input.calibration) return measureWhole(choice, bits, line);  // the weighted error sees rows at once
    const auto metrics = measureInPieces(choice, m_input.weights, m_pieces, m_backend, m_job);
    if (!metrics) return tl::unexpected(metrics.error());
    if (!*metrics) return measureWhole(choice, bits, line);
    line.metrics = **metrics;
    return {};
  }

  Result<> measureWhole(const SchemeChoice& choice, double bits, SchemeComparison& line) {
    SchemeInput given = m_input;
    given.spare = &m_spare;
    auto quantized = choice.scheme->quantize(given, choice.settings, m_backend, m_job);
    if (!quantized) return tl::unexpected(std::move(quantized).error());
    line.bitsPerWeight = storedBitsPerWeight(*quantized, bits);
    line.metrics =
        measureError(m_input.weights.values, quantized->restored, m_backend, errorChunk(m_input.weights.shape.columns));
    auto weighted = weightedErrorOf(m_input, quantized->restored, m_backend, m_job);
    m_isFatal = !weighted;  // it is the layer that does not fit, not the scheme
    if (!weighted) return tl::unexpected(std::move(weighted).error());
    line.weightedError = *weighted;
    line.warnings = std::move(quantized->warnings);
    m_spare = *std::move(quantized);
    return {};
  }

  const SchemeInput& m_input;
  const Backend& m_backend;
  const JobContext& m_job;
  SpareResults m_pieces;
  QuantizedTensor m_spare;
  bool m_isFatal = false;
};

}  // namespace

Result<std::vector<SchemeComparison>> compareSchemes(std::span<const SchemeChoice> choices, const SchemeInput& input,
                                                     const Backend& backend, const JobContext& job,
                                                     const std::function<void(const SchemeComparison&)>& each) {
  SchemeComparer comparer(input, backend, job);
  std::vector<SchemeComparison> lines;
  for (const SchemeChoice& choice : choices) {
    auto line = comparer.compare(choice);
    if (!line) return tl::unexpected(std::move(line).error());
    lines.push_back(*std::move(line));
    if (each) each(lines.back());
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
  }
  return lines;
}

Result<std::vector<SchemeComparison>> compareSchemes(std::span<const Scheme* const> schemes, const SchemeInput& input,
                                                     const Backend& backend, const JobContext& job,
                                                     const std::function<void(const SchemeComparison&)>& each) {
  std::vector<SchemeChoice> choices;
  for (const Scheme* scheme : schemes) choices.push_back({scheme, {}});
  return compareSchemes(choices, input, backend, job, each);
}

}  // namespace ulpscope
