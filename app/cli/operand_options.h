// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>

#include "app/cli/checkpoint_argument.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// A and B of a product: the array of a file, a tensor of a checkpoint, or drawn.
class OperandOptions {
 public:
  void declare(Options& options);

  struct Operands {
    DenseMatrix a, columnsOfB;
    std::string origin;
  };
  /// A, m by k, and B, k by n. What is not given is drawn.
  Result<Operands> product(const JobContext& job) const;

  bool haveFiles() const { return m_a.path && m_b.path; }
  /// Whether anything is given of how operands are drawn or cut.
  bool haveSizes() const { return m_m || m_n || m_k || m_distribution || m_seed; }
  /// Rows for dot products, as stored unless transposed. Precondition: haveFiles().
  Result<DenseMatrix> rows(OperandSide side, const JobContext& job) const;
  /// The array of any other file, as it is stored.
  Result<DenseMatrix> array(const std::string& path, const JobContext& job) const;

 private:
  struct Stored {
    std::optional<std::string> path, tensor;
    bool isTransposed = false;

    std::string title() const;
  };
  Result<> check() const;
  Result<TensorSource> open(const Stored& stored, const JobContext& job) const;
  std::uint64_t seed() const { return m_seed.value_or(0); }

  Stored m_a, m_b;
  std::optional<std::uint64_t> m_m, m_n, m_k, m_seed;
  std::optional<std::string> m_distribution;
  OpenFlags m_flags;
};

}  // namespace ulpscope
