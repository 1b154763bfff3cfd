// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/analysis/error_metrics.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/quantization/scheme_choice.h"

namespace ulpscope {

/// Results that are needed no longer, for the next piece or scheme to use their memory. For several threads.
class SpareResults {
 public:
  QuantizedTensor take();
  void give(QuantizedTensor&& result);

 private:
  std::mutex m_mutex;
  std::vector<QuantizedTensor> m_results;
};

/// The error of a scheme, its tensor coded, decoded and measured some rows at a time, which stay in
/// the caches: the same to the bit as of the whole result in chunks of errorChunk(). nullopt where the scheme, the
/// shape or what the values make of it ask for the whole: rows that depend on each other, or a warning to be counted.
/// Precondition: choice.scheme is not null.
Result<std::optional<ErrorMetrics>> measureInPieces(const SchemeChoice& choice, const MatrixView& weights,
                                                    SpareResults& spares, const Backend& backend,
                                                    const JobContext& job);

}  // namespace ulpscope
