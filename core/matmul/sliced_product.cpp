// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/sliced_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/matmul/exact_sum.h"
#include "core/matmul/integer_trace.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

constexpr double kStep = 1 << kSliceBits;

constexpr int kOfZeros = -2048;  ///< the exponent of a row of nothing but zeros: below all others

/// The smallest e with |x| < 2^e for all.
int exponentAbove(std::span<const double> row) {
  double largest = 0;
  for (const double x : row) largest = std::max(largest, std::abs(x));
  return largest == 0 ? kOfZeros : std::ilogb(largest) + 1;
}

/// To float32, where the operands are that: what is multiplied is cut from `values`.
void countRounded(std::span<const double> given, std::span<const double> values, InputCounts& counts) {
  for (std::size_t k = 0; k < given.size(); ++k)
    counts.add(given[k], values[k], std::isinf(values[k]) && std::isfinite(given[k]));
}

/// One more slice of each element of a row; `rest` becomes what it leaves, in units of the next one's 2^7.
void cutSlice(std::span<double> rest, std::int16_t* slice) {
  for (std::size_t k = 0; k < rest.size(); ++k) {
    const int digits = static_cast<int>(rest[k] * kStep);
    rest[k] = rest[k] * kStep - digits;
    slice[k] = static_cast<std::int16_t>(digits);
  }
}

/// What the last slice left of row `r`.
void countCut(std::span<const double> rest, SlicedRows& cut, std::size_t r) {
  for (std::size_t k = 0; k < rest.size(); ++k) {
    if (rest[k] == 0) continue;
    ++cut.counts.rounded;
    const std::size_t at = r * rest.size() + k;
    cut.counts.underflowed +=
        std::ranges::all_of(cut.slices, [at](const IntegerRows& slice) { return slice.values[at] == 0; });
  }
}

/// What the pairs of slices that are left out, and what the last slices leave, can cost at most: Frobenius norm. Slice
/// i of A is below 2^(ea - 7 i), all of B from slice s - i on below 2^(eb - 7 (s - i)): so are their k products
/// together, for each i, and all of B with what A's last slice leaves.
double sliceLoss(const SlicedRows& a, const SlicedRows& b, std::size_t k) {
  const auto normOf = [](const SlicedRows& rows) {
    double squares = 0;
    for (const int exponent : rows.exponents) squares += std::ldexp(1.0, 2 * exponent);
    return std::sqrt(squares);
  };
  const auto slices = static_cast<int>(a.slices.size());
  return std::ldexp(static_cast<double>(k) * (slices + 1), -kSliceBits * slices) * normOf(a) * normOf(b);
}

/// The weight of a level: of products of slices whose numbers add up to it.
double weightOf(std::size_t level) { return std::ldexp(1.0, -kSliceBits * (static_cast<int>(level) + 2)); }

/// Sums over all levels of one tile, in units of 1.
class TileSums {
 public:
  TileSums(const SlicedRows& a, const SlicedRows& b, const Tile& tile)
      : m_a(a), m_b(b), m_tile(tile), m_products(tile.rows * tile.columns), m_level(m_products.size()) {}

  std::vector<double> run() {
    std::vector<double> sums(m_level.size());
    const std::size_t slices = m_a.slices.size();
    for (std::size_t level = 0; level < slices; ++level) {
      std::ranges::fill(m_level, 0);
      for (std::size_t i = 0; i <= level; ++i) addPair(m_a.slices[i], m_b.slices[level - i]);
      for (std::size_t e = 0; e < sums.size(); ++e) sums[e] += static_cast<double>(m_level[e]) * weightOf(level);
    }
    return sums;
  }

 private:
  /// A part of K at a time, so that no sum of 32 bits wraps.
  void addPair(const IntegerRows& a, const IntegerRows& b) {
    for (std::size_t first = 0; first < a.length; first += kMostSlicedElements) {
      std::ranges::fill(m_products, 0);
      RowBlock<std::int16_t> left = a.rows(m_tile.row, m_tile.rows);
      RowBlock<std::int16_t> right = b.rows(m_tile.column, m_tile.columns);
      left.values += first;
      right.values += first;
      addIntegerProducts(left, right, std::min(kMostSlicedElements, a.length - first), m_products);
      for (std::size_t e = 0; e < m_level.size(); ++e) m_level[e] += m_products[e];
    }
  }

