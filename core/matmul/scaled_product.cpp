// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/scaled_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/formats/int8_vectors.h"
#include "core/matmul/coding_loss.h"
#include "core/matmul/exact_sum.h"
#include "core/matmul/integer_trace.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

/// Rows of an operand as codes of 8 bits, with the columns that are multiplied in binary16 beside them.
struct CodedRows {
  IntegerRows codes;            ///< zero in A's outlier columns
  std::vector<float> scales;    ///< the largest magnitude of each row
  std::vector<float> outliers;  ///< rows of those columns, binary16
  std::vector<RowLoss> losses;
  InputCounts counts;

  std::span<const float> outliersOf(std::size_t row) const {
    const std::size_t count = outliers.size() / scales.size();
    return std::span(outliers).subspan(row * count, count);
  }
};

std::vector<float> inBinary16(const DenseMatrix& matrix) {
  std::vector<float> rounded(matrix.values.size());
  std::ranges::transform(matrix.values, rounded.begin(), [](double x) { return asBinary16(static_cast<float>(x)); });
  return rounded;
}

/// `values` are the given ones in binary16, `restored` what is multiplied.
void count(std::span<const double> given, std::span<const float> values, std::span<const double> restored,
           CodedRows& coded) {
  RowLoss& loss = coded.losses.emplace_back();
  for (std::size_t k = 0; k < given.size(); ++k) {
    coded.counts.add(given[k], restored[k], std::isinf(values[k]) && std::isfinite(given[k]));
    loss.add(given[k], restored[k]);
  }
}

/// `values` are the rows in binary16, `outliers` the columns that are kept beside the codes.
CodedRows code(const ProductSettings& settings, const DenseMatrix& rows, std::span<const float> values,
               OperandSide side, const std::vector<std::uint64_t>& outliers) {
  const std::size_t length = rows.columns;
  const float threshold = side == OperandSide::A ? settings.engine.unit->scaling->outlierThreshold : 0;
  CodedRows coded;
  coded.codes = {length, std::vector<std::int16_t>(values.size())};
  std::vector<std::int8_t> codes(length);
  std::vector<double> restored(length);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    const auto row = values.subspan(r * length, length);
    const float scale = encodeInt8Row(row, threshold, codes, settings.chosenRounding());
    coded.scales.push_back(scale);
    std::ranges::transform(codes, restored.begin(),
                           [scale](std::int8_t code) { return code * static_cast<double>(scale) / 127; });
    for (const std::uint64_t c : outliers) {
      const float kept = side == OperandSide::A ? row[c] : asBinary16(decodeInt8(codes[c], scale));
      coded.outliers.push_back(kept);
      restored[c] = static_cast<double>(kept);
      if (side == OperandSide::A) codes[c] = 0;
    }
    count(rows.row(r), row, restored, coded);
    std::ranges::copy(codes, coded.codes.values.begin() + static_cast<std::ptrdiff_t>(r * length));
  }
  return coded;
}

/// What the sums of one element become.
struct Element {
  std::int32_t sum = 0;  ///< of products of codes
  float scaled = 0;      ///< in float32
  float regular = 0;     ///< in binary16
  float outliers = 0;    ///< sum of their products
  float c = 0;
  double codesReal = 0;     ///< what the sum stands for
  double outliersReal = 0;  ///< their products, summed in float64
};

Element elementOf(const CodedRows& a, std::size_t i, const CodedRows& b, std::size_t j, std::int32_t sum) {
  Element e{.sum = sum};
  e.scaled = scaleInt8Sum(Int8Path::Default, sum, a.scales[i], b.scales[j]);
  e.regular = e.c = asBinary16(e.scaled);
  e.codesReal = sum * (static_cast<double>(a.scales[i]) * static_cast<double>(b.scales[j])) / (127 * 127);
  const auto x = a.outliersOf(i);
  const auto y = b.outliersOf(j);
  for (std::size_t k = 0; k < x.size(); ++k) {
    e.outliers += x[k] * y[k];
    e.outliersReal += static_cast<double>(x[k]) * static_cast<double>(y[k]);
  }
  if (!x.empty()) e.c = asBinary16(e.regular + e.outliers);
  return e;
}

}  // namespace

