// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace ulpscope::ggml {

// How ggml looks for scales (ggml-quants.c of llama.cpp). Every sign is one rounded float operation, a part's sums run
// from its first value to its last, and the first of equally good candidates wins. x are values, w as many weights.

/// Values that share a scale, at most.
constexpr std::size_t kMaxPart = 32;

/// Parts of smaller magnitude count as zeros.
constexpr float kNothing = 1e-15f;

/// The first value of largest magnitude, NaN left out; 0 where there is none.
float mainValue(std::span<const float> x);

/// y = scale * q, q from -half to half - 1. (make_qx_quants with rmse_type 1.)
///
/// Of 19 candidates q = nearest(x * (-(half + 0.1 k) / m)), m the value of largest magnitude and k from -9 to 9 but
/// first 0, the one whose best scale sum(w x q) / sum(w q^2) leaves the smallest weighted error. Stores q + half; all
/// are 0, and the scale is 0, where |m| < 1e-15. Up to kMaxPart values.
float searchScale(int half, std::span<const float> x, std::span<const float> w, std::uint8_t* shifted);

/// The same with weights x^2 and one candidate, k = 0; then up to five rounds over the values, each of which takes the
/// code that is best beside the others. (make_q3_quants.)
float refineScale(int half, std::span<const float> x, std::uint8_t* shifted);

/// searchScale() of parts of `size` values, at most kMaxPart.
struct ScaleSearch {
  int half = 0;
  std::size_t size = 0;
};
/// One scale for each part, and `size` codes.
void searchScales(const ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<float> scales, std::span<std::uint8_t> shifted);

/// Steps that are tried: (largest + first + spacing * k) / (max - min), k from 0 to `last`.
struct StepGrid {
  float first, spacing;
  int last;
  bool absolute = false;  ///< weighs |error| instead of its square
};
/// How weights follow from the values of a part: |x|, or sqrt(mean of x^2) + |x|.
enum class Weighing : std::uint8_t { Given, Magnitude, AboveMean };
/// y = scale * q - minimum, q from 0 to `largest`, for parts of `size` values, at most kMaxPart.
struct MinimumSearch {
  int largest = 0;
  StepGrid grid = {};
  std::size_t size = 0;
  Weighing weighing = Weighing::Given;
};
struct MinimumFit {
  float scale, minimum;
  float step, from;  ///< q = nearest(step * (x - from)), clamped
  bool isFlat;       ///< all values are alike and not positive: q = 0
};
/// One fit for each part. `w` is empty where weights are not given. (make_qkx2_quants, make_qkx3_quants.)
///
/// min = the least of x and 0. Starts from the step largest / (max - min) and tries the grid: codes q =
/// nearest(step * (x - min)), then the scale and the offset of least weighted squares, where a positive offset becomes
/// 0. A better offset is the min of the steps that follow. A part of equal values that are not positive has scale 0.
void searchMinima(const MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<MinimumFit> fits);
/// The codes q of a part.
void codeFit(const MinimumFit& fit, int largest, std::span<const float> x, std::uint8_t* codes);

/// Integers for the scales of parts: x = scale * q, q from 0 to `largest`; nine candidates for the scale, then up to
/// five rounds as in refineScale. (make_qp_quants.)
float searchParts(int largest, std::span<const float> x, std::span<const float> w, std::uint8_t* codes);

}  // namespace ulpscope::ggml
