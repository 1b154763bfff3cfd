// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/analysis/outliers.h"
#include "core/base/text.h"

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

std::uint64_t bytesOf(const TensorInfo& tensor) { return byteSize(*tensor.type, tensor.elements).value_or(0); }

Result<TensorProfile> profileOf(const Checkpoint& checkpoint, std::size_t tensor, const Backend& backend,
                                const JobContext& job) {
  const auto source = checkpoint.source(tensor);
  if (!source) return tl::unexpected(source.error());  // which names the tensor
  auto profile = profileTensor(*source, backend, job);
  if (!profile)
    profile.error().message =
        fmt::format("tensor {}: {}", inQuotes(checkpoint.tensors[tensor].name), profile.error().message);
  return profile;
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

bool concernsOneTensor(Errc code) {
  return code == Errc::Corrupt || code == Errc::Damaged || code == Errc::Unsupported || code == Errc::LimitExceeded;
}

bool isScanned(const TensorInfo& tensor) { return tensor.isReadable() && !tensor.partOf; }

std::uint64_t scannedBytes(const Checkpoint& checkpoint) {
  std::uint64_t bytes = 0;
  for (const TensorInfo& tensor : checkpoint.tensors)
    if (isScanned(tensor)) bytes += bytesOf(tensor);
  return bytes;
}

Result<> scanCheckpoint(const Checkpoint& checkpoint, const Backend& backend, const JobContext& job,
                        const std::function<void(std::size_t, const TensorSummary&)>& found,
                        const std::function<bool(std::size_t)>& wanted) {
  std::vector<std::size_t> tensors;
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
    if (!isScanned(checkpoint.tensors[i]) || (wanted && !wanted(i))) continue;
    tensors.push_back(i);
    bytes += bytesOf(checkpoint.tensors[i]);
  }
  job.expect(bytes);
  const JobContext quiet{job.stop, nullptr};  // one tensor's progress is not the checkpoint's
  Result<> outcome;
  for (const std::size_t i : tensors) {
    const auto profile = profileOf(checkpoint, i, backend, quiet);
    if (profile)
      found(i, summarize(*profile));
    else if (!concernsOneTensor(profile.error().code))
      return tl::unexpected(profile.error());
    else if (outcome)
      outcome = tl::unexpected(profile.error());
    if (auto going = job.step(bytesOf(checkpoint.tensors[i])); !going) return going;
  }
  return outcome;
}

}  // namespace ulpscope
