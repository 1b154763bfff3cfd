// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_product.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

#include "core/backend/backend.h"
#include "core/formats/codec.h"
#include "core/matmul/affine_product.h"
#include "core/matmul/block_scaled_product.h"
#include "core/matmul/dot.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/product_tiles.h"
#include "core/matmul/scaled_product.h"
#include "core/matmul/sliced_product.h"

namespace ulpscope {
namespace {

Encoded encodeDouble(const FloatSpec& spec, double value, Rounding rounding, Overflow overflow) {
  return encodeFloat(spec, decodeFloat(kFloat64Spec, std::bit_cast<std::uint64_t>(value)), rounding, overflow);
}

/// Conversions to 8 bits saturate, as those of CUDA that feed matrix units do.
Overflow overflowOf(const FloatSpec& spec) { return spec.codeBits() <= 8 ? Overflow::Saturate : Overflow::Format; }

bool isDouble(const ProductSettings& settings) {
  return settings.engine.unit->unit.accumulator == Accumulator::Float64NearestEven;
}

constexpr std::size_t kPairedInstruction = 32;  ///< elements of mma.sync.m16n8k32

/// How many products stand for one.
std::size_t productsOf(const EngineUnit& unit) { return unit.split ? unit.split->products.size() : 1; }

/// Elements that are put into another order together; rows are filled up with zeros to a multiple of it.
std::size_t granuleOf(const EngineUnit& unit) {
  if (unit.split) return static_cast<std::size_t>(unit.split->run);
  return unit.pairsFirst ? kPairedInstruction : 1;
}

std::size_t roundedUp(std::size_t k, std::size_t granule) { return (k + granule - 1) / granule * granule; }

/// By the backend, where the operands are floats, as they mostly are, and it can; false, and nothing of use, if not.
bool roundInLanes(const FloatSpec& spec, std::span<const double> in, Rounding rounding, std::span<float> out,
                  const Backend& backend) {
  std::uint64_t others = 0;  // a sum, not a branch: what compilers make vectors of
  for (std::size_t i = 0; i < in.size(); ++i) {
    out[i] = static_cast<float>(in[i]);
    others += static_cast<double>(out[i]) != in[i];
  }
  const bool areFloats = others == 0;
  if (!areFloats || spec == kFloat32Spec) return areFloats;
  return backend.round({spec, rounding, overflowOf(spec)}, out, out).has_value();
}

void roundRow(const FloatSpec& spec, std::span<const double> in, Rounding rounding, std::span<float> out,
              const Backend& backend) {
  if (roundInLanes(spec, in, rounding, out, backend)) return;
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i] = decodeToFloat(spec, encodeDouble(spec, in[i], rounding, overflowOf(spec)).code);
}

/// How one row of operands becomes what the unit multiplies.
class Preparation {
 public:
  Preparation(const ProductSettings& settings, OperandSide side, const Backend& backend)
      : m_unit(*settings.engine.unit),
        m_side(side),
        m_spec(*inputFormatOf(m_unit).floatSpec()),
        m_rounding(settings.chosenRounding()),
        m_backend(backend) {}

  std::size_t lengthOf(std::size_t k) const { return roundedUp(k, granuleOf(m_unit)) * productsOf(m_unit); }

  InputCounts run(std::span<const double> in, std::span<float> out) const {
    InputCounts counts;
    if (m_unit.split) {
      splitRow(in, out, counts);
      return counts;
    }
    if (!m_unit.pairsFirst) {
      roundAndCount(in, m_rounding, out.first(in.size()), counts);
      return counts;
    }
    std::vector<float> row(in.size());
    roundAndCount(in, m_rounding, row, counts);
    for (std::size_t i = 0; i < row.size(); ++i) out[placeOf(i)] = row[i];
    return counts;
  }

 private:
  /// Of element i, in the order of pairs.
  std::size_t placeOf(std::size_t i) const {
    const std::size_t at = i % kPairedInstruction;
    return i - at + at / 4 * 2 + at % 2 + (at % 4 < 2 ? 0 : kPairedInstruction / 2);
  }

