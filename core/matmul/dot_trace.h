// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// One step of the accumulator: a block of a matrix unit, a product of a chain, or the sum of an accumulator that is
/// added to the others.
struct DotStep {
  std::size_t first = 0;  ///< place of its first product among those of the engine, which may stand for fewer elements
  std::size_t count = 0;  ///< products; 0 where accumulators are joined
  std::vector<double> products;             ///< exact
  std::optional<int> largestExponent = {};  ///< that addends were aligned to, where the unit aligns
  std::optional<int> lastPlace = {};        ///< weight of the last bit that was kept, as a power of two
  double cut = 0;                           ///< what alignment took away: kept - exact
  double rounded = 0;                       ///< what rounding the sum added
  double sum = 0;                           ///< of the accumulator after it
};

/// How one element of C came about.
struct DotTrace {
  std::vector<DotStep> steps;  ///< empty for sums that no accumulator walks through: trees, compensated and exact ones
  double result = 0;
  double exact = 0;    ///< of the operands as given, rounded once to float64
  double inputs = 0;   ///< error that rounding the operands makes, and products that an emulation leaves out
  double cut = 0;      ///< of all steps
  double rounded = 0;  ///< of all steps; inputs + cut + rounded is the error, but for the last bits of float64
};

/// `a` is a row of A, `b` a column of B. Precondition: an engine without scaling and blocks, of at most 64 products a
/// block.
DotTrace traceDot(const ProductSettings& settings, std::span<const double> a, std::span<const double> b);

}  // namespace ulpscope
