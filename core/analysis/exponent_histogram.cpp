// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/analysis/code_table.h"
#include "core/analysis/tensor_batches.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {
namespace {

/// Bins of equal ratio over every magnitude of a double. Bin o * perOctave + i holds 2^(o + i / perOctave) and above.
class RatioBins {
 public:
  explicit RatioBins(int perOctave)
      : m_perOctave(static_cast<std::size_t>(std::clamp(perOctave, 1, 64))),
        m_negative(kOctaves * m_perOctave),
        m_positive(kOctaves * m_perOctave) {
    for (std::size_t i = 0; i < m_perOctave; ++i)
      m_starts.push_back(std::exp2(static_cast<double>(i) / static_cast<double>(m_perOctave)));
  }

  void add(double value, std::uint64_t times = 1) {
    if (value == 0 || !std::isfinite(value)) return;
    (value < 0 ? m_negative : m_positive)[binOf(std::fabs(value))] += times;
  }

  ExponentHistogram take() const {
    ExponentHistogram histogram;
    std::size_t first = 0;
    std::size_t last = m_positive.size();
    while (first < last && isEmpty(first)) ++first;
    while (last > first && isEmpty(last - 1)) --last;
    if (first == last) return histogram;
    std::vector<double> edges;
    for (std::size_t bin = first; bin <= last; ++bin) edges.push_back(edge(bin));
    const auto slice = [&](const std::vector<std::uint64_t>& counts) {
      return std::vector<std::uint64_t>(counts.begin() + static_cast<std::ptrdiff_t>(first),
                                        counts.begin() + static_cast<std::ptrdiff_t>(last));
    };
    histogram.negative.edges = edges;
    histogram.negative.counts = slice(m_negative);
    histogram.positive.edges = std::move(edges);
    histogram.positive.counts = slice(m_positive);
    return histogram;
  }

 private:
  static constexpr int kSmallestExponent = -1074;
  static constexpr std::size_t kOctaves = 1074 + 1024;

  /// By the exponent bits, never by log2, which errs just below powers of two.
  std::size_t binOf(double magnitude) const {
    int exponent = 0;
    const double significand = 2 * std::frexp(magnitude, &exponent);  // in [1, 2)
    const auto octave = static_cast<std::size_t>(exponent - 1 - kSmallestExponent);
    const auto above = std::upper_bound(m_starts.begin(), m_starts.end(), significand);
    return octave * m_perOctave + static_cast<std::size_t>(above - m_starts.begin()) - 1;
  }

  double edge(std::size_t bin) const {
    const int octave = static_cast<int>(bin / m_perOctave) + kSmallestExponent;
    return std::ldexp(m_starts[bin % m_perOctave], octave);
  }

  bool isEmpty(std::size_t bin) const { return m_negative[bin] == 0 && m_positive[bin] == 0; }

  std::size_t m_perOctave;
  std::vector<double> m_starts;  ///< of an octave's bins, in [1, 2)
  std::vector<std::uint64_t> m_negative;
  std::vector<std::uint64_t> m_positive;
};

}  // namespace

Result<ExponentHistogram> exponentHistogram(const TensorSource& source, const TensorProfile& profile, int perOctave,
                                            const JobContext& job) {
  RatioBins bins(perOctave);
  if (!profile.codeCounts.empty()) {
    const CodeTable& table = codeTable(source.type());
    for (const std::uint32_t code : table.ascending)
      if (profile.codeCounts[code] != 0) bins.add(table.values[code], profile.codeCounts[code]);
    return bins.take();
  }
  auto done = inBatchesOfDoubles(source, job, [&](std::span<const double> values) {
    for (const double value : values) bins.add(value);
  });
  if (!done) return tl::unexpected(std::move(done).error());
  return bins.take();
}

}  // namespace ulpscope
