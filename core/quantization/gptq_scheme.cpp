// SPDX-License-Identifier: Apache-2.0
//
// GPTQ (Frantar et al. 2022): columns are rounded one after the other, and the error of each is made up for in those
// that follow, as the Hessian of the layer's squared output error has it. Arithmetic of GPTQModel 2.2.0, which is that
// of IST-DASLab's routine with a dampening that grows where it does not suffice. Its quirks are kept:
//  - scales are found in weights that the updates within the current block of 128 columns have not reached yet;
//  - symmetric, with the zero point 2^(bits-1) and the step 2 max / (2^bits - 1), the ends of the range are off by half
//  a
//    step: 4 bits restore max as 0.9333 max and -max as -1.0667 max;
//  - symmetric, a group without negative values loses everything above 7/15 of its maximum.
// The reference leaves two things to the BLAS it runs on, both in float32: the factors of the Hessian and the sums of a
// block's errors. Here they are computed in double and rounded, which gives the same codes on every machine.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/calibration/hessian.h"
#include "core/calibration/layer_calibration.h"
#include "core/formats/codec.h"
#include "core/formats/number_format.h"
#include "core/quantization/code_board.h"
#include "core/quantization/gptq_fallback.h"
#include "core/quantization/gptq_info.h"
#include "core/quantization/gptq_inverse.h"
#include "core/quantization/gptq_rows.h"
#include "core/quantization/knobs.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kRowsAtOnce = 32;

struct Plan {
  int bits = 4;
  std::uint64_t group = 0;  ///< columns that share a scale, all of a row included
  bool wholeRow = false;
  enum class Order { AsTheyStand, Falling, GroupAware } order = Order::AsTheyStand;
  bool staticGroups = false;
  bool halfScales = true;
  double damp = 0.01;
  std::optional<GptqFallback> fallback;
  std::uint64_t fewTokens = 1;  ///< below which it is taken
  GptqGrid grid;

  Plan(const Settings& settings, const MatrixShape& shape) {
    const auto number = [&](std::string_view id) { return decimalSetting(settings, id); };
    const auto isOn = [&](std::string_view id) { return choiceSetting(settings, id) == "yes"; };
    bits = static_cast<int>(number("bits"));
    const double wanted = number("group");
    wholeRow = wanted < 0;
    group = wholeRow ? std::max<std::uint64_t>(1, shape.columns) : static_cast<std::uint64_t>(wanted);
    const std::string& wantedOrder = choiceSetting(settings, "act_order");
    order = wantedOrder == "yes"           ? Order::Falling
            : wantedOrder == "group_aware" ? Order::GroupAware
                                           : Order::AsTheyStand;
    staticGroups = isOn("static_groups");
    halfScales = choiceSetting(settings, "scales") == "float16";
    damp = number("damp_percent");
    fallback = fallbackOf(choiceSetting(settings, "fallback"));
    fewTokens = static_cast<std::uint64_t>(integerSetting(settings, "fallback_tokens"));
    grid = {.largest = static_cast<float>((1 << bits) - 1), .symmetric = isOn("symmetric"), .searches = isOn("search")};
  }

  static std::optional<GptqFallback> fallbackOf(const std::string& id) {
    if (id == "rtn") return GptqFallback::Nearest;
    if (id == "midpoint") return GptqFallback::Midpoint;
    if (id == "mean") return GptqFallback::Mean;
    if (id == "median") return GptqFallback::Median;
    return id == "stdclip" ? std::optional(GptqFallback::Deviation) : std::nullopt;
  }

  bool fallsBackFor(const LayerCalibration* layer) const {
    return fallback && layer && layer->reached().value_or(fewTokens) < fewTokens;
  }

  std::uint64_t groups(const MatrixShape& shape) const { return divideRoundingUp(shape.columns, group); }
};

float toHalf(float value) {
  static const FloatSpec& binary16 = *findFormat("float16")->floatSpec();
  return roundFloat(binary16, value, Rounding::NearestEven, Overflow::Format);
}

/// As `torch.argsort(diag, descending=True)`, but that equal ones keep their order.
std::vector<std::uint32_t> byFallingDiagonal(const std::vector<float>& diagonal) {
  std::vector<std::uint32_t> order(diagonal.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, std::greater{}, [&](std::uint32_t column) { return diagonal[column]; });
  return order;
}

