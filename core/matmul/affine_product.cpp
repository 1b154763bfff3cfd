// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/affine_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/backend/backend.h"
#include "core/formats/affine_codes.h"
#include "core/formats/fixed_point.h"
#include "core/matmul/coding_loss.h"
#include "core/matmul/exact_sum.h"
#include "core/matmul/integer_trace.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

struct AffineRows {
  AffineScale scale;
  IntegerRows differences;  ///< codes less the zero point
  bool isFinite = true;
  std::vector<RowLoss> losses;
  InputCounts counts;

  std::span<const std::int16_t> row(std::size_t r) const {
    return std::span(differences.values).subspan(r * differences.length, differences.length);
  }
};

AffineRows code(const DenseMatrix& rows, Rounding rounding) {
  std::vector<float> values(rows.values.size());
  std::ranges::transform(rows.values, values.begin(), [](double x) { return static_cast<float>(x); });
  AffineRows coded;
  coded.differences = {rows.columns, std::vector<std::int16_t>(values.size())};
  coded.losses.resize(rows.rows);
  coded.isFinite = std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
  if (!coded.isFinite || values.empty()) return coded;
  coded.scale = affineScale(affineRange(values));
  coded.isFinite = std::isfinite(coded.scale.scale);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint8_t found = encodeAffine(coded.scale, values[i], rounding);
    coded.differences.values[i] = static_cast<std::int16_t>(found - coded.scale.zeroPoint);
    const double restored = static_cast<double>(coded.scale.scale) * coded.differences.values[i];
    coded.counts.add(rows.values[i], restored, false);
    coded.losses[i / rows.columns].add(rows.values[i], restored);
  }
  return coded;
}

Result<std::vector<std::int32_t>> sumsOf(const AffineRows& a, std::size_t rows, const AffineRows& b,
                                         std::size_t columns, const Backend& backend, const JobContext& job) {
  const std::size_t k = a.differences.length;
  std::vector<std::int32_t> sums(rows * columns);
  const auto done = forEachTile(rows, columns, k, backend, job, [&](const Tile& tile) {
    std::vector<std::int32_t> part(tile.rows * tile.columns);
    addIntegerProducts(a.differences.rows(tile.row, tile.rows), b.differences.rows(tile.column, tile.columns), k, part);
    putTile(tile, part, columns, sums);
  });
  if (!done) return tl::unexpected(done.error());
  return sums;
}

/// From sums of differences to codes of C, and what these stand for.
class Requantization {
 public:
  /// `scale` is that of the sums.
  Requantization(std::span<const std::int32_t> sums, float scale) {
    const auto [min, max] = std::ranges::minmax(sums);
    m_output = affineScale({static_cast<float>(min) * scale, static_cast<float>(max) * scale});
    const float factor = scale / m_output.scale;
    if (std::isfinite(factor)) m_factor = fixedPointMultiplier(static_cast<double>(factor));
  }

  float operator()(std::int32_t sum) const {
    return decodeAffine(m_output, codeOf(multiplyByFixedPoint(sum, m_factor)));
  }

  /// Each step's number, and what it loses of the one before, as numbers of C.
  /// `real` is what the sum stands for.
  void tell(std::int32_t sum, IntegerTrace& trace, double real) const {
    const std::int32_t shifted = multiplyByFixedPoint(sum, m_factor);
    const std::uint8_t code = codeOf(shifted);
    const double out = static_cast<double>(m_output.scale);
    trace.then(fmt::format("times {} / 2^31, rounded, times 2^{}, rounded", m_factor.multiplier, m_factor.shift),
               shifted, shifted * out - real);
    trace.then(fmt::format("zero point {} added, within 0..255", m_output.zeroPoint), code,
               (code - m_output.zeroPoint - shifted) * out);
    const float c = decodeAffine(m_output, code);
    trace.then(fmt::format("less the zero point, times {}", m_output.scale), static_cast<double>(c),
               static_cast<double>(c) - (code - m_output.zeroPoint) * out);
  }

 private:
  std::uint8_t codeOf(std::int32_t shifted) const {
    return static_cast<std::uint8_t>(std::clamp(shifted + m_output.zeroPoint, 0, 255));
  }

  AffineScale m_output;
  FixedPointMultiplier m_factor;
};

/// The sums of all of C, on which its scale depends.
struct AffineSums {
  AffineRows left, right;
  std::vector<std::int32_t> sums;
  float scale = 0;  ///< of a sum; NaN where an operand is not finite
};

/// What one of a sum stands for.
double realScale(const AffineSums& made) {
  return static_cast<double>(made.left.scale.scale) * static_cast<double>(made.right.scale.scale);
}

Result<AffineSums> makeSums(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                            const Backend& backend, const JobContext& job) {
  AffineSums made{code(a, settings.chosenRounding()), code(columnsOfB, settings.chosenRounding()), {}, 0};
  auto sums = sumsOf(made.left, a.rows, made.right, columnsOfB.rows, backend, job);
  if (!sums) return tl::unexpected(std::move(sums).error());
  made.sums = *std::move(sums);
  made.scale = made.left.scale.scale * made.right.scale.scale;
  if (!made.left.isFinite || !made.right.isFinite || !std::isfinite(made.scale))
    made.scale = std::numeric_limits<float>::quiet_NaN();
  return made;
}

}  // namespace

Result<MatrixProduct> multiplyAffine(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job) {
  const auto made = makeSums(settings, a, columnsOfB, backend, job);
  if (!made) return tl::unexpected(made.error());
  MatrixProduct product{{a.rows, columnsOfB.rows, {}}, made->left.counts, {}};
  product.inputs.merge(made->right.counts);
  product.c.values.assign(made->sums.size(), std::numeric_limits<double>::quiet_NaN());
  std::vector<double> after = product.c.values;
  if (!std::isnan(made->scale)) {
    const Requantization requantized(made->sums, made->scale);
    const bool requantizes = settings.engine.unit->affine->requantizes;
    for (std::size_t i = 0; i < after.size(); ++i) {
      const std::int32_t sum = made->sums[i];
      product.c.values[i] = static_cast<double>(requantizes ? requantized(sum) : static_cast<float>(sum) * made->scale);
      after[i] = product.c.values[i] - sum * realScale(*made);
    }
  }
  product.loss = codingLoss(made->left.losses, made->right.losses, a.columns, after);
  return product;
}

DotTrace traceAffine(const ProductSettings& settings, const DenseMatrix& a, std::size_t row,
                     const DenseMatrix& columnsOfB, std::size_t column) {
  const auto made = makeSums(settings, a, columnsOfB, *makeReferenceBackend(), {});
  assert(made);  // nobody stops it
  const std::int32_t sum = made->sums[row * columnsOfB.rows + column];
  const double scaled = static_cast<double>(static_cast<float>(sum) * made->scale);
  const double real = sum * realScale(*made);
  IntegerTrace trace(made->left.row(row), made->right.row(column));
  double c = scaled;
  if (settings.engine.unit->affine->requantizes && !std::isnan(made->scale)) {
    const Requantization requantized(made->sums, made->scale);
    requantized.tell(sum, trace, real);
    c = static_cast<double>(requantized(sum));
  } else {
    trace.then(fmt::format("times {} in float32", made->scale), scaled, scaled - real);
  }
  return trace.finish(c, exactDot(a.row(row), columnsOfB.row(column)), real);
}

}  // namespace ulpscope
