// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "core/analysis/code_table.h"
#include "core/analysis/tensor_batches.h"
#include "core/analysis/tensor_profile.h"
#include "core/base/text.h"

namespace ulpscope {

Result<Histogram> linearHistogram(const TensorSource& source, const TensorProfile& profile, double lower, double upper,
                                  std::size_t bins, const JobContext& job) {
  if (bins == 0) return fail(Errc::Usage, "at least one bin expected, 0 found", source.info().name);
  if (!(lower <= upper) || !std::isfinite(upper - lower))
    return fail(Errc::Usage, fmt::format("a finite range expected, {} to {} found", shortest(lower), shortest(upper)),
                source.info().name);
  LinearBins counter(lower, upper, bins);
  if (!profile.codeCounts.empty()) {
    const CodeTable& table = codeTable(source.type());
    for (const std::uint32_t code : table.ascending)
      if (profile.codeCounts[code] != 0) counter.add(table.values[code], profile.codeCounts[code]);
    return std::move(counter).take();
  }
  auto done = inBatchesOfDoubles(source, job, [&](std::span<const double> values) {
    for (const double value : values) counter.add(value);
  });
  if (!done) return tl::unexpected(std::move(done).error());
  return std::move(counter).take();
}

}  // namespace ulpscope
