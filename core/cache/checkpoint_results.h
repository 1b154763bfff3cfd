// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"
#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/cache/result_cache.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"
#include "core/lint/lint.h"

namespace ulpscope {

class Backend;

/// When a result was computed, if it was in an earlier run: seconds since 1970.
using KeptSince = std::optional<std::int64_t>;

struct KnownProfile {
  TensorProfile profile;
  KeptSince keptSince = {};
};

struct KnownFindings {
  std::vector<LintFinding> findings;
  KeptSince keptSince = {};
};

/// What is known of an open checkpoint: taken from the cache where it is there, else computed and kept. A result of the
/// cache is given only while the files still are what was opened; if they are not, computing fails with Changed. Usable
/// from all threads. No call is for the thread of an interface: all wait for files.
class CheckpointResults {
 public:
  /// Without a cache everything is computed. `anew`: what was kept of this checkpoint is forgotten.
  CheckpointResults(std::shared_ptr<const Checkpoint> checkpoint, std::shared_ptr<const Backend> backend,
                    std::shared_ptr<ResultCache> cache = nullptr, bool anew = false);

  using Found = std::function<void(std::size_t tensor, const TensorSummary& summary)>;
  /// Calls `found` for each tensor whose summary was kept, and says whether that is all of them.
  Result<bool> recall(const JobContext& job, const Found& found);
  /// As scanCheckpoint, but what was kept comes first and is not read.
  Result<> scan(const JobContext& job, const Found& found);

  /// As profileTensor; the bytes of the tensor are the progress. Precondition: tensor < checkpoint.tensors.size().
  Result<KnownProfile> profile(std::size_t tensor, const JobContext& job);

  std::optional<KnownFindings> recallFindings();
  /// As lintCheckpoint with all rules.
  Result<KnownFindings> findings(const JobContext& job);

 private:
  const std::shared_ptr<const ResultKey>& key();
  Result<std::vector<bool>> recallSummaries(const Found& found);
  template <class Value, class Decode>
  std::optional<std::pair<Value, std::int64_t>> find(ResultKind kind, std::size_t tensor, Decode decode);
  void keep(ResultKind kind, std::size_t tensor, std::string_view payload);

  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::shared_ptr<const Backend> m_backend;
  std::shared_ptr<ResultCache> m_cache;
  bool m_anew;
  std::once_flag m_keyMade;
  std::shared_ptr<const ResultKey> m_key;  ///< null where nothing is kept; by key() only
};

}  // namespace ulpscope
