// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/dot_trace.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "core/backend/backend.h"
#include "core/matmul/dot.h"
#include "core/matmul/exact_sum.h"
#include "core/matmul/fused_dot.h"

namespace ulpscope {
namespace {

/// Whether one accumulator meets the products in their order.
bool isWalk(Summation summation) {
  return summation != Summation::Pairwise && summation != Summation::Kahan && summation != Summation::Exact;
}

template <class T>
double exactDot(std::span<const T> a, std::span<const T> b) {
  ExactSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum.addProduct(static_cast<double>(a[i]), static_cast<double>(b[i]));
  return sum.toDouble();
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
      step.largestExponent = trace.largestExponent;
      step.lastPlace = trace.lastPlace;
      for (const FusedTerm& term : trace.terms) step.cut -= term.cut;
      step.rounded = trace.rounded;
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

}  // namespace

DotTrace traceDot(const ProductSettings& settings, std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size() && !settings.engine.unit->scaling);
  const DenseMatrix x{1, a.size(), {a.begin(), a.end()}};
  const DenseMatrix y{1, b.size(), {b.begin(), b.end()}};
  DotTrace trace;
  trace.exact = exactDot(a, b);
  const auto reference = makeReferenceBackend();
  trace.result = multiplyRows(settings, x, y, {}, *reference)[0];
  const DotUnit& unit = settings.engine.unit->unit;
  if (unit.accumulator == Accumulator::Float64NearestEven) {
    trace.rounded = trace.result - trace.exact;
    return trace;
  }
  const PreparedOperand left = prepareOperand(settings, x, OperandSide::A, *reference);
  const PreparedOperand right = prepareOperand(settings, y, OperandSide::B, *reference);
  trace.inputs = exactDot(left.row(0), right.row(0)) - trace.exact;
  if (!isWalk(unit.summation)) {
    trace.rounded = trace.result - trace.exact - trace.inputs;
    return trace;
  }
  trace.steps = Walk(settings, a.size()).steps(left.row(0), right.row(0));
  for (const DotStep& step : trace.steps) {
    trace.cut += step.cut;
    trace.rounded += step.rounded;
  }
  return trace;
}

}  // namespace ulpscope