/// Groups by their largest entry, columns of a group by theirs; those beyond the last whole group stay.
std::vector<std::uint32_t> byFallingGroups(const std::vector<float>& diagonal, std::uint64_t group) {
  std::vector<std::vector<std::uint32_t>> groups(diagonal.size() / group);
  const auto entry = [&](std::uint32_t column) { return diagonal[column]; };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups[g].resize(group);
    std::iota(groups[g].begin(), groups[g].end(), static_cast<std::uint32_t>(g * group));
    std::ranges::stable_sort(groups[g], std::greater{}, entry);
  }
  std::ranges::stable_sort(groups, std::greater{}, [&](const auto& columns) { return entry(columns.front()); });
  std::vector<std::uint32_t> order;
  for (const auto& columns : groups) order.insert(order.end(), columns.begin(), columns.end());
  while (order.size() < diagonal.size()) order.push_back(static_cast<std::uint32_t>(order.size()));
  return order;
}

std::vector<double> permuted(const std::vector<double>& hessian, const std::vector<std::uint32_t>& order) {
  const std::size_t columns = order.size();
  std::vector<double> out(hessian.size());
  for (std::size_t r = 0; r < columns; ++r)
    for (std::size_t c = 0; c < columns; ++c) out[r * columns + c] = hessian[order[r] * columns + order[c]];
  return out;
}

