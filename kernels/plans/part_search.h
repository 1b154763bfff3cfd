// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/quantization/ggml_search.h"
#include "kernels/plans/shared.h"

// The searches of core/quantization/ggml_search.h for one part, for host and CUDA kernels: what a thread does. Sums run
// from the first value to the last, every sign is one rounded float operation. x(i) and w(i) are the values and
// weights.
namespace ulpscope::kernels {

/// ggml::nearestInt; of NaN 0, whatever its bits are.
constexpr int nearestInt(float x) {
  if (x != x) return 0;
  const auto bits = std::bit_cast<std::uint32_t>(x + 12582912.0F);
  return static_cast<int>(bits & 0x007FFFFF) - 0x00400000;
}

/// Weights that follow from the values: `root` + |x|, root 0 for Weighing::Magnitude.
template <class Values>
struct DerivedWeights {
  const Values& x;
  float root;
  ULPSCOPE_SHARED float operator()(unsigned i) const { return root + fabsf(x(i)); }
};

template <class Values>
ULPSCOPE_SHARED DerivedWeights<Values> derivedWeights(ggml::Weighing weighing, unsigned size, const Values& x) {
  float root = 0;
  if (weighing == ggml::Weighing::AboveMean) {
    for (unsigned i = 0; i < size; ++i) root += x(i) * x(i);
    root = sqrtf(root / static_cast<float>(size));
  }
  return {x, root};
}

/// Codes by one step, made anew wherever they are needed.
struct Levels {
  float step, from, top;
  ULPSCOPE_SHARED float operator()(float x) const {
    const auto nearest = static_cast<float>(nearestInt(step * (x - from)));
    const float below = nearest < top ? nearest : top;
    return below > 0 ? below : 0.0F;
  }
};

/// A part, what does not change while steps are tried, and the best so far.
template <class Values, class Weights>
class MinimumSearcher {
 public:
  ULPSCOPE_SHARED MinimumSearcher(const ggml::MinimumSearch& search, const Values& x, const Weights& w)
      : m_search(search), m_size(static_cast<unsigned>(search.size)), m_x(x), m_w(w) {
    m_min = m_max = x(0);
    m_sumW = w(0);
    m_sumWx = w(0) * x(0);
    for (unsigned i = 1; i < m_size; ++i) {
      const float value = x(i);
      m_min = value < m_min ? value : m_min;
      m_max = value > m_max ? value : m_max;
      m_sumW += w(i);
      m_sumWx += w(i) * value;
    }
    m_min = m_min > 0 ? 0 : m_min;
  }

  ULPSCOPE_SHARED ggml::MinimumFit run() {
    if (m_max == m_min) return {0, -m_min, 0, m_min, true};
    const auto top = static_cast<float>(m_search.largest);
    Levels best{top / (m_max - m_min), m_min, top};
    float scale = 1 / best.step;
    float offset = m_min;
    float least = errorOf(best, scale, offset);
    for (int k = 0; k <= m_search.grid.last; ++k) {
      const float reach = m_search.grid.first + m_search.grid.spacing * static_cast<float>(k) + top;
      const Levels levels{reach / (m_max - offset), offset, top};
      float q = 0, qq = 0, xq = 0;
      for (unsigned i = 0; i < m_size; ++i) {
        const float level = levels(m_x(i));
        const float weighted = m_w(i) * level;
        q += weighted;
        qq += weighted * level;
        xq += weighted * m_x(i);
      }
      const float determinant = m_sumW * qq - q * q;
      float tried = (m_sumW * xq - m_sumWx * q) / determinant;
      float shift = (qq * m_sumWx - q * xq) / determinant;
      if (shift > 0) {
        tried = xq / qq;
        shift = 0;
      }
      const float error = errorOf(levels, tried, shift);
      if (!(determinant > 0) || !(error < least)) continue;
      best = levels;
      scale = tried;
      offset = shift;
      least = error;
    }
    return {scale, -offset, best.step, best.from, false};
  }

 private:
  ULPSCOPE_SHARED float errorOf(const Levels& levels, float scale, float offset) const {
    float error = 0;
    for (unsigned i = 0; i < m_size; ++i) {
      const float difference = scale * levels(m_x(i)) + offset - m_x(i);
      error += m_w(i) * (m_search.grid.absolute ? fabsf(difference) : difference * difference);
    }
    return error;
  }

  const ggml::MinimumSearch& m_search;
  unsigned m_size;
  const Values& m_x;
  const Weights& m_w;
  float m_min, m_max;
  float m_sumW, m_sumWx;
};

/// ggml::searchMinima of one part.
template <class Values, class Weights>
ULPSCOPE_SHARED ggml::MinimumFit searchMinimum(const ggml::MinimumSearch& search, const Values& x, const Weights& w) {
  return MinimumSearcher<Values, Weights>(search, x, w).run();
}

/// The scale of a part and the step of its codes.
struct ScaleFound {
  float scale, step;
  bool isNothing;  ///< all codes, and the scale, are 0
};

/// ggml::searchScale of one part; its codes are scaleCode() of each value.
template <class Values, class Weights>
ULPSCOPE_SHARED ScaleFound searchScale(int half, unsigned size, const Values& x, const Weights& w) {
  float main = 0;
  for (unsigned i = 0; i < size; ++i)
    if (fabsf(x(i)) > fabsf(main)) main = x(i);
  if (fabsf(main) < ggml::kNothing) return {0, 0, true};
  const auto halfCodes = static_cast<float>(half);
  ScaleFound found{0, 0, false};
  float best = 0;
  for (int place = 0; place < 19; ++place) {
    const int k = place == 0 ? 0 : place < 10 ? place - 10 : place - 9;  // 0, then -9 .. -1, then 1 .. 9
    const float step = -(halfCodes + 0.1F * static_cast<float>(k)) / main;
    float xq = 0, qq = 0;
    for (unsigned i = 0; i < size; ++i) {
      const auto nearest = static_cast<float>(nearestInt(step * x(i)));
      const float below = nearest < halfCodes - 1 ? nearest : halfCodes - 1;
      const float code = below > -halfCodes ? below : -halfCodes;
      xq += w(i) * x(i) * code;
      qq += w(i) * code * code;
    }
    if (place == 0)
      found.scale = qq != 0 ? xq / qq : 0.0F;
    else if (qq > 0 && xq * xq > best * qq)
      found.scale = xq / qq;
    else
      continue;
    best = found.scale * xq;
    found.step = step;
  }
  return found;
}

/// The shifted code of a value.
ULPSCOPE_SHARED inline std::uint32_t scaleCode(int half, const ScaleFound& found, float x) {
  if (found.isNothing) return 0;
  const int code = nearestInt(found.step * x);
  return static_cast<std::uint32_t>((code < -half ? -half : code > half - 1 ? half - 1 : code) + half) & 0xFF;
}

}  // namespace ulpscope::kernels
