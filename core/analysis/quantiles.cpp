// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/quantiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/analysis/code_table.h"
#include "core/analysis/order_statistics.h"
#include "core/analysis/tensor_pieces.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kSharesAtOnce = 16;
constexpr int kDigitBits = 16;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

/// Where a quantile lies among n ordered values: between those of rank `below` and the next, `fraction` of the way.
struct Position {
  std::uint64_t below;
  std::uint64_t above;
  double fraction;
};

Position positionOf(double share, std::uint64_t n) {
  const double position = share * static_cast<double>(n - 1);
  const auto below = std::min(static_cast<std::uint64_t>(position), n - 1);
  return {below, std::min(below + 1, n - 1), position - static_cast<double>(below)};
}

/// The ranks that these shares lie between, ascending and each once.
std::vector<std::uint64_t> ranksOf(std::span<const double> shares, std::uint64_t n) {
  std::vector<std::uint64_t> ranks;
  for (const double share : shares) {
    const Position at = positionOf(share, n);
    ranks.insert(ranks.end(), {at.below, at.above});
  }
  std::ranges::sort(ranks);
  ranks.erase(std::ranges::unique(ranks).begin(), ranks.end());
  return ranks;
}

/// `values` of the ranks, as ranksOf has them.
void appendBetween(std::vector<Quantile>& quantiles, std::span<const double> shares, std::uint64_t n,
                   std::span<const std::uint64_t> ranks, std::span<const double> values) {
  const auto valueAt = [&](std::uint64_t rank) {
    return values[static_cast<std::size_t>(std::ranges::lower_bound(ranks, rank) - ranks.begin())];
  };
  for (const double share : shares) {
    const Position at = positionOf(share, n);
    quantiles.push_back({share, interpolated(valueAt(at.below), valueAt(at.above), at.fraction)});
  }
}

std::vector<Quantile> fromCounts(const CodeTable& table, const TensorProfile& profile, std::span<const double> shares) {
  const std::uint64_t finite = profile.statistics.finite;
  const std::vector<std::uint64_t> ranks = ranksOf(shares, finite);
  std::vector<double> values;
  auto code = table.ascending.begin();
  std::uint64_t passed = 0;
  for (const std::uint64_t rank : ranks) {
    while (passed + profile.codeCounts[*code] <= rank) passed += profile.codeCounts[*code++];
    values.push_back(table.values[*code]);
  }
  std::vector<Quantile> quantiles;
  appendBetween(quantiles, shares, finite, ranks, values);
  return quantiles;
}

/// A value of known rank, as the folded histogram has it.
struct Bounds {
  double value;
  double within;
};

Bounds boundsAt(const TensorProfile& profile, std::uint64_t rank) {
  const Statistics& s = profile.statistics;
  if (rank == 0) return {s.min, 0};
  if (rank + 1 == s.finite) return {s.max, 0};
  const FoldedHistogram& folded = profile.folded;
  std::uint64_t passed = 0;
  std::size_t bin = 0;
  while (passed + folded.counts[bin] <= rank) passed += folded.counts[bin++];
  const double lower = std::max(folded.edge(bin), s.min);
  const double upper = std::min(folded.edge(bin + 1), s.max);
  // As if the values lay evenly in their bin.
  const double inside = (static_cast<double>(rank - passed) + 0.5) / static_cast<double>(folded.counts[bin]);
  return {lower + (upper - lower) * inside, upper - lower};
}

std::vector<Quantile> fromFolded(const TensorProfile& profile, std::span<const double> shares) {
  std::vector<Quantile> quantiles;
  for (const double share : shares) {
    const Position at = positionOf(share, profile.statistics.finite);
    const Bounds below = boundsAt(profile, at.below);
    const Bounds above = at.fraction == 0 ? below : boundsAt(profile, at.above);
    quantiles.push_back(
        {share, interpolated(below.value, above.value, at.fraction), std::max(below.within, above.within)});
  }
  return quantiles;
}

std::vector<Quantile> noQuantiles(std::span<const double> shares) {
  std::vector<Quantile> quantiles;
  for (const double share : shares) quantiles.push_back({share, kNan});
  return quantiles;
}

/// Elements of a wide type as unsigned numbers in the order of their values. -0 comes before +0, as values they are
/// equal.
template <class Bits>
class Keys {
 public:
  static constexpr int kBits = 8 * static_cast<int>(sizeof(Bits));

