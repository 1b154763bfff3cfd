// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_table_blocks.h"

#include <cmath>

#include "core/formats/codebook_format.h"
#include "core/quantization/ggml_k_blocks.h"
#include "core/quantization/ggml_lanes.h"
#include "core/quantization/ggml_search.h"

namespace ulpscope::ggml {
namespace {

constexpr int kTries = 7;

struct Table {
  std::span<const float, 16> values;
  std::span<const float, 15> thresholds;
};

const Table& table() {
  static const Codebook& book = dynamic_cast<const CodebookFormat&>(*findFormat("iq4_nl")).book();
  static const Table table{book.values.first<16>(), book.thresholds.first<15>()};
  return table;
}

/// From the largest value down, so that NaN stays there.
Lanes tableValues(const Table& table, Lanes x) {
  Lanes value = allLanes(table.values[15]);
  for (std::size_t k = 15; k-- > 0;) {
    const Lanes step = allLanes(table.values[k] - table.values[k + 1]);  // whole numbers: the sums are exact
    value += x < table.thresholds[k] ? step : Lanes{};
  }
  return value;
}

/// sum(w x v) and sum(w v^2) of four candidates.
struct TableSums {
  Lanes xv, vv;
};

TableSums sumsOf(Lanes step, std::span<const float> x, std::span<const float> w) {
  const Table& values = table();
  TableSums sums{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Lanes value = tableValues(values, step * x[i]);
    const Lanes weighted = w[i] * value;
    sums.xv += weighted * x[i];
    sums.vv += weighted * value;
  }
  return sums;
}

}  // namespace

void tableCodes(float factor, std::span<const float> x, std::span<std::uint8_t> codes) {
  const Table& values = table();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float scaled = factor * x[i];
    int code = 15;
    for (const float threshold : values.thresholds) code -= scaled < threshold ? 1 : 0;
    codes[i] = static_cast<std::uint8_t>(code);
  }
}

float searchTableScale(std::span<const float> x, std::span<const float> w) {
  const float m = mainValue(x);
  if (std::fabs(m) < kNothing) return 0;
  const float lowest = table().values[0];
  float scale = 0;
  float best = 0;
  for (int first = 0; first < 2 * kTries + 2; first += static_cast<int>(kLanes)) {
    Lanes step;
    for (int lane = 0; lane < static_cast<int>(kLanes); ++lane)
      step[lane] = static_cast<float>(first + lane - 1 - kTries) + lowest;
    step = step / m;
    if (first == 0) step[0] = 1 / (-m / lowest);
    const TableSums sums = sumsOf(step, x, w);
    for (int lane = 0; lane < static_cast<int>(kLanes); ++lane) {
      const float xv = sums.xv[lane];
      const float vv = sums.vv[lane];
      if (first + lane == 0) {
        scale = vv > 0 ? xv / vv : 0.0f;
      } else if (vv > 0 && xv * xv > best * vv) {
        scale = xv / vv;
      } else {
        continue;
      }
      best = scale * xv;
    }
  }
  return scale;
}

float firstTableScale(std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes) {
  const float m = mainValue(x);
  if (std::fabs(m) < kNothing) return 0;
  const float step = 1 / (m / table().values[0]);
  tableCodes(step, x, codes);
  const TableSums sums = sumsOf(allLanes(step), x, w);
  return sums.vv[0] > 0 ? sums.xv[0] / sums.vv[0] : 0.0f;
}

void weighTable(const RunInput& run, std::span<float> weights) {
  const std::span<const float> x = run.values;
  if (run.importance.empty()) {
    for (std::size_t i = 0; i < x.size(); ++i) weights[i] = x[i] * x[i];
    return;
  }
  weigh(x, run.importance, sumOfSquares(x) * (2.0f / static_cast<float>(x.size())), weights);
}

void decodeTable(std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
  const Table& known = table();
  for (std::size_t i = 0; i < codes.size(); ++i) values[i] = stored.scale * known.values[codes[i] & 15];
}

}  // namespace ulpscope::ggml
