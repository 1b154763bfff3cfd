// SPDX-License-Identifier: Apache-2.0
// searchMinima(): four parts at a time, one a lane.
#include <algorithm>
#include <cassert>

#include "core/quantization/ggml_lanes.h"
#include "core/quantization/ggml_search.h"

namespace ulpscope::ggml {
namespace {

void weighPart(Weighing weighing, std::span<const float> x, float* weights) {
  float root = 0;
  if (weighing == Weighing::AboveMean) {
    for (const float value : x) root += value * value;
    root = std::sqrt(root / static_cast<float>(x.size()));
  }
  for (std::size_t i = 0; i < x.size(); ++i) weights[i] = root + std::fabs(x[i]);
}

struct FourParts {
  std::size_t size;
  Lanes x[kMaxPart];
  Lanes w[kMaxPart];
  Lanes min, max;  ///< of x; min not above 0
  Lanes sumW, sumWx;
  LaneMask flat;  ///< max == min: the lane is left alone
  bool finite;    ///< all values are
};

/// Part `at[lane]` in each lane.
void load(FourParts& parts, std::size_t size, const float* const x[], const float* const w[]) {
  parts.size = size;
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      parts.x[i][lane] = x[lane][i];
      parts.w[i][lane] = w[lane][i];
    }
  parts.min = parts.max = parts.x[0];
  parts.sumW = parts.w[0];
  parts.sumWx = parts.w[0] * parts.x[0];
  for (std::size_t i = 1; i < size; ++i) {
    parts.min = smaller(parts.x[i], parts.min);
    parts.max = larger(parts.x[i], parts.max);
    parts.sumW += parts.w[i];
    parts.sumWx += parts.w[i] * parts.x[i];
  }
  parts.finite = everyLane(magnitude(parts.sumWx) <= allLanes(std::numeric_limits<float>::max()));
  parts.min = parts.min > 0 ? Lanes{} : parts.min;
  parts.flat = parts.max == parts.min;
}

/// Codes as floats.
struct Levels {
  Lanes of[kMaxPart];
};

template <bool kInRange>
void setLevels(const FourParts& parts, Lanes step, Lanes from, Lanes top, Levels& levels) {
  for (std::size_t i = 0; i < parts.size; ++i)
    levels.of[i] = larger(smaller(nearestLanes<kInRange>(step * (parts.x[i] - from)), top), Lanes{});
}

void setLevels(const FourParts& parts, Lanes step, Lanes from, Lanes top, Levels& levels) {
  const Lanes limit = allLanes(0x1p22f);
  const LaneMask inRange =
      (magnitude(step * (parts.min - from)) <= limit) & (magnitude(step * (parts.max - from)) <= limit);
  // min is not the least value where all are positive, but then the largest is the farther one from 0.
  if (parts.finite && everyLane(inRange))
    setLevels<true>(parts, step, from, top, levels);
  else
    setLevels<false>(parts, step, from, top, levels);
}

template <bool kAbsolute>
Lanes errorOf(const FourParts& parts, const Levels& levels, Lanes scale, Lanes offset) {
  Lanes error{};
  for (std::size_t i = 0; i < parts.size; ++i) {
    const Lanes difference = scale * levels.of[i] + offset - parts.x[i];
    error += parts.w[i] * (kAbsolute ? magnitude(difference) : difference * difference);
  }
  return error;
}

struct Fit {
  Lanes step, from;  ///< what its codes are made with
  Lanes scale, offset;
  Lanes error;
};

template <bool kAbsolute>
Fit bestFit(const FourParts& parts, int largest, const StepGrid& grid) {
  const Lanes top = allLanes(static_cast<float>(largest));
  Levels levels;
  Fit best{};
  best.step = parts.flat ? Lanes{} : top / (parts.max - parts.min);
  best.from = best.offset = parts.min;
  best.scale = 1 / best.step;
  setLevels(parts, best.step, best.from, top, levels);
  best.error = errorOf<kAbsolute>(parts, levels, best.scale, best.offset);
  for (int k = 0; k <= grid.last; ++k) {
    const float reach = grid.first + grid.spacing * static_cast<float>(k) + static_cast<float>(largest);
    const Lanes from = best.offset;
    const Lanes step = parts.flat ? Lanes{} : reach / (parts.max - from);
    setLevels(parts, step, from, top, levels);
    Lanes q{};
    Lanes qq{};
    Lanes xq{};
    for (std::size_t i = 0; i < parts.size; ++i) {
      const Lanes weighted = parts.w[i] * levels.of[i];
      q += weighted;
      qq += weighted * levels.of[i];
      xq += weighted * parts.x[i];
    }
    const Lanes determinant = parts.sumW * qq - q * q;
    Lanes scale = (parts.sumW * xq - parts.sumWx * q) / determinant;
    Lanes offset = (qq * parts.sumWx - q * xq) / determinant;
    const LaneMask positive = offset > 0;
    scale = positive ? xq / qq : scale;
    offset = positive ? Lanes{} : offset;
    const Lanes error = errorOf<kAbsolute>(parts, levels, scale, offset);
    const LaneMask better = (determinant > 0) & (error < best.error);
    best.step = better ? step : best.step;
    best.from = better ? from : best.from;
    best.scale = better ? scale : best.scale;
    best.offset = better ? offset : best.offset;
    best.error = better ? error : best.error;
  }
  return best;
}

}  // namespace

void searchMinima(const MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<MinimumFit> fits) {
  const std::size_t size = search.size;
  assert(size <= kMaxPart && x.size() == size * fits.size());
  assert(search.weighing == Weighing::Given ? w.size() == x.size() : w.empty());
  FourParts parts;
  float weights[kLanes][kMaxPart];
  for (std::size_t first = 0; first < fits.size(); first += kLanes) {
    const float* xs[kLanes];
    const float* ws[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t part = std::min(first + lane, fits.size() - 1);
      xs[lane] = x.data() + part * size;
      ws[lane] = w.empty() ? weights[lane] : w.data() + part * size;
      if (w.empty()) weighPart(search.weighing, x.subspan(part * size, size), weights[lane]);
    }
    load(parts, size, xs, ws);
    const Fit fit = search.grid.absolute ? bestFit<true>(parts, search.largest, search.grid)
                                         : bestFit<false>(parts, search.largest, search.grid);
    for (std::size_t lane = 0; lane < kLanes && first + lane < fits.size(); ++lane) {
      const bool flat = parts.flat[lane] != 0;
      fits[first + lane] = {flat ? 0 : fit.scale[lane], -(flat ? parts.min[lane] : fit.offset[lane]), fit.step[lane],
                            fit.from[lane], flat};
    }
  }
}

void codeFit(const MinimumFit& fit, int largest, std::span<const float> x, std::uint8_t* codes) {
  for (std::size_t i = 0; i < x.size(); ++i)
    codes[i] = fit.isFlat ? 0 : lowByte(std::clamp(nearestInt(fit.step * (x[i] - fit.from)), 0, largest));
}

}  // namespace ulpscope::ggml