  void roundAndCount(std::span<const double> in, Rounding rounding, std::span<float> out, InputCounts& counts) const {
    counts.elements += in.size();
    roundRow(m_spec, in, rounding, out, m_backend);
    const auto largest = static_cast<double>(decodeToFloat(m_spec, largestFiniteCode(m_spec, false)));
    std::uint64_t changed = 0, underflowed = 0, overflowed = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto rounded = static_cast<double>(out[i]);
      changed += rounded != in[i];
      underflowed += static_cast<std::uint64_t>(rounded == 0) & static_cast<std::uint64_t>(in[i] != 0);
      overflowed += static_cast<std::uint64_t>(std::abs(rounded) >= largest) &
                    static_cast<std::uint64_t>(std::abs(in[i]) > largest);
    }
    counts.rounded += changed;
    counts.underflowed += underflowed;
    counts.overflowed += overflowed;
  }

  /// The parts of each run of elements, once for each product. What is split is the operand in float32; what a part
  /// leaves is a float, too.
  void splitRow(std::span<const double> in, std::span<float> out, InputCounts& counts) const {
    const OperandSplit& split = *m_unit.split;
    const auto parts = static_cast<std::size_t>(split.parts);
    std::vector<std::vector<float>> of(parts, std::vector<float>(in.size()));
    std::vector<double> rest(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) rest[i] = static_cast<double>(static_cast<float>(in[i]));
    InputCounts ofParts;
    for (std::size_t p = 0; p < parts; ++p) {
      roundAndCount(rest, p + 1 == parts ? split.last : split.leading, of[p], ofParts);
      for (std::size_t i = 0; i < in.size(); ++i)
        rest[i] = std::isfinite(of[p][i]) ? rest[i] - static_cast<double>(of[p][i]) : 0;
    }
    counts.elements = in.size();
    counts.overflowed = ofParts.overflowed;
    for (std::size_t i = 0; i < in.size(); ++i) {
      counts.rounded += rest[i] != 0 || static_cast<double>(static_cast<float>(in[i])) != in[i];
      counts.underflowed += of[0][i] == 0 && in[i] != 0;
    }
    interleaveParts(of, in.size(), out);
  }

  void interleaveParts(std::span<const std::vector<float>> of, std::size_t size, std::span<float> out) const {
    const auto run = static_cast<std::size_t>(m_unit.split->run);
    std::size_t to = 0;
    for (std::size_t first = 0; first < size; first += run)
      for (const OperandSplit::Product& product : m_unit.split->products) {
        const std::vector<float>& part = of[static_cast<std::size_t>(m_side == OperandSide::A ? product.a : product.b)];
        std::copy_n(&part[first], std::min(run, size - first), &out[to]);
        to += run;
      }
  }

  const EngineUnit& m_unit;
  OperandSide m_side;
  FloatSpec m_spec;
  Rounding m_rounding;
  const Backend& m_backend;
};

OperandBlock rowsOf(const PreparedOperand& operand, std::size_t first, std::size_t count) {
  return {operand.values.data() + first * operand.length, count, operand.length};
}
RowBlock<double> rowsOf(const DenseMatrix& operand, std::size_t first, std::size_t count) {
  return {operand.values.data() + first * operand.columns, count, operand.columns};
}

/// c + A B of prepared rows, `k` elements long before that, in the order that was chosen.
void addProduct(const ProductSettings& settings, const Backend& backend, const OperandBlock& a, const OperandBlock& b,
                std::size_t k, std::span<double> c) {
  const int smallest = inputFormatOf(*settings.engine.unit).floatSpec()->smallestExponent();
  const std::size_t run = preparedRun(settings, k);
  const std::size_t length = a.stride;
  const bool isOne = run >= length;
  std::vector<float> sums(c.size());
  if (isOne) std::ranges::transform(c, sums.begin(), [](double x) { return static_cast<float>(x); });
  for (std::size_t first = 0; first < length; first += run) {
    if (!isOne) std::ranges::fill(sums, 0.0F);
    backend.multiplyAdd(settings.unit(), smallest, {a.values + first, a.rows, a.stride},
                        {b.values + first, b.rows, b.stride}, std::min(run, length - first), sums);
    for (std::size_t i = 0; i < c.size(); ++i) {
      const double sum = static_cast<double>(sums[i]);
      c[i] = isOne ? sum : joinSums(settings, c[i], sum);
    }
  }
}

