// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_measurement.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <vector>

#include "core/analysis/order_statistics.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::size_t kKeptPieces = 16;
/// Errors that brackets are taken from.
constexpr std::size_t kSample = 32'768;
constexpr std::array<double, kErrorShares> kShares = {0.5, 0.95, 0.999};
/// Half the width of a bracket, as a share of all errors: about four standard deviations of a quantile of the sample.
/// Of each bracket all errors are kept and looked through, by one thread.
constexpr std::array<double, kErrorShares> kMargins = {0.012, 0.005, 0.0008};
constexpr double kWider = 5;

/// Where order statistics are: `rank` counts from 0.
struct Wanted {
  std::uint64_t rank;
  double fraction;  ///< of the way to the next one
};
Wanted wantedAt(double share, std::uint64_t count) {
  const double position = share * static_cast<double>(count - 1);
  const double whole = std::floor(position);
  const auto rank = static_cast<std::uint64_t>(whole);
  return {rank, rank + 1 == count ? 0 : position - whole};
}

class Measurement {
 public:
  Measurement(const ErrorSource& source, const ForEachPiece& forEach)
      : m_source(source),
        m_forEach(forEach),
        m_pieces(divideRoundingUp(source.chunks, source.chunksPerPiece)),
        m_chunks(source.chunks) {
    const std::size_t kept = std::min(m_pieces, kKeptPieces);
    std::vector<bool> isKept(m_pieces);
    for (std::size_t i = 0; i < kept; ++i) {
      m_kept.push_back(i * m_pieces / kept);
      isKept[m_kept.back()] = true;
    }
    for (std::size_t piece = 0; piece < m_pieces; ++piece)
      if (!isKept[piece]) m_others.push_back(piece);
  }

  std::optional<ErrorMetrics> run() {
    if (!measure(m_kept, ErrorBrackets::everything())) return std::nullopt;
    keepSample();
    if (m_others.empty()) return metricsNow();
    for (std::array<double, kErrorShares> margins = kMargins;;) {
      m_brackets = bracketsFor(margins);
      narrowKept();
      if (!(m_source.measureMany ? measureRanges(m_others) : measure(m_others, m_brackets))) return std::nullopt;
      if (auto metrics = metricsNow()) return metrics;
      for (double& margin : margins) margin *= kWider;
      if (!measure(m_kept, ErrorBrackets::everything())) return std::nullopt;
    }
  }

 private:
  bool measure(const std::vector<std::size_t>& pieces, const ErrorBrackets& brackets) {
    std::atomic<bool> failed = false;
    m_forEach(pieces.size(), [&](std::size_t i) {
      if (failed) return;
      if (!m_source.measure(pieces[i], brackets, emptyChunks(pieces[i], pieces[i]))) failed = true;
    });
    return !failed;
  }

  /// Pieces that follow each other together, with the brackets that there are.
  bool measureRanges(const std::vector<std::size_t>& pieces) {
    for (std::size_t i = 0, last = 0; i < pieces.size(); i = last + 1) {
      last = i;
      while (last + 1 < pieces.size() && pieces[last + 1] == pieces[last] + 1) ++last;
      if (!m_source.measureMany(pieces[i], m_brackets, emptyChunks(pieces[i], pieces[last]))) return false;
    }
    return true;
  }

  std::span<ErrorChunk> emptyChunks(std::size_t firstPiece, std::size_t lastPiece) {
    const std::size_t first = firstPiece * m_source.chunksPerPiece;
    const std::size_t end = std::min((lastPiece + 1) * m_source.chunksPerPiece, m_chunks.size());
    const auto chunks = std::span(m_chunks).subspan(first, end - first);
    for (ErrorChunk& chunk : chunks) {
      chunk.below = {};
      chunk.found.clear();
    }
    return chunks;
  }

  template <class Each>
  void eachChunk(const std::vector<std::size_t>& pieces, Each each) {
    for (const std::size_t piece : pieces) {
      const std::size_t first = piece * m_source.chunksPerPiece;
      const std::size_t end = std::min(first + m_source.chunksPerPiece, m_chunks.size());
      for (std::size_t chunk = first; chunk < end; ++chunk) each(m_chunks[chunk]);
    }
  }

  /// The kept errors that are not zero, every so many of them.
  void keepSample() {
    std::uint64_t found = 0;
    eachChunk(m_kept, [&](const ErrorChunk& chunk) {
      found += chunk.found.size();
      m_keptZeros += chunk.below[0];
    });
    const std::size_t stride = std::max<std::size_t>(1, found / kSample);
    std::size_t skip = 0;
    eachChunk(m_kept, [&](const ErrorChunk& chunk) {
      for (; skip < chunk.found.size(); skip += stride) m_sample.push_back(chunk.found[skip]);
      skip -= chunk.found.size();
    });
    std::ranges::sort(m_sample);
    m_keptFound = found;
  }

