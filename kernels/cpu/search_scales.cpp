// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/search_scales.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/search_scales.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/code_stores.inl.h"
#include "kernels/cpu/part_lanes.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

struct ScaleParts {
  std::size_t size;
  float half;
  HWY_ALIGN float x[ggml::kMaxPart][kParts];
  HWY_ALIGN float w[ggml::kMaxPart][kParts];
  HWY_ALIGN float wx[ggml::kMaxPart][kParts];
  PerPart main;  ///< the first value of largest magnitude
};

/// false where a value is not finite: such parts are left to the scalar code.
HWY_INLINE bool findMain(ScaleParts& parts) {
  const D d;
  bool finite = true;
  for (std::size_t v = 0; v < kVectors; ++v) {
    V main = hn::Zero(d);
    V size = hn::Zero(d);
    for (std::size_t i = 0; i < parts.size; ++i) {
      const V x = hn::Load(d, parts.x[i] + v * kWidth);
      main = hn::IfThenElse(hn::Gt(hn::Abs(x), hn::Abs(main)), x, main);
      size = hn::Add(size, hn::Abs(x));
      hn::Store(hn::Mul(hn::Load(d, parts.w[i] + v * kWidth), x), d, parts.wx[i] + v * kWidth);
    }
    finite = finite && hn::AllTrue(d, hn::Le(size, hn::Set(d, std::numeric_limits<float>::max())));
    parts.main[v] = main;
  }
  return finite;
}

struct ScaleFit {
  PerPart scale, step;
};

HWY_INLINE ScaleFit bestScale(const ScaleParts& parts) {
  const D d;
  const V low = hn::Set(d, -parts.half);
  const V high = hn::Set(d, parts.half - 1);
  constexpr int kOrder[] = {0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  ScaleFit fit;
  PerPart best;
  for (const int k : kOrder) {
    PerPart step, xq, qq;
    const V reach = hn::Set(d, -(parts.half + 0.1f * static_cast<float>(k)));
    for (std::size_t v = 0; v < kVectors; ++v) {
      step[v] = hn::Div(reach, parts.main[v]);
      xq[v] = qq[v] = hn::Zero(d);
    }
    for (std::size_t i = 0; i < parts.size; ++i)
      for (std::size_t v = 0; v < kVectors; ++v) {
        const V scaled = hn::Mul(step[v], hn::Load(d, parts.x[i] + v * kWidth));
        const V code = hn::Max(hn::Min(nearest<true>(scaled), high), low);
        xq[v] = hn::Add(xq[v], hn::Mul(hn::Load(d, parts.wx[i] + v * kWidth), code));
        qq[v] = hn::Add(qq[v], hn::Mul(hn::Mul(hn::Load(d, parts.w[i] + v * kWidth), code), code));
      }
    for (std::size_t v = 0; v < kVectors; ++v) {
      const V quotient = hn::Div(xq[v], qq[v]);
      if (k == 0) {
        fit.scale[v] = hn::IfThenElse(hn::Eq(qq[v], hn::Zero(d)), hn::Zero(d), quotient);
        fit.step[v] = step[v];
        best[v] = hn::Mul(fit.scale[v], xq[v]);
        continue;
      }
      const auto isBetter = hn::And(hn::Gt(qq[v], hn::Zero(d)), hn::Gt(hn::Mul(xq[v], xq[v]), hn::Mul(best[v], qq[v])));
      fit.scale[v] = hn::IfThenElse(isBetter, quotient, fit.scale[v]);
      fit.step[v] = hn::IfThenElse(isBetter, step[v], fit.step[v]);
      best[v] = hn::IfThenElse(isBetter, hn::Mul(quotient, xq[v]), best[v]);
    }
  }
  return fit;
}

void storeScales(const ScaleParts& parts, const ScaleFit& fit, const float* x, std::span<float> scales,
                 std::uint8_t* shifted) {
  const D d;
  const DI di;
  HWY_ALIGN float numbers[3][kParts];
  for (std::size_t v = 0; v < kVectors; ++v) {
    hn::Store(fit.scale[v], d, numbers[0] + v * kWidth);
    hn::Store(fit.step[v], d, numbers[1] + v * kWidth);
    hn::Store(hn::Abs(parts.main[v]), d, numbers[2] + v * kWidth);
  }
  const auto half = static_cast<std::int32_t>(parts.half);
  for (std::size_t part = 0; part < scales.size(); ++part) {
    std::uint8_t* const codes = shifted + part * parts.size;
    if (numbers[2][part] < ggml::kNothing) {
      scales[part] = 0;
      std::fill_n(codes, parts.size, std::uint8_t{0});
      continue;
    }
    scales[part] = numbers[0][part];
    const V step = hn::Set(d, numbers[1][part]);
    for (std::size_t i = 0; i < parts.size; i += kWidth) {
      const V scaled = hn::Mul(step, hn::LoadU(d, x + part * parts.size + i));
      const auto code = hn::Min(hn::Max(hn::NearestInt(scaled), hn::Set(di, -half)), hn::Set(di, half - 1));
      storeLowBytes(hn::Add(code, hn::Set(di, half)), codes + i);
    }
  }
}

void searchAllScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                     std::span<float> scales, std::span<std::uint8_t> shifted) {
  if (search.size % kWidth != 0) return ggml::searchScales(search, x, w, scales, shifted);
  ScaleParts parts;
  parts.size = search.size;
  parts.half = static_cast<float>(search.half);
  for (std::size_t first = 0; first < scales.size(); first += kParts) {
    const std::size_t count = std::min(kParts, scales.size() - first);
    const std::size_t begin = first * search.size;
    const std::size_t values = count * search.size;
    gather(x.data(), search.size, first, scales.size(), parts.x);
    gather(w.data(), search.size, first, scales.size(), parts.w);
    if (findMain(parts))
      storeScales(parts, bestScale(parts), x.data() + begin, scales.subspan(first, count), shifted.data() + begin);
    else
      ggml::searchScales(search, x.subspan(begin, values), w.subspan(begin, values), scales.subspan(first, count),
                         shifted.subspan(begin, values));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(searchAllScales);

void searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<float> scales, std::span<std::uint8_t> shifted) {
  HWY_DYNAMIC_DISPATCH(searchAllScales)(search, x, w, scales, shifted);
}

}  // namespace ulpscope::kernels
#endif
