// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/integer_trace.h"

#include <algorithm>
#include <utility>

namespace ulpscope {

IntegerTrace::IntegerTrace(std::span<const std::int16_t> a, std::span<const std::int16_t> b) : m_products(a.size()) {
  constexpr std::size_t kInstruction = 32;
  std::uint32_t sum = 0;  // wraps
  for (std::size_t first = 0; first < a.size(); first += kInstruction) {
    const std::size_t count = std::min(kInstruction, a.size() - first);
    DotStep step;
    step.first = first;
    step.count = count;
    for (std::size_t k = first; k < first + count; ++k) step.products.push_back(a[k] * b[k]);
    sum += static_cast<std::uint32_t>(integerDot(a.subspan(first, count), b.subspan(first, count)));
    step.sum = static_cast<std::int32_t>(sum);
    m_steps.push_back(std::move(step));
  }
}

void IntegerTrace::then(std::string note, double sum, double rounded) { beside(std::move(note), {}, sum, rounded); }

void IntegerTrace::beside(std::string note, std::vector<double> products, double sum, double rounded) {
  DotStep step;
  step.first = m_products;
  step.count = products.size();
  m_products += products.size();
  step.products = std::move(products);
  step.sum = sum;
  step.rounded = rounded;
  step.kind = DotStep::Kind::Noted;
  step.note = std::move(note);
  m_steps.push_back(std::move(step));
}

DotTrace IntegerTrace::finish(double result, double exact, double coded) {
  DotTrace trace;
  trace.steps = std::move(m_steps);
  trace.result = result;
  trace.exact = exact;
  trace.inputs = coded - exact;
  for (const DotStep& step : trace.steps) trace.rounded += step.rounded;
  return trace;
}

}  // namespace ulpscope
