// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/dot_trace.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "core/backend/backend.h"
#include "core/matmul/affine_product.h"
#include "core/matmul/block_scaled_product.h"
#include "core/matmul/dot.h"
#include "core/matmul/exact_sum.h"
#include "core/matmul/fused_dot.h"
#include "core/matmul/integer_trace.h"
#include "core/matmul/scaled_product.h"
#include "core/matmul/sliced_product.h"

namespace ulpscope {
namespace {

/// Whether one accumulator meets the products in their order.
bool isWalk(Summation summation) {
  return summation != Summation::Pairwise && summation != Summation::Kahan && summation != Summation::Exact;
}

void takeAlignment(const FusedBlock& trace, DotStep& step) {
  step.largestExponent = trace.largestExponent;
  step.lastPlace = trace.lastPlace;
  for (const FusedTerm& term : trace.terms) step.cut -= term.cut;
  step.rounded = trace.rounded;
}

class Walk {
 public:
  Walk(const ProductSettings& settings, std::size_t k)
      : m_unit(settings.unit()),
        m_smallest(inputFormatOf(*settings.engine.unit).floatSpec()->smallestExponent()),
        m_run(preparedRun(settings, k)),
        m_settings(settings) {}

  std::vector<DotStep> steps(std::span<const float> a, std::span<const float> b) {
    const std::size_t every = m_unit.promoteEvery == 0 ? a.size() : static_cast<std::size_t>(m_unit.promoteEvery);
    double whole = 0;
    const bool isOrdered = m_run < a.size();
    for (std::size_t run = 0; run < a.size(); run += m_run) {
      const std::size_t end = std::min(run + m_run, a.size());
      double sum = 0;
      for (std::size_t first = run; first < end; first += every) {
        const std::size_t last = std::min(first + every, end);
        const double part = blocks(a, b, first, last, m_unit.promoteEvery == 0 ? sum : 0);
        sum = m_unit.promoteEvery == 0 ? part : join(sum, part, last);
      }
      whole = isOrdered ? join(whole, sum, end) : sum;
    }
    return std::move(m_steps);
  }

 private:
  double blocks(std::span<const float> a, std::span<const float> b, std::size_t first, std::size_t last, double c) {
    const auto length = static_cast<std::size_t>(std::max(m_unit.blockLength, 1));
    for (std::size_t i = first; i < last; i += length) {
      const std::size_t count = std::min(length, last - i);
      c = block(i, a.subspan(i, count), b.subspan(i, count), c);
    }
    return c;
  }

  double block(std::size_t first, std::span<const float> a, std::span<const float> b, double c) {
    DotStep step;
    step.first = first;
    step.count = a.size();
    ExactSum exact;
    exact.add(c);
    for (std::size_t i = 0; i < a.size(); ++i) {
      step.products.push_back(static_cast<double>(a[i]) * static_cast<double>(b[i]));
      exact.addProduct(static_cast<double>(a[i]), static_cast<double>(b[i]));
    }
    if (m_unit.summation == Summation::Fused) {
      FusedBlock trace;
      step.sum = static_cast<double>(fusedBlock(m_unit, m_smallest, a, b, static_cast<float>(c), &trace));
      takeAlignment(trace, step);
    } else {
      DotUnit plain = m_unit;
      plain.promoteEvery = 0;
      step.sum = dot(plain, m_smallest, a, b, c);
      exact.add(-step.sum);
      step.rounded = -exact.toDouble();
    }
    m_steps.push_back(step);
    return m_steps.back().sum;
  }

  double join(double sum, double part, std::size_t at) {
    const double joined = joinSums(m_settings, sum, part);
    DotStep step;
    step.kind = DotStep::Kind::Joined;
    step.first = at;
    step.rounded = joined - (sum + part);
    step.sum = joined;
    m_steps.push_back(std::move(step));
    return joined;
  }

  const DotUnit& m_unit;
  int m_smallest;
  std::size_t m_run;
  const ProductSettings& m_settings;
  std::vector<DotStep> m_steps;
};

/// The same of blocks with scales.
class ScaledWalk {
 public:
  ScaledWalk(const ProductSettings& settings, const BlockOperand& a, std::size_t row, const BlockOperand& b,
             std::size_t column)
      : m_unit(scaledUnitOf(*settings.engine.unit)),
        m_a(a.part(row, 1)),
        m_b(b.part(column, 1)),
        m_length(a.length),
        m_run(scaledRun(settings, a.length)),
        m_scale(a.tensorScale * b.tensorScale) {}

