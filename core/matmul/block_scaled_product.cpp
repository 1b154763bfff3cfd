// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/block_scaled_product.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/formats/block_format.h"
#include "core/formats/codec.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

const BlockFormat& blockFormatOf(const EngineUnit& unit) {
  const BlockFormat* format = findBlockFormat(unit.format);
  assert(format);
  return *format;
}

/// Scales below the smallest normal one of their format share its exponent.
SplitScale splitScale(const BlockFormat& format, double scale) {
  if (std::isnan(scale)) return {std::numeric_limits<float>::quiet_NaN(), 0};
  if (scale == 0) return {0, format.scale->floatSpec()->smallestExponent()};
  const int exponent = std::max(std::ilogb(scale), format.scale->floatSpec()->smallestExponent());
  return {static_cast<float>(std::ldexp(scale, -exponent)), exponent};
}

float largestMagnitude(const DenseMatrix& rows) {
  float largest = 0;
  for (const double value : rows.values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<float>(value)));
  return largest;
}

/// Calls visit(row, first, block) for each block of the matrix.
template <class Visit>
void forEachBlock(const EngineUnit& unit, const DenseMatrix& rows, float tensorScale, const Visit& visit) {
  const BlockFormat& format = blockFormatOf(unit);
  const auto size = static_cast<std::size_t>(format.blockSize);
  std::vector<float> values(rows.columns);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    std::ranges::transform(rows.row(r), values.begin(), [](double x) { return static_cast<float>(x); });
    for (std::size_t first = 0; first < values.size(); first += size) {
      const auto block = std::span(values).subspan(first, std::min(size, values.size() - first));
      visit(r, first, quantizeBlock(format, block, format.modes.front(), tensorScale));
    }
  }
}

float tensorScaleOf(const EngineUnit& unit, const DenseMatrix& rows) {
  const BlockFormat& format = blockFormatOf(unit);
  const float largest = largestMagnitude(rows);
  return tensorScaleOf(format, format.modes.front(), std::span(&largest, 1));
}

/// c + A B, times the scales of the whole matrices, in the order that was chosen.
void addProduct(const ProductSettings& settings, const Backend& backend, const BlockOperand& a, std::size_t firstOfA,
                const BlockOperand& b, std::size_t firstOfB, std::size_t rows, std::size_t columns,
                std::span<float> c) {
  const ScaledUnit unit = scaledUnitOf(*settings.engine.unit);
  const std::size_t run = scaledRun(settings, a.length);
  std::vector<float> sums;
  for (std::size_t first = 0; first < a.length; first += run) {
    const ScaledBlock left = a.part(firstOfA, rows, first);
    const ScaledBlock right = b.part(firstOfB, columns, first);
    const std::size_t length = std::min(run, a.length - first);
    if (run >= a.length) {
      backend.multiplyAdd(unit, left, right, length, c);
      continue;
    }
    sums.assign(c.size(), 0.0F);
    backend.multiplyAdd(unit, left, right, length, sums);
    for (std::size_t i = 0; i < c.size(); ++i) c[i] += sums[i];
  }
  for (float& x : c) x *= a.tensorScale * b.tensorScale;
}

}  // namespace

ScaledUnit scaledUnitOf(const EngineUnit& unit) {
  return {unit.unit, inputFormatOf(unit).floatSpec()->smallestExponent(),
          static_cast<std::size_t>(unit.blocks->groupLength)};
}

std::size_t scaledRun(const ProductSettings& settings, std::size_t length) {
  const auto block = static_cast<std::size_t>(settings.engine.unit->unit.blockLength);
  return (settings.chosenOrder().run(length) + block - 1) / block * block;
}

BlockOperand blockOperand(const EngineUnit& unit, const DenseMatrix& rows) {
  const BlockFormat& format = blockFormatOf(unit);
  const auto size = static_cast<std::size_t>(format.blockSize);
  const auto whole = static_cast<std::size_t>(unit.unit.blockLength);
  const std::size_t length = (rows.columns + whole - 1) / whole * whole;
  BlockOperand operand{
      .rows = rows.rows, .length = length, .blockLength = size, .elements = {}, .scales = {}, .counts = {}};
  operand.elements.resize(rows.rows * length);
  operand.scales.assign(rows.rows * (length / size), splitScale(format, 1));
  operand.tensorScale = tensorScaleOf(unit, rows);
  const FloatSpec& spec = *format.element->floatSpec();
  forEachBlock(unit, rows, operand.tensorScale, [&](std::size_t r, std::size_t first, const QuantizedBlock& block) {
    const double scale = format.hasTensorScale
                             ? static_cast<double>(decodeToFloat(*format.scale->floatSpec(), block.scaleCode))
                             : block.scale;
    operand.scales[r * (length / size) + first / size] = splitScale(format, scale);
    for (std::size_t k = 0; k < block.elements.size(); ++k) {
      const BlockElement& element = block.elements[k];
      operand.elements[r * length + first + k] = decodeToFloat(spec, element.outcome.code);
      ++operand.counts.elements;
      operand.counts.rounded += element.restored != rows.row(r)[first + k];
      operand.counts.underflowed += element.restored == 0 && element.input != 0;
    }
  });
  return operand;
}

DenseMatrix restored(const EngineUnit& unit, const DenseMatrix& rows) {
  DenseMatrix result = rows;
  forEachBlock(unit, rows, tensorScaleOf(unit, rows),
               [&](std::size_t r, std::size_t first, const QuantizedBlock& block) {
                 for (std::size_t k = 0; k < block.elements.size(); ++k)
                   result.values[r * rows.columns + first + k] = block.elements[k].restored;
               });
  return result;
}

Result<MatrixProduct> multiplyBlockScaled(const ProductSettings& settings, const DenseMatrix& a,
                                          const DenseMatrix& columnsOfB, const Backend& backend,
                                          const JobContext& job) {
  const BlockOperand left = blockOperand(*settings.engine.unit, a);
  const BlockOperand right = blockOperand(*settings.engine.unit, columnsOfB);
  const std::size_t columns = columnsOfB.rows;
  MatrixProduct product{{a.rows, columns, std::vector<double>(a.rows * columns)}, left.counts};
  product.inputs.merge(right.counts);
  const auto done = forEachTile(a.rows, columns, a.columns, backend, job, [&](const Tile& tile) {
    std::vector<float> part(tile.rows * tile.columns);
    addProduct(settings, backend, left, tile.row, right, tile.column, tile.rows, tile.columns, part);
    putTile(tile, part, columns, product.c.values);
  });
  if (!done) return tl::unexpected(done.error());
  return product;
}

std::vector<double> multiplyRowsBlockScaled(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b,
                                            std::span<const double> c, const Backend& backend) {
  const BlockOperand left = blockOperand(*settings.engine.unit, a);
  const BlockOperand right = blockOperand(*settings.engine.unit, b);
  std::vector<double> d(a.rows);
  for (std::size_t r = 0; r < a.rows; ++r) {
    float sum = c.empty() ? 0 : static_cast<float>(c[r]);
    addProduct(settings, backend, left, r, right, r, 1, 1, std::span(&sum, 1));
    d[r] = static_cast<double>(sum);
  }
  return d;
}

}  // namespace ulpscope
