// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/coding_loss.h"

#include <cassert>
#include <cmath>

namespace ulpscope {

void RowLoss::add(double given, double coded) {
  const double error = std::abs(coded - given);
  magnitudes += std::abs(given);
  squares += given * given;
  errorSquares += error * error;
  if (std::isnan(error) || error > largest) largest = error;  // NaN for good
}

CodingLoss codingLoss(std::span<const RowLoss> a, std::span<const RowLoss> b, std::size_t k,
                      std::span<const double> after) {
  assert(after.size() == a.size() * b.size());
  constexpr double kOwnRounding = 1 + 0x1p-40;  // of the sums here, and of what codes stand for
  const auto length = static_cast<double>(k);
  double most = 0, likely = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      const double later = std::abs(after[i * b.size() + j]);
      const double coding =
          b[j].largest * a[i].magnitudes + a[i].largest * b[j].magnitudes + length * a[i].largest * b[j].largest;
      const double variance = (a[i].squares * b[j].errorSquares + a[i].errorSquares * b[j].squares +
                               a[i].errorSquares * b[j].errorSquares) /
                              length;
      most += (coding + later) * (coding + later);
      likely += variance + later * later;
    }
  return {std::sqrt(most) * kOwnRounding, std::sqrt(likely)};
}

}  // namespace ulpscope
