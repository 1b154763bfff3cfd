// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/overview.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/outliers.h"

namespace ulpscope {
namespace {

std::array<float, TensorSummary::kOutline> outlineOf(const TensorProfile& profile) {
  std::array<float, TensorSummary::kOutline> outline{};
  const double absMax = profile.statistics.absMax;
  if (!(absMax > 0)) return outline;
  const FoldedHistogram& folded = profile.folded;
  for (std::size_t bin = 0; bin < FoldedHistogram::kBins; ++bin) {
    const double centre = folded.lower() + (static_cast<double>(bin) + 0.5) * folded.binWidth();
    const double position = (centre / absMax + 1) / 2 * TensorSummary::kOutline;
    const auto at = static_cast<std::size_t>(std::clamp(position, 0.0, TensorSummary::kOutline - 1.0));
    outline[at] += static_cast<float>(folded.counts[bin]);
  }
  const float highest = *std::max_element(outline.begin(), outline.end());
  if (highest > 0)
    for (float& height : outline) height /= highest;
  return outline;
}

}  // namespace

TensorSummary summarize(const TensorProfile& profile) {
  TensorSummary summary;
  summary.statistics = profile.statistics;
  summary.columns = profile.matrix.columns;
  if (profile.matrix.rows > 1) summary.outlierColumns = columnOutliers(profile).indices.size();
  summary.outline = outlineOf(profile);
  return summary;
}

Result<> scanCheckpoint(const Checkpoint& checkpoint, const Backend& backend, const JobContext& job,
                        const std::function<void(std::size_t, const TensorSummary&)>& found) {
  std::uint64_t bytes = 0;
  for (const TensorInfo& tensor : checkpoint.tensors)
    if (tensor.type && tensor.type->readable) bytes += tensor.bytes;
  job.expect(bytes);
  const JobContext quiet{job.stop, nullptr};  // one tensor's progress is not the checkpoint's
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    const ElementType* type = checkpoint.tensors[i].type;
    if (!type || !type->readable) continue;
    const auto source = checkpoint.source(i);
    if (!source) return tl::unexpected(source.error());
    const auto profile = profileTensor(*source, backend, quiet);
    if (!profile) return tl::unexpected(profile.error());
    found(i, summarize(*profile));
    if (auto going = job.step(checkpoint.tensors[i].bytes); !going) return going;
  }
  return {};
}

}  // namespace ulpscope
