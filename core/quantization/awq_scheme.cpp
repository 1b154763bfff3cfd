// SPDX-License-Identifier: Apache-2.0
//
// AWQ (Lin et al. 2023): columns whose inputs are large are scaled up before rounding, and the inputs down; then each
// group is clipped where that loses less. Arithmetic of AutoAWQ 0.2.9 and of llm-awq, by the outputs of the layers:
// searches in float32, their powers and means rounded differently than torch does, in their last bits; the last step in
// float16.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/backend/backend.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/calibration/layer_calibration.h"
#include "core/formats/int8_vectors.h"
#include "core/quantization/awq_search.h"
#include "core/quantization/code_board.h"
#include "core/quantization/knobs.h"
#include "core/quantization/scale_blocks.h"
#include "core/quantization/scale_tally.h"

namespace ulpscope {
namespace {

struct Plan {
  int bits = 4;
  AwqGrid grid;
  bool duo = true;
  bool scales = true;
  bool clips = true;
  bool halfScales = true;
  bool sharesScales = true;

  Plan(const Settings& settings, const MatrixShape& shape) {
    const auto number = [&](std::string_view id) {
      const std::string& text = choiceSetting(settings, id);
      int value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value);
      return value;
    };
    bits = number("bits");
    const int wanted = number("group");
    grid = {.largest = static_cast<float>((1 << bits) - 1),
            .group = wanted < 0 ? std::max<std::uint64_t>(1, shape.columns) : static_cast<std::uint64_t>(wanted)};
    duo = choiceSetting(settings, "reference") == "autoawq";
    scales = choiceSetting(settings, "scale_search") == "yes";
    clips = choiceSetting(settings, "clip_search") == "yes";
    halfScales = choiceSetting(settings, "scales") == "float16";
    sharesScales = choiceSetting(settings, "siblings") == "shared";
  }
};

const SchemeInfo& awqInfo() {
  static const SchemeInfo info{
      .id = "awq",
      .title = "AWQ",
      .family = "Calibrated",
      .reference =
          "AutoAWQ 0.2.9, awq/quantize/quantizer.py, _search_best_scale, _search_best_clip and pseudo_quantize_tensor "
          "with zero points (or llm-awq, awq/quantize/auto_scale.py and auto_clip.py), by the outputs of the layers "
          "rather than of what follows them, in float32; restored as a file with its scales gives it back",
      .parameters =
          {choiceKnob("reference", "Reference", "Whose formula scales the columns.",
                      {{"autoawq", "AutoAWQ: inputs and weights (duo_scaling)"}, {"llm-awq", "llm-awq: inputs"}},
                      "autoawq"),
           choiceKnob("bits", "Bits", "Width of a code.", {{"3", "3 bits"}, {"4", "4 bits"}}, "4"),
           choiceKnob("group", "Group size", "Values of a row that share a scale; -1 is the whole row.",
                      {{"-1", "Whole row"}, {"32", "32"}, {"64", "64"}, {"128", "128"}}, "128"),
           choiceKnob("scale_search", "Scale search", "Whether columns are scaled.",
                      {{"yes", "Best of 20 ratios"}, {"no", "Not scaled"}}, "yes"),
           choiceKnob("clip_search", "Clip search",
                      "Whether groups are clipped; the references leave query and key projections as they are.",
                      {{"yes", "Best of 10 clips"}, {"no", "Not clipped"}}, "yes"),
           siblingsKnob(),
           choiceKnob("scales", "Scales", "What files hold of them, and the last step computes in.",
                      {{"float16", "float16, as in files"}, {"float32", "float32, as in the search"}}, "float16")},
      .calibration = CalibrationUse::Required,
      .text = {
          .definition =
              "Each column is multiplied by a scale `s` and its input divided by it. For the ratios r = 0, 0.05, .. "
              "0.95, "
              "`s = mean|x|^r / (m^(1 - r) + 1e-4)` (AutoAWQ, with `m` the mean of |w| over the largest of its group) "
              "or "
              "`s = mean|x|^r` (llm-awq), at least 1e-4 and divided by `sqrt(max s * min s)`; the ratio with the least "
              "mean squared error of the outputs is kept. Then for each group the largest magnitude is tried times 1, "
              "0.95, .. 0.55, and weights are clipped where the group's share of the outputs loses least. Codes: "
              "`scale = max(max - min, 1e-5) / (2^bits - 1)`, `zero = clamp(-rint(min / scale))`, `code = "
              "clamp(rint(w s / scale) + zero)`, restored = (code - zero) * scale / s.",
          .stored =
              "A code of 4 bits for each weight, and for each group of 128 a float16 scale and a zero point of 4 bits: "
              "4 + 20 / 128 = 4.1563. Column scales are folded into what comes before the layer.",
          .quirks =
              {"The range of a group is not widened to hold 0, and its zero point is clamped: a group of 0.5 to 1 "
               "becomes 0.5 throughout.",
               "A ratio of 1 is never tried, and with AutoAWQ's formula a ratio of 0 is not plain rounding.",
               "The last step, after the searches, is done in float16, each operation rounded, as files are packed "
               "(`scales` = `float32`: not).",
               "Layers that share an input (query, key and value) share their scales, which one ratio gives: they are "
               "searched as one matrix of all their rows."},
          .advice =
              "4 bits where inputs of the layer can be recorded and a few columns matter most. It moves no weight to "
              "make up for another, so that it needs less of a calibration than GPTQ and gains less."}};
  return info;
}

class AwqScheme final : public Scheme {
 public:
  const SchemeInfo& info() const override { return awqInfo(); }

