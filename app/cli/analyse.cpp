// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/checkpoint_text.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/report/error_lines_figure.h"
#include "core/report/figures.h"
#include "core/report/histogram_figure.h"

namespace ulpscope {
namespace {

/// As the window draws them: bins of the histogram, and the cells of the heat map along its longer side.
constexpr std::uint64_t kMapSide = 192;

constexpr std::array<std::string_view, 6> kFigureNames{"histogram",          "columns",         "heat_map",
                                                       "error_against_size", "error_histogram", "error_by_column"};
constexpr std::array<std::string_view, 2> kExtensions{".svg", ".csv"};

/// A figure as it is written: picture and data.
struct Drawing {
  std::string_view name;
  std::string svg;
  std::string csv;
};

template <class AnyFigure>
Drawing drawing(std::string_view name, const AnyFigure& figure) {
  return {name, toSvg(figure), toCsv(figure)};
}

struct Analysis {
  std::size_t index;  ///< of the tensor
  TensorInfo tensor;
  TensorProfile profile;
  Figure histogram;
  Outliers outliers;
  HeatMap map;
  std::vector<std::string> warnings;  ///< of loading the tensor
  std::vector<SchemeComparison> schemes;
  QuantizationReport report;
};

class AnalyseCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.option("--tensor", "NAME", m_tensor, "The tensor to look at (default: the largest matrix)");
    options.option("--scheme", "ID", m_scheme, "The scheme whose error is drawn");
    options.option("-o,--output", "FOLDER", m_folder, "Where the figures go");
    options.flag("--force", m_force, "Replace figures that exist");
  }

  Result<> run(CommandContext& context) override {
    const auto scheme = schemeOf(m_scheme);
    if (!scheme) return tl::unexpected(scheme.error());
    const auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    const auto index = chosenTensor(**checkpoint);
    if (!index) return tl::unexpected(index.error());
    const auto source = (*checkpoint)->source(*index);
    if (!source) return tl::unexpected(source.error());
    if (auto free = checkFigures(filesReadBy(**checkpoint)); !free) return free;
    const auto analysis = analyse(*index, *source, **scheme, context);
    if (!analysis) return tl::unexpected(analysis.error());
    const std::vector<Drawing> drawings = draw(*analysis);
    if (auto written = write(drawings); !written) return written;
    context.output = context.json ? documentText(documentOf(**checkpoint, *analysis, drawings))
                                  : textOf(context, **checkpoint, *analysis, drawings);
    return {};
  }

