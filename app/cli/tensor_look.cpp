// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/tensor_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "app/cli/checkpoint_text.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr double kBlockShares[]{0.01, 0.5, 0.99};
constexpr const char* kBlockKeys[]{"p1", "p50", "p99"};

std::string shortNumber(double value) { return fmt::format("{:.4g}", value); }

/// "0.03255 ±0.0011": the bound is rounded up.
std::string quantileText(const Quantile& quantile) {
  if (quantile.isExact()) return shortNumber(quantile.value);
  const double unit = std::pow(10, std::floor(std::log10(quantile.within)) - 1);
  return fmt::format("{:.4g} ±{:.2g}", quantile.value, std::ceil(quantile.within / unit) * unit);
}

Json toJson(const std::vector<Quantile>& quantiles) {
  Json list = Json::array();
  for (const Quantile& quantile : quantiles)
    list.push_back({{"share", quantile.share},
                    {"value", jsonNumber(quantile.value)},
                    {"exact", quantile.isExact()},
                    {"within", jsonNumber(quantile.within)}});
  return list;
}

Json toJson(const BlockRanges& ranges) {
  Json list = Json::array();
  for (std::size_t which = 0; which < kBlockSizes.size(); ++which) {
    const BlockRange& range = ranges.bySize[which];
    Json block{{"size", kBlockSizes[which]},
               {"blocks", range.blocks},
               {"zero", range.zero},
               {"notFinite", range.notFinite},
               {"lowestOctave", range.counts.empty() ? Json() : Json(range.lowest)},
               {"counts", range.counts}};
    for (std::size_t i = 0; i < std::size(kBlockShares); ++i) {
      const auto octave = octaveQuantile(range, kBlockShares[i]);
      block[kBlockKeys[i]] = octave ? Json(*octave) : Json();
    }
    list.push_back(std::move(block));
  }
  return list;
}

Json linesJson(const std::vector<float>& absMax, const Outliers& outliers) {
  Json maxima = Json::array();
  for (const float value : absMax) maxima.push_back(jsonNumber(value));
  Json lines{{"absMax", std::move(maxima)}};
  lines.update(toJson(outliers));
  return lines;
}

std::string histogramText(const Terminal& terminal, const Histogram& histogram) {
  constexpr double kBarWidth = 50;
  std::uint64_t largest = 1;
  for (const std::uint64_t count : histogram.counts) largest = std::max(largest, count);
  Table table{{"from", "to", "count", ""}, {}};
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    std::string bar;
    const double share = static_cast<double>(histogram.counts[i]) / static_cast<double>(largest);
    for (auto length = static_cast<std::uint64_t>(share * kBarWidth); length > 0; --length) bar += "█";
    table.rows.push_back({shortNumber(histogram.edges[i]), shortNumber(histogram.edges[i + 1]),
                          groupedDigits(histogram.counts[i]), bar});
  }
  return terminal.table(table, "rrrl");
}

std::string octaveText(std::optional<int> octave) {
  if (!octave) return "—";
  return *octave == BlockRange::kSubnormalOctave ? "< 2^-126" : fmt::format("2^{}", *octave);
}

std::string blocksText(const Terminal& terminal, const BlockRanges& ranges) {
  Table table{{"block of", "blocks", "zero", "not finite", "least", "1 %", "50 %", "99 %", "most"}, {}};
  for (std::size_t which = 0; which < kBlockSizes.size(); ++which) {
    const BlockRange& range = ranges.bySize[which];
    table.rows.push_back({std::to_string(kBlockSizes[which]), groupedDigits(range.blocks), groupedDigits(range.zero),
                          groupedDigits(range.notFinite), octaveText(octaveQuantile(range, 0)),
                          octaveText(octaveQuantile(range, 0.01)), octaveText(octaveQuantile(range, 0.5)),
                          octaveText(octaveQuantile(range, 0.99)), octaveText(octaveQuantile(range, 1))});
  }
  return terminal.table(table, "rrrrrrrrr");
}

}  // namespace

std::uint64_t LookOptions::reads(const ElementType& type) const {
  const bool countsAgain = bins && type.bits > 16;
  return 1 + (countsAgain ? 1 : 0) + (exact ? exactQuantileReads(type, shares.size()) : 0);
}

