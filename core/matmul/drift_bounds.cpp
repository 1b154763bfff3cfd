// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/drift_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/codec.h"

namespace ulpscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnitRoundoff32 = 0x1p-24;
constexpr double kUnitRoundoff64 = 0x1p-53;

double frobenius(const DenseMatrix& matrix) {
  double sum = 0;
  for (const double value : matrix.values) sum += value * value;
  return std::sqrt(sum);
}

/// n u / (1 - n u).
double gammaOf(double n, double u) { return n * u < 1 ? n * u / (1 - n * u) : kInfinity; }

/// Relative error of one operand: half a unit in the last place to nearest, one otherwise. Of all parts together where
/// operands are split.
double inputError(const ProductSettings& settings) {
  const EngineUnit& unit = *settings.engine.unit;
  const int precision = inputFormatOf(unit).floatSpec()->fractionBits + 1;
  if (unit.split) return std::max(std::ldexp(1.0, -precision * unit.split->parts), kUnitRoundoff32);
  const Rounding rounding = settings.chosenRounding();
  const bool nearest = rounding == Rounding::NearestEven || rounding == Rounding::NearestAway;
  return std::ldexp(1.0, nearest ? -precision : 1 - precision);
}

/// Roundings that a product meets on its way through one run of `n` products, but for blocks that are cut.
double chainLength(const DotUnit& unit, double n) {
  switch (unit.summation) {
    case Summation::Pairwise:
      return std::ceil(std::log2(std::max(n, 1.0))) + 2;
    case Summation::Blocked:
      return std::min<double>(unit.blockLength, n) + std::ceil(n / unit.blockLength);
    case Summation::Kahan:
      return 3;  // 2 u and what is of second order in u
    case Summation::Exact:
      return 1;
    case Summation::ExactBlock:
      return std::ceil(n / unit.blockLength);
    case Summation::FlushedPairwise:
      return std::ceil(n / unit.blockLength) + 3;
    default:
      return n;
  }
}

/// What a run of `n` products can lose in a unit that aligns and cuts, relative to the sum of their magnitudes. In each
/// block no addend exceeds that sum S, so that cutting L of them (the largest one is kept whole) loses less than
/// L 2^-F S, and cutting the sum to p fraction bits less than 2^-p S.
double truncationOf(const DotUnit& unit, double n) {
  const double addends = std::min<double>(unit.blockLength, n);
  const int bits = unit.accumulator == Accumulator::Fraction13TowardZero ? 13 : 23;
  const double perBlock = addends * std::ldexp(1.0, -unit.alignmentBits) + std::ldexp(1.0, -bits);
  return std::ceil(n / unit.blockLength) * perBlock;
}

bool isCutting(Summation summation) {
  return summation == Summation::Fused || summation == Summation::FlooredFused || summation == Summation::FlooredPair;
}

std::string outOfRange(const InputCounts& inputs) {
  if (inputs.overflowed != 0) return "operands are too large for the format";
  if (inputs.underflowed != 0) return "operands are too small for the format and become zero";
  return {};
}

/// Of an engine of integers: what codes can cost was worked out with them. Of slices, whose levels are added in
/// float64: that, too, and rounding to float32 where operands and C are that.
std::vector<DriftBound> codingBounds(const ProductSettings& settings, const DriftScale& scale, const CodingLoss& loss) {
  const EngineUnit& engine = *settings.engine.unit;
  double most = loss.most / scale.referenceNorm();
  if (engine.slices) {
    const double u = engine.format == "float32" ? kUnitRoundoff32 : 0;
    const double sums = gammaOf(settings.engine.slices(), kUnitRoundoff64);
    most += (2 * u + u * u + sums * (1 + u) * (1 + u)) * scale.amplification();
    most += u * (1 + most);
  }
  const std::string whyNot =
      std::isfinite(loss.most) ? "" : "operands or elements of C are not finite or too large for the format";
  std::vector<DriftBound> bounds{{DriftBound::Kind::Deterministic, most, whyNot}};
  if (loss.likely) bounds.push_back({DriftBound::Kind::Probabilistic, *loss.likely / scale.referenceNorm(), whyNot});
  return bounds;
}

}  // namespace

DriftScale::DriftScale(std::size_t k, const DenseMatrix& absoluteProduct, const DenseMatrix& reference)
    : m_k(k), m_referenceNorm(frobenius(reference)), m_amplification(frobenius(absoluteProduct) / m_referenceNorm) {}

std::string_view idOf(DriftBound::Kind kind) {
  switch (kind) {
    case DriftBound::Kind::Deterministic:
      return "deterministic";
    case DriftBound::Kind::Probabilistic:
      return "probabilistic";
    case DriftBound::Kind::Truncated:
      break;
  }
  return "truncated";
}

std::vector<DriftBound> driftBounds(const ProductSettings& settings, const DriftScale& scale,
                                    const MatrixProduct& made) {
  const EngineUnit& engine = *settings.engine.unit;
  if (engine.isOfIntegers()) return codingBounds(settings, scale, *made.loss);
  if (engine.blocks) return {};  // what rounding takes is relative to the largest of a block, not to each product
  if (settings.engine.halfSums) return {};
  const DotUnit& unit = engine.unit;
  const bool isDouble = unit.accumulator == Accumulator::Float64NearestEven;
  const double u = isDouble ? kUnitRoundoff64 : kUnitRoundoff32;
  const double in = isDouble ? 0 : inputError(settings);
  const double fromInputs = 2 * in + in * in;
  const double products = engine.split ? static_cast<double>(engine.split->products.size()) : 1;
  const KOrder& order = settings.chosenOrder();
  const double all = static_cast<double>(scale.k()) * products;
  const double ordered = std::min(all, static_cast<double>(order.run(scale.k())) * products);
  const double run = unit.promoteEvery == 0 ? ordered : std::min<double>(unit.promoteEvery, ordered);
  const double joins = run < all ? std::ceil(all / run) : 0;
  const std::string range = outOfRange(made.inputs);
  const auto bound = [&](DriftBound::Kind kind, double fromSums, std::string whyNot) {
    return DriftBound{kind, (fromInputs + fromSums + fromInputs * fromSums) * scale.amplification(),
                      range.empty() ? std::move(whyNot) : range};
  };
  if (isCutting(unit.summation))
    return {bound(DriftBound::Kind::Truncated, truncationOf(unit, run) + gammaOf(joins, u), {}),
            bound(DriftBound::Kind::Probabilistic, std::sqrt(run + joins) * u,
                  "what is cut off is of one sign, so that errors add up rather than cancel")};
  const double chain = chainLength(unit, run) + joins;
  return {bound(DriftBound::Kind::Deterministic, gammaOf(chain, u), {}),
          bound(DriftBound::Kind::Probabilistic, std::sqrt(chain) * u, {})};
}

}  // namespace ulpscope