/// One piece of the dot products of a float64 unit, from `c` on.
void addDoubles(const DotUnit& unit, const Backend& backend, const RowBlock<double>& a, const RowBlock<double>& b,
                std::size_t length, std::span<double> c) {
  if (unit.summation == Summation::FmaChain) return backend.multiplyAdd(a, b, length, c);
  for (std::size_t i = 0; i < a.rows; ++i)
    for (std::size_t j = 0; j < b.rows; ++j) {
      double& sum = c[i * b.rows + j];
      sum = dot(unit, a.row(i, length), b.row(j, length), sum);
    }
}

/// c + A B of rows of doubles, in the order that was chosen.
void addProduct(const ProductSettings& settings, const Backend& backend, const RowBlock<double>& a,
                const RowBlock<double>& b, std::size_t k, std::span<double> c) {
  const std::size_t run = settings.chosenOrder().run(k);
  if (run >= k) return addDoubles(settings.unit(), backend, a, b, k, c);
  std::vector<double> sums(c.size());
  for (std::size_t first = 0; first < k; first += run) {
    std::ranges::fill(sums, 0.0);
    addDoubles(settings.unit(), backend, {a.values + first, a.rows, a.stride}, {b.values + first, b.rows, b.stride},
               std::min(run, k - first), sums);
    for (std::size_t i = 0; i < c.size(); ++i) c[i] += sums[i];
  }
}

}  // namespace

std::size_t preparedRun(const ProductSettings& settings, std::size_t k) {
  const EngineUnit& unit = *settings.engine.unit;
  return roundedUp(settings.chosenOrder().run(k), granuleOf(unit)) * productsOf(unit);
}

double joinSums(const ProductSettings& settings, double sum, double part) {
  if (isDouble(settings)) return sum + part;
  const float single = static_cast<float>(sum) + static_cast<float>(part);
  if (!settings.engine.halfSums) return static_cast<double>(single);
  return static_cast<double>(
      roundFloat(specOf(Accumulator::Float16NearestEven), single, Rounding::NearestEven, Overflow::Format));
}

void InputCounts::merge(const InputCounts& other) {
  elements += other.elements;
  rounded += other.rounded;
  overflowed += other.overflowed;
  underflowed += other.underflowed;
}

PreparedOperand prepareOperand(const ProductSettings& settings, const DenseMatrix& rows, OperandSide side,
                               const Backend& backend) {
  const Preparation preparation(settings, side, backend);
  PreparedOperand prepared{rows.rows, preparation.lengthOf(rows.columns), {}, {}};
  prepared.values.resize(prepared.rows * prepared.length);
  std::vector<InputCounts> counts(rows.rows);
  backend.forEach(rows.rows, [&](std::size_t r) {
    counts[r] = preparation.run(rows.row(r), std::span(prepared.values).subspan(r * prepared.length, prepared.length));
  });
  for (const InputCounts& ofRow : counts) prepared.counts.merge(ofRow);
  return prepared;
}

DenseMatrix roundedOperand(const ProductSettings& settings, const DenseMatrix& operand, const Backend& backend) {
  const EngineUnit& unit = *settings.engine.unit;
  if (unit.blocks) return restored(unit, operand);
  DenseMatrix rounded = operand;
  if (isDouble(settings)) return rounded;
  const FloatSpec& spec = unit.split ? kFloat32Spec : *inputFormatOf(unit).floatSpec();
  const Rounding rounding = unit.split ? Rounding::NearestEven : settings.chosenRounding();
  std::vector<float> row(operand.columns);
  for (std::size_t r = 0; r < operand.rows; ++r) {
    roundRow(spec, operand.row(r), rounding, row, backend);
    std::ranges::copy(row, rounded.values.begin() + static_cast<std::ptrdiff_t>(r * operand.columns));
  }
  return rounded;
}

