// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "core/analysis/heat_pyramid.h"
#include "core/analysis/tensor_batches.h"
#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kBand = 1 << 20;   ///< elements a thread takes at a time
constexpr std::uint64_t kChunk = 1 << 18;  ///< elements read at a time, and between two looks at the stop token
constexpr std::uint64_t kBandsAtOnce = 8;

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

/// A float's bits without its sign are in the order of its magnitude, with infinity above all numbers and NaN above
/// infinity.
std::uint32_t magnitude(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7FFF'FFFF; }

/// The first of the values of largest magnitude, `than` before them.
float larger(float than, std::span<const float> values) {
  std::uint32_t most = magnitude(than);
  for (const float value : values) {
    const bool isLarger = magnitude(value) > most;
    most = isLarger ? magnitude(value) : most;
    than = isLarger ? value : than;
  }
  return than;
}

/// Pools a run of one row into a row of cells of that many columns; the run begins at `column` of that row.
void poolRun(float* cells, std::uint64_t cellColumns, std::uint64_t column, std::span<const float> values) {
  if (cellColumns == 1) {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (magnitude(values[i]) > magnitude(cells[column + i])) cells[column + i] = values[i];
    return;
  }
  for (std::uint64_t done = 0; done < values.size();) {
    const std::uint64_t cell = (column + done) / cellColumns;
    const std::uint64_t count = std::min((cell + 1) * cellColumns - column, values.size()) - done;
    cells[cell] = larger(cells[cell], values.subspan(done, count));
    done += count;
  }
}

/// Elements from [row, column] of the map's part on, along that row.
void takeRun(HeatMap& map, std::uint64_t row, std::uint64_t column, std::span<const float> values) {
  float* const cells = map.values.data() + row / map.cellRows * map.columns;
  if (map.cellRows == 1 && map.cellColumns == 1)
    std::ranges::copy(values, cells + column);  // single elements as they are: -0 too
  else
    poolRun(cells, map.cellColumns, column, values);
}

HeatMap emptyMap(const MatrixPart& part, CellSize cell) {
  HeatMap map;
  map.matrix = {part.rows, part.columns};
  map.firstRow = part.firstRow;
  map.firstColumn = part.firstColumn;
  if (part.rows == 0 || part.columns == 0) return map;
  map.cellRows = cell.rows;
  map.cellColumns = cell.columns;
  map.rows = divideRoundingUp(part.rows, map.cellRows);
  map.columns = divideRoundingUp(part.columns, map.cellColumns);
  map.values.resize(map.rows * map.columns);
  return map;
}

bool holds(std::uint64_t size, std::uint64_t first, std::uint64_t count) {
  return first <= size && count <= size - first;
}

/// Reads rows [begin, end) of the map's part and pools them. Whole rows lie behind each other and are read many at a
/// time, longer ones in pieces.
Result<> poolRows(HeatMap& map, const TensorSource& source, const MatrixSlice& matrix, std::uint64_t begin,
                  std::uint64_t end, const Backend& backend, const JobContext& job) {
  FloatReader reader(source, backend);
  const std::uint64_t width = map.matrix.columns;
  const std::uint64_t together = width == matrix.shape.columns ? std::max<std::uint64_t>(1, kChunk / width) : 1;
  for (std::uint64_t row = begin; row < end; row += together) {
    const std::uint64_t rows = std::min(together, end - row);
    const std::uint64_t first = matrix.elementAt(map.firstRow + row, map.firstColumn);
    for (std::uint64_t at = 0; at < width; at += kChunk) {
      const std::uint64_t piece = rows > 1 ? width : std::min(kChunk, width - at);
      const auto values = reader.read(first + at, rows * piece);
      if (!values) return tl::unexpected(values.error());
      for (std::uint64_t r = 0; r < rows; ++r) takeRun(map, row + r, at, values->subspan(r * piece, piece));
      if (auto going = job.step(rows * piece * static_cast<std::uint64_t>(source.type().bits) / 8); !going)
        return going;
      if (rows > 1) break;
    }
  }
  return {};
}

/// Bands of whole cells, so that no two threads write the same one.
Result<> poolInBands(HeatMap& map, const TensorSource& source, const MatrixSlice& matrix, const Backend& backend,
                     const JobContext& job) {
  if (map.values.empty()) return {};
  const std::uint64_t perCellRow = std::max<std::uint64_t>(1, map.matrix.columns) * std::min(map.cellRows, kBand);
  const std::uint64_t bandRows = std::max<std::uint64_t>(1, kBand / perCellRow) * map.cellRows;
  const std::uint64_t bands = divideRoundingUp(map.matrix.rows, bandRows);
  for (std::uint64_t first = 0; first < bands; first += kBandsAtOnce) {
    const std::uint64_t count = std::min(kBandsAtOnce, bands - first);
    std::vector<Result<>> outcomes(count);
    const auto work = [&](std::size_t index) {
      const std::uint64_t begin = (first + index) * bandRows;
      outcomes[index] = poolRows(map, source, matrix, begin, std::min(begin + bandRows, map.matrix.rows), backend, job);
    };
    if (source.isSequential())
      for (std::size_t index = 0; index < count; ++index) work(index);
    else
      backend.forEach(count, work);
    for (Result<>& outcome : outcomes)
      if (!outcome) return std::move(outcome);
  }
  return {};
}

/// The smallest power of two of which `most` or fewer cover `size`.
std::uint64_t cellFor(std::uint64_t size, std::uint64_t most) {
  return std::bit_ceil(std::max<std::uint64_t>(1, divideRoundingUp(size, most)));
}

}  // namespace

