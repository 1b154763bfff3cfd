// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "core/analysis/tensor_profile.h"
#include "core/backend/backend.h"

namespace ulpscope {

/// Largest magnitudes of rows and columns, raised by runs of elements that may begin and end anywhere in a row, from
/// several threads: each run is searched apart, and only its few results are merged under the lock.
class MaximaCollector {
 public:
  explicit MaximaCollector(const MatrixShape& shape)
      : m_columns(shape.columns), m_rowMaxima(shape.rows), m_columnMaxima(shape.columns) {}

  /// The maxima of one run, until they are merged: of floats, or of the codes of a 16-bit format.
  template <class T>
  class Run {
   public:
    Run(const MaximaCollector& all, std::uint64_t first, std::uint64_t count)
        : m_columns(all.m_columns), m_firstRow(first / m_columns) {
      const std::uint64_t lastRow = (first + count - 1) / m_columns;
      const bool withinARow = lastRow == m_firstRow;
      m_firstColumn = withinARow ? first % m_columns : 0;
      m_rowMaxima.resize(lastRow - m_firstRow + 1);
      m_columnMaxima.resize(withinARow ? count : m_columns);
    }

    /// raise(values of whole rows, row maxima, column maxima) is one of the backend's.
    template <class Raise>
    Result<> add(std::uint64_t first, std::span<const T> values, Raise raise) {
      while (!values.empty()) {
        const std::uint64_t row = first / m_columns;
        const std::uint64_t column = first % m_columns;
        const bool wholeRows = column == 0 && values.size() >= m_columns;
        const std::uint64_t rows = wholeRows ? values.size() / m_columns : 1;
        const std::uint64_t width = wholeRows ? m_columns : std::min<std::uint64_t>(values.size(), m_columns - column);
        if (auto done = raise(values.first(rows * width), std::span(m_rowMaxima).subspan(row - m_firstRow, rows),
                              std::span(m_columnMaxima).subspan(column - m_firstColumn, width));
            !done)
          return done;
        first += rows * width;
        values = values.subspan(rows * width);
      }
      return {};
    }
    Result<> add(std::uint64_t first, std::span<const T> values, const Backend& backend)
      requires std::same_as<T, float>
    {
      return add(first, values,
                 [&](auto all, auto rows, auto columns) { return backend.absMaxima(all, rows, columns); });
    }

   private:
    friend class MaximaCollector;
    std::uint64_t m_columns;
    std::uint64_t m_firstRow;
    std::uint64_t m_firstColumn = 0;
    std::vector<T> m_rowMaxima;
    std::vector<T> m_columnMaxima;
  };

  void merge(const Run<float>& run) { merge(run, std::identity()); }
  /// valueOf(maximum) is a float.
  template <class T, class ValueOf>
  void merge(const Run<T>& run, ValueOf valueOf) {
    const auto raise = [&](std::vector<float>& maxima, std::uint64_t first, const std::vector<T>& by) {
      float* const to = maxima.data() + first;
      std::transform(by.begin(), by.end(), to, to, [&](T a, float b) { return std::max<float>(valueOf(a), b); });
    };
    const std::lock_guard lock(m_mutex);
    raise(m_rowMaxima, run.m_firstRow, run.m_rowMaxima);
    raise(m_columnMaxima, run.m_firstColumn, run.m_columnMaxima);
  }

  void moveTo(TensorProfile& profile) && {
    profile.rowAbsMax = std::move(m_rowMaxima);
    profile.columnAbsMax = std::move(m_columnMaxima);
  }

 private:
  std::uint64_t m_columns;
  std::mutex m_mutex;
  std::vector<float> m_rowMaxima;
  std::vector<float> m_columnMaxima;
};

}  // namespace ulpscope