class GptqScheme final : public Scheme {
 public:
  const SchemeInfo& info() const override { return m_info; }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    const Plan plan(*complete, shape);
    const std::uint64_t elements = shape.rows * shape.columns;
    if (elements == 0) return plan.bits;
    const auto words = [&](std::uint64_t codes) { return 32 * divideRoundingUp(codes * std::uint64_t(plan.bits), 32); };
    const std::uint64_t scaleBits = plan.halfScales ? 16 : 32;
    const std::uint64_t stored = shape.rows * words(shape.columns) +
                                 plan.groups(shape) * (words(shape.rows) + shape.rows * scaleBits) + 32 * shape.columns;
    return static_cast<double>(stored) / static_cast<double>(elements);
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    const MatrixShape& shape = input.weights.shape;
    const Plan plan(*complete, shape);
    const bool fallsBack = plan.fallsBackFor(input.calibration);
    const auto need = fallsBack ? CalibrationNeed::Any : CalibrationNeed::InputsOrHessian;
    if (auto given = expectCalibration(input.calibration, shape.columns, need, m_info.id); !given)
      return tl::unexpected(std::move(given).error());
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
    QuantizedTensor result;
    result.shape = shape;
    result.codeBits = plan.bits;
    if (input.weights.values.empty()) return result;
    if (fallsBack) {
      if (auto done = fallBack(plan, *input.calibration, input.weights, result, backend, job); !done)
        return tl::unexpected(std::move(done).error());
      return result;
    }
    auto order = prepare(plan, shape, *input.calibration, result, backend, job);
    if (!order) return tl::unexpected(std::move(order).error());
    if (auto done = quantizeRows(plan, *order, input.weights, result, backend, job); !done)
      return tl::unexpected(std::move(done).error());
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete || index >= input.values.size() || result.codes.size() != input.values.size()) return {};
    const Plan plan(*complete, input.shape);
    const std::uint64_t column = index % input.shape.columns;
    const std::uint64_t group = result.columnGroups.empty() ? column / plan.group : result.columnGroups[column];
    const std::uint64_t at = index / input.shape.columns * plan.groups(input.shape) + group;
    const float scale = result.scales[at];
    const auto zero = static_cast<float>(result.zeroPoints[at]);
    std::vector<BoardLine> lines = {weightLine(input, index)};
    lines.push_back({"Group", fmt::format("{} of {} of the row", group + 1, plan.groups(input.shape)),
                     plan.order == Plan::Order::Falling ? "in the order of falling activations" : ""});
    lines.push_back({"Scale", shortest(scale),
                     fmt::format("of a range widened to hold 0, over {} steps", static_cast<int>(plan.grid.largest))});
    lines.push_back({"Zero point", std::to_string(result.zeroPoints[at])});
    append(lines, outcomeLines(input, result, index, [&](int code) -> std::optional<float> {
             return scale * (static_cast<float>(code) - zero);
           }));
    sayWhatWasTaken(lines, result, index,
                    "the weight was moved before, to make up for the errors of columns that came earlier");
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto complete = completeSettings(m_info, settings);
    if (!complete) return tl::unexpected(complete.error());
    const Plan plan(*complete, result.shape);
    const auto scaleOf = [group = plan.group, groups = plan.groups(result.shape), &result](std::uint64_t element) {
      const std::uint64_t column = element % result.shape.columns;
      return element / result.shape.columns * groups +
             (result.columnGroups.empty() ? column / group : result.columnGroups[column]);
    };
    return ScaleBlocks{.count = result.scales.size(),
                       .of = scaleOf,
                       .inOrder = result.columnGroups.empty(),
                       .value = [scaleOf, &result](std::uint64_t element, int code) -> std::optional<float> {
                         const std::uint64_t at = scaleOf(element);
                         return result.scales[at] *
                                (static_cast<float>(code) - static_cast<float>(result.zeroPoints[at]));
                       }};
  }

 private:
  /// Order of the columns and inverse Hessian; says what it met with in `result`.
  Result<GptqOrder> prepare(const Plan& plan, const MatrixShape& shape, const LayerCalibration& calibration,
                            QuantizedTensor& result, const Backend& backend, const JobContext& job) const {
    const std::uint64_t columns = shape.columns;
    auto hessian = hessianOf(calibration, backend, job);
    if (!hessian) return tl::unexpected(std::move(hessian).error());
    for (double& entry : *hessian) entry = double{static_cast<float>(entry)};
    GptqOrder order{.shape = shape,
                    .group = plan.group,
                    .permutation = {},
                    .keepsGroups = plan.order == Plan::Order::GroupAware,
                    .isDead = std::vector<std::uint8_t>(columns),
                    .inverse = {},
                    .wholeRow = plan.wholeRow,
                    .staticGroups = plan.staticGroups};
    std::uint64_t dead = 0;
    for (std::uint64_t c = 0; c < columns; ++c)
      if ((*hessian)[c * columns + c] == 0) {
        (*hessian)[c * columns + c] = 1;
        order.isDead[c] = 1;
        ++dead;
      }
    if (dead != 0)
      result.warnings.push_back(
          fmt::format("{} had no input other than zero: their weights are set to zero", counted(dead, "column")));
    if (plan.order != Plan::Order::AsTheyStand) {
      const std::vector<float> diagonal = diagonalOf(*hessian, columns);
      order.permutation = order.keepsGroups ? byFallingGroups(diagonal, plan.group) : byFallingDiagonal(diagonal);
      hessian = permuted(*hessian, order.permutation);
      if (!plan.staticGroups && !order.keepsGroups) {
        result.columnGroups.resize(columns);
        for (std::uint64_t place = 0; place < columns; ++place)
          result.columnGroups[order.permutation[place]] = static_cast<std::uint32_t>(place / plan.group);
      }
    }
    auto damped = dampedInverse(*std::move(hessian), columns, plan.damp, backend, job);
    if (!damped) return tl::unexpected(std::move(damped).error());
    if (!*damped)
      return fail(Errc::Unsupported, "a Hessian that dampening makes positive definite expected, found one it does not",
                  calibration.source);
    const double damp = (*damped)->damp;
    order.inverse = std::move((*damped)->inverse);
    if (damp != plan.damp)
      result.warnings.push_back(
          fmt::format("the Hessian was not positive definite: damp_percent was raised from {} to {:.4g}",
                      shortest(plan.damp), damp));
    result.figures = {{"dampPercent", damp}};
    return order;
  }

  /// Each group for itself, columns as they stand.
  static Result<> fallBack(const Plan& plan, const LayerCalibration& layer, const MatrixView& weights,
                           QuantizedTensor& result, const Backend& backend, const JobContext& job) {
    const std::uint64_t columns = weights.shape.columns;
    const std::uint64_t groups = plan.groups(weights.shape);
    std::vector<GptqScale> scales(weights.shape.rows * groups);
    result.codes.resize(weights.values.size());
    result.restored.resize(weights.values.size());
    backend.forEach(weights.shape.rows, [&](std::size_t row) {
      std::vector<float> codes(plan.group);
      for (std::uint64_t g = 0; g < groups; ++g) {
        const std::uint64_t first = row * columns + g * plan.group;
        const std::uint64_t size = std::min(plan.group, columns - g * plan.group);
        const GptqScale scale = roundWithoutInputs(*plan.fallback, plan.grid, weights.values.subspan(first, size),
                                                   std::span(codes).first(size));
        scales[row * groups + g] = scale;
        for (std::uint64_t i = 0; i < size; ++i) {
          result.codes[first + i] = std::isnan(codes[i]) ? std::uint8_t{0} : static_cast<std::uint8_t>(codes[i]);
          result.restored[first + i] = (codes[i] - scale.zero) * scale.scale;
        }
      }
    });
    if (auto going = job.step(0); !going) return going;
    store(plan, scales, result);
    tally({.shape = weights.shape, .group = plan.group, .permutation = {}, .isDead = {}, .inverse = {}}, weights,
          result);
    result.warnings.push_back(
        fmt::format("{} reached this layer: it is rounded without them",
                    layer.reached() == 0u ? "no inputs" : "only " + counted(*layer.reached(), "input")));
    return {};
  }

  static Result<> quantizeRows(const Plan& plan, const GptqOrder& order, const MatrixView& weights,
                               QuantizedTensor& result, const Backend& backend, const JobContext& job) {
    const MatrixShape& shape = weights.shape;
    std::vector<GptqScale> scales(shape.rows * order.groups());
    std::vector<double> losses(shape.rows);
    result.codes.resize(weights.values.size());
    result.restored.resize(weights.values.size());
    const GptqResult out{result.codes, result.restored, scales, losses};
    std::atomic<bool> isStopped = false;
    backend.forEach(divideRoundingUp(shape.rows, kRowsAtOnce), [&](std::size_t tile) {
      const std::uint64_t begin = tile * kRowsAtOnce;
      const std::uint64_t end = std::min(begin + kRowsAtOnce, shape.rows);
      if (isStopped || !quantizeRowsByGptq(plan.grid, order, weights.values, begin, end, out, job)) isStopped = true;
    });
    if (isStopped) return job.step(0);
    store(plan, scales, result);
    tally(order, weights, result);
    result.figures.emplace_back("loss", std::accumulate(losses.begin(), losses.end(), 0.0));
    return {};
  }

  /// Scales as they are stored, and the weights as a file with them gives them back.
  static void store(const Plan& plan, std::span<const GptqScale> scales, QuantizedTensor& result) {
    result.scales.resize(scales.size());
    result.zeroPoints.resize(scales.size());
    for (std::size_t i = 0; i < scales.size(); ++i) {
      result.scales[i] = plan.halfScales ? toHalf(scales[i].scale) : scales[i].scale;
      result.zeroPoints[i] = std::isnan(scales[i].zero) ? 0 : static_cast<std::int32_t>(scales[i].zero);
    }
    if (!plan.halfScales) return;
    const std::uint64_t groups = plan.groups(result.shape);
    for (std::uint64_t r = 0; r < result.shape.rows; ++r)
      for (std::uint64_t c = 0; c < result.shape.columns; ++c) {
        const std::uint64_t at = r * groups + (result.columnGroups.empty() ? c / plan.group : result.columnGroups[c]);
        const std::uint64_t element = r * result.shape.columns + c;
        if (std::isnan(result.restored[element])) continue;  // no code stands for it
        result.restored[element] =
            result.scales[at] * (static_cast<float>(result.codes[element]) - static_cast<float>(result.zeroPoints[at]));
      }
  }

  static void tally(const GptqOrder& order, const MatrixView& weights, QuantizedTensor& result) {
    std::vector<std::vector<std::uint64_t>> members(order.groups());
    for (std::uint64_t place = 0; place < weights.shape.columns; ++place)
      members[order.groupAt(place)].push_back(order.columnAt(place));
    ScaleTally tally;
    std::vector<float> block;
    for (std::uint64_t r = 0; r < weights.shape.rows; ++r)
      for (std::uint64_t g = 0; g < order.groups(); ++g) {
        block.clear();
        for (const std::uint64_t column : members[g])
          block.push_back(weights.values[r * weights.shape.columns + column]);
        tally.addLooking(result.scales[r * order.groups() + g], block);
      }
    for (std::string& warning : tally.warnings()) result.warnings.push_back(std::move(warning));
  }

  const SchemeInfo m_info = gptqInfo();
};

}  // namespace

const Scheme& gptq_scheme_entry() {
  static const GptqScheme scheme;
  return scheme;
}

}  // namespace ulpscope