  explicit Keys(const ElementType& type)
      : m_isFloat(type.format != nullptr), m_flip(m_isFloat || type.name.front() == 'U' ? 0 : kSign) {}

  /// False for NaN and infinities, which have no place in the order.
  bool has(Bits element) const { return !m_isFloat || (element & kExponent) != kExponent; }
  Bits of(Bits element) const {
    if (!m_isFloat) return element ^ m_flip;
    return element & kSign ? ~element : element | kSign;
  }
  double valueOf(Bits key) const {
    const Bits element = !m_isFloat ? key ^ m_flip : key & kSign ? key & ~kSign : ~key;
    if (!m_isFloat)
      return m_flip != 0 ? static_cast<double>(static_cast<Signed>(element)) : static_cast<double>(element);
    return std::bit_cast<Float>(element);
  }

 private:
  using Float = std::conditional_t<sizeof(Bits) == 4, float, double>;
  using Signed = std::make_signed_t<Bits>;
  static constexpr Bits kSign = Bits{1} << (kBits - 1);
  static constexpr Bits kExponent = sizeof(Bits) == 4 ? Bits{0x7F80'0000} : static_cast<Bits>(0x7FF0'0000'0000'0000);

  bool m_isFloat;
  Bits m_flip;
};

/// Finds the keys of given ranks, from the highest 16 bits down: a read counts, among the keys that begin as one of the
/// wanted keys does, how often each value of the next 16 bits occurs.
template <class Bits>
class RadixSelection {
 public:
  RadixSelection(const TensorSource& source, const Backend& backend, const JobContext& job)
      : m_source(source), m_backend(backend), m_job(job), m_keys(source.type()) {}

  /// `ranks` ascending and distinct; the keys come in their order.
  Result<std::vector<double>> valuesOf(std::span<const std::uint64_t> ranks) {
    std::vector<Wanted> wanted;
    for (const std::uint64_t rank : ranks) wanted.push_back({rank, 0});
    for (int shift = Keys<Bits>::kBits - kDigitBits; shift >= 0; shift -= kDigitBits)
      if (auto narrowed = narrow(wanted, shift); !narrowed) return tl::unexpected(std::move(narrowed.error()));
    std::vector<double> values;
    for (const Wanted& one : wanted) values.push_back(m_keys.valueOf(one.prefix));
    return values;
  }

 private:
  struct Wanted {
    std::uint64_t rank;  ///< among the keys that begin with `prefix`
    Bits prefix;
  };
  struct Scratch {
    std::vector<Bits> elements;
    std::vector<std::uint64_t> counts;  ///< kDigits for each prefix
  };
  /// Prefixes by their highest 16 bits, of which no two may be equal in the order of the keys.
  struct Prefixes {
    std::vector<Bits> ascending;
    std::array<std::uint8_t, kDigits> firstOf{};  ///< 1 + the first that begins so; 0: none does
  };

  Result<> narrow(std::vector<Wanted>& wanted, int shift) {
    const bool isFirst = shift + kDigitBits == Keys<Bits>::kBits;
    const auto prefixes = std::make_unique<Prefixes>();
    for (const Wanted& one : wanted)
      if (prefixes->ascending.empty() || prefixes->ascending.back() != one.prefix)
        prefixes->ascending.push_back(one.prefix);
    if (!isFirst)
      for (std::size_t i = prefixes->ascending.size(); i-- > 0;)
        prefixes->firstOf[highest(prefixes->ascending[i])] = static_cast<std::uint8_t>(i + 1);

    ScratchPool<Scratch> pool;
    const auto piece = [&](std::uint64_t first, std::uint64_t count, Scratch& scratch) -> Result<> {
      scratch.elements.resize(count);
      scratch.counts.resize(prefixes->ascending.size() * kDigits);
      const auto bytes = std::as_writable_bytes(std::span(scratch.elements));
      if (auto read = m_source.readBytes(first, count, bytes); !read) return read;
      if (isFirst)
        countFirst(scratch, shift);
      else
        countNext(scratch, *prefixes, shift);
      return {};
    };
    if (auto done = inParallelPieces(m_source, m_backend, m_job, pool, piece, [] {}); !done) return done;
    std::vector<std::uint64_t> counts(prefixes->ascending.size() * kDigits);
    for (const auto& scratch : pool.all())
      std::ranges::transform(scratch->counts, counts, counts.begin(), std::plus<>());
    return descend(wanted, *prefixes, counts, shift);
  }