Result<MatrixProduct> multiply(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                               const Backend& backend, const JobContext& job) {
  assert(a.columns == columnsOfB.columns && (!settings.engine.halfSums || settings.engine.unit->half));
  const std::size_t columns = columnsOfB.rows;
  MatrixProduct product{{a.rows, columns, std::vector<double>(a.rows * columns)}, {}, {}};
  if (product.c.values.empty()) return product;
  const EngineUnit& unit = *settings.engine.unit;
  if (unit.scaling) return multiplyScaled(settings, a, columnsOfB, backend, job);
  if (unit.affine) return multiplyAffine(settings, a, columnsOfB, backend, job);
  if (unit.slices) return multiplySliced(settings, a, columnsOfB, backend, job);
  if (unit.blocks) return multiplyBlockScaled(settings, a, columnsOfB, backend, job);
  PreparedOperand left, right;
  if (!isDouble(settings)) {
    left = prepareOperand(settings, a, OperandSide::A, backend);
    right = prepareOperand(settings, columnsOfB, OperandSide::B, backend);
    product.inputs = left.counts;
    product.inputs.merge(right.counts);
  }
  const auto done = forEachTile(a.rows, columns, a.columns, backend, job, [&](const Tile& tile) {
    std::vector<double> part(tile.rows * tile.columns);
    if (isDouble(settings))
      addProduct(settings, backend, rowsOf(a, tile.row, tile.rows), rowsOf(columnsOfB, tile.column, tile.columns),
                 a.columns, part);
    else
      addProduct(settings, backend, rowsOf(left, tile.row, tile.rows), rowsOf(right, tile.column, tile.columns),
                 a.columns, part);
    putTile(tile, part, columns, product.c.values);
  });
  if (!done) return tl::unexpected(done.error());
  return product;
}

std::vector<double> multiplyRows(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b,
                                 std::span<const double> c, const Backend& backend) {
  assert(a.rows == b.rows && a.columns == b.columns && (c.empty() || c.size() == a.rows));
  if (settings.engine.unit->blocks) return multiplyRowsBlockScaled(settings, a, b, c, backend);
  std::vector<double> d(a.rows);
  if (isDouble(settings)) {
    for (std::size_t r = 0; r < a.rows; ++r) {
      d[r] = c.empty() ? 0 : c[r];
      addProduct(settings, backend, rowsOf(a, r, 1), rowsOf(b, r, 1), a.columns, std::span(d).subspan(r, 1));
    }
    return d;
  }
  const PreparedOperand left = prepareOperand(settings, a, OperandSide::A, backend);
  const PreparedOperand right = prepareOperand(settings, b, OperandSide::B, backend);
  const FloatSpec& spec = settings.engine.halfSums ? specOf(Accumulator::Float16NearestEven) : kFloat32Spec;
  // Backends multiply matrices: what is wanted is the diagonal of small ones.
  constexpr std::size_t kAtOnce = 16;
  for (std::size_t first = 0; first < a.rows; first += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, a.rows - first);
    std::vector<double> part(count * count);
    for (std::size_t i = 0; i < count && !c.empty(); ++i) {
      const Encoded sum = encodeDouble(spec, c[first + i], Rounding::NearestEven, Overflow::Format);
      part[i * count + i] = static_cast<double>(decodeToFloat(spec, sum.code));
    }
    addProduct(settings, backend, rowsOf(left, first, count), rowsOf(right, first, count), a.columns, part);
    for (std::size_t i = 0; i < count; ++i) d[first + i] = part[i * count + i];
  }
  return d;
}

}  // namespace ulpscope
