// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/tensor_batches.h"
#include "core/analysis/tensor_profile.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

/// Elements of any type as floats, wide ones rounded.
class FloatReader {
 public:
  FloatReader(const TensorSource& source, const Backend& backend) : m_source(source), m_backend(backend) {}

  Result<std::span<const float>> read(std::uint64_t first, std::uint64_t count) {
    m_values.resize(count);
    if (auto done = readInto(first); !done) return tl::unexpected(std::move(done).error());
    return std::span<const float>(m_values);
  }

 private:
  Result<> readInto(std::uint64_t begin) {
    if (m_source.type().exactAsFloat) return m_source.readFloats(begin, m_values, m_backend);
    m_doubles.resize(m_values.size());
    if (auto read = m_source.readDoubles(begin, m_doubles); !read) return read;
    std::transform(m_doubles.begin(), m_doubles.end(), m_values.begin(),
                   [](double value) { return static_cast<float>(value); });
    return {};
  }

  const TensorSource& m_source;
  const Backend& m_backend;
  std::vector<float> m_values;
  std::vector<double> m_doubles;
};

/// Pools elements into the cells of a map. Positions are relative to its part.
void pool(HeatMap& map, std::uint64_t row, std::uint64_t column, std::span<const float> values) {
  float* const cells = map.values.data() + row / map.cellRows * map.columns;
  for (const float value : values) {
    float& cell = cells[column++ / map.cellColumns];
    if (std::isnan(value))
      cell = std::numeric_limits<float>::infinity();
    else if (std::fabs(value) > std::fabs(cell))
      cell = value;
  }
}

HeatMap emptyMap(const MatrixPart& part, std::uint64_t maxSide) {
  HeatMap map;
  map.matrix = {part.rows, part.columns};
  map.firstRow = part.firstRow;
  map.firstColumn = part.firstColumn;
  if (part.rows == 0 || part.columns == 0) return map;
  map.cellRows = divideRoundingUp(part.rows, maxSide);
  map.cellColumns = divideRoundingUp(part.columns, maxSide);
  map.rows = divideRoundingUp(part.rows, map.cellRows);
  map.columns = divideRoundingUp(part.columns, map.cellColumns);
  map.values.resize(map.rows * map.columns);
  return map;
}

bool holds(std::uint64_t size, std::uint64_t first, std::uint64_t count) {
  return first <= size && count <= size - first;
}

}  // namespace

Result<HeatMap> heatMap(const TensorSource& source, const MatrixPart& part, std::uint64_t maxSide,
                        const Backend& backend, const JobContext& job) {
  const MatrixShape matrix = source.matrix();
  if (maxSide == 0 || !holds(matrix.rows, part.firstRow, part.rows) ||
      !holds(matrix.columns, part.firstColumn, part.columns))
    return fail(Errc::Usage,
                fmt::format("a part of the {} x {} matrix expected, rows {} to {} and columns {} to {} found",
                            matrix.rows, matrix.columns, part.firstRow, part.firstRow + part.rows, part.firstColumn,
                            part.firstColumn + part.columns),
                source.info().name);
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(std::move(unchanged).error());
  HeatMap map = emptyMap(part, maxSide);
  FloatReader reader(source, backend);
  // Whole rows lie behind each other and are read many at a time; longer ones in pieces.
  const std::uint64_t width = part.columns;
  const bool isContiguous = width == matrix.columns;
  const std::uint64_t rowsAtOnce = isContiguous && width != 0 ? std::max<std::uint64_t>(1, kTensorBatch / width) : 1;
  for (std::uint64_t row = 0; width != 0 && row < part.rows; row += rowsAtOnce) {
    const std::uint64_t rows = std::min(rowsAtOnce, part.rows - row);
    const std::uint64_t begin = (part.firstRow + row) * matrix.columns + part.firstColumn;
    for (std::uint64_t at = 0; at < width; at += kTensorBatch) {
      const std::uint64_t piece = rows > 1 ? width : std::min(kTensorBatch, width - at);
      const auto values = reader.read(begin + at, rows * piece);
      if (!values) return tl::unexpected(values.error());
      for (std::uint64_t r = 0; r < rows; ++r) pool(map, row + r, at, values->subspan(r * piece, piece));
      if (auto going = job.step(rows * piece * static_cast<std::uint64_t>(source.type().bits) / 8); !going)
        return tl::unexpected(std::move(going).error());
    }
  }
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(std::move(unchanged).error());
  return map;
}

}  // namespace ulpscope