  std::vector<DotStep> steps() {
    const auto length = static_cast<std::size_t>(m_unit.unit.blockLength);
    float whole = 0;
    for (std::size_t run = 0; run < m_length; run += m_run) {
      float sum = 0;
      const std::size_t end = std::min(run + m_run, m_length);
      for (std::size_t first = run; first < end; first += length) sum = block(first, length, sum);
      const float joined = whole + sum;
      if (m_run < m_length) add(DotStep::Kind::Joined, end, toDouble(whole) + toDouble(sum), joined);
      whole = joined;
    }
    if (m_scale == 1) return std::move(m_steps);
    for (DotStep& step : m_steps)
      for (double* value : {&step.cut, &step.rounded, &step.sum}) *value *= toDouble(m_scale);
    add(DotStep::Kind::Scaled, m_length, toDouble(whole) * toDouble(m_scale), whole * m_scale);
    return std::move(m_steps);
  }

  /// Of the operands as their blocks restore them.
  double exact() const { return m_exact.toDouble() * toDouble(m_scale); }

 private:
  static double toDouble(float x) { return static_cast<double>(x); }

  float block(std::size_t first, std::size_t length, float c) {
    FusedBlock trace;
    const float sum = scaledBlock(m_unit, m_a, 0, m_b, 0, first, c, &trace);
    DotStep step{.first = first, .count = length, .products = {}};
    for (std::size_t i = 0; i + 1 < trace.terms.size(); ++i) {
      step.products.push_back(trace.terms[i].value);
      m_exact.add(trace.terms[i].value);
    }
    takeAlignment(trace, step);
    step.sum = toDouble(sum);
    m_steps.push_back(std::move(step));
    return sum;
  }

  void add(DotStep::Kind kind, std::size_t at, double exact, float sum) {
    m_steps.push_back(
        {.kind = kind, .first = at, .products = {}, .rounded = toDouble(sum) - exact, .sum = toDouble(sum)});
  }

  ScaledUnit m_unit;
  ScaledBlock m_a;
  ScaledBlock m_b;
  std::size_t m_length;
  std::size_t m_run;
  float m_scale;
  ExactSum m_exact;
  std::vector<DotStep> m_steps;
};

void traceBlocks(const ProductSettings& settings, const DenseMatrix& a, std::size_t row, const DenseMatrix& columnsOfB,
                 std::size_t column, DotTrace& trace) {
  const BlockOperand left = blockOperand(*settings.engine.unit, a);
  const BlockOperand right = blockOperand(*settings.engine.unit, columnsOfB);
  ScaledWalk walk(settings, left, row, right, column);
  trace.steps = walk.steps();
  trace.result = trace.steps.back().sum;
  trace.inputs = walk.exact() - trace.exact;
}

void traceFloats(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b, DotTrace& trace) {
  const auto reference = makeReferenceBackend();
  trace.result = multiplyRows(settings, a, b, {}, *reference)[0];
  const DotUnit& unit = settings.engine.unit->unit;
  if (unit.accumulator == Accumulator::Float64NearestEven) {
    trace.rounded = trace.result - trace.exact;
    return;
  }
  const PreparedOperand left = prepareOperand(settings, a, OperandSide::A, *reference);
  const PreparedOperand right = prepareOperand(settings, b, OperandSide::B, *reference);
  trace.inputs = exactDot(left.row(0), right.row(0)) - trace.exact;
  if (isWalk(unit.summation))
    trace.steps = Walk(settings, a.columns).steps(left.row(0), right.row(0));
  else
    trace.rounded = trace.result - trace.exact - trace.inputs;
}

}  // namespace

DotTrace traceDot(const ProductSettings& settings, const DenseMatrix& a, std::size_t row, const DenseMatrix& columnsOfB,
                  std::size_t column) {
  assert(a.columns == columnsOfB.columns);
  const EngineUnit& unit = *settings.engine.unit;
  if (unit.scaling) return traceScaled(settings, a, row, columnsOfB, column);
  if (unit.affine) return traceAffine(settings, a, row, columnsOfB, column);
  if (unit.slices) return traceSliced(settings, rowOf(a, row), rowOf(columnsOfB, column));
  DotTrace trace;
  trace.exact = exactDot(a.row(row), columnsOfB.row(column));
  if (unit.blocks)
    traceBlocks(settings, a, row, columnsOfB, column, trace);
  else
    traceFloats(settings, rowOf(a, row), rowOf(columnsOfB, column), trace);
  for (const DotStep& step : trace.steps) {
    trace.cut += step.cut;
    trace.rounded += step.rounded;
  }
  return trace;
}

}  // namespace ulpscope