Result<HeatMap> heatMapOf(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part, CellSize cell,
                          const Backend& backend, const JobContext& job) {
  if (cell.rows == 0 || cell.columns == 0 || !holds(matrix.shape.rows, part.firstRow, part.rows) ||
      !holds(matrix.shape.columns, part.firstColumn, part.columns))
    return fail(Errc::Usage,
                fmt::format("a part of the {} x {} matrix expected, rows {} to {} and columns {} to {} found",
                            matrix.shape.rows, matrix.shape.columns, part.firstRow, part.firstRow + part.rows,
                            part.firstColumn, part.firstColumn + part.columns),
                source.info().name);
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(std::move(unchanged).error());
  HeatMap map = emptyMap(part, cell);
  if (auto read = poolInBands(map, source, matrix, backend, job); !read) return tl::unexpected(std::move(read).error());
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return tl::unexpected(std::move(unchanged).error());
  return map;
}

Result<HeatMap> heatMap(const TensorSource& source, const MatrixPart& part, std::uint64_t maxSide,
                        const Backend& backend, const JobContext& job) {
  const CellSize cell = maxSide == 0 ? CellSize{0, 0}
                                     : CellSize{std::max<std::uint64_t>(1, divideRoundingUp(part.rows, maxSide)),
                                                std::max<std::uint64_t>(1, divideRoundingUp(part.columns, maxSide))};
  return heatMapOf(source, wholeMatrix(source.info().shape), part, cell, backend, job);
}

std::vector<float> pooledCells(const HeatMap& map, const MatrixPart& cells, CellSize by) {
  const std::uint64_t columns = divideRoundingUp(cells.columns, by.columns);
  std::vector<float> out(divideRoundingUp(cells.rows, by.rows) * columns);
  for (std::uint64_t row = 0; row < cells.rows; ++row) {
    const auto from =
        std::span(map.values).subspan((cells.firstRow + row) * map.columns + cells.firstColumn, cells.columns);
    float* const to = out.data() + row / by.rows * columns;
    if (by == CellSize{})
      std::ranges::copy(from, to);
    else
      poolRun(to, by.columns, 0, from);
  }
  return out;
}

HeatMap pooled(const HeatMap& map, CellSize by) {
  HeatMap coarse = emptyMap({map.firstRow, map.firstColumn, map.matrix.rows, map.matrix.columns},
                            {map.cellRows * by.rows, map.cellColumns * by.columns});
  coarse.values = pooledCells(map, {0, 0, map.rows, map.columns}, by);
  return coarse;
}

float largestIn(const HeatMap& map, const MatrixPart& cells) {
  float largest = map.values[cells.firstRow * map.columns + cells.firstColumn];
  const std::uint64_t columns = std::min(cells.columns, map.columns - cells.firstColumn);
  for (std::uint64_t row = cells.firstRow; row < std::min(cells.firstRow + cells.rows, map.rows); ++row)
    largest = larger(largest, std::span(map.values).subspan(row * map.columns + cells.firstColumn, columns));
  return largest;
}

Result<HeatPyramid> heatPyramid(const TensorSource& source, const MatrixSlice& matrix, const Backend& backend,
                                const JobContext& job) {
  const MatrixShape shape = matrix.shape;
  auto finest = heatMapOf(
      source, matrix, {0, 0, shape.rows, shape.columns},
      {cellFor(shape.rows, HeatPyramid::kFinestSide), cellFor(shape.columns, HeatPyramid::kFinestSide)}, backend, job);
  if (!finest) return tl::unexpected(std::move(finest).error());
  return finest->values.empty() ? HeatPyramid() : HeatPyramid::above(std::move(*finest));
}

HeatPyramid HeatPyramid::above(HeatMap finest) {
  HeatPyramid pyramid;
  pyramid.levels.push_back(std::move(finest));
  while (std::max(pyramid.levels.back().rows, pyramid.levels.back().columns) > kCoarsestSide) {
    const HeatMap& last = pyramid.levels.back();
    HeatMap next = pooled(last, {last.rows > 1 ? 2u : 1u, last.columns > 1 ? 2u : 1u});
    pyramid.levels.push_back(std::move(next));
  }
  return pyramid;
}

}  // namespace ulpscope
