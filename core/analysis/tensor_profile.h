// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/block_ranges.h"
#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

class Backend;

/// All that one read of a tensor answers.
struct TensorProfile {
  MatrixShape matrix;
  Statistics statistics;
  CodeCounts codeCounts;         ///< one a code, for element types of up to 16 bits (code_table.h); else empty
  FoldedHistogram folded;        ///< for all types; range to the next power of two
  std::vector<float> rowAbsMax;  ///< NaN elements left out; infinite where infinity is or a value is beyond float
  std::vector<float> columnAbsMax;
  BlockRanges blockRanges;  ///< of blocks along the rows of `matrix`
  std::string backend;      ///< who computed it: "cpu AVX-512, 2 threads"
};

/// Every function here that reads the tensor counts its bytes as progress; the total is the caller's to state. They
/// fail with Changed if the file is no longer the one that was opened.
Result<TensorProfile> profileTensor(const TensorSource& source, const Backend& backend, const JobContext& job);

/// `bins` equal bins over [lower, upper] of the finite values, exactly as numpy.histogram counts them. From the code
/// counts where the profile has them, else by a second read.
Result<Histogram> linearHistogram(const TensorSource& source, const TensorProfile& profile, double lower, double upper,
                                  std::size_t bins, const JobContext& job);

/// Counts of |x| in bins of equal ratio: `perOctave` bins a factor of two, from the smallest to the largest magnitude
/// present; zeros are left out. Negative and positive values apart.
struct ExponentHistogram {
  Histogram negative;  ///< edges are magnitudes, ascending
  Histogram positive;
};
Result<ExponentHistogram> exponentHistogram(const TensorSource& source, const TensorProfile& profile, int perOctave,
                                            const JobContext& job);

/// The range that holds all finite values but a share `tail` at each end (a quantile range), for plots in which one
/// outlier must not flatten the rest. From code counts exactly, else to the width of a folded bin.
struct ValueRange {
  double lower;
  double upper;
};
ValueRange quantileRange(const TensorSource& source, const TensorProfile& profile, double tail);

/// Largest magnitude of each cell when rows x columns are pooled to at most `maxSide` on a side; NaN counts as larger
/// than infinity, and stays NaN.
struct HeatMap {
  MatrixShape matrix;  ///< of the part shown
  std::uint64_t firstRow = 0;
  std::uint64_t firstColumn = 0;
  std::uint64_t cellRows = 1;  ///< elements a cell stands for, so that the picture can say "max of 4 x 4"
  std::uint64_t cellColumns = 1;
  std::uint64_t rows = 0;  ///< of cells
  std::uint64_t columns = 0;
  std::vector<float> values;  ///< row-major, signed: the element of largest magnitude
};
struct MatrixPart {
  std::uint64_t firstRow = 0;
  std::uint64_t firstColumn = 0;
  std::uint64_t rows = 0;
  std::uint64_t columns = 0;
};
Result<HeatMap> heatMap(const TensorSource& source, const MatrixPart& part, std::uint64_t maxSide,
                        const Backend& backend, const JobContext& job);

}  // namespace ulpscope
