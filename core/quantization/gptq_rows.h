// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/quantization/gptq_grid.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// What all rows of a matrix share when GPTQ quantizes it.
struct GptqOrder {
  MatrixShape shape;
  std::uint64_t group = 0;                 ///< columns that share a scale
  std::vector<std::uint32_t> permutation;  ///< the column that comes i-th; empty: as they stand
  bool keepsGroups = false;                ///< the permutation moves whole groups, and columns within them
  std::vector<std::uint8_t> isDead;        ///< by column: no input ever was other than zero
  std::vector<float> inverse;              ///< upper factor of the inverse Hessian, in the order of the permutation
  bool wholeRow = false;                   ///< one scale a row, of the weights as given, dead columns included
  bool staticGroups = false;               ///< scales of the columns as they stand, from the weights as given

  std::uint64_t groups() const { return group == 0 ? 0 : (shape.columns + group - 1) / group; }
  std::uint64_t columnAt(std::uint64_t place) const { return permutation.empty() ? place : permutation[place]; }
  /// Groups are counted in the order of the permutation unless it keeps them or they are static.
  std::uint64_t groupAt(std::uint64_t place) const {
    return (staticGroups || keepsGroups ? columnAt(place) : place) / group;
  }
};

/// Where the results of all rows go, in the order of the columns as given.
struct GptqResult {
  std::span<std::uint8_t> codes;
  std::span<float> restored;
  std::span<GptqScale> scales;  ///< [rows, groups]
  std::span<double> losses;     ///< [rows]
};

/// Rows [begin, end) of `weights` by GPTQ's lazy batch updates: blocks of 128 columns, within a block one column after
/// the other, its error spread over the columns that follow in the block; then the errors of the block over all that
/// follow. Scales are found in weights that the updates within the current block have not reached yet, as
/// `find_params(W[...])` has it. float32, products and sums in the order of the published routine; those between
/// blocks, whose order it leaves to BLAS, in double, rounded to float32. Cancelled if the job was stopped.
Result<> quantizeRowsByGptq(const GptqGrid& grid, const GptqOrder& order, std::span<const float> weights,
                            std::uint64_t begin, std::uint64_t end, const GptqResult& out, const JobContext& job);

}  // namespace ulpscope
