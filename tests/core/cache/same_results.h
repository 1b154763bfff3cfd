// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "core/analysis/overview.h"
#include "core/analysis/tensor_profile.h"
#include "core/lint/lint.h"

namespace ulpscope::test {

/// Equal to the bit: NaN to NaN, and the zeros apart.
inline void expectSameBits(double a, double b) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)) << a << " and " << b;
}

inline void expectSame(const Statistics& a, const Statistics& b) {
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.finite, b.finite);
  EXPECT_EQ(a.kinds.nan, b.kinds.nan);
  EXPECT_EQ(a.kinds.positiveInfinity, b.kinds.positiveInfinity);
  EXPECT_EQ(a.kinds.negativeInfinity, b.kinds.negativeInfinity);
  EXPECT_EQ(a.kinds.zero, b.kinds.zero);
  EXPECT_EQ(a.kinds.subnormal, b.kinds.subnormal);
  expectSameBits(a.min, b.min);
  expectSameBits(a.max, b.max);
  expectSameBits(a.absMax, b.absMax);
  expectSameBits(a.mean, b.mean);
  expectSameBits(a.standardDeviation, b.standardDeviation);
  expectSameBits(a.kurtosis, b.kurtosis);
}

inline void expectSame(const TensorProfile& a, const TensorProfile& b) {
  EXPECT_EQ(a.matrix, b.matrix);
  expectSame(a.statistics, b.statistics);
  EXPECT_EQ(a.codeCounts, b.codeCounts);
  EXPECT_EQ(a.folded.exponent, b.folded.exponent);
  EXPECT_EQ(a.folded.counts, b.folded.counts);
  EXPECT_EQ(a.rowAbsMax, b.rowAbsMax);
  EXPECT_EQ(a.columnAbsMax, b.columnAbsMax);
  EXPECT_EQ(a.blockRanges, b.blockRanges);
  EXPECT_EQ(a.backend, b.backend);
}

inline void expectSame(const TensorSummary& a, const TensorSummary& b) {
  expectSame(a.statistics, b.statistics);
  EXPECT_EQ(a.columns, b.columns);
  EXPECT_EQ(a.outlierColumns, b.outlierColumns);
  EXPECT_EQ(a.outline, b.outline);
}

inline void expectSame(const std::vector<LintFinding>& a, const std::vector<LintFinding>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].rule, b[i].rule);
    EXPECT_EQ(a[i].severity, b[i].severity);
    EXPECT_EQ(a[i].tensor, b[i].tensor);
    EXPECT_EQ(a[i].element, b[i].element);
    EXPECT_EQ(a[i].message, b[i].message);
    expectSameBits(a[i].weight, b[i].weight);
  }
}

}  // namespace ulpscope::test