Result<Looked> lookAt(const TensorSource& source, const LookOptions& options, const Backend& backend,
                      const JobContext& job) {
  auto profile = profileTensor(source, backend, job);
  if (!profile) return tl::unexpected(profile.error());
  Looked looked{std::move(*profile)};
  const Statistics& statistics = looked.profile.statistics;
  if (options.bins && statistics.finite > 0) {
    auto histogram = linearHistogram(source, looked.profile, statistics.min, statistics.max, *options.bins, job);
    if (!histogram) return tl::unexpected(histogram.error());
    looked.histogram = std::move(*histogram);
  }
  if (options.exact) {
    auto quantiles = exactQuantiles(source, looked.profile, options.shares, backend, job);
    if (!quantiles) return tl::unexpected(quantiles.error());
    looked.quantiles = std::move(*quantiles);
  } else {
    looked.quantiles = quantilesOf(source, looked.profile, options.shares);
  }
  if (options.columns) {
    looked.columns = columnOutliers(looked.profile);
    looked.rows = rowOutliers(looked.profile);
  }
  return looked;
}

Result<std::vector<double>> sharesOf(const std::vector<std::string>& texts) {
  std::vector<double> shares;
  for (const std::string& text : texts) {
    double share = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
    if (error != std::errc() || end != text.data() + text.size() || !(share >= 0 && share <= 1))
      return fail(Errc::Usage, fmt::format("--quantiles takes shares of 0 to 1, found {}", inQuotes(text)));
    shares.push_back(share);
  }
  return shares;
}

void setKeys(Json& tensor, const std::optional<Looked>& looked, const LookOptions& options) {
  const auto set = [&](const char* key, bool isWanted, auto value) {
    if (isWanted) tensor[key] = looked ? value() : Json();
  };
  set("statistics", options.statistics, [&] { return toJson(looked->profile.statistics); });
  set("histogram", options.bins.has_value(), [&] { return looked->histogram ? toJson(*looked->histogram) : Json(); });
  set("quantiles", !options.shares.empty(), [&] { return toJson(looked->quantiles); });
  set("columns", options.columns, [&] { return linesJson(looked->profile.columnAbsMax, looked->columns); });
  set("rows", options.columns, [&] { return linesJson(looked->profile.rowAbsMax, looked->rows); });
  set("blockRanges", options.blocks, [&] { return toJson(looked->profile.blockRanges); });
  if (looked) tensor["backend"] = looked->profile.backend;
}

void appendHeaders(Table& table, std::string& alignment, const LookOptions& options) {
  const auto append = [&](const std::string& header, char align) {
    table.header.push_back(header);
    alignment += align;
  };
  if (options.statistics)
    for (const char* header : {"min", "max", "mean", "deviation", "kurtosis", "zero", "subnormal", "NaN", "Inf"})
      append(header, 'r');
  for (const double share : options.shares) append(fmt::format("q {}", shortest(share)), 'r');
  if (!options.columns) return;
  for (const char* lines : {"column", "row"}) {
    append(fmt::format("median {} max", lines), 'r');
    append(fmt::format("outlier {}s", lines), 'l');
  }
}

void appendCells(std::vector<std::string>& row, const std::optional<Looked>& looked, const LookOptions& options) {
  if (!looked) {
    row.insert(row.end(), (options.statistics ? 9 : 0) + options.shares.size() + (options.columns ? 4 : 0), "—");
    return;
  }
  if (options.statistics) {
    const Statistics& s = looked->profile.statistics;
    row.insert(row.end(),
               {shortNumber(s.min), shortNumber(s.max), shortNumber(s.mean), shortNumber(s.standardDeviation),
                shortNumber(s.kurtosis), groupedDigits(s.kinds.zero), groupedDigits(s.kinds.subnormal),
                groupedDigits(s.kinds.nan), groupedDigits(s.kinds.positiveInfinity + s.kinds.negativeInfinity)});
  }
  for (const Quantile& quantile : looked->quantiles) row.push_back(quantileText(quantile));
  if (!options.columns) return;
  for (const Outliers* outliers : {&looked->columns, &looked->rows})
    row.insert(row.end(), {shortNumber(outliers->median), countAndIndices({}, outliers->indices, 8)});
}

std::string textBelow(const Terminal& terminal, const TensorInfo& info, const Looked& looked,
                      const LookOptions& options) {
  std::string text;
  if (looked.histogram) text += histogramText(terminal, *looked.histogram);
  if (options.blocks) text += (text.empty() ? "" : "\n") + blocksText(terminal, looked.profile.blockRanges);
  return text.empty() ? "" : "\n" + terminal.strong(printable(info.name)) + "\n" + text;
}

}  // namespace ulpscope
