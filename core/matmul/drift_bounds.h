// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// What a bound of the error is relative to: norms of |A| |B| and of the reference.
class DriftScale {
 public:
  /// `absoluteProduct` is |A| |B|.
  DriftScale(std::size_t k, const DenseMatrix& absoluteProduct, const DenseMatrix& reference);

  std::size_t k() const { return m_k; }
  /// || |A| |B| || / || A B ||, Frobenius norms, at least 1: what cancels in the sums.
  double amplification() const { return m_amplification; }
  double referenceNorm() const { return m_referenceNorm; }

 private:
  std::size_t m_k;
  double m_referenceNorm;
  double m_amplification;
};

/// A bound of ProductError::relativeFrobenius.
struct DriftBound {
  enum class Kind : std::uint8_t {
    Deterministic,  ///< holds for every input: gamma_n, n the longest chain of roundings
    Probabilistic,  ///< sqrt(n) u in place of n u: for roundings whose errors are independent and of mean zero
    Truncated,      ///< of a unit that aligns and cuts: as much as each block can lose
  };
  Kind kind = Kind::Deterministic;
  double value = 0;    ///< infinity where n u is 1 or more: nothing is known
  std::string whyNot;  ///< empty, or why it does not hold here
};

std::string_view idOf(DriftBound::Kind kind);  ///< "deterministic"

/// The bounds of one engine for what it made, none of engines of blocks; docs/numerics.md "Matrix products" has their
/// derivation.
std::vector<DriftBound> driftBounds(const ProductSettings& settings, const DriftScale& scale,
                                    const MatrixProduct& product);

}  // namespace ulpscope
