// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// One step of the accumulator.
struct DotStep {
  enum class Kind : std::uint8_t {
    Block,   ///< a block of a matrix unit, or one product of a chain
    Joined,  ///< the sum of an accumulator is added to the others
    Scaled,  ///< the scales of whole matrices are multiplied in
    Noted,   ///< of engines of integers: what `note` says, on the way from an integer to a number of C
  };

  Kind kind = Kind::Block;
  std::size_t first = 0;  ///< place of its first product among those of the engine, which may stand for fewer elements
  std::size_t count = 0;  ///< products; 0 where there are none
  std::vector<double> products;  ///< exact, with their scales; where groups are added first, the sums of groups
  std::optional<int> largestExponent = {};  ///< that addends were aligned to, where the unit aligns
  std::optional<int> lastPlace = {};        ///< weight of the last bit that was kept, as a power of two
  double cut = 0;                           ///< what alignment took away: kept - exact
  double rounded = 0;                       ///< what rounding the sum added
  double sum = 0;                           ///< of the accumulator after it
  std::string note = {};
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

/// Of C[row, column], the dot product of that row of A and that row of `columnsOfB`; the others count where operands
/// are scaled as a whole. Sums before such a scale are given times it, but for engines of integers: the sums of their
/// first steps are those integers, and `inputs` is what codes in place of operands, and products of slices that are
/// left out, make. Precondition: an engine of at most 64 products a block.
DotTrace traceDot(const ProductSettings& settings, const DenseMatrix& a, std::size_t row, const DenseMatrix& columnsOfB,
                  std::size_t column);

}  // namespace ulpscope
