// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/coding_loss.h"

#include <cassert>
#include <cmath>

namespace ulpscope {

void RowLoss::add(double given, double coded) {
  magnitudes += std::abs(given);
  const double error = std::abs(coded - given);
  if (std::isnan(error) || error > largest) largest = error;  // NaN for good
}

double codingLoss(std::span<const RowLoss> a, std::span<const RowLoss> b, std::size_t k,
                  std::span<const double> after) {
  assert(after.size() == a.size() * b.size());
  constexpr double kOwnRounding = 1 + 0x1p-40;  // of the sums here, and of what codes stand for
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      const double coding = b[j].largest * a[i].magnitudes + a[i].largest * b[j].magnitudes +
                            static_cast<double>(k) * a[i].largest * b[j].largest;
      const double loss = coding + std::abs(after[i * b.size() + j]);
      squares += loss * loss;
    }
  return std::sqrt(squares) * kOwnRounding;
}

}  // namespace ulpscope
