// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/input_ranges.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {

Result<InputRanges> inputRangesOf(const LayerCalibration& layer, const JobContext& job) {
  const RangeOptions options;
  auto fixed = activationRanges(layer, options, job);
  if (!fixed) return tl::unexpected(std::move(fixed).error());
  auto dynamic = dynamicRanges(layer, options.bits, job);
  if (!dynamic) return tl::unexpected(std::move(dynamic).error());
  return InputRanges{options.bits, *std::move(fixed), *std::move(dynamic)};
}

Json toJson(const InputRanges& ranges) {
  Json fixed = Json::array(), dynamic = Json::array();
  for (const ActivationRange& range : ranges.fixed)
    fixed.push_back({{"id", range.id},
                     {"low", jsonNumber(range.low)},
                     {"high", jsonNumber(range.high)},
                     {"clipped", jsonNumber(range.clipped)},
                     {"signalToNoiseDb", jsonNumber(range.signalToNoiseDb)}});
  for (const DynamicRange& range : ranges.dynamic)
    dynamic.push_back({{"id", range.id},
                       {"least", jsonNumber(range.least)},
                       {"median", jsonNumber(range.median)},
                       {"largest", jsonNumber(range.largest)},
                       {"signalToNoiseDb", jsonNumber(range.signalToNoiseDb)}});
  return {{"bits", ranges.bits}, {"static", std::move(fixed)}, {"dynamic", std::move(dynamic)}};
}

std::string textOf(const InputRanges& ranges, const Terminal& terminal) {
  const auto number = [](double value) { return fmt::format("{:.5g}", value); };
  Table fixed{{"range of the inputs", "from", "to", "clipped", "signal to noise"}, {}};
  for (const ActivationRange& range : ranges.fixed)
    fixed.rows.push_back({range.id, number(range.low), number(range.high), fmt::format("{:.4g} %", 100 * range.clipped),
                          fmt::format("{:.2f} dB", range.signalToNoiseDb)});
  Table dynamic{{"of each vector", "least", "median", "largest", "signal to noise"}, {}};
  for (const DynamicRange& range : ranges.dynamic)
    dynamic.rows.push_back({range.id, number(range.least), number(range.median), number(range.largest),
                            fmt::format("{:.2f} dB", range.signalToNoiseDb)});
  return fmt::format("\n{}\n{}\nSignal to noise of the inputs with {} bits.\n", terminal.table(fixed, "lrrrr"),
                     terminal.table(dynamic, "lrrrr"), ranges.bits);
}

}  // namespace ulpscope
