// SPDX-License-Identifier: Apache-2.0
#include "core/report/format_figures.h"

#include <fmt/format.h>

#include <cmath>

#include "core/analysis/code_row.h"
#include "core/analysis/throughput.h"
#include "core/base/text.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"
#include "core/report/ticks.h"

namespace ulpscope {
namespace {

Figure figureOver(std::string title, std::string valueTitle) {
  return {.title = std::move(title),
          .x = {.title = "magnitude", .powersOfTwo = true},
          .y = {.title = std::move(valueTitle), .powersOfTwo = true},
          .solidLines = true};
}

Series lineOf(const FormatProfile* profile) {
  return {.kind = Series::Kind::Line, .name = profile ? std::string(profile->format->info().title) : std::string()};
}

void addPoint(Series& series, double x, double y) {
  series.x.push_back(x);
  series.y.push_back(y);
}

std::string limitText(const NumberFormat& format, const std::optional<std::uint64_t>& code) {
  return code ? exactText(format, *code) : std::string();
}

std::string log2Text(const std::optional<double>& exponent) { return exponent ? fmt::format("{:.6g}", *exponent) : ""; }

/// The exact distance between two values.
std::string distanceText(const NumberFormat& format, std::uint64_t from, std::uint64_t to) {
  return toString(subtract(exactDecimal(format.decode(to)), exactDecimal(format.decode(from))));
}

}  // namespace

Figure spacingFigure(ComparedFormats formats) {
  Figure figure = figureOver("Relative spacing", "relative spacing");
  for (const FormatProfile* profile : formats) {
    Series series = lineOf(profile);
    if (profile)
      for (const SpacingRun& run : profile->spacing.runs) {
        addPoint(series, run.log2First, run.log2Gap - run.log2First);
        addPoint(series, run.log2Last, run.log2Gap - run.log2Last);
      }
    figure.series.push_back(std::move(series));
  }
  return figure;
}

Figure densityFigure(ComparedFormats formats) {
  Figure figure = figureOver("Values per binade", "positive values");
  for (const FormatProfile* profile : formats) {
    Series series = lineOf(profile);
    if (profile)
      for (const BinadeCount& binade : profile->spacing.binades) {
        const double count = std::log2(static_cast<double>(binade.values));
        const bool goesOn = !series.x.empty() && series.x.back() == binade.exponent && series.y.back() == count;
        if (goesOn)
          series.x.back() = binade.exponent + 1;
        else
          addPoint(series, binade.exponent, count), addPoint(series, binade.exponent + 1, count);
      }
    figure.series.push_back(std::move(series));
  }
  return figure;
}

Table rangeTable(ComparedFormats formats) {
  Table table{{"format", "smallest subnormal", "log2", "smallest normal", "log2", "largest", "log2"}, {}};
  for (const FormatProfile* profile : formats) {
    if (!profile) continue;
    const auto& [format, limits, range, spacing, cells] = *profile;
    table.rows.push_back({std::string(format->info().title), limitText(*format, limits.smallestSubnormal),
                          log2Text(range.smallestSubnormal), limitText(*format, limits.smallestNormal),
                          log2Text(range.smallestNormal), exactText(*format, limits.largest), log2Text(range.largest)});
  }
  return table;
}

Table spacingTable(ComparedFormats formats) {
  Table table{{"format", "from", "to", "spacing", "relative at from", "relative at to"}, {}};
  for (const FormatProfile* profile : formats) {
    if (!profile) continue;
    const NumberFormat& format = *profile->format;
    for (const SpacingRun& run : profile->spacing.runs)
      table.rows.push_back({std::string(format.info().title), exactText(format, run.first), exactText(format, run.last),
                            distanceText(format, run.first, *format.nextUp(run.first)),
                            fmt::format("{:.6g}", std::exp2(run.log2Gap - run.log2First)),
                            fmt::format("{:.6g}", std::exp2(run.log2Gap - run.log2Last))});
  }
  return table;
}

Table densityTable(ComparedFormats formats) {
  Table table{{"format", "exponent", "from", "below", "positive values"}, {}};
  for (const FormatProfile* profile : formats) {
    if (!profile) continue;
    for (const BinadeCount& binade : profile->spacing.binades)
      table.rows.push_back({std::string(profile->format->info().title), std::to_string(binade.exponent),
                            powerOfTwoText(binade.exponent), powerOfTwoText(binade.exponent + 1),
                            std::to_string(binade.values)});
  }
  return table;
}

Table roundingTable(const NumberFormat& format, const NumberLinePart& part) {
  Table table{{"value", "code", "numbers from", "included", "to", "included"}, {}};
  for (const RoundingBin& bin : part.bins)
    table.rows.push_back({exactText(format, bin.code), codeText(format, bin.code), shortest(bin.from),
                          bin.includesFrom ? "yes" : "no", shortest(bin.to), bin.includesTo ? "yes" : "no"});
  return table;
}

Table codeTable(const NumberFormat& format) {
  Table table{{"code", "bits", "class", "value"}, {}};
  const std::uint64_t codes = std::uint64_t{1} << format.info().codeBits;
  for (std::uint64_t code = 0; code < codes; ++code) {
    const CodeRow row = codeRow(format, code);
    table.rows.push_back({row.code, row.bits, std::string(idOf(row.numberClass)), row.exact});
  }
  return table;
}

Table throughputTable() {
  Table table{{"GPU", "format", "dense", "unit", "of float32", "engine", "source"}, {}};
  for (const Throughput& row : publishedThroughput())
    table.rows.push_back({std::string(row.gpu), std::string(row.format), shortest(row.teraPerSecond),
                          std::string(row.unit), shortest(quotedRatio(*throughputRatio(row.gpu, row.format))),
                          std::string(row.engine), std::string(row.source)});
  return table;
}

}  // namespace ulpscope
