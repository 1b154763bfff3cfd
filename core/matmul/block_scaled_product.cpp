// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/block_scaled_product.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>

#include "core/formats/block_format.h"
#include "core/formats/codec.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/product_tiles.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostGroups = 8;
constexpr float kNan = std::bit_cast<float>(0x7FFFFFFFu);

const BlockFormat& blockFormatOf(const EngineUnit& unit) {
  const BlockFormat* format = findBlockFormat(unit.format);
  assert(format);
  return *format;
}

/// Scales below the smallest normal one of their format share its exponent.
SplitScale splitScale(const BlockFormat& format, double scale) {
  if (std::isnan(scale)) return {kNan, 0};
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

/// Elements first to first + count of two rows.
struct RowPair {
  const BlockOperand& a;
  std::size_t i;
  const BlockOperand& b;
  std::size_t j;

  std::span<const float> ofA(std::size_t first, std::size_t count) const {
    return std::span(a.elements).subspan(i * a.length + first, count);
  }
  std::span<const float> ofB(std::size_t first, std::size_t count) const {
    return std::span(b.elements).subspan(j * b.length + first, count);
  }
  const SplitScale& scaleOfA(std::size_t block) const { return a.scales[i * (a.scales.size() / a.rows) + block]; }
  const SplitScale& scaleOfB(std::size_t block) const { return b.scales[j * (b.scales.size() / b.rows) + block]; }
};

float addBlock(const EngineUnit& unit, std::size_t blockSize, const RowPair& rows, std::size_t first, float c) {
  const auto length = static_cast<std::size_t>(unit.unit.blockLength);
  const auto group = static_cast<std::size_t>(unit.blocks->groupLength);
  if (group == 0) {  // powers of two, which are part of each product's exponent
    const SplitScale& a = rows.scaleOfA(first / blockSize);
    const SplitScale& b = rows.scaleOfB(first / blockSize);
    if (std::isnan(a.significand) || std::isnan(b.significand)) return kNan;
    return fusedBlock(unit.unit, inputFormatOf(unit).floatSpec()->smallestExponent(), rows.ofA(first, length),
                      rows.ofB(first, length), c, nullptr, a.exponent + b.exponent);
  }
  std::array<ScaledGroup, kMostGroups> groups;
  const std::size_t count = length / group;
  for (std::size_t g = 0; g < count; ++g) {
    const std::size_t at = first + g * group;
    groups[g] = {.a = rows.scaleOfA(at / blockSize), .b = rows.scaleOfB(at / blockSize)};
    const auto x = rows.ofA(at, group);
    const auto y = rows.ofB(at, group);
    for (std::size_t k = 0; k < group; ++k) {
      const double product = static_cast<double>(x[k]) * static_cast<double>(y[k]);
      groups[g].sum += product;
      groups[g].isAllZero = groups[g].isAllZero && product == 0;
    }
  }
  return groupedBlock(unit.unit, std::span(groups).first(count), c);
}

}  // namespace

float groupedBlock(const DotUnit& unit, std::span<const ScaledGroup> groups, float c) {
  assert(groups.size() <= kMostGroups);
  if (!std::isfinite(c)) return std::isnan(c) ? kNan : c;
  for (const ScaledGroup& group : groups)
    if (std::isnan(group.a.significand) || std::isnan(group.b.significand)) return kNan;
  const SplitFloat sum = splitFloat(c, -126);
  const int ofC = sum.significand == 0 ? unit.zeroExponent : sum.exponent;
  std::array<int, kMostGroups> exponents{};
  std::array<double, kMostGroups> values{};
  int largest = ofC;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const double scale = static_cast<double>(groups[g].a.significand) * static_cast<double>(groups[g].b.significand);
    const bool isZero = groups[g].isAllZero || scale == 0;
    values[g] = groups[g].sum * scale;
    exponents[g] = isZero ? unit.zeroExponent : groups[g].a.exponent + groups[g].b.exponent;
    largest = std::max(largest, exponents[g]);
  }
  // Every value times 2^alignmentBits is a number of at most 53 bits once it is cut.
  const auto kept = [&](double value, int exponent) {
    return static_cast<std::int64_t>(std::trunc(std::ldexp(value, exponent - largest + unit.alignmentBits)));
  };
  std::int64_t total = kept(static_cast<double>(sum.significand) * 0x1p-23, ofC);
  for (std::size_t g = 0; g < groups.size(); ++g) total += kept(values[g], exponents[g]);
  if (total == 0) return 0;
  return roundToAccumulator(unit.accumulator, total < 0, static_cast<std::uint64_t>(std::abs(total)),
                            largest - unit.alignmentBits);
}

BlockOperand blockOperand(const EngineUnit& unit, const DenseMatrix& rows) {
  const BlockFormat& format = blockFormatOf(unit);
  const auto size = static_cast<std::size_t>(format.blockSize);
  const auto whole = static_cast<std::size_t>(unit.unit.blockLength);
  const std::size_t length = (rows.columns + whole - 1) / whole * whole;
  BlockOperand operand{.rows = rows.rows, .length = length, .elements = {}, .scales = {}, .counts = {}};
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

float blockScaledDot(const ProductSettings& settings, const BlockOperand& a, std::size_t i, const BlockOperand& b,
                     std::size_t j, float c) {
  const EngineUnit& unit = *settings.engine.unit;
  const auto size = static_cast<std::size_t>(blockFormatOf(unit).blockSize);
  const auto length = static_cast<std::size_t>(unit.unit.blockLength);
  const std::size_t run = (settings.chosenOrder().run(a.length) + length - 1) / length * length;
  const RowPair rows{a, i, b, j};
  float sum = run >= a.length ? c : 0;
  float whole = c;
  for (std::size_t first = 0; first < a.length; first += length) {
    if (run < a.length && first % run == 0 && first != 0) {
      whole += sum;
      sum = 0;
    }
    sum = addBlock(unit, size, rows, first, sum);
  }
  if (run < a.length) sum = whole + sum;
  return sum * (a.tensorScale * b.tensorScale);
}

Result<MatrixProduct> multiplyBlockScaled(const ProductSettings& settings, const DenseMatrix& a,
                                          const DenseMatrix& columnsOfB, const Backend& backend,
                                          const JobContext& job) {
  const BlockOperand left = blockOperand(*settings.engine.unit, a);
  const BlockOperand right = blockOperand(*settings.engine.unit, columnsOfB);
  auto c = byElements(a.rows, columnsOfB.rows, a.columns, backend, job,
                      [&](std::size_t i, std::size_t j) { return blockScaledDot(settings, left, i, right, j, 0); });
  if (!c) return tl::unexpected(std::move(c).error());
  MatrixProduct product{*std::move(c), left.counts};
  product.inputs.merge(right.counts);
  return product;
}

}  // namespace ulpscope
