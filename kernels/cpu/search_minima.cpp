// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/search_minima.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/search_minima.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/part_lanes.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
/// Each part has a lane, in which everything is done in the order of the scalar code: its i-th values are a vector.
struct Parts {
  std::size_t size;
  HWY_ALIGN float x[ggml::kMaxPart][kParts];
  HWY_ALIGN float w[ggml::kMaxPart][kParts];
  HWY_ALIGN float level[ggml::kMaxPart][kParts];  ///< codes as floats
  PerPart min, max;                               ///< of x; min not above 0
  PerPart sumW, sumWx;
};

HWY_INLINE V larger(V a, V b) { return hn::IfThenElse(hn::Gt(a, b), a, b); }
HWY_INLINE V smaller(V a, V b) { return hn::IfThenElse(hn::Lt(a, b), a, b); }

HWY_INLINE void weigh(ggml::Weighing weighing, Parts& parts) {
  const D d;
  for (std::size_t v = 0; v < kVectors; ++v) {
    V root = hn::Zero(d);
    if (weighing == ggml::Weighing::AboveMean) {
      for (std::size_t i = 0; i < parts.size; ++i) {
        const V x = hn::Load(d, parts.x[i] + v * kWidth);
        root = hn::Add(root, hn::Mul(x, x));
      }
      root = hn::Sqrt(hn::Div(root, hn::Set(d, static_cast<float>(parts.size))));
    }
    for (std::size_t i = 0; i < parts.size; ++i)
      hn::Store(hn::Add(root, hn::Abs(hn::Load(d, parts.x[i] + v * kWidth))), d, parts.w[i] + v * kWidth);
  }
}

/// false where a sum is not finite: such parts are left to the scalar code.
HWY_INLINE bool summarize(Parts& parts) {
  const D d;
  bool finite = true;
  for (std::size_t v = 0; v < kVectors; ++v) {
    V min = hn::Load(d, parts.x[0] + v * kWidth);
    V max = min;
    V sumW = hn::Load(d, parts.w[0] + v * kWidth);
    V sumWx = hn::Mul(sumW, min);
    V size = hn::Abs(min);
    for (std::size_t i = 1; i < parts.size; ++i) {
      const V x = hn::Load(d, parts.x[i] + v * kWidth);
      const V w = hn::Load(d, parts.w[i] + v * kWidth);
      min = smaller(x, min);
      max = larger(x, max);
      sumW = hn::Add(sumW, w);
      sumWx = hn::Add(sumWx, hn::Mul(w, x));
      size = hn::Add(size, hn::Abs(x));
    }
    const V largest = hn::Set(d, std::numeric_limits<float>::max());
    const auto isFinite =
        hn::And(hn::Le(hn::Abs(sumWx), largest), hn::And(hn::Le(size, largest), hn::Le(sumW, largest)));
    finite = finite && hn::AllTrue(d, isFinite);
    parts.min[v] = hn::IfThenZeroElse(hn::Gt(min, hn::Zero(d)), min);
    parts.max[v] = max;
    parts.sumW[v] = sumW;
    parts.sumWx[v] = sumWx;
  }
  return finite;
}

struct LevelSums {
  PerPart q, qq, xq;
};

/// Levels, and their weighted sums.
template <bool kInRange>
HWY_INLINE LevelSums setLevels(Parts& parts, const PerPart& step, const PerPart& from, V top) {
  const D d;
  LevelSums sums;
  for (std::size_t v = 0; v < kVectors; ++v) sums.q[v] = sums.qq[v] = sums.xq[v] = hn::Zero(d);
  for (std::size_t i = 0; i < parts.size; ++i)
    for (std::size_t v = 0; v < kVectors; ++v) {
      const V x = hn::Load(d, parts.x[i] + v * kWidth);
      const V level = hn::Max(hn::Min(nearest<kInRange>(hn::Mul(step[v], hn::Sub(x, from[v]))), top), hn::Zero(d));
      hn::Store(level, d, parts.level[i] + v * kWidth);
      const V weighted = hn::Mul(hn::Load(d, parts.w[i] + v * kWidth), level);
      sums.q[v] = hn::Add(sums.q[v], weighted);
      sums.qq[v] = hn::Add(sums.qq[v], hn::Mul(weighted, level));
      sums.xq[v] = hn::Add(sums.xq[v], hn::Mul(weighted, x));
    }
  return sums;
}

HWY_INLINE LevelSums setLevels(Parts& parts, const PerPart& step, const PerPart& from, V top) {
  const D d;
  const V limit = hn::Set(d, 0x1p22f);
  bool inRange = true;
  for (std::size_t v = 0; v < kVectors; ++v) {
    // min is not the least value where all are positive, but then the largest is the farther one from 0.
    const V low = hn::Abs(hn::Mul(step[v], hn::Sub(parts.min[v], from[v])));
    const V high = hn::Abs(hn::Mul(step[v], hn::Sub(parts.max[v], from[v])));
    inRange = inRange && hn::AllTrue(d, hn::And(hn::Le(low, limit), hn::Le(high, limit)));
  }
  return inRange ? setLevels<true>(parts, step, from, top) : setLevels<false>(parts, step, from, top);
}

template <bool kAbsolute>
HWY_INLINE PerPart errorOf(const Parts& parts, const PerPart& scale, const PerPart& offset) {
  const D d;
  PerPart error;
  for (std::size_t v = 0; v < kVectors; ++v) error[v] = hn::Zero(d);
  for (std::size_t i = 0; i < parts.size; ++i)
    for (std::size_t v = 0; v < kVectors; ++v) {
      const V level = hn::Load(d, parts.level[i] + v * kWidth);
      const V restored = hn::Add(hn::Mul(scale[v], level), offset[v]);
      const V difference = hn::Sub(restored, hn::Load(d, parts.x[i] + v * kWidth));
      const V lost = kAbsolute ? hn::Abs(difference) : hn::Mul(difference, difference);
      error[v] = hn::Add(error[v], hn::Mul(hn::Load(d, parts.w[i] + v * kWidth), lost));
    }
  return error;
}

