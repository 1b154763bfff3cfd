// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/error_lines.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/quantization/scale_blocks.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kPiece = 1 << 18;  ///< elements that a thread is given at once

/// Finite errors that are added up.
struct ErrorSum {
  double squares = 0;
  std::uint64_t count = 0;

  void add(double error) {
    if (!std::isfinite(error)) return;
    squares += error * error;
    ++count;
  }
  double rmse() const { return std::sqrt(squares / static_cast<double>(count)); }
};

struct BlockSum : ErrorSum {
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  std::uint64_t first = kNone;
  std::uint64_t worst = kNone;
  double largest = -1;

  void add(std::uint64_t element, double error) {
    if (first == kNone) first = worst = element;
    ErrorSum::add(error);
    if (!std::isfinite(error) || std::fabs(error) <= largest) return;
    largest = std::fabs(error);
    worst = element;
  }
  void add(const BlockSum& later) {
    if (first == kNone) {
      *this = later;
      return;
    }
    squares += later.squares;
    count += later.count;
    if (later.largest <= largest) return;
    largest = later.largest;
    worst = later.worst;
  }
};

/// Sums of consecutive blocks from `begin` on.
struct PieceSums {
  std::uint64_t begin = 0;
  std::vector<BlockSum> sums;
};

}  // namespace

std::vector<double> columnErrors(const MatrixView& input, std::span<const float> restored, const Backend& backend) {
  constexpr std::uint64_t kStripe = 256;  // columns
  const std::uint64_t columns = input.shape.columns;
  std::vector<double> sums(columns);
  backend.forEach(divideRoundingUp(columns, kStripe), [&](std::size_t stripe) {
    const std::uint64_t first = stripe * kStripe;
    const std::uint64_t end = std::min(columns, first + kStripe);
    std::array<std::uint64_t, kStripe> counts{};
    for (std::size_t row = 0; row < restored.size(); row += columns)
      for (std::uint64_t c = first; c < end; ++c) {
        const double error = static_cast<double>(restored[row + c]) - static_cast<double>(input.values[row + c]);
        const bool isFinite = std::fabs(error) <= std::numeric_limits<double>::max();
        sums[c] += isFinite ? error * error : 0;
        counts[c - first] += isFinite ? 1 : 0;
      }
    for (std::uint64_t c = first; c < end; ++c) sums[c] = std::sqrt(sums[c] / static_cast<double>(counts[c - first]));
  });
  return sums;
}

std::vector<double> rowErrors(const MatrixView& input, std::span<const float> restored, const Backend& backend) {
  const std::uint64_t columns = input.shape.columns;
  const std::uint64_t rows = restored.empty() ? 0 : input.shape.rows;
  const std::uint64_t atOnce = std::max<std::uint64_t>(1, kPiece / std::max<std::uint64_t>(1, columns));
  std::vector<double> errors(rows);
  backend.forEach(divideRoundingUp(rows, atOnce), [&](std::size_t piece) {
    for (std::uint64_t row = piece * atOnce; row < std::min(rows, (piece + 1) * atOnce); ++row) {
      ErrorSum sum;
      for (std::uint64_t i = row * columns; i < (row + 1) * columns; ++i)
        sum.add(static_cast<double>(restored[i]) - static_cast<double>(input.values[i]));
      errors[row] = sum.rmse();
    }
  });
  return errors;
}

BlockErrors blockErrors(const MatrixView& input, std::span<const float> restored, const ScaleBlocks& blocks,
                        const Backend& backend) {
  assert(input.values.size() == restored.size());
  // In order, a piece of the elements has blocks that follow each other, and shares those at its ends alone.
  const std::uint64_t elements = restored.size();
  const std::uint64_t perPiece = blocks.inOrder ? kPiece : std::max<std::uint64_t>(1, elements);
  std::vector<PieceSums> pieces(divideRoundingUp(elements, perPiece));
  backend.forEach(pieces.size(), [&](std::size_t index) {
    PieceSums& piece = pieces[index];
    const std::uint64_t begin = index * perPiece;
    const std::uint64_t end = std::min(elements, begin + perPiece);
    piece.begin = blocks.inOrder ? blocks.of(begin) : 0;
    piece.sums.resize(blocks.inOrder ? blocks.of(end - 1) - piece.begin + 1 : blocks.count);
    for (std::uint64_t i = begin; i < end; ++i)
      piece.sums[blocks.of(i) - piece.begin].add(
          i, static_cast<double>(restored[i]) - static_cast<double>(input.values[i]));
  });
  std::vector<BlockSum> all(blocks.count);
  for (const PieceSums& piece : pieces)
    for (std::size_t i = 0; i < piece.sums.size(); ++i)
      if (piece.sums[i].first != BlockSum::kNone) all[piece.begin + i].add(piece.sums[i]);
  BlockErrors errors;
  for (const BlockSum& sum : all) {
    errors.rmse.push_back(sum.rmse());
    errors.first.push_back(sum.first);
    errors.worst.push_back(sum.worst);
  }
  return errors;
}

}  // namespace ulpscope