  /// The error that this share of the kept ones is below, from the sample.
  double sampled(double share) const {
    const double position = share * static_cast<double>(m_keptZeros + m_keptFound) - static_cast<double>(m_keptZeros);
    if (position < 1 || m_sample.empty()) return ErrorBrackets::kLeast;
    if (share >= 1) return std::numeric_limits<double>::max();
    const double inSample = position / static_cast<double>(m_keptFound) * static_cast<double>(m_sample.size());
    const auto at = std::min(m_sample.size() - 1, static_cast<std::size_t>(inSample));
    return m_sample[at];
  }

  ErrorBrackets bracketsFor(const std::array<double, kErrorShares>& margins) const {
    ErrorBrackets brackets{};
    for (std::size_t i = 0; i < kErrorShares; ++i) {
      brackets.low[i] = margins[i] >= kShares[i] ? ErrorBrackets::kLeast : sampled(kShares[i] - margins[i]);
      brackets.high[i] =
          margins[i] >= 1 - kShares[i] ? std::numeric_limits<double>::max() : sampled(kShares[i] + margins[i]);
    }
    return brackets;
  }

  /// As if they had been measured with the brackets.
  void narrowKept() {
    m_forEach(m_kept.size(), [&](std::size_t i) {
      const std::size_t first = m_kept[i] * m_source.chunksPerPiece;
      const std::size_t end = std::min(first + m_source.chunksPerPiece, m_chunks.size());
      for (std::size_t at = first; at < end; ++at) {
        ErrorChunk& chunk = m_chunks[at];
        std::erase_if(chunk.found, [&](double magnitude) {
          bool isInside = false;
          for (std::size_t share = 0; share < kErrorShares; ++share) {
            const bool isBelow = magnitude < m_brackets.low[share];
            chunk.below[share] += isBelow ? 1 : 0;
            isInside = isInside || (!isBelow && magnitude <= m_brackets.high[share]);
          }
          return !isInside;
        });
      }
    });
  }

  /// nullopt where a percentile is outside its bracket.
  std::optional<ErrorMetrics> metricsNow() const {
    ErrorSums sums;
    std::array<std::vector<double>, kErrorShares> inside;
    std::array<std::uint64_t, kErrorShares> below{};
    for (const ErrorChunk& chunk : m_chunks) {
      sums.add(chunk.sums);
      for (std::size_t share = 0; share < kErrorShares; ++share) below[share] += chunk.below[share];
      for (const double magnitude : chunk.found)
        for (std::size_t share = 0; share < kErrorShares; ++share)
          if (magnitude >= m_brackets.low[share] && magnitude <= m_brackets.high[share])
            inside[share].push_back(magnitude);
    }
    ErrorMetrics metrics = metricsOf(sums);
    if (sums.included == 0) return metrics;
    const std::array percentiles = {&metrics.p50, &metrics.p95, &metrics.p999};
    for (std::size_t share = 0; share < kErrorShares; ++share) {
      const Wanted wanted = wantedAt(kShares[share], sums.included);
      const auto value = percentile(wanted, below[share], m_brackets.low[share], inside[share]);
      if (!value) return std::nullopt;
      *percentiles[share] = *value;
    }
    return metrics;
  }

  /// Of errors of which `below` are under the bracket that begins with `low`.
  static std::optional<double> percentile(const Wanted& wanted, std::uint64_t below, double low,
                                          std::span<const double> inside) {
    const bool hasNext = wanted.fraction != 0;
    const std::uint64_t last = wanted.rank + (hasNext ? 1 : 0);
    if (last >= below + inside.size()) return std::nullopt;
    if (wanted.rank >= below) {
      const auto [value, next] = neighboursAt(inside, wanted.rank - below);
      return hasNext ? interpolated(value, next, wanted.fraction) : value;
    }
    if (low != ErrorBrackets::kLeast) return std::nullopt;
    if (last < below) return 0.0;  // zeros are all that is below this bracket
    return interpolated(0, std::ranges::min(inside), wanted.fraction);
  }

  const ErrorSource& m_source;
  const ForEachPiece& m_forEach;
  std::size_t m_pieces;
  std::vector<std::size_t> m_kept;
  std::vector<std::size_t> m_others;
  std::vector<ErrorChunk> m_chunks;
  std::vector<double> m_sample;  ///< ascending
  std::uint64_t m_keptZeros = 0;
  std::uint64_t m_keptFound = 0;
  ErrorBrackets m_brackets = ErrorBrackets::everything();
};

}  // namespace

std::optional<ErrorMetrics> measureErrors(const ErrorSource& source, const ForEachPiece& forEach) {
  return Measurement(source, forEach).run();
}

}  // namespace ulpscope
