// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_product.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>

#include "core/backend/backend.h"
#include "core/formats/codec.h"
#include "core/matmul/dot.h"

namespace ulpscope {
namespace {

constexpr FloatSpec kFloat16Spec{.exponentBits = 5, .fractionBits = 10, .bias = 15};

/// Multiply-adds between two looks at whether to stop: under 20 ms for the slowest unit.
constexpr std::size_t kWorkAtOnce = 1 << 18;

Encoded encodeDouble(const FloatSpec& spec, double value, Rounding rounding, Overflow overflow) {
  return encodeFloat(spec, decodeFloat(kFloat64Spec, std::bit_cast<std::uint64_t>(value)), rounding, overflow);
}

/// Conversions to 8 bits saturate, as those of CUDA that feed matrix units do.
Overflow overflowOf(const FloatSpec& spec) { return spec.codeBits() <= 8 ? Overflow::Saturate : Overflow::Format; }

bool isDouble(const ProductSettings& settings) {
  return settings.engine.unit->unit.accumulator == Accumulator::Float64NearestEven;
}

const DotUnit& unitOf(const ProductSettings& settings) {
  const EngineUnit& unit = *settings.engine.unit;
  return settings.halfSums ? *unit.half : unit.unit;
}

/// How one row of operands becomes what the unit multiplies.
class Preparation {
 public:
  Preparation(const ProductSettings& settings, OperandSide side)
      : m_unit(*settings.engine.unit),
        m_side(side),
        m_spec(*inputFormatOf(m_unit).floatSpec()),
        m_rounding(settings.inputRounding.value_or(m_unit.inputRounding)) {}

  std::size_t lengthOf(std::size_t k) const { return m_unit.split ? k * m_unit.split->products.size() : k; }

  void run(std::span<const double> in, std::span<float> out, InputCounts& counts) const {
    if (m_unit.split)
      splitRow(in, out, counts);
    else
      for (std::size_t i = 0; i < in.size(); ++i) out[placeOf(i, in.size())] = rounded(in[i], m_rounding, counts);
  }

 private:
  /// Of element i among `k`, in the order of the hardware.
  std::size_t placeOf(std::size_t i, std::size_t k) const {
    constexpr std::size_t kInstruction = 32;
    const std::size_t first = i / kInstruction * kInstruction;
    if (!m_unit.pairsFirst || first + kInstruction > k) return i;
    const std::size_t at = i - first;
    return first + at / 4 * 2 + at % 2 + (at % 4 < 2 ? 0 : kInstruction / 2);
  }

  float rounded(double value, Rounding rounding, InputCounts& counts) const {
    const Encoded encoded = encodeDouble(m_spec, value, rounding, overflowOf(m_spec));
    ++counts.elements;
    counts.rounded += !encoded.exact;
    counts.overflowed += encoded.overflowed;
    counts.underflowed += encoded.underflowed;
    return decodeToFloat(m_spec, encoded.code);
  }

  /// The parts of each run of elements, once for each product.
  void splitRow(std::span<const double> in, std::span<float> out, InputCounts& counts) const {
    const OperandSplit& split = *m_unit.split;
    const auto parts = static_cast<std::size_t>(split.parts);
    std::vector<float> of(in.size() * parts);
    for (std::size_t i = 0; i < in.size(); ++i) splitValue(in[i], std::span(of).subspan(i * parts, parts), counts);
    std::size_t to = 0;
    const auto run = static_cast<std::size_t>(split.run);
    for (std::size_t first = 0; first < in.size(); first += run)
      for (const OperandSplit::Product& product : split.products)
        for (std::size_t i = first; i < std::min(first + run, in.size()); ++i)
          out[to++] = of[i * parts + static_cast<std::size_t>(m_side == OperandSide::A ? product.a : product.b)];
  }