  Result<double> bitsPerWeight(const MatrixShape& shape, const Settings& settings) const override {
    const auto plan = planFor(shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    const double beside = plan->bits + (plan->halfScales ? 16 : 32);
    return plan->bits + (shape.columns == 0 ? 0 : beside / static_cast<double>(plan->grid.group));
  }

  Result<QuantizedTensor> quantize(const SchemeInput& input, const Settings& settings, const Backend& backend,
                                   const JobContext& job) const override {
    const MatrixShape& shape = input.weights.shape;
    const auto plan = planFor(shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    if (auto given = expectCalibration(input.calibration, shape.columns, CalibrationNeed::Inputs, info().id); !given)
      return tl::unexpected(std::move(given).error());
    if (auto going = job.step(0); !going) return tl::unexpected(std::move(going).error());
    QuantizedTensor result;
    result.shape = shape;
    result.codeBits = plan->bits;
    if (input.weights.values.empty()) return result;
    if (auto found = scaleColumns(*plan, input, result, backend, job); !found)
      return tl::unexpected(std::move(found).error());
    std::vector<float> scaled(input.weights.values.begin(), input.weights.values.end());
    for (std::size_t i = 0; i < scaled.size(); ++i) scaled[i] *= result.columnScales[i % shape.columns];
    if (plan->clips) {
      if (auto clipped = clip(*plan, *input.calibration, result.columnScales, {shape, scaled}, scaled, backend, job);
          !clipped)
        return tl::unexpected(std::move(clipped).error());
    }
    encode(*plan, input.weights, scaled, result);
    return result;
  }

  std::vector<BoardLine> explain(const MatrixView& input, const QuantizedTensor& result, const Settings& settings,
                                 std::uint64_t index) const override {
    const auto plan = planFor(input.shape, settings);
    if (!plan || index >= input.values.size() || result.codes.size() != input.values.size()) return {};
    const RunLayout layout(Granularity::Group, plan->grid.group, input.shape);
    const std::uint64_t group = layout.runOf(index);
    const float scale = result.scales[group];
    const auto zero = static_cast<float>(result.zeroPoints[group]);
    std::vector<BoardLine> lines = {weightLine(input, index), runLine(layout, group)};
    lines.push_back({"Scale", shortest(scale), "of the clipped range of the scaled weights"});
    lines.push_back({"Zero point", std::to_string(result.zeroPoints[group])});
    append(lines, outcomeLines(input, result, index, [&](int code) -> std::optional<float> {
             return (static_cast<float>(code) - zero) * scale;
           }));
    sayWhatWasTaken(lines, result, index, "the weight was scaled, clipped and rounded to float16 before it was coded");
    return lines;
  }

  Result<ScaleBlocks> scaleBlocks(const QuantizedTensor& result, const Settings& settings) const override {
    const auto plan = planFor(result.shape, settings);
    if (!plan) return tl::unexpected(plan.error());
    const RunLayout layout(Granularity::Group, plan->grid.group, result.shape);
    return ScaleBlocks{.count = layout.runs(),
                       .of = [layout](std::uint64_t element) { return layout.runOf(element); },
                       .value = [layout, &result, largest = (1 << plan->bits) - 1](std::uint64_t element,
                                                                                   int code) -> std::optional<float> {
                         if (code > largest) return std::nullopt;
                         const std::uint64_t group = layout.runOf(element);
                         return (static_cast<float>(code) - static_cast<float>(result.zeroPoints[group])) *
                                result.scales[group] / result.columnScales[element % result.shape.columns];
                       }};
  }

 private:
  Result<Plan> planFor(const MatrixShape& shape, const Settings& settings) const {
    auto complete = completeSettings(info(), settings);
    if (!complete) return tl::unexpected(std::move(complete).error());
    Plan plan(*complete, shape);
    if (auto fits = expectWholeGroups(shape, plan.grid.group, info().id); !fits)
      return tl::unexpected(std::move(fits).error());
    return plan;
  }

  static Result<> scaleColumns(const Plan& plan, const SchemeInput& input, QuantizedTensor& result,
                               const Backend& backend, const JobContext& job) {
    result.columnScales.assign(input.weights.shape.columns, 1.0f);
    if (!plan.scales) return {};
    const std::vector<float> rows = plan.sharesScales ? rowsOfAll(input) : std::vector<float>();
    const MatrixView searched =
        rows.empty() ? input.weights
                     : MatrixView{{rows.size() / input.weights.shape.columns, input.weights.shape.columns}, rows};
    auto found = searchColumnScales(searched, *input.calibration, plan.grid, plan.duo, backend, job);
    if (!found) return tl::unexpected(std::move(found).error());
    if (found->ratio < 0) result.warnings.push_back("no ratio gave outputs that are finite: columns are not scaled");
    result.columnScales = std::move(found->scales);
    result.figures = {{"ratio", found->ratio}, {"loss", found->loss}};
    return {};
  }

  /// Those of the siblings below the layer's own; empty where it has none.
  static std::vector<float> rowsOfAll(const SchemeInput& input) {
    std::vector<float> rows;
    if (input.siblings.empty()) return rows;
    rows.assign(input.weights.values.begin(), input.weights.values.end());
    for (const MatrixView& sibling : input.siblings)
      rows.insert(rows.end(), sibling.values.begin(), sibling.values.end());
    return rows;
  }

  static Result<> clip(const Plan& plan, const LayerCalibration& layer, std::span<const float> columnScales,
                       const MatrixView& weights, std::vector<float>& scaled, const Backend& backend,
                       const JobContext& job) {
    std::vector<float> inputs = layer.inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] /= columnScales[i % columnScales.size()];
    const auto clips = searchClips(weights, inputs, plan.grid, backend, job);
    if (!clips) return tl::unexpected(clips.error());
    for (std::size_t i = 0; i < scaled.size(); ++i) {
      const float most = (*clips)[i / plan.grid.group];
      scaled[i] = scaled[i] < -most ? -most : scaled[i] > most ? most : scaled[i];
    }
    return {};
  }

  static void encode(const Plan& plan, const MatrixView& weights, std::span<const float> scaled,
                     QuantizedTensor& result) {
    const std::uint64_t group = plan.grid.group;
    result.codes.resize(scaled.size());
    result.restored.resize(scaled.size());
    ScaleTally tally;
    AwqGrid grid = plan.grid;
    grid.isHalf = plan.halfScales;
    std::vector<float> given(group);
    for (std::size_t first = 0; first < scaled.size(); first += group) {
      std::ranges::transform(scaled.subspan(first, group), given.begin(),
                             [&](float x) { return grid.isHalf ? asBinary16(x) : x; });
      const AwqScale found = awqScaleOf(grid, given);
      const float scale = found.scale;
      const float zero = std::isnan(found.zero) ? 0 : found.zero;
      result.scales.push_back(scale);
      result.zeroPoints.push_back(static_cast<std::int32_t>(zero));
      for (std::size_t i = first; i < first + group; ++i) {
        const float code = awqCodeOf(grid, found, given[i - first]);
        result.codes[i] = std::isnan(code) ? std::uint8_t{0} : static_cast<std::uint8_t>(code);
        result.restored[i] = (code - zero) * scale / result.columnScales[i % weights.shape.columns];
      }
      tally.addLooking(scale, weights.values.subspan(first, group));
    }
    for (std::string& warning : tally.warnings()) result.warnings.push_back(std::move(warning));
  }
};

}  // namespace

const Scheme& awq_scheme_entry() {
  static const AwqScheme scheme;
  return scheme;
}

}  // namespace ulpscope
