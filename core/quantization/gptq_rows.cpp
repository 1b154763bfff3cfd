// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/gptq_rows.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace ulpscope {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using WideMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::uint64_t kBlock = 128;

/// Some rows on their way through all columns.
class Rows {
 public:
  Rows(const GptqGrid& grid, const GptqOrder& order, std::span<const float> weights, std::uint64_t begin,
       std::uint64_t end, const GptqResult& out)
      : m_grid(grid),
        m_order(order),
        m_begin(begin),
        m_rows(end - begin),
        m_out(out),
        m_weights(static_cast<Index>(m_rows), static_cast<Index>(order.shape.columns)),
        m_errors(static_cast<Index>(m_rows), static_cast<Index>(kBlock)) {
    const std::uint64_t columns = order.shape.columns;
    for (std::uint64_t r = 0; r < m_rows; ++r) {
      const auto row = weights.subspan((begin + r) * columns, columns);
      if (order.wholeRow) scaleOf(r, 0) = findScale(grid, row);
      findStaticScales(r, row);
      for (std::uint64_t place = 0; place < columns; ++place) {
        const std::uint64_t column = order.columnAt(place);
        weight(r, place) = order.isDead[column] ? 0 : row[column];
      }
    }
  }

  Result<> run(const JobContext& job) {
    const std::uint64_t columns = m_order.shape.columns;
    const Eigen::Map<const Matrix> inverse(m_order.inverse.data(), static_cast<Index>(columns),
                                           static_cast<Index>(columns));
    for (std::uint64_t first = 0; first < columns; first += kBlock) {
      const std::uint64_t width = std::min(kBlock, columns - first);
      for (std::uint64_t r = 0; r < m_rows; ++r) quantizeBlock(r, first, width);
      const auto after = static_cast<Index>(first + width);
      const Index rest = static_cast<Index>(columns) - after;
      const WideMatrix sums =
          m_errors.leftCols(static_cast<Index>(width)) *
          inverse.block(static_cast<Index>(first), after, static_cast<Index>(width), rest).cast<double>();
      m_weights.rightCols(rest) -= sums.cast<float>();
      if (auto going = job.step(m_rows * width * sizeof(float)); !going) return going;
    }
    return {};
  }

 private:
  float& weight(std::uint64_t row, std::uint64_t place) {
    return m_weights(static_cast<Index>(row), static_cast<Index>(place));
  }
  GptqScale& scaleOf(std::uint64_t row, std::uint64_t group) {
    return m_out.scales[(m_begin + row) * m_order.groups() + group];
  }

  void findStaticScales(std::uint64_t r, std::span<const float> row) {
    if (!m_order.staticGroups || m_order.wholeRow) return;
    std::vector<float> values(m_order.group);
    for (std::uint64_t g = 0; g < m_order.groups(); ++g) {
      const std::uint64_t first = g * m_order.group;
      const std::uint64_t size = std::min(m_order.group, m_order.shape.columns - first);
      for (std::uint64_t i = 0; i < size; ++i) values[i] = m_order.isDead[first + i] ? 0 : row[first + i];
      scaleOf(r, g) = findScale(m_grid, std::span(values).first(size));
    }
  }

  /// The scale of the column that comes at `place`, found there if it begins a group.
  const GptqScale& scaleAt(std::uint64_t r, std::uint64_t place) {
    const std::uint64_t columns = m_order.shape.columns;
    if (m_order.wholeRow) return scaleOf(r, 0);
    GptqScale& scale = scaleOf(r, m_order.groupAt(place));
    if (place % m_order.group == 0 && !m_order.staticGroups)
      scale = findScale(m_grid, {&weight(r, place), std::min(m_order.group, columns - place)});
    return scale;
  }

  void quantizeBlock(std::uint64_t r, std::uint64_t first, std::uint64_t width) {
    const std::uint64_t columns = m_order.shape.columns;
    float current[kBlock];  // of the block alone: scales are found in m_weights, which it leaves as they are
    std::copy_n(&weight(r, first), width, current);
    const std::uint64_t out = (m_begin + r) * columns;
    for (std::uint64_t i = 0; i < width; ++i) {
      const float* const inverse = &m_order.inverse[(first + i) * columns + first];
      const GptqRounded rounded = roundTo(m_grid, scaleAt(r, first + i), current[i]);
      const float error = current[i] - rounded.value;
      m_out.losses[m_begin + r] += double{error * error / (inverse[i] * inverse[i]) / 2};
      const float spread = error / inverse[i];
      for (std::uint64_t j = i; j < width; ++j) current[j] -= spread * inverse[j];
      m_errors(static_cast<Index>(r), static_cast<Index>(i)) = double{spread};
      const std::uint64_t at = out + m_order.columnAt(first + i);
      m_out.codes[at] = std::isnan(rounded.code) ? std::uint8_t{0} : static_cast<std::uint8_t>(rounded.code);
      m_out.restored[at] = rounded.value;
    }
  }

  const GptqGrid& m_grid;
  const GptqOrder& m_order;
  const std::uint64_t m_begin;
  const std::uint64_t m_rows;
  const GptqResult& m_out;
  Matrix m_weights;     ///< in the order of the permutation
  WideMatrix m_errors;  ///< of the current block
};

}  // namespace

Result<> quantizeRowsByGptq(const GptqGrid& grid, const GptqOrder& order, std::span<const float> weights,
                            std::uint64_t begin, std::uint64_t end, const GptqResult& out, const JobContext& job) {
  return Rows(grid, order, weights, begin, end, out).run(job);
}

}  // namespace ulpscope