  /// What is split is the operand in float32.
  void splitValue(double value, std::span<float> parts, InputCounts& counts) const {
    const Encoded single = encodeDouble(kFloat32Spec, value, Rounding::NearestEven, Overflow::Format);
    double rest = static_cast<double>(decodeToFloat(kFloat32Spec, single.code));
    InputCounts ignored;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const bool isLast = p + 1 == parts.size();
      parts[p] = rounded(rest, isLast ? m_unit.split->last : m_unit.split->leading, ignored);
      rest = std::isfinite(parts[p]) ? rest - static_cast<double>(parts[p]) : 0;
    }
    ++counts.elements;
    counts.rounded += rest != 0 || !single.exact;
    counts.overflowed += ignored.overflowed != 0 || single.overflowed;
    counts.underflowed += parts[0] == 0 && value != 0;
  }

  const EngineUnit& m_unit;
  OperandSide m_side;
  FloatSpec m_spec;
  Rounding m_rounding;
};

/// Where sums of several accumulators meet: in float32, or in float16 where the unit sums in that.
double joined(const ProductSettings& settings, double sum, double part) {
  if (isDouble(settings)) return sum + part;
  const float single = static_cast<float>(sum) + static_cast<float>(part);
  if (!settings.halfSums) return static_cast<double>(single);
  const Encoded half = encodeDouble(kFloat16Spec, static_cast<double>(single), Rounding::NearestEven, Overflow::Format);
  return static_cast<double>(decodeToFloat(kFloat16Spec, half.code));
}

/// K' over K: how many products stand for one.
std::size_t productsOf(const EngineUnit& unit) { return unit.split ? unit.split->products.size() : 1; }

double dotInOrder(const ProductSettings& settings, std::span<const float> a, std::span<const float> b, std::size_t k,
                  double c) {
  const DotUnit& unit = unitOf(settings);
  const int smallest = inputFormatOf(*settings.engine.unit).floatSpec()->smallestExponent();
  if (settings.order.kind == KOrder::Kind::Sequential) return dot(unit, smallest, a, b, c);
  const std::size_t run = settings.order.run(k) * productsOf(*settings.engine.unit);
  for (std::size_t i = 0; i < a.size(); i += run) {
    const std::size_t count = std::min(run, a.size() - i);
    c = joined(settings, c, dot(unit, smallest, a.subspan(i, count), b.subspan(i, count), 0));
  }
  return c;
}

double dotInOrder(const ProductSettings& settings, std::span<const double> a, std::span<const double> b, double c) {
  const DotUnit& unit = unitOf(settings);
  if (settings.order.kind == KOrder::Kind::Sequential) return dot(unit, a, b, c);
  const std::size_t run = settings.order.run(a.size());
  for (std::size_t i = 0; i < a.size(); i += run) {
    const std::size_t count = std::min(run, a.size() - i);
    c += dot(unit, a.subspan(i, count), b.subspan(i, count), 0);
  }
  return c;
}

/// Rows of C by the backend's kernel, or by the definition.
void multiplyRowsBy(const ProductSettings& settings, const Backend& backend, const PreparedOperand& a,
                    const PreparedOperand& b, std::size_t k, std::size_t firstRow, std::span<double> c) {
  const std::size_t columns = b.rows;
  const std::size_t rows = c.size() / columns;
  const int smallest = inputFormatOf(*settings.engine.unit).floatSpec()->smallestExponent();
  const std::size_t run = settings.order.run(k) * productsOf(*settings.engine.unit);
  std::vector<float> sums(c.size());
  for (std::size_t first = 0; first < a.length; first += run) {
    const std::size_t length = std::min(run, a.length - first);
    std::fill(sums.begin(), sums.end(), 0.0F);
    const OperandBlock left{a.values.data() + firstRow * a.length + first, rows, a.length};
    const OperandBlock right{b.values.data() + first, columns, b.length};
    backend.multiplyAdd(unitOf(settings), smallest, left, right, length, sums);
    for (std::size_t i = 0; i < c.size(); ++i)
      c[i] = run >= a.length ? static_cast<double>(sums[i]) : joined(settings, c[i], static_cast<double>(sums[i]));
  }
}

Result<> forEachRowBlock(std::size_t rows, std::size_t workPerRow, const Backend& backend, const JobContext& job,
                         const std::function<void(std::size_t first, std::size_t count)>& work) {
  const std::size_t atOnce = std::clamp<std::size_t>(kWorkAtOnce / std::max<std::size_t>(workPerRow, 1), 1, rows);
  const std::size_t blocks = (rows + atOnce - 1) / atOnce;
  std::atomic<bool> cancelled = false;
  backend.forEach(blocks, [&](std::size_t block) {
    if (cancelled.load(std::memory_order_relaxed)) return;
    const std::size_t first = block * atOnce;
    const std::size_t count = std::min(atOnce, rows - first);
    work(first, count);
    if (!job.step(count * workPerRow)) cancelled = true;
  });
  if (cancelled) return job.step(0);
  return {};
}

}  // namespace

