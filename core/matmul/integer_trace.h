// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/matmul/dense_matrix.h"
#include "core/matmul/dot_trace.h"
#include "core/matmul/integer_product.h"

namespace ulpscope {

/// How a sum of products of integers becomes an element of C. Sums of the first steps are those of the accumulator of
/// 32 bits, integers; what is made of them follows, a step each with a note.
class IntegerTrace {
 public:
  /// The products, 32 a step as INT8 instructions take them.
  IntegerTrace(std::span<const std::int16_t> a, std::span<const std::int16_t> b);
  IntegerTrace() = default;

  void then(std::string note, double sum, double rounded);
  /// A sum of its own beside the first one.
  void beside(std::string note, std::vector<double> products, double sum, double rounded);

  /// `coded` is the exact sum of products of what the codes stand for.
  DotTrace finish(double result, double exact, double coded);

 private:
  std::vector<DotStep> m_steps;
  std::size_t m_products = 0;
};

}  // namespace ulpscope
