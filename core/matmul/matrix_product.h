// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/matmul/coding_loss.h"
#include "core/matmul/dense_matrix.h"
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

class Backend;

struct ProductSettings {
  EngineChoice engine;
  std::optional<Rounding> inputRounding = {};  ///< the unit's own if not given; not Stochastic
  KOrder order = {};                           ///< unless the engine has its own

  const KOrder& chosenOrder() const { return engine.orderOr(order); }
  const DotUnit& unit() const { return engine.halfSums ? *engine.unit->half : engine.unit->unit; }
  Rounding chosenRounding() const { return inputRounding.value_or(engine.unit->inputRounding); }
};

/// What rounding the operands to the engine's format did.
struct InputCounts {
  std::uint64_t elements = 0;
  std::uint64_t rounded = 0;      ///< not exact
  std::uint64_t overflowed = 0;   ///< beyond the largest value: to infinity, or to that value in formats of 8 bits
  std::uint64_t underflowed = 0;  ///< became zero

  /// One more, and what is multiplied in its place.
  void add(double given, double used, bool isOverflow) {
    ++elements;
    rounded += used != given;
    overflowed += isOverflow;
    underflowed += used == 0 && given != 0;
  }
  void merge(const InputCounts& other);
};

/// Rows of operands, K long each, as the unit multiplies them: rounded, split and put into its order, so that a row may
/// be longer than K; zeros fill it up where elements are reordered. Parts of A and of B differ where operands are
/// split.
struct PreparedOperand {
  std::size_t rows = 0;
  std::size_t length = 0;
  std::vector<float> values;
  InputCounts counts;

  std::span<const float> row(std::size_t r) const { return std::span(values).subspan(r * length, length); }
};
enum class OperandSide : std::uint8_t { A, B };
PreparedOperand prepareOperand(const ProductSettings& settings, const DenseMatrix& rows, OperandSide side,
                               const Backend& backend);

/// How many elements of a prepared row one accumulator takes, of rows that were `k` long.
std::size_t preparedRun(const ProductSettings& settings, std::size_t k);
/// The sums of two accumulators: in float32, in float16 where the engine sums in that, in float64 where it is that.
double joinSums(const ProductSettings& settings, double sum, double part);

/// The operand as rounded, in its own order: what the engine multiplies. Where operands are split, in float32.
DenseMatrix roundedOperand(const ProductSettings& settings, const DenseMatrix& operand, const Backend& backend);

/// C = A B, each element of which is a dot product of the unit.
struct MatrixProduct {
  DenseMatrix c;
  InputCounts inputs;
  std::optional<CodingLoss> loss = {};  ///< of an engine of integers; products that are left out count, too
};

/// A has K columns; `columnsOfB` is B transposed: a row is a column of B, of K elements. `backend` runs the units it
/// has kernels for, core/matmul/dot.h the others; the result does not depend on it, nor on its threads. Progress counts
/// multiply-adds. Errors: Cancelled.
Result<MatrixProduct> multiply(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& columnsOfB,
                               const Backend& backend, const JobContext& job);

/// d[i] = c[i] + a[i] . b[i]: one dot product a row. `c` is empty for zeros; its values are first rounded to what the
/// unit's accumulator holds, to nearest even. Preconditions: equal shapes; not a unit of integers.
std::vector<double> multiplyRows(const ProductSettings& settings, const DenseMatrix& a, const DenseMatrix& b,
                                 std::span<const double> c, const Backend& backend);

}  // namespace ulpscope