  const SlicedRows& m_a;
  const SlicedRows& m_b;
  const Tile& m_tile;
  std::vector<std::int32_t> m_products;
  std::vector<std::int64_t> m_level;
};

}  // namespace

SlicedRows cutIntoSlices(const DenseMatrix& rows, int slices, bool isSingle) {
  SlicedRows cut;
  cut.slices.assign(static_cast<std::size_t>(slices), {rows.columns, std::vector<std::int16_t>(rows.values.size())});
  cut.isFinite.resize(rows.rows);
  cut.exponents.resize(rows.rows);
  std::vector<double> rest(rows.columns);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    const auto given = rows.row(r);
    std::ranges::transform(given, rest.begin(),
                           [=](double x) { return isSingle ? static_cast<double>(static_cast<float>(x)) : x; });
    countRounded(given, rest, cut.counts);
    cut.isFinite[r] = std::ranges::all_of(rest, [](double x) { return std::isfinite(x); });
    if (!cut.isFinite[r]) continue;
    cut.exponents[r] = exponentAbove(rest);
    for (double& x : rest) x = std::ldexp(x, -cut.exponents[r]);
    for (IntegerRows& slice : cut.slices) cutSlice(rest, &slice.values[r * rows.columns]);
    countCut(rest, cut, r);
  }
  return cut;
}

Result<MatrixProduct> multiplySliced(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job) {
  const bool isSingle = settings.engine.unit->format == "float32";
  const SlicedRows left = cutIntoSlices(a, settings.engine.slices(), isSingle);
  const SlicedRows right = cutIntoSlices(columnsOfB, settings.engine.slices(), isSingle);
  const std::size_t columns = columnsOfB.rows;
  MatrixProduct product{{a.rows, columns, std::vector<double>(a.rows * columns)}, left.counts, {}};
  product.inputs.merge(right.counts);
  const auto done = forEachTile(a.rows, columns, a.columns, backend, job, [&](const Tile& tile) {
    const std::vector<double> sums = TileSums(left, right, tile).run();
    for (std::size_t e = 0; e < sums.size(); ++e) {
      const std::size_t i = tile.row + e / tile.columns;
      const std::size_t j = tile.column + e % tile.columns;
      double& c = product.c.values[i * columns + j];
      c = std::ldexp(sums[e], left.exponents[i] + right.exponents[j]);
      if (isSingle) c = static_cast<double>(static_cast<float>(c));
      if (!left.isFinite[i] || !right.isFinite[j]) c = std::numeric_limits<double>::quiet_NaN();
    }
  });
  if (!done) return tl::unexpected(done.error());
  product.loss = CodingLoss{sliceLoss(left, right, a.columns)};
  return product;
}

DotTrace traceSliced(const ProductSettings& settings, const DenseMatrix& row, const DenseMatrix& column) {
  const bool isSingle = settings.engine.unit->format == "float32";
  const SlicedRows left = cutIntoSlices(row, settings.engine.slices(), isSingle);
  const SlicedRows right = cutIntoSlices(column, settings.engine.slices(), isSingle);
  const int exponent = left.exponents[0] + right.exponents[0];
  IntegerTrace trace;
  ExactSum coded;
  double sum = 0;
  for (std::size_t level = 0; level < left.slices.size(); ++level) {
    std::vector<double> products;
    double ofLevel = 0;
    for (std::size_t i = 0; i <= level; ++i) {
      const double exact = exactDot<std::int16_t>(left.slices[i].values, right.slices[level - i].values);
      products.push_back(std::ldexp(exact * weightOf(level), exponent));
      ofLevel += exact;
      coded.add(products.back());
    }
    const double added = sum + ofLevel * weightOf(level);
    const double rounded = (added - sum) - ofLevel * weightOf(level);
    trace.beside(fmt::format("level {}", level), std::move(products), std::ldexp(added, exponent),
                 std::ldexp(rounded, exponent));
    sum = added;
  }
  double c = std::ldexp(sum, exponent);
  if (!left.isFinite[0] || !right.isFinite[0]) c = std::numeric_limits<double>::quiet_NaN();
  if (isSingle) {
    const double single = static_cast<double>(static_cast<float>(c));
    trace.then("to float32", single, single - c);
    c = single;
  }
  return trace.finish(c, exactDot(row.row(0), column.row(0)), coded.toDouble());
}

}  // namespace ulpscope
