// SPDX-License-Identifier: Apache-2.0
#include "core/report/checkpoint_survey.h"

#include <algorithm>
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
         const JobContext& job, bool areChosenByName)
      : m_checkpoint(checkpoint),
        m_backend(backend),
        m_job(job),
        m_quiet{job.stop, nullptr},
        m_areChosenByName(areChosenByName) {
    m_result.schemes.assign(schemes.begin(), schemes.end());
  }

  Result<CheckpointSurvey> make(std::span<const std::size_t> tensors) {
    for (const std::size_t tensor : tensors) m_result.tensors.push_back({.tensor = tensor});
    if (auto linted = lint(); !linted) return tl::unexpected(std::move(linted.error()));
    for (SurveyedTensor& surveyed : m_result.tensors)
      if (auto said = sayWhyNotRead(surveyed); !said) return tl::unexpected(std::move(said.error()));
    if (auto detailed = addDetails(); !detailed) return tl::unexpected(std::move(detailed.error()));
    if (auto same = m_checkpoint.verifyUnchanged(); !same) return tl::unexpected(std::move(same.error()));
    return std::move(m_result);
  }

 private:
  /// The one read of each tensor, for everything.
  Result<> lint() {
    std::vector<SurveyedTensor*> chosen(m_checkpoint.tensors.size());
    for (SurveyedTensor& surveyed : m_result.tensors) chosen[surveyed.tensor] = &surveyed;
    const LintOptions options{
        .wanted = [&](std::size_t tensor) { return chosen[tensor] != nullptr; },
        .open = [&](std::size_t tensor) { return opened(tensor); },
        .profiled = [&](std::size_t tensor, const TensorSource& source, const TensorProfile& profile) -> Result<> {
          chosen[tensor]->summary = summarize(profile);
          return measure(*chosen[tensor], source);
        }};
    auto findings = lintCheckpoint(m_checkpoint, m_backend, m_job, options);
    if (!findings) return tl::unexpected(std::move(findings.error()));
    m_result.findings = std::move(*findings);
    return {};
  }

  Result<TensorSource> opened(std::size_t tensor) const {
    auto source = m_checkpoint.source(tensor);
    if (source && !m_result.schemes.empty() && source->info().elements <= kMostLoadedElements)
      source = held(m_checkpoint, *source, m_quiet);
    return source;
  }

  Result<> measure(SurveyedTensor& surveyed, const TensorSource& source) const {
    if (m_result.schemes.empty()) return {};
    auto compared = compare(surveyed, source);
    if (compared || !concernsOneTensor(compared.error().code)) return compared;
    surveyed.unmeasured = std::move(compared.error().message);
    return {};
  }

  Result<> compare(SurveyedTensor& surveyed, const TensorSource& source) const {
    auto loaded = loadTensor(source, m_backend, m_quiet);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    surveyed.warnings = std::move(loaded->warnings);
    auto compared = compareSchemes(m_result.schemes, loaded->view(), m_backend, m_quiet);
    if (!compared) return tl::unexpected(std::move(compared.error()));
    surveyed.schemes = std::move(*compared);
    return {};
  }

  /// Of those that should have been readable; a finding has it in other words.
  Result<> sayWhyNotRead(SurveyedTensor& surveyed) const {
    if (surveyed.summary || !m_checkpoint.tensors[surveyed.tensor].isReadable()) return {};
    const auto source = m_checkpoint.source(surveyed.tensor);
    const auto profile = source ? profileTensor(*source, m_backend, m_quiet) : tl::unexpected(source.error());
    if (profile) {  // on a second try
      surveyed.summary = summarize(*profile);
      return measure(surveyed, *source);
    }
    if (!concernsOneTensor(profile.error().code)) return tl::unexpected(profile.error());
    surveyed.failure = profile.error().message;
    return {};
  }

  std::vector<Conspicuous> chooseDetails() const {
    std::vector<const TensorSummary*> summaries;
    for (const SurveyedTensor& tensor : m_result.tensors)
      summaries.push_back(tensor.summary ? &*tensor.summary : nullptr);
    auto chosen = conspicuousTensors(summaries, kMostDetails);
    for (std::size_t at = 0; m_areChosenByName && at < summaries.size() && chosen.size() < kMostDetails; ++at)
      if (summaries[at] && std::ranges::find(chosen, at, &Conspicuous::at) == chosen.end())
        chosen.push_back({at, "chosen by its name"});
    return chosen;
  }

  Result<> addDetails() {
    const auto chosen = chooseDetails();
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
    detail.blocks = profile->blockRanges;
    detail.columnCount = profile->matrix.columns;
    if (profile->matrix.rows > 1 && detail.columnCount <= kMostDrawnColumns)
      detail.columns = columnsFigure(source->info().name, profile->columnAbsMax, columnOutliers(*profile));
    return {};
  }

  const Checkpoint& m_checkpoint;
  const Backend& m_backend;
  const JobContext& m_job;
  const JobContext m_quiet;  ///< progress is counted a tensor at a time
  const bool m_areChosenByName;
  CheckpointSurvey m_result;
};

}  // namespace

Result<CheckpointSurvey> surveyCheckpoint(const Checkpoint& checkpoint, std::span<const std::size_t> tensors,
                                          std::span<const Scheme* const> schemes, const Backend& backend,
                                          const JobContext& job, bool areChosenByName) {
  return Survey(checkpoint, schemes, backend, job, areChosenByName).make(tensors);
}

}  // namespace ulpscope
