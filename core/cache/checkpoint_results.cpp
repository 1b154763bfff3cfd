// SPDX-License-Identifier: Apache-2.0
#include "core/cache/checkpoint_results.h"

#include <utility>

#include "core/backend/backend.h"
#include "core/cache/findings_codec.h"
#include "core/cache/profile_codec.h"

namespace ulpscope {

CheckpointResults::CheckpointResults(std::shared_ptr<const Checkpoint> checkpoint,
                                     std::shared_ptr<const Backend> backend, std::shared_ptr<ResultCache> cache,
                                     bool anew)
    : m_checkpoint(std::move(checkpoint)), m_backend(std::move(backend)), m_cache(std::move(cache)), m_anew(anew) {}

/// Not made before it is needed: it is a digest of all names.
const std::shared_ptr<const ResultKey>& CheckpointResults::key() {
  std::call_once(m_keyMade, [this] {
    if (!m_cache) return;
    auto key = resultKey(*m_checkpoint, *m_backend);
    if (!key) return;
    m_key = std::make_shared<const ResultKey>(std::move(*key));
    if (m_anew)
      m_cache->forget(m_key);
    else
      m_cache->use(m_key);
  });
  return m_key;
}

void CheckpointResults::keep(ResultKind kind, std::size_t tensor, std::string_view payload) {
  if (key()) m_cache->keep(key(), kind, tensor, payload);
}

/// Whatever does not decode is not there.
template <class Value, class Decode>
std::optional<std::pair<Value, std::int64_t>> CheckpointResults::find(ResultKind kind, std::size_t tensor,
                                                                      Decode decode) {
  if (!key()) return std::nullopt;
  const auto kept = m_cache->find(*key(), kind, tensor);
  if (!kept) return std::nullopt;
  std::optional<Value> value = decode(kept->payload);
  return value ? std::optional(std::pair(std::move(*value), kept->made)) : std::nullopt;
}

/// Of which tensors they were kept.
Result<std::vector<bool>> CheckpointResults::recallSummaries(const Found& found) {
  std::vector<bool> known(m_checkpoint->tensors.size());
  if (!key()) return known;
  const auto all = m_cache->findAll(*key(), ResultKind::Summary, known.size());
  if (auto same = m_checkpoint->verifyUnchanged(); !same) return tl::unexpected(std::move(same.error()));
  for (const KeptResult& kept : all) {
    if (kept.tensor >= known.size()) continue;
    const TensorInfo& tensor = m_checkpoint->tensors[kept.tensor];
    const auto summary = isScanned(tensor) ? decodeSummary(kept.payload, tensor) : std::nullopt;
    if (!summary) continue;
    known[kept.tensor] = true;
    found(kept.tensor, *summary);
  }
  return known;
}

Result<bool> CheckpointResults::recall(const JobContext& job, const Found& found) {
  const auto known = recallSummaries(found);
  if (!known) return tl::unexpected(known.error());
  for (std::size_t i = 0; i < known->size(); ++i)
    if (!(*known)[i] && isScanned(m_checkpoint->tensors[i])) return false;
  if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  return true;
}

Result<> CheckpointResults::scan(const JobContext& job, const Found& found) {
  const auto known = recallSummaries(found);
  if (!known) return tl::unexpected(known.error());
  return scanCheckpoint(
      *m_checkpoint, *m_backend, job,
      [&](std::size_t tensor, const TensorSummary& summary) {
        keep(ResultKind::Summary, tensor, encodeSummary(summary));
        found(tensor, summary);
      },
      [&](std::size_t tensor) { return !(*known)[tensor]; });
}

Result<KnownProfile> CheckpointResults::profile(std::size_t tensor, const JobContext& job) {
  const auto source = m_checkpoint->source(tensor);
  if (!source) return tl::unexpected(source.error());
  job.expect(source->size());
  auto kept = find<TensorProfile>(ResultKind::Profile, tensor, [&](std::string_view payload) {
    return decodeProfile(payload, m_checkpoint->tensors[tensor]);
  });
  if (kept && source->verifyUnchanged()) return KnownProfile{std::move(kept->first), kept->second};
  auto profile = profileTensor(*source, *m_backend, job);
  if (!profile) return tl::unexpected(std::move(profile.error()));
  keep(ResultKind::Profile, tensor, encodeProfile(*profile));
  if (isScanned(m_checkpoint->tensors[tensor])) keep(ResultKind::Summary, tensor, encodeSummary(summarize(*profile)));
  return KnownProfile{std::move(*profile)};
}

std::optional<KnownFindings> CheckpointResults::recallFindings() {
  auto kept = find<std::vector<LintFinding>>(
      ResultKind::Findings, 0, [&](std::string_view payload) { return decodeFindings(payload, *m_checkpoint); });
  if (!kept || !m_checkpoint->verifyUnchanged()) return std::nullopt;
  return KnownFindings{std::move(kept->first), kept->second};
}

Result<KnownFindings> CheckpointResults::findings(const JobContext& job) {
  if (auto kept = recallFindings()) return std::move(*kept);
  auto findings = lintCheckpoint(*m_checkpoint, *m_backend, job);
  if (!findings) return tl::unexpected(std::move(findings.error()));
  if (m_checkpoint->verifyUnchanged()) keep(ResultKind::Findings, 0, encodeFindings(*findings));
  return KnownFindings{std::move(*findings)};
}

}  // namespace ulpscope