Result<MatrixProduct> multiplyScaled(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job,
                                     const IntegerSums& sumsOf) {
  const std::vector<float> x = inBinary16(a);
  const auto outliers = outlierColumns(x, a.columns, settings.engine.unit->scaling->outlierThreshold);
  const CodedRows left = code(settings, a, x, OperandSide::A, outliers);
  const CodedRows right = code(settings, columnsOfB, inBinary16(columnsOfB), OperandSide::B, outliers);
  MatrixProduct product{{a.rows, columnsOfB.rows, std::vector<double>(a.rows * columnsOfB.rows)}, left.counts, {}};
  product.inputs.merge(right.counts);
  std::vector<double> after(product.c.values.size());
  Result<std::vector<std::int32_t>> measured;
  if (sumsOf) measured = sumsOf(left.codes, right.codes);
  if (!measured) return tl::unexpected(measured.error());
  const auto done = forEachTile(a.rows, columnsOfB.rows, a.columns, backend, job, [&](const Tile& tile) {
    std::vector<std::int32_t> sums(tile.rows * tile.columns);
    if (!sumsOf)
      addIntegerProducts(left.codes.rows(tile.row, tile.rows), right.codes.rows(tile.column, tile.columns), a.columns,
                         sums);
    for (std::size_t e = 0; e < sums.size(); ++e) {
      const std::size_t i = tile.row + e / tile.columns;
      const std::size_t j = tile.column + e % tile.columns;
      const std::int32_t sum = sumsOf ? (*measured)[i * columnsOfB.rows + j] : sums[e];
      const Element element = elementOf(left, i, right, j, sum);
      product.c.values[i * columnsOfB.rows + j] = static_cast<double>(element.c);
      after[i * columnsOfB.rows + j] = static_cast<double>(element.c) - (element.codesReal + element.outliersReal);
    }
  });
  if (!done) return tl::unexpected(done.error());
  product.loss = codingLoss(left.losses, right.losses, a.columns, after);
  return product;
}

DotTrace traceScaled(const ProductSettings& settings, const DenseMatrix& a, std::size_t row,
                     const DenseMatrix& columnsOfB, std::size_t column) {
  const DenseMatrix x = rowOf(a, row), y = rowOf(columnsOfB, column);
  const auto outliers = outlierColumns(inBinary16(a), a.columns, settings.engine.unit->scaling->outlierThreshold);
  const CodedRows left = code(settings, x, inBinary16(x), OperandSide::A, outliers);
  const CodedRows right = code(settings, y, inBinary16(y), OperandSide::B, outliers);
  const std::span<const std::int16_t> p = left.codes.values, q = right.codes.values;
  const Element e = elementOf(left, 0, right, 0, integerDot(p, q));
  IntegerTrace trace(p, q);
  trace.then(fmt::format("times {} x {} x 6.200124e-05 in float32", left.scales[0], right.scales[0]),
             static_cast<double>(e.scaled), static_cast<double>(e.scaled) - e.codesReal);
  trace.then("to binary16", static_cast<double>(e.regular),
             static_cast<double>(e.regular) - static_cast<double>(e.scaled));
  if (!outliers.empty()) {
    std::vector<double> products;
    for (std::size_t k = 0; k < outliers.size(); ++k)
      products.push_back(static_cast<double>(left.outliers[k]) * static_cast<double>(right.outliers[k]));
    trace.beside("outlier columns, in float32", std::move(products), static_cast<double>(e.outliers),
                 static_cast<double>(e.outliers) - e.outliersReal);
    trace.then("added, to binary16", static_cast<double>(e.c),
               static_cast<double>(e.c) - (static_cast<double>(e.regular) + static_cast<double>(e.outliers)));
  }
  return trace.finish(static_cast<double>(e.c), exactDot(x.row(0), y.row(0)), e.codesReal + e.outliersReal);
}

}  // namespace ulpscope
