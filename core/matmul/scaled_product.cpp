// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/scaled_product.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/formats/codec.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

constexpr float kLargestCode = 127;

/// To an integer.
float rounded(float x, Rounding rounding) {
  switch (rounding) {
    case Rounding::NearestAway:
      return std::round(x);
    case Rounding::TowardZero:
      return std::trunc(x);
    case Rounding::TowardPositive:
      return std::ceil(x);
    case Rounding::TowardNegative:
      return std::floor(x);
    case Rounding::ToOdd: {
      const float whole = std::trunc(x);
      return whole == x || std::fmod(whole, 2.0F) != 0 ? whole : whole + std::copysign(1.0F, x);
    }
    default:
      return std::nearbyint(x);
  }
}

/// Rows of an operand as codes of 8 bits, with the columns that are multiplied in float16 beside them.
struct ScaledRows {
  std::size_t length = 0;
  std::vector<std::int8_t> codes;  ///< zero in outlier columns
  std::vector<float> largest;      ///< of each row; NaN where it is not finite throughout
  std::vector<float> outliers;     ///< rows of their columns, float16
  InputCounts counts;
};

ScaledRows scale(const DenseMatrix& rows, const std::vector<bool>& isOutlier, Rounding rounding) {
  ScaledRows scaled{rows.columns, std::vector<std::int8_t>(rows.values.size()), {}, {}, {}};
  for (std::size_t r = 0; r < rows.rows; ++r) {
    const auto row = rows.row(r);
    float largest = 0;
    bool isFinite = true;
    for (std::size_t k = 0; k < row.size(); ++k) {
      isFinite = isFinite && std::isfinite(row[k]);
      if (!isOutlier[k]) largest = std::max(largest, std::abs(static_cast<float>(row[k])));
    }
    scaled.largest.push_back(isFinite ? largest : std::numeric_limits<float>::quiet_NaN());
    for (std::size_t k = 0; k < row.size(); ++k) {
      const float x = static_cast<float>(row[k]);
      ++scaled.counts.elements;
      if (isOutlier[k]) {
        scaled.outliers.push_back(
            roundFloat(specOf(Accumulator::Float16NearestEven), x, Rounding::NearestEven, Overflow::Format));
        scaled.counts.rounded += scaled.outliers.back() != x;
        continue;
      }
      if (!isFinite || largest == 0) continue;
      const float quotient = kLargestCode * x / largest;
      const float code = std::clamp(rounded(quotient, rounding), -kLargestCode, kLargestCode);
      scaled.codes[r * scaled.length + k] = static_cast<std::int8_t>(code);
      scaled.counts.rounded += code != quotient;
      scaled.counts.underflowed += code == 0 && x != 0;
    }
  }
  return scaled;
}

std::vector<bool> outlierColumns(const DenseMatrix& a, double threshold) {
  std::vector<bool> isOutlier(a.columns);
  if (threshold > 0)
    for (std::size_t i = 0; i < a.values.size(); ++i)
      if (std::abs(a.values[i]) >= threshold) isOutlier[i % a.columns] = true;
  return isOutlier;
}

/// Wraps beyond 32 bits.
std::int32_t integerDot(const std::int8_t* a, const std::int8_t* b, std::size_t length) {
  std::uint32_t sum = 0;
  for (std::size_t k = 0; k < length; ++k) sum += static_cast<std::uint32_t>(int{a[k]} * int{b[k]});
  return static_cast<std::int32_t>(sum);
}

float elementOf(const ScaledRows& a, std::size_t i, const ScaledRows& b, std::size_t j, std::size_t outliers) {
  const std::int32_t sum = integerDot(&a.codes[i * a.length], &b.codes[j * b.length], a.length);
  const float c = static_cast<float>(sum) * ((a.largest[i] * b.largest[j]) / (kLargestCode * kLargestCode));
  float rest = 0;
  for (std::size_t k = 0; k < outliers; ++k)
    rest = std::fma(a.outliers[i * outliers + k], b.outliers[j * outliers + k], rest);
  return outliers == 0 ? c : c + rest;
}

}  // namespace

Result<MatrixProduct> multiplyScaled(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job) {
  const EngineUnit& unit = *settings.engine.unit;
  const Rounding rounding = settings.chosenRounding();
  const std::vector<bool> isOutlier = outlierColumns(a, unit.scaling->outlierThreshold);
  const auto outliers = static_cast<std::size_t>(std::ranges::count(isOutlier, true));
  const ScaledRows left = scale(a, isOutlier, rounding);
  const ScaledRows right = scale(columnsOfB, isOutlier, rounding);
  auto c = byElements(a.rows, columnsOfB.rows, a.columns, backend, job,
                      [&](std::size_t i, std::size_t j) { return elementOf(left, i, right, j, outliers); });
  if (!c) return tl::unexpected(std::move(c).error());
  MatrixProduct product{*std::move(c), left.counts};
  product.inputs.merge(right.counts);
  return product;
}

}  // namespace ulpscope