  static std::size_t highest(Bits key) { return key >> (Keys<Bits>::kBits - kDigitBits); }
  static std::size_t digit(Bits key, int shift) { return key >> shift & (kDigits - 1); }

  void countFirst(Scratch& scratch, int shift) const {
    for (const Bits element : scratch.elements)
      if (m_keys.has(element)) ++scratch.counts[digit(m_keys.of(element), shift)];
  }

  void countNext(Scratch& scratch, const Prefixes& prefixes, int shift) const {
    const Bits mask = static_cast<Bits>(~Bits{0} << shift << (kDigitBits - 1) << 1);
    for (const Bits element : scratch.elements) {
      if (!m_keys.has(element)) continue;
      const Bits key = m_keys.of(element);
      for (std::size_t at = prefixes.firstOf[highest(key)]; at != 0 && at <= prefixes.ascending.size(); ++at) {
        if (prefixes.ascending[at - 1] < (key & mask)) continue;
        if (prefixes.ascending[at - 1] == (key & mask)) ++scratch.counts[(at - 1) * kDigits + digit(key, shift)];
        break;
      }
    }
  }

  /// Appends to each wanted prefix the 16 bits within whose keys its rank falls.
  Result<> descend(std::vector<Wanted>& wanted, const Prefixes& prefixes, std::span<const std::uint64_t> counts,
                   int shift) const {
    for (Wanted& one : wanted) {
      const auto found = std::ranges::lower_bound(prefixes.ascending, one.prefix);
      const auto which = static_cast<std::size_t>(found - prefixes.ascending.begin());
      const auto ofPrefix = counts.subspan(which * kDigits, kDigits);
      std::size_t next = 0;
      while (next < kDigits && ofPrefix[next] <= one.rank) one.rank -= ofPrefix[next++];
      if (next == kDigits)
        return fail(Errc::Changed, "the same elements expected on every read, others found", m_source.info().name);
      one.prefix |= static_cast<Bits>(next) << shift;
    }
    return {};
  }

  const TensorSource& m_source;
  const Backend& m_backend;
  const JobContext& m_job;
  Keys<Bits> m_keys;
};

Result<std::vector<double>> orderStatistics(const TensorSource& source, std::span<const std::uint64_t> ranks,
                                            const Backend& backend, const JobContext& job) {
  if (source.type().bits == 32) return RadixSelection<std::uint32_t>(source, backend, job).valuesOf(ranks);
  return RadixSelection<std::uint64_t>(source, backend, job).valuesOf(ranks);
}

Result<> appendExact(std::vector<Quantile>& quantiles, const TensorSource& source, std::uint64_t finite,
                     std::span<const double> shares, const Backend& backend, const JobContext& job) {
  const std::vector<std::uint64_t> ranks = ranksOf(shares, finite);
  const auto values = orderStatistics(source, ranks, backend, job);
  if (!values) return tl::unexpected(values.error());
  appendBetween(quantiles, shares, finite, ranks, *values);
  return {};
}

}  // namespace

std::vector<Quantile> quantilesOf(const TensorSource& source, const TensorProfile& profile,
                                  std::span<const double> shares) {
  assert(std::ranges::all_of(shares, [](double share) { return share >= 0 && share <= 1; }));
  if (profile.statistics.finite == 0) return noQuantiles(shares);
  return hasCodeTable(source.type()) ? fromCounts(codeTable(source.type()), profile, shares)
                                     : fromFolded(profile, shares);
}

Result<std::vector<Quantile>> exactQuantiles(const TensorSource& source, const TensorProfile& profile,
                                             std::span<const double> shares, const Backend& backend,
                                             const JobContext& job) {
  if (hasCodeTable(source.type()) || profile.statistics.finite == 0) return quantilesOf(source, profile, shares);
  std::vector<Quantile> quantiles;
  for (std::size_t first = 0; first < shares.size(); first += kSharesAtOnce) {
    const auto some = shares.subspan(first, std::min(kSharesAtOnce, shares.size() - first));
    if (auto done = appendExact(quantiles, source, profile.statistics.finite, some, backend, job); !done)
      return tl::unexpected(std::move(done.error()));
  }
  return quantiles;
}

std::size_t exactQuantileReads(const ElementType& type, std::size_t shares) {
  if (hasCodeTable(type) || !type.readable) return 0;
  return divideRoundingUp(shares, kSharesAtOnce) * static_cast<std::size_t>(type.bits / kDigitBits);
}

}  // namespace ulpscope