struct Fit {
  PerPart step, from;  ///< what its codes are made with
  PerPart scale, offset;
  PerPart error;
};

/// `reach` of all lanes over the width of each; 0 where min and max are alike.
HWY_INLINE V stepFor(const Parts& parts, std::size_t v, float reach, V from) {
  const D d;
  const auto isFlat = hn::Eq(parts.max[v], parts.min[v]);
  return hn::IfThenZeroElse(isFlat, hn::Div(hn::Set(d, reach), hn::Sub(parts.max[v], from)));
}

template <bool kAbsolute>
Fit bestFit(Parts& parts, int largest, const ggml::StepGrid& grid) {
  const D d;
  const V top = hn::Set(d, static_cast<float>(largest));
  Fit best;
  for (std::size_t v = 0; v < kVectors; ++v) {
    best.from[v] = best.offset[v] = parts.min[v];
    best.step[v] = stepFor(parts, v, static_cast<float>(largest), parts.min[v]);
    best.scale[v] = hn::Div(hn::Set(d, 1), best.step[v]);
  }
  setLevels(parts, best.step, best.from, top);
  best.error = errorOf<kAbsolute>(parts, best.scale, best.offset);
  for (int k = 0; k <= grid.last; ++k) {
    const float reach = grid.first + grid.spacing * static_cast<float>(k) + static_cast<float>(largest);
    PerPart step, scale, offset, determinant;
    const PerPart from = best.offset;
    for (std::size_t v = 0; v < kVectors; ++v) step[v] = stepFor(parts, v, reach, from[v]);
    const LevelSums sums = setLevels(parts, step, from, top);
    for (std::size_t v = 0; v < kVectors; ++v) {
      const V q = sums.q[v];
      const V qq = sums.qq[v];
      const V xq = sums.xq[v];
      const V sumW = parts.sumW[v];
      const V sumWx = parts.sumWx[v];
      determinant[v] = hn::Sub(hn::Mul(sumW, qq), hn::Mul(q, q));
      const V fitted = hn::Div(hn::Sub(hn::Mul(sumW, xq), hn::Mul(sumWx, q)), determinant[v]);
      const V shift = hn::Div(hn::Sub(hn::Mul(qq, sumWx), hn::Mul(q, xq)), determinant[v]);
      const auto isPositive = hn::Gt(shift, hn::Zero(d));
      scale[v] = hn::IfThenElse(isPositive, hn::Div(xq, qq), fitted);
      offset[v] = hn::IfThenZeroElse(isPositive, shift);
    }
    const PerPart error = errorOf<kAbsolute>(parts, scale, offset);
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto isBetter = hn::And(hn::Gt(determinant[v], hn::Zero(d)), hn::Lt(error[v], best.error[v]));
      best.step[v] = hn::IfThenElse(isBetter, step[v], best.step[v]);
      best.from[v] = hn::IfThenElse(isBetter, from[v], best.from[v]);
      best.scale[v] = hn::IfThenElse(isBetter, scale[v], best.scale[v]);
      best.offset[v] = hn::IfThenElse(isBetter, offset[v], best.offset[v]);
      best.error[v] = hn::IfThenElse(isBetter, error[v], best.error[v]);
    }
  }
  return best;
}

void storeFits(const Parts& parts, const Fit& best, std::span<ggml::MinimumFit> fits) {
  const D d;
  HWY_ALIGN float numbers[6][kParts];
  for (std::size_t v = 0; v < kVectors; ++v) {
    const V all[6] = {best.scale[v], best.offset[v], best.step[v], best.from[v], parts.min[v], parts.max[v]};
    for (std::size_t n = 0; n < 6; ++n) hn::Store(all[n], d, numbers[n] + v * kWidth);
  }
  for (std::size_t part = 0; part < fits.size(); ++part) {
    const float min = numbers[4][part];
    const bool isFlat = numbers[5][part] == min;
    fits[part] = {isFlat ? 0 : numbers[0][part], -(isFlat ? min : numbers[1][part]), numbers[2][part], numbers[3][part],
                  isFlat};
  }
}

void searchAll(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
               std::span<ggml::MinimumFit> fits) {
  Parts parts;
  parts.size = search.size;
  for (std::size_t first = 0; first < fits.size(); first += kParts) {
    const std::size_t count = std::min(kParts, fits.size() - first);
    const auto some = fits.subspan(first, count);
    gather(x.data(), search.size, first, fits.size(), parts.x);
    if (w.empty())
      weigh(search.weighing, parts);
    else
      gather(w.data(), search.size, first, fits.size(), parts.w);
    if (!summarize(parts)) {
      const std::size_t begin = first * search.size;
      const std::size_t values = count * search.size;
      ggml::searchMinima(search, x.subspan(begin, values), w.empty() ? w : w.subspan(begin, values), some);
      continue;
    }
    storeFits(parts,
              search.grid.absolute ? bestFit<true>(parts, search.largest, search.grid)
                                   : bestFit<false>(parts, search.largest, search.grid),
              some);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(searchAll);

void searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<ggml::MinimumFit> fits) {
  HWY_DYNAMIC_DISPATCH(searchAll)(search, x, w, fits);
}

}  // namespace ulpscope::kernels
#endif
