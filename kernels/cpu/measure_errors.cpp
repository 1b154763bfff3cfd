// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/measure_errors.h"

#include <cstddef>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/measure_errors.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The 16 lanes of ErrorLanes in vectors of doubles.
class ErrorVectors {
  using D = hn::ScalableTag<double>;
  using DF = hn::Rebind<float, D>;
  using DU = hn::RebindToUnsigned<D>;
  using V = hn::Vec<D>;
  static constexpr std::size_t kWidth = hn::MaxLanes(D());
  static constexpr std::size_t kVectors = ErrorLanes::kLanes / kWidth;

 public:
  explicit ErrorVectors(const ErrorBrackets& brackets) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      m_error[v] = m_squaredError[v] = m_squaredX[v] = m_squaredY[v] = m_product[v] = hn::Zero(D());
      m_largest[v] = hn::Set(D(), -1);
      m_at[v] = hn::Zero(DU());
    }
    for (std::size_t share = 0; share < kErrorShares; ++share) {
      m_low[share] = hn::Set(D(), brackets.low[share]);
      m_high[share] = hn::Set(D(), brackets.high[share]);
    }
  }

  /// Pairs i to i + 15. Writes magnitudes inside a bracket to `found`, of which there is room for 16 and a vector, and
  /// returns its end.
  HWY_INLINE double* add(const float* x, const float* y, std::size_t i, double* found) {
    const D d;
    const V largestFinite = hn::Set(d, std::numeric_limits<double>::max());
    for (std::size_t v = 0; v < kVectors; ++v) {
      V in = hn::PromoteTo(d, hn::LoadU(DF(), x + i + v * kWidth));
      V out = hn::PromoteTo(d, hn::LoadU(DF(), y + i + v * kWidth));
      V error = hn::Sub(out, in);  // finite exactly where both are: floats differ by less than double's largest
      V magnitude = hn::Abs(error);
      const auto isFinite = hn::Le(magnitude, largestFinite);
      if (!hn::AllTrue(d, isFinite)) [[unlikely]] {
        m_excluded += kWidth - hn::CountTrue(d, isFinite);
        in = hn::IfThenElseZero(isFinite, in);
        out = hn::IfThenElseZero(isFinite, out);
        error = hn::IfThenElseZero(isFinite, error);
        magnitude = hn::IfThenElse(isFinite, magnitude, hn::Set(d, std::numeric_limits<double>::infinity()));
      }
      m_error[v] = hn::Add(m_error[v], error);
      m_squaredError[v] = hn::Add(m_squaredError[v], hn::Mul(error, error));
      m_squaredX[v] = hn::Add(m_squaredX[v], hn::Mul(in, in));
      m_squaredY[v] = hn::Add(m_squaredY[v], hn::Mul(out, out));
      m_product[v] = hn::Add(m_product[v], hn::Mul(in, out));
      const auto isLarger = hn::And(hn::Gt(magnitude, m_largest[v]), isFinite);
      m_largest[v] = hn::IfThenElse(isLarger, magnitude, m_largest[v]);
      m_at[v] = hn::IfThenElse(hn::RebindMask(DU(), isLarger), hn::Set(DU(), i), m_at[v]);
      found = keep(magnitude, found);
    }
    return found;
  }

  void store(ErrorLanes& lanes) const {
    const D d;
    for (std::size_t v = 0; v < kVectors; ++v) {
      const std::size_t at = v * kWidth;
      hn::StoreU(m_error[v], d, &lanes.error[at]);
      hn::StoreU(m_squaredError[v], d, &lanes.squaredError[at]);
      hn::StoreU(m_squaredX[v], d, &lanes.squaredX[at]);
      hn::StoreU(m_squaredY[v], d, &lanes.squaredY[at]);
      hn::StoreU(m_product[v], d, &lanes.product[at]);
      hn::StoreU(m_largest[v], d, &lanes.largest[at]);
      hn::StoreU(hn::Add(m_at[v], hn::Iota(DU(), at)), DU(), &lanes.at[at]);
    }
    lanes.excluded += m_excluded;
  }

  std::uint64_t below(std::size_t share) const { return m_below[share]; }

 private:
  HWY_INLINE double* keep(V magnitude, double* found) {
    const D d;
    const auto inside = [&](std::size_t share) {
      const auto isBelow = hn::Lt(magnitude, m_low[share]);
      m_below[share] += hn::CountTrue(d, isBelow);
      return hn::AndNot(isBelow, hn::Le(magnitude, m_high[share]));
    };
    const auto isInside = hn::Or(hn::Or(inside(0), inside(1)), inside(2));
    static_assert(kErrorShares == 3);
    if (hn::AllFalse(d, isInside)) return found;
    return found + hn::CompressStore(magnitude, isInside, d, found);
  }

  V m_error[kVectors], m_squaredError[kVectors], m_squaredX[kVectors], m_squaredY[kVectors], m_product[kVectors];
  V m_largest[kVectors];
  hn::Vec<DU> m_at[kVectors];  ///< where the 16 pairs began
  V m_low[kErrorShares], m_high[kErrorShares];
  std::uint64_t m_below[kErrorShares] = {};
  std::uint64_t m_excluded = 0;
};

void measureErrorsOf(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                     const ErrorBrackets& brackets, ErrorChunk& into) {
  constexpr std::size_t kAtOnce = 1024;  // pairs between two looks at what was found
  double found[kAtOnce + hn::MaxLanes(hn::ScalableTag<double>())];
  ErrorVectors vectors(brackets);
  const std::size_t whole = x.size() / ErrorLanes::kLanes * ErrorLanes::kLanes;
  for (std::size_t begin = 0; begin < whole; begin += kAtOnce) {
    const std::size_t end = std::min(whole, begin + kAtOnce);
    double* last = found;
    for (std::size_t i = begin; i < end; i += ErrorLanes::kLanes) last = vectors.add(x.data(), y.data(), i, last);
    into.found.insert(into.found.end(), found, last);
  }
  ErrorLanes lanes;
  vectors.store(lanes);
  for (std::size_t share = 0; share < kErrorShares; ++share) into.below[share] += vectors.below(share);
  addPairs(x, y, whole, brackets, lanes, into);
  into.sums = foldLanes(lanes, x.size(), first);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(measureErrorsOf);

void measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                   const ErrorBrackets& brackets, ErrorChunk& into) {
  HWY_DYNAMIC_DISPATCH(measureErrorsOf)(x, y, first, brackets, into);
}

}  // namespace ulpscope::kernels
#endif