 private:
  Result<std::size_t> chosenTensor(const Checkpoint& checkpoint) const {
    if (!m_tensor.empty()) return checkpoint.find(m_tensor);
    std::optional<std::size_t> best;
    // Matrices before vectors, then the larger; among equals the first.
    const auto rank = [&](std::size_t i) {
      const TensorInfo& info = checkpoint.tensors[i];
      return std::pair{info.shape.size() >= 2, info.elements};
    };
    for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i) {
      const TensorInfo& info = checkpoint.tensors[i];
      if (info.isReadable() && !info.partOf && info.elements > 0 && (!best || rank(i) > rank(*best))) best = i;
    }
    if (!best)
      return fail(Errc::NotFound, "a tensor whose elements can be read was expected, found none", checkpoint.path);
    return *best;
  }

  static Result<Analysis> analyse(std::size_t index, const TensorSource& source, const Scheme& scheme,
                                  const CommandContext& context) {
    const JobContext& job = context.job;
    auto profile = profileTensor(source, context.backend, job);
    if (!profile) return tl::unexpected(profile.error());
    auto histogram = measureHistogram(source, *profile, HistogramAxes::LogarithmicCount, HistogramRange::Whole, job);
    if (!histogram) return tl::unexpected(histogram.error());
    auto map = heatMap(source, {0, 0, profile->matrix.rows, profile->matrix.columns}, kMapSide, context.backend, job);
    if (!map) return tl::unexpected(map.error());
    const auto loaded = loadTensor(source, context.backend, job);
    if (!loaded) return tl::unexpected(loaded.error());
    auto schemes = compareSchemes(schemeRegistry(), loaded->view(), context.backend, job);
    if (!schemes) return tl::unexpected(schemes.error());
    auto report = quantizeAndMeasure(scheme, {}, loaded->view(), context.backend, job);
    if (!report) return tl::unexpected(report.error());
    Outliers outliers = columnOutliers(*profile);
    return Analysis{index,           source.info(),    std::move(*profile), std::move(*histogram), std::move(outliers),
                    std::move(*map), loaded->warnings, std::move(*schemes), std::move(*report)};
  }

  static std::vector<Drawing> draw(const Analysis& a) {
    const std::string& name = a.tensor.name;
    return {drawing(kFigureNames[0], a.histogram),
            drawing(kFigureNames[1], columnsFigure(name, a.profile.columnAbsMax, a.outliers)),
            drawing(kFigureNames[2], heatMapFigure(name, a.map)),
            drawing(kFigureNames[3], errorAgainstSizeFigure(name, a.schemes, a.report.scheme)),
            drawing(kFigureNames[4], errorHistogramFigure(a.report)),
            drawing(kFigureNames[5], errorByColumnFigure(a.report))};
  }

  std::string pathOf(std::string_view name, std::string_view extension) const {
    return (std::filesystem::path(m_folder) / fmt::format("{}{}", name, extension)).string();
  }

  /// Before the work; the names are those that draw() gives.
  Result<> checkFigures(const std::vector<std::string>& inputs) const {
    for (const std::string_view name : kFigureNames)
      for (const std::string_view extension : kExtensions)
        if (auto free = checkFree(pathOf(name, extension), m_force, inputs); !free) return free;
    return {};
  }

  /// All of them or none: each is whole on the disk before one takes its name.
  Result<> write(const std::vector<Drawing>& drawings) const {
    std::error_code error;
    std::filesystem::create_directories(m_folder, error);
    if (error) return fail(Errc::Io, fmt::format("the folder could not be made: {}", error.message()), m_folder);
    std::vector<AtomicFile> files;
    for (const Drawing& drawing : drawings)
      for (const std::string_view extension : kExtensions) {
        auto file = AtomicFile::create(pathOf(drawing.name, extension), existing(m_force));
        if (!file) return tl::unexpected(file.error());
        if (auto written = file->write(extension == ".svg" ? drawing.svg : drawing.csv); !written) return written;
        files.push_back(std::move(*file));
      }
    return commitAll(files);
  }

  Json documentOf(const Checkpoint& checkpoint, const Analysis& a, const std::vector<Drawing>& drawings) const {
    Json schemes = Json::array();
    for (const SchemeComparison& comparison : a.schemes) {
      Json scheme{{"id", comparison.scheme}, {"name", comparison.title}};
      if (comparison.error.empty())
        scheme.update({{"bitsPerWeight", jsonNumber(comparison.bitsPerWeight)},
                       {"metrics", toJson(comparison.metrics)},
                       {"warnings", comparison.warnings}});
      else
        scheme["error"] = comparison.error;
      schemes.push_back(std::move(scheme));
    }
    Json figures = Json::array();
    for (const Drawing& drawing : drawings)
      figures.push_back(
          {{"name", drawing.name}, {"svg", pathOf(drawing.name, ".svg")}, {"csv", pathOf(drawing.name, ".csv")}});
    return {{"path", m_argument.path()},
            {"container", checkpoint.container},
            {"totals", totalsJson(checkpoint)},
            {"tensor", toJson(checkpoint, a.index)},
            {"statistics", toJson(a.profile.statistics)},
            {"columns", toJson(a.outliers)},
            {"scheme", a.report.scheme},
            {"schemes", std::move(schemes)},
            {"figures", std::move(figures)},
            {"backend", a.profile.backend},
            {"warnings", warningsOf(checkpoint, a)}};
  }

  /// Of opening and of loading; those of each scheme stand with it.
  static std::vector<std::string> warningsOf(const Checkpoint& checkpoint, const Analysis& a) {
    std::vector<std::string> warnings = checkpoint.warnings;
    warnings.insert(warnings.end(), a.warnings.begin(), a.warnings.end());
    return warnings;
  }

  std::string textOf(const CommandContext& context, const Checkpoint& checkpoint, const Analysis& a,
                     const std::vector<Drawing>& drawings) const {
    const Terminal& terminal = context.terminal;
    const Statistics& s = a.profile.statistics;
    for (const std::string& warning : warningsOf(checkpoint, a)) context.warn(warning);
    for (const SchemeComparison& comparison : a.schemes)
      for (const std::string& warning : comparison.warnings) context.warn(comparison.scheme + ": " + warning);
    std::string out = headline(terminal, checkpoint) + "\n";
    out += fmt::format("{}  {}  {}\n", terminal.strong(printable(a.tensor.name)), printable(typeTitle(a.tensor)),
                       bracketed(a.tensor.shape));
    const auto row = [&](std::string_view name, const std::string& text) {
      out += fmt::format("  {:<16} {}\n", name, text);
    };
    row("range", fmt::format("{} to {}", shortest(s.min), shortest(s.max)));
    row("mean", fmt::format("{:.6g}, deviation {:.6g}, kurtosis {:.4g}", s.mean, s.standardDeviation, s.kurtosis));
    row("zero",
        fmt::format("{}, subnormal {}, NaN {}, Inf {}", groupedDigits(s.kinds.zero), groupedDigits(s.kinds.subnormal),
                    groupedDigits(s.kinds.nan), groupedDigits(s.kinds.positiveInfinity + s.kinds.negativeInfinity)));
    row("outlier columns", outlierText(a.outliers, terminal));
    out += "\n" + schemesText(a, terminal) + "\nFigures, and their data as CSV:\n";
    for (const Drawing& drawing : drawings) out += "  " + printable(pathOf(drawing.name, ".svg")) + "\n";
    return out;
  }

  static std::string outlierText(const Outliers& outliers, const Terminal& terminal) {
    if (std::isinf(outliers.threshold)) return "none called: values beyond float32";
    return fmt::format("{}  (largest |value| above {:.4g} = median {:.4g} + {} x {:.4g})",
                       countAndIndices(terminal, outliers.indices, 10), outliers.threshold, outliers.median,
                       shortest(outliers.deviations), outliers.mad);
  }

  static std::string schemesText(const Analysis& a, const Terminal& terminal) {
    Table table{{"scheme", "bits/weight", "signal to noise (dB)", "RMSE", "largest |error|", "left out", ""}, {}};
    const auto front = paretoFront(a.schemes);
    for (std::size_t i = 0; i < a.schemes.size(); ++i) {
      const SchemeComparison& scheme = a.schemes[i];
      if (!scheme.error.empty()) {
        table.rows.push_back({scheme.scheme, "—", "—", "—", "—", "—", scheme.error});
        continue;
      }
      const bool isOnFront = std::ranges::find(front, i) != front.end();
      table.rows.push_back({scheme.scheme, fmt::format("{:.4f}", scheme.bitsPerWeight),
                            fmt::format("{:.3f}", scheme.metrics.signalToNoiseDb),
                            fmt::format("{:.4g}", scheme.metrics.rootMeanSquaredError),
                            fmt::format("{:.4g}", scheme.metrics.maxAbsoluteError),
                            groupedDigits(scheme.metrics.excluded), isOnFront ? "Pareto front" : ""});
    }
    constexpr std::size_t kLeftOut = 5;
    if (std::ranges::any_of(a.schemes, [](const SchemeComparison& s) { return s.metrics.excluded > 0; }))
      return terminal.table(table, "lrrrrrl");
    table.header.erase(table.header.begin() + kLeftOut);
    for (auto& row : table.rows) row.erase(row.begin() + kLeftOut);
    return terminal.table(table, "lrrrrl");
  }

  CheckpointArgument m_argument;
  std::string m_tensor;
  std::string m_scheme = "int8_row";
  std::string m_folder = "ulpscope-figures";
  bool m_force = false;
};

}  // namespace

const CommandInfo& analyse_entry() {
  static const CommandInfo info{"analyse",
                                "What the window shows of a checkpoint: numbers as text, figures as SVG and CSV",
                                "ulp analyse resources/samples/tiny-lm -o figures", makeCommand<AnalyseCommand>};
  return info;
}

}  // namespace ulpscope
