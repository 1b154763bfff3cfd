// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "app/cli/calibration_option.h"
#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/input_ranges.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/quantization/known_layer.h"
#include "core/quantization/quantization_report.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

Result<Settings> settingsOf(const std::vector<std::string>& assignments) {
  Settings settings;
  for (const std::string& assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::Usage, "--set takes knob=value, found " + printable(assignment));
    settings[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  return settings;
}

/// True if both lead to one file, whether it is there yet or not.
bool isSamePath(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(a, ignored) == std::filesystem::weakly_canonical(b, ignored) ||
         std::filesystem::equivalent(a, b, ignored);
}

Result<> stageNpy(std::vector<AtomicFile>& files, const std::string& path, std::string_view descr,
                  std::span<const std::uint64_t> shape, std::span<const std::byte> data,
                  AtomicFile::Existing existing) {
  auto file = AtomicFile::create(path, existing);
  if (!file) return tl::unexpected(file.error());
  if (auto written = file->write(npyHeader(descr, shape)); !written) return written;
  if (auto written = file->write(data); !written) return written;
  files.push_back(std::move(*file));
  return {};
}

class QuantizeCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.argument("TENSOR", m_tensor, "The name of a tensor");
    options.required("--scheme", "ID", m_scheme, "A quantization scheme (ulp schemes lists them)");
    options.repeated("--set", "KNOB=VALUE", m_assignments, "A knob of the scheme (ulp schemes ID explains them)");
    m_calibration.declare(options);
    options.flag("--ranges", m_wantsRanges, "Also the ranges that quantizers would cut the layer's inputs off at");
    options.option("--codes", "OUT.npy", m_codes, "Write the codes, one an element");
    options.option("--values", "OUT.npy", m_values, "Write the restored values as float32");
    options.option("--packed", "OUT.npy", m_packed, "Write the bytes that the reference stores, of schemes in blocks");
    options.flag("--force", m_force, "Replace the files if they exist");
  }

  Result<> run(CommandContext& context) override {
    const auto scheme = schemeOf(m_scheme);
    if (!scheme) return tl::unexpected(scheme.error());
    const auto settings = settingsOf(m_assignments);
    if (!settings) return tl::unexpected(settings.error());
    if (m_wantsRanges && !m_calibration.text())
      return fail(Errc::Usage, "--ranges looks at what --calibration tells, and none was given");
    const auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    auto inputs = filesReadBy(**checkpoint);
    if (m_calibration.text()) inputs.push_back(*m_calibration.text());
    if (auto free = checkOutputs(inputs); !free) return free;
    const auto calibration = m_calibration.open(context.job);
    if (!calibration) return tl::unexpected(calibration.error());
    const auto source = tensorOf(**checkpoint, m_tensor);
    if (!source) return tl::unexpected(source.error());
    const auto loaded = loadTensor(*source, context.backend, context.job);
    if (!loaded) return tl::unexpected(loaded.error());
    const SchemeChoice choice{*scheme, *settings};
    auto layer = knownLayer(calibration->get(), **checkpoint, *(*checkpoint)->find(m_tensor),
                            siblingsFor(std::span(&choice, 1)), context.backend, context.job);
    if (!layer) return tl::unexpected(std::move(layer).error());
    if (layer->unknown) return tl::unexpected(*std::move(layer->unknown));
    const std::vector<MatrixView> beside = layer->siblings.views();
    const SchemeInput input(loaded->view(), layer->given(), beside);
    auto report = quantizeAndMeasure(**scheme, *settings, input, context.backend, context.job);
    if (!report) return tl::unexpected(report.error());
    report->warnings.insert(report->warnings.begin(), loaded->warnings.begin(), loaded->warnings.end());
    for (const std::string& warning : layer->warnings) report->warnings.push_back("calibration: " + warning);
    std::optional<InputRanges> ranges;
    if (m_wantsRanges) {
      auto found = inputRangesOf(*layer->inputs, context.job);
      if (!found) return tl::unexpected(std::move(found).error());
      ranges = *std::move(found);
    }
    if (auto written = write(*report, source->info().shape); !written) return written;
    if (context.json) {
      Json json = reportJson(*report, input.calibration, layer->siblings);
      if (ranges) json["inputRanges"] = toJson(*ranges);
      context.output = documentText(json);
    } else {
      context.output =
          reportText(context, *report, source->info(), input.calibration, layer->siblings.briefNames(m_tensor));
      if (ranges) context.output += textOf(*ranges, context.terminal);
    }
    return {};
  }

 private:
  Result<> checkOutputs(const std::vector<std::string>& inputs) const {
    std::vector<std::string> outputs;
    for (const auto& output : {m_codes, m_values, m_packed}) {
      if (!output) continue;
      if (auto free = checkFree(*output, m_force, inputs); !free) return free;
      if (std::ranges::any_of(outputs, [&](const std::string& other) { return isSamePath(other, *output); }))
        return fail(Errc::Usage, "--codes, --values and --packed expected to name files of their own, found one twice",
                    *output);
      outputs.push_back(*output);
    }
    return {};
  }

  /// All or none: each is whole on the disk before one takes its name.
  Result<> write(const QuantizationReport& report, const std::vector<std::uint64_t>& shape) const {
    const QuantizedTensor& tensor = report.quantized;
    if (m_packed && tensor.packed.empty())
      return fail(Errc::Usage,
                  fmt::format("--packed: a scheme whose blocks are stored as the reference lays them out expected, "
                              "found {}",
                              m_scheme));
    std::vector<AtomicFile> files;
    const auto stage = [&](const std::optional<std::string>& path, std::string_view descr, const auto& values,
                           std::span<const std::uint64_t> sizes) {
      return path ? stageNpy(files, *path, descr, sizes, std::as_bytes(std::span(values)), existing(m_force))
                  : Result<>{};
    };
    if (auto staged = stage(m_codes, tensor.signedCodes ? "|i1" : "|u1", tensor.codes, shape); !staged) return staged;
    if (auto staged = stage(m_values, "<f4", tensor.restored, shape); !staged) return staged;
    const std::uint64_t bytes = tensor.packed.size();
    if (auto staged = stage(m_packed, "|u1", tensor.packed, std::span(&bytes, 1)); !staged) return staged;
    return commitAll(files);
  }

  static Json reportJson(const QuantizationReport& report, const LayerCalibration* layer,
                         const SiblingWeights& siblings) {
    Json settings = Json::object();
    for (const auto& [knob, value] : report.settings) settings[knob] = value;
    Json json{{"scheme", report.scheme},           {"settings", std::move(settings)},
              {"reference", report.reference},     {"bitsPerWeight", jsonNumber(report.bitsPerWeight)},
              {"metrics", toJson(report.metrics)}, {"warnings", report.warnings},
              {"backend", report.backend}};
    json["bulk"] = {{"threshold", jsonNumber(report.bulk.threshold)},
                    {"elements", report.bulk.elements},
                    {"rootMeanSquaredError", jsonNumber(report.bulk.rootMeanSquaredError)}};
    if (report.weightedError) json["weightedError"] = toJson(*report.weightedError, *layer);
    if (!siblings.names.empty()) json["siblings"] = siblings.names;
    for (const auto& [name, value] : report.quantized.figures) json["figures"][name] = jsonNumber(value);
    return json;
  }

  static std::string reportText(const CommandContext& context, const QuantizationReport& report,
                                const TensorInfo& tensor, const LayerCalibration* layer, const std::string& siblings) {
    const Terminal& terminal = context.terminal;
    const ErrorMetrics& metrics = report.metrics;
    std::string out =
        fmt::format("{} through {}\n", terminal.strong(printable(tensor.name)), terminal.strong(report.scheme));
    const auto row = [&](std::string_view name, const std::string& text) {
      out += fmt::format("  {:<20} {}\n", name, text);
    };
    for (const auto& [knob, value] : report.settings) row(knob, value);
    row("reproduces", terminal.wrapped(report.reference, 23));
    row("bits per weight", fmt::format("{:.6g}", report.bitsPerWeight));
    row("signal to noise", fmt::format("{:.4f} dB", metrics.signalToNoiseDb));
    row("RMSE",
        fmt::format("{:.6g}  ({:.4g} of the RMS of the tensor)", metrics.rootMeanSquaredError, metrics.relativeRmse));
    row("RMSE of the bulk", fmt::format("{:.6g}  (|weight| up to {:.6g}, 99.9 % of them)",
                                        report.bulk.rootMeanSquaredError, report.bulk.threshold));
    row("mean error", fmt::format("{:.6g}", metrics.meanError));
    row("largest |error|", fmt::format("{:.6g} at element {}", metrics.maxAbsoluteError, metrics.maxAt));
    row("|error| percentiles",
        fmt::format("50 % {:.6g}   95 % {:.6g}   99.9 % {:.6g}", metrics.p50, metrics.p95, metrics.p999));
    row("cosine", fmt::format("{:.10g}", metrics.cosine));
    if (metrics.excluded > 0)
      row("left out", counted(metrics.excluded, "element") + ": it, or what comes back, is not finite");
    if (layer) row("inputs", terminal.wrapped(layer->source, 23));
    if (!siblings.empty()) row("scaled alike with", terminal.wrapped(siblings, 23));
    if (report.weightedError) row("weighted error", textOf(*report.weightedError));
    for (const auto& [name, value] : report.quantized.figures) row(name, fmt::format("{:.6g}", value));
    row("computed by", report.backend);
    for (const std::string& warning : report.warnings) context.warn(warning);
    return out;
  }

  CheckpointArgument m_argument;
  std::string m_tensor;
  std::string m_scheme;
  std::vector<std::string> m_assignments;
  CalibrationOption m_calibration;
  std::optional<std::string> m_codes;
  std::optional<std::string> m_values;
  std::optional<std::string> m_packed;
  bool m_wantsRanges = false;
  bool m_force = false;
};

}  // namespace

const CommandInfo& quantize_entry() {
  static const CommandInfo info{
      "quantize", "One tensor through one quantization scheme",
      "ulp quantize model.safetensors lm_head.weight --scheme int_affine --set granularity=row",
      makeCommand<QuantizeCommand>};
  return info;
}

}  // namespace ulpscope
