// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/inverse_factor.h"

#include <Eigen/Cholesky>
#include <algorithm>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Columns that are factored, and inverted, at once.
constexpr Index kPanel = 96;

std::size_t panelsOf(Index size) { return static_cast<std::size_t>((size + kPanel - 1) / kPanel); }

/// L of L L^T in the lower triangle of `a`, panel by panel; false where `a` is not positive definite.
Result<bool> factorize(Eigen::Ref<Matrix> a, const Backend& backend, const JobContext& job) {
  const Index size = a.rows();
  for (Index first = 0; first < size; first += kPanel) {
    const Index width = std::min(kPanel, size - first);
    const Index below = size - first - width;
    auto diagonal = a.block(first, first, width, width);
    const Eigen::LLT<Matrix> factor{Matrix(diagonal)};
    if (factor.info() != Eigen::Success) return false;
    const Matrix lower = factor.matrixL();
    diagonal = lower;
    auto panel = a.block(first + width, first, below, width);
    auto rest = a.block(first + width, first + width, below, below);
    backend.forEach(panelsOf(below), [&](std::size_t tile) {
      const Index begin = static_cast<Index>(tile) * kPanel;
      auto rows = panel.middleRows(begin, std::min(kPanel, below - begin));
      const Matrix solved = lower.triangularView<Eigen::Lower>().solve(Matrix(rows.transpose()));
      rows = solved.transpose();
    });
    backend.forEach(panelsOf(below), [&](std::size_t tile) {
      const Index begin = static_cast<Index>(tile) * kPanel;
      const Index rows = std::min(kPanel, below - begin);
      rest.block(begin, 0, rows, begin + rows).noalias() -=
          panel.middleRows(begin, rows) * panel.topRows(begin + rows).transpose();
    });
    if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  }
  return true;
}

}  // namespace

Result<std::optional<std::vector<float>>> upperFactorOfInverse(std::vector<double> hessian, std::uint64_t size,
                                                               const Backend& backend, const JobContext& job) {
  const auto n = static_cast<Index>(size);
  Eigen::Map<Matrix> lower(hessian.data(), n, n);
  std::reverse(hessian.begin(), hessian.end());  // rows and columns
  const auto isDefinite = factorize(lower, backend, job);
  if (!isDefinite) return tl::unexpected(isDefinite.error());
  if (!*isDefinite) return std::nullopt;

  std::vector<float> upper(size * size);
  Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> out(upper.data(), n, n);
  // A panel of columns of L^-1 needs what of L is below its first row.
  const auto invert = [&](std::size_t tile) {
    if (job.stop.stop_requested()) return;
    const Index begin = static_cast<Index>(tile) * kPanel;
    const Index width = std::min(kPanel, n - begin);
    const Index below = n - begin;
    Matrix columns = Matrix::Identity(below, width);
    lower.bottomRightCorner(below, below).triangularView<Eigen::Lower>().solveInPlace(columns);
    for (Index r = 0; r < below; ++r)
      for (Index c = 0; c < std::min(width, r + 1); ++c)
        out(n - 1 - begin - r, n - 1 - begin - c) = static_cast<float>(columns(r, c));
  };
  backend.forEach(panelsOf(n), invert);
  if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  return upper;
}

}  // namespace ulpscope