void InputCounts::merge(const InputCounts& other) {
  elements += other.elements;
  rounded += other.rounded;
  overflowed += other.overflowed;
  underflowed += other.underflowed;
}

PreparedOperand prepareOperand(const ProductSettings& settings, const DenseMatrix& rows, OperandSide side) {
  const Preparation preparation(settings, side);
  PreparedOperand prepared{rows.rows, preparation.lengthOf(rows.columns), {}, {}};
  prepared.values.resize(prepared.rows * prepared.length);
  for (std::size_t r = 0; r < rows.rows; ++r)
    preparation.run(rows.row(r), std::span(prepared.values).subspan(r * prepared.length, prepared.length),
                    prepared.counts);
  return prepared;
}

Result<MatrixProduct> multiply(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                               const Backend& backend, const JobContext& job) {
  assert(a.columns == columnsOfB.columns && (!settings.halfSums || settings.engine.unit->half));
  const std::size_t columns = columnsOfB.rows;
  MatrixProduct product{{a.rows, columns, std::vector<double>(a.rows * columns)}, {}};
  if (product.c.values.empty()) return product;
  const std::size_t workPerRow = columns * a.columns;
  const std::span<double> c = product.c.values;
  if (isDouble(settings)) {
    const auto done = forEachRowBlock(a.rows, workPerRow, backend, job, [&](std::size_t first, std::size_t count) {
      for (std::size_t r = first; r < first + count; ++r)
        for (std::size_t j = 0; j < columns; ++j)
          c[r * columns + j] = dotInOrder(settings, a.row(r), columnsOfB.row(j), 0);
    });
    if (!done) return tl::unexpected(done.error());
    return product;
  }
  const PreparedOperand left = prepareOperand(settings, a, OperandSide::A);
  const PreparedOperand right = prepareOperand(settings, columnsOfB, OperandSide::B);
  product.inputs = left.counts;
  product.inputs.merge(right.counts);
  const auto done = forEachRowBlock(a.rows, workPerRow, backend, job, [&](std::size_t first, std::size_t count) {
    multiplyRowsBy(settings, backend, left, right, a.columns, first, c.subspan(first * columns, count * columns));
  });
  if (!done) return tl::unexpected(done.error());
  return product;
}

std::vector<double> multiplyRows(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b,
                                 std::span<const double> c) {
  assert(a.rows == b.rows && a.columns == b.columns && (c.empty() || c.size() == a.rows));
  std::vector<double> d(a.rows);
  const PreparedOperand left = prepareOperand(settings, a, OperandSide::A);
  const PreparedOperand right = prepareOperand(settings, b, OperandSide::B);
  for (std::size_t r = 0; r < a.rows; ++r) {
    double sum = c.empty() ? 0 : c[r];
    if (isDouble(settings)) {
      d[r] = dotInOrder(settings, a.row(r), b.row(r), sum);
      continue;
    }
    const FloatSpec& spec = settings.halfSums ? kFloat16Spec : kFloat32Spec;
    sum =
        static_cast<double>(decodeToFloat(spec, encodeDouble(spec, sum, Rounding::NearestEven, Overflow::Format).code));
    d[r] = dotInOrder(settings, left.row(r), right.row(r), a.columns, sum);
  }
  return d;
}

}  // namespace ulpscope
