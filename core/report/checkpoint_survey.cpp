// SPDX-License-Identifier: Apache-2.0
#include "core/report/checkpoint_survey.h"

#include <utility>

#include "core/report/conspicuous.h"
#include "core/report/figures.h"
#include "core/report/histogram_figure.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBatch = 1 << 20;  // elements, a multiple of 8 as readBytes asks for

std::uint64_t bytesToRead(const TensorInfo& tensor) {
  return tensor.isReadable() ? byteSize(*tensor.type, tensor.elements).value_or(0) : 0;
}

/// The same tensor with its elements in memory, so that several passes are one read of the file.
Result<TensorSource> held(const Checkpoint& checkpoint, const TensorSource& source, const JobContext& job) {
  std::vector<std::byte> bytes(source.size());
  std::span<std::byte> rest(bytes);
  for (std::uint64_t first = 0; first < source.info().elements; first += kBatch) {
    const std::uint64_t count = std::min(kBatch, source.info().elements - first);
    const auto part = rest.first(byteSize(source.type(), count).value_or(0));
    rest = rest.subspan(part.size());
    if (auto read = source.readBytes(first, count, part); !read) return tl::unexpected(std::move(read.error()));
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going.error()));
  }
  TensorInfo info = source.info();
  info.storage = memorySource(info.name, std::move(bytes));
  return TensorSource(info, checkpoint.files[info.file]);
}

class Survey {
 public:
  Survey(const Checkpoint& checkpoint, std::span<const Scheme* const> schemes, const Backend& backend,
         const JobContext& job)
      : m_checkpoint(checkpoint), m_backend(backend), m_job(job), m_quiet{job.stop, nullptr} {
    m_result.schemes.assign(schemes.begin(), schemes.end());
  }

  Result<CheckpointSurvey> make(std::span<const std::size_t> tensors) {
    std::uint64_t bytes = 0;
    for (const std::size_t tensor : tensors) bytes += bytesToRead(m_checkpoint.tensors[tensor]);
    m_job.expect(bytes);
    for (const std::size_t tensor : tensors) {
      SurveyedTensor surveyed{.tensor = tensor};
      if (auto read = survey(surveyed); !read) return tl::unexpected(std::move(read.error()));
      m_result.tensors.push_back(std::move(surveyed));
      if (auto going = m_job.step(bytesToRead(m_checkpoint.tensors[tensor])); !going)
        return tl::unexpected(std::move(going.error()));
    }
    if (auto detailed = addDetails(); !detailed) return tl::unexpected(std::move(detailed.error()));
    if (auto same = m_checkpoint.verifyUnchanged(); !same) return tl::unexpected(std::move(same.error()));
    return std::move(m_result);
  }

 private:
  Result<> survey(SurveyedTensor& surveyed) const {
    if (!m_checkpoint.tensors[surveyed.tensor].isReadable()) return {};
    auto read = measure(surveyed);
    if (read || !concernsOneTensor(read.error().code)) return read;
    (surveyed.summary ? surveyed.unmeasured : surveyed.failure) = std::move(read.error().message);
    return {};
  }

  Result<> measure(SurveyedTensor& surveyed) const {
    auto source = m_checkpoint.source(surveyed.tensor);
    if (source && !m_result.schemes.empty() && source->info().elements <= kMostLoadedElements)
      source = held(m_checkpoint, *source, m_quiet);
    if (!source) return tl::unexpected(std::move(source.error()));
    const auto profile = profileTensor(*source, m_backend, m_quiet);
    if (!profile) return tl::unexpected(profile.error());
    surveyed.summary = summarize(*profile);
    if (m_result.schemes.empty()) return {};
    auto loaded = loadTensor(*source, m_backend, m_quiet);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    surveyed.warnings = std::move(loaded->warnings);
    auto compared = compareSchemes(m_result.schemes, loaded->view(), m_backend, m_quiet);
    if (!compared) return tl::unexpected(std::move(compared.error()));
    surveyed.schemes = std::move(*compared);
    return {};
  }

  Result<> addDetails() {
    std::vector<const TensorSummary*> summaries;
    for (const SurveyedTensor& tensor : m_result.tensors)
      summaries.push_back(tensor.summary ? &*tensor.summary : nullptr);
    const auto chosen = conspicuousTensors(summaries, kMostDetails);
    std::uint64_t bytes = 0;
    for (const Conspicuous& one : chosen) bytes += bytesToRead(m_checkpoint.tensors[m_result.tensors[one.at].tensor]);
    m_job.expect(bytes);
    for (const Conspicuous& one : chosen) {
      const std::size_t tensor = m_result.tensors[one.at].tensor;
      TensorDetail detail{.at = one.at, .reason = one.reason};
      if (auto drawn = draw(tensor, detail); !drawn) {
        if (!concernsOneTensor(drawn.error().code)) return drawn;
        detail.failure = std::move(drawn.error().message);
      }
      m_result.details.push_back(std::move(detail));
      if (auto going = m_job.step(bytesToRead(m_checkpoint.tensors[tensor])); !going) return going;
    }
    return {};
  }

  Result<> draw(std::size_t tensor, TensorDetail& detail) const {
    const auto source = m_checkpoint.source(tensor);
    if (!source) return tl::unexpected(source.error());
    const auto profile = profileTensor(*source, m_backend, m_quiet);
    if (!profile) return tl::unexpected(profile.error());
    auto histogram =
        measureHistogram(*source, *profile, HistogramAxes::LogarithmicCount, HistogramRange::Whole, m_quiet);
    if (!histogram) return tl::unexpected(std::move(histogram.error()));
    detail.histogram = std::move(*histogram);
    detail.columnCount = profile->matrix.columns;
    if (profile->matrix.rows > 1 && detail.columnCount <= kMostDrawnColumns)
      detail.columns = columnsFigure(source->info().name, profile->columnAbsMax, columnOutliers(*profile));
    return {};
  }

  const Checkpoint& m_checkpoint;
  const Backend& m_backend;
  const JobContext& m_job;
  const JobContext m_quiet;  ///< progress is counted a tensor at a time
  CheckpointSurvey m_result;
};

}  // namespace

Result<CheckpointSurvey> surveyCheckpoint(const Checkpoint& checkpoint, std::span<const std::size_t> tensors,
                                          std::span<const Scheme* const> schemes, const Backend& backend,
                                          const JobContext& job) {
  return Survey(checkpoint, schemes, backend, job).make(tensors);
}

}  // namespace ulpscope
