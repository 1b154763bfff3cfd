// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/analysis/block_ranges.h"
#include "core/base/checked.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// The blocks of a tensor, counted in runs of elements that may begin and end anywhere in a row, from several threads.
/// A group of 256 elements (the largest block) that a run holds whole is counted at once; of one that it cuts, the
/// maxima of its smallest blocks are kept until all runs are merged.
class BlockCollector {
 public:
  explicit BlockCollector(const MatrixShape& shape) : m_columns(shape.columns) {}

 private:
  static constexpr std::uint64_t kGroup = kBlockSizes.back();
  struct CutGroup {
    std::uint64_t index;                                          ///< over all rows
    std::array<std::int32_t, kGroup / kBlockSizes.front()> bits;  ///< of the largest magnitudes; -1: no element
  };

 public:
  class Run {
   public:
    explicit Run(const BlockCollector& all) : m_columns(all.m_columns) {}

    /// count(elements of whole rows, columns, counts) is one of the backend's; bitsOf(element) its magnitudeBits.
    template <class T, class Count, class BitsOf>
    Result<> add(std::uint64_t first, std::span<const T> elements, Count count, BitsOf bitsOf) {
      while (!elements.empty()) {
        const std::uint64_t column = first % m_columns;
        const std::uint64_t toRowEnd = m_columns - column;
        std::uint64_t taken = elements.size() / kGroup * kGroup;  // whole groups of a row that goes on
        std::uint64_t width = taken;
        if (column == 0 && elements.size() >= m_columns) {
          taken = elements.size() / m_columns * m_columns;
          width = m_columns;
        } else if (elements.size() >= toRowEnd) {
          taken = width = toRowEnd;
        }
        if (column % kGroup != 0 || taken == 0) {
          taken = std::min<std::uint64_t>({elements.size(), kGroup - column % kGroup, toRowEnd});
          addCut(first, elements.first(taken), bitsOf);
        } else if (auto done = count(elements.first(taken), width, m_counts); !done) {
          return done;
        }
        first += taken;
        elements = elements.subspan(taken);
      }
      return {};
    }

   private:
    friend class BlockCollector;

    template <class T, class BitsOf>
    void addCut(std::uint64_t first, std::span<const T> elements, BitsOf bitsOf) {
      const std::uint64_t column = first % m_columns;
      const std::uint64_t index = first / m_columns * divideRoundingUp(m_columns, kGroup) + column / kGroup;
      if (m_cut.empty() || m_cut.back().index != index) {
        m_cut.push_back({index, {}});
        m_cut.back().bits.fill(-1);
      }
      for (std::size_t i = 0; i < elements.size(); ++i) {
        std::int32_t& largest = m_cut.back().bits[(column % kGroup + i) / kBlockSizes.front()];
        largest = std::max(largest, static_cast<std::int32_t>(bitsOf(elements[i])));
      }
    }

    std::uint64_t m_columns;
    BlockCounts m_counts;
    std::vector<CutGroup> m_cut;
  };

  void merge(const Run& run) {
    const std::lock_guard lock(m_mutex);
    m_counts.merge(run.m_counts);
    m_cut.insert(m_cut.end(), run.m_cut.begin(), run.m_cut.end());
  }

  BlockRanges finish() && {
    std::ranges::sort(m_cut, {}, &CutGroup::index);
    for (std::size_t i = 0; i < m_cut.size(); ++i) {
      CutGroup& group = m_cut[i];
      if (i + 1 == m_cut.size() || m_cut[i + 1].index != group.index)
        countWhole(group);
      else
        std::ranges::transform(group.bits, m_cut[i + 1].bits, m_cut[i + 1].bits.begin(),
                               [](std::int32_t a, std::int32_t b) { return std::max(a, b); });
    }
    return m_counts.ranges();
  }

 private:
  /// Maxima of pairs of blocks are those of blocks of twice the size.
  void countWhole(CutGroup& group) {
    std::size_t blocks = group.bits.size();
    for (auto& counts : m_counts.bySize) {
      for (std::size_t i = 0; i < blocks; ++i)
        if (group.bits[i] >= 0) ++counts[BlockCounts::classOf(static_cast<std::uint32_t>(group.bits[i]))];
      blocks /= 2;
      for (std::size_t i = 0; i < blocks; ++i) group.bits[i] = std::max(group.bits[2 * i], group.bits[2 * i + 1]);
    }
  }

  std::uint64_t m_columns;
  std::mutex m_mutex;
  BlockCounts m_counts;
  std::vector<CutGroup> m_cut;
};

}  // namespace ulpscope
