// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "app/cli/calibration_option.h"
#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "app/cli/scan_document.h"
#include "core/analysis/overview.h"
#include "core/base/text.h"
#include "core/checkpoint/security_remark.h"
#include "core/quantization/known_layer.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

using Clock = std::chrono::steady_clock;

/// How often a scan's file is brought up to date: what a power cut may cost.
constexpr std::chrono::seconds kSaveInterval{5};

Json comparisonJson(const SchemeComparison& comparison, const LayerCalibration* layer) {
  if (!comparison.error.empty()) return {{"error", comparison.error}};
  Json json{{"bitsPerWeight", jsonNumber(comparison.bitsPerWeight)},
            {"metrics", toJson(comparison.metrics)},
            {"warnings", comparison.warnings}};
  if (comparison.weightedError) json["weightedError"] = toJson(*comparison.weightedError, *layer);
  return json;
}

void warn(const CommandContext& context, const TensorInfo& tensor, const std::string& sentence) {
  context.warn(fmt::format("{}: {}", printable(tensor.name), sentence));
}

/// The unit of work: one tensor is read once and goes through all schemes.
Result<Json> scanTensor(const Checkpoint& checkpoint, std::size_t index, std::uint64_t position,
                        std::span<const SchemeChoice> schemes, const Calibration* calibration,
                        const CommandContext& context) {
  const TensorInfo& info = checkpoint.tensors[index];
  Json tensor{{"name", info.name},   {"position", position},      {"dtype", info.storedType},
              {"shape", info.shape}, {"elements", info.elements}, {"bytes", info.bytes}};
  const auto source = checkpoint.source(index);
  const auto loaded = source ? loadTensor(*source, context.backend, context.job) : tl::unexpected(source.error());
  if (!loaded && concernsOneTensor(loaded.error().code)) {
    tensor["error"] = loaded.error().message;
    return tensor;
  }
  if (!loaded) return tl::unexpected(loaded.error());
  const auto layer = knownLayer(calibration, checkpoint, index, siblingsFor(schemes), context.backend, context.job);
  if (!layer) return tl::unexpected(layer.error());
  std::vector<std::string> warnings = loaded->warnings;
  if (layer->unknown && layer->unknown->code == Errc::Unsupported) warnings.push_back(layer->unknown->message);
  for (const std::string& warning : layer->warnings) warnings.push_back("calibration: " + warning);
  const std::vector<MatrixView> beside = layer->siblings.views();
  const SchemeInput input(loaded->view(), layer->given(), beside);
  const auto comparisons = compareSchemes(schemes, input, context.backend, {context.job.stop, nullptr});
  if (!comparisons) return tl::unexpected(comparisons.error());
  Json results = Json::object();
  for (const SchemeComparison& comparison : *comparisons)
    results[comparison.scheme] = comparisonJson(comparison, layer->given());
  tensor["schemes"] = std::move(results);
  tensor["warnings"] = warnings;
  for (const std::string& warning : warnings) warn(context, info, warning);
  for (const SchemeComparison& comparison : *comparisons)
    for (const std::string& warning : comparison.warnings) warn(context, info, comparison.scheme + ": " + warning);
  return tensor;
}

class ScanCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_argument.declare(options);
    options.list("--schemes", "ID,...", m_schemeIds, "The schemes to go through (default: all)");
    m_calibrationOption.declare(options);
    options.option("--tensor", "GLOB", m_pattern, "Only the tensors whose whole name matches (* and ?)");
    options.option("--shard", "I/N", m_shardText, "Only each N-th tensor, from the I-th on; I counts from 0");
    options.option("-o,--output", "FILE", m_output,
                   "Keep the result here as JSON; the same again goes on where it stopped");
    options.flag("--force", m_force, "Start anew, whatever FILE holds: nothing of it is kept");
  }

  Result<> run(CommandContext& context) override {
    const auto shard = m_shardText ? parseShard(*m_shardText) : Shard{};
    if (!shard) return tl::unexpected(shard.error());
    if (auto known = findSchemes(); !known) return known;
    auto checkpoint = m_argument.open(context.job);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    m_checkpoint = std::move(*checkpoint);
    for (const std::string& warning : warningsOf(*m_checkpoint)) context.warn(warning);
    auto calibration = m_calibrationOption.open(context.job);
    if (!calibration) return tl::unexpected(calibration.error());
    m_calibration = std::move(*calibration);
    auto inputs = filesReadBy(*m_checkpoint);
    if (m_calibrationOption.text()) inputs.push_back(*m_calibrationOption.text());
    if (m_output)
      if (auto other = refuseInputAsOutput(*m_output, inputs); !other) return other;
    auto tensors = tensorsMatching(*m_checkpoint, m_pattern, Parts::LeaveOut);
    if (!tensors) return tl::unexpected(tensors.error());
    m_tensors = std::move(*tensors);

    auto document = startingPoint(
        {fingerprint(*m_checkpoint), m_tensors.size(), m_pattern, m_schemeIds, m_calibrationOption.text().value_or("")},
        *shard);
    if (!document) return tl::unexpected(document.error());
    const auto done = scanAll(*document, context);
    // What is finished stays, also when the scan was stopped or failed.
    if (auto saved = save(*document); done && !saved) return saved;
    if (!done) return done;
    context.output = context.json ? documentText(document->toJson()) : scanText(*document, context.terminal);
    return {};
  }

 private:
  Result<> findSchemes() {
    if (m_schemeIds.empty())
      for (const Scheme* scheme : schemeRegistry()) m_schemeIds.push_back(scheme->info().id);
    auto schemes = schemesOf(m_schemeIds);
    if (!schemes) return tl::unexpected(schemes.error());
    for (const Scheme* scheme : *schemes) m_schemes.push_back({scheme, {}});
    return {};
  }

  /// An empty document, or what the file already holds.
  Result<ScanDocument> startingPoint(const ScanRequest& request, const Shard& shard) {
    ScanDocument empty{request, shard, {}};
    std::error_code ignored;
    if (!m_output || m_force || !std::filesystem::exists(*m_output, ignored)) return empty;
    auto document = readScan(*m_output);
    if (!document) return document;
    if (document->request != request || document->shard != shard)
      return fail(
          Errc::Usage,
          "a file of the same scan expected, found one of another checkpoint, pattern, shard, calibration or list "
          "of schemes (--force starts anew)",
          *m_output);
    if (changedSince(*m_output))
      return fail(Errc::Changed, "a checkpoint older than the scan expected, found a newer one (--force starts anew)",
                  *m_output);
    return document;
  }

  bool changedSince(const std::filesystem::path& scan) const {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(scan, error);
    for (const auto& file : m_checkpoint->files) {
      const auto modified = std::filesystem::last_write_time(file->name(), error);
      if (!error && modified > written) return true;
    }
    return false;
  }

  Result<> scanAll(ScanDocument& document, const CommandContext& context) {
    std::vector<std::uint64_t> missing;
    std::uint64_t bytes = 0;
    for (std::uint64_t position = 0; position < m_tensors.size(); ++position)
      if (document.shard.holds(position) && !document.has(position)) {
        missing.push_back(position);
        const TensorInfo& tensor = m_checkpoint->tensors[m_tensors[position]];
        if (tensor.isReadable()) bytes += byteSize(*tensor.type, tensor.elements).value_or(0);
      }
    context.job.expect(bytes);
    auto lastSave = Clock::now();
    for (const std::uint64_t position : missing) {
      auto tensor = scanTensor(*m_checkpoint, m_tensors[position], position, m_schemes, m_calibration.get(), context);
      if (!tensor) return tl::unexpected(tensor.error());
      document.add(std::move(*tensor));
      m_isDirty = true;
      if (Clock::now() - lastSave < kSaveInterval) continue;
      if (auto saved = save(document); !saved) return saved;
      lastSave = Clock::now();
    }
    return m_checkpoint->verifyUnchanged();
  }

  Result<> save(const ScanDocument& document) {
    if (!m_output || !m_isDirty) return {};
    auto saved = writeScan(*m_output, document, AtomicFile::Existing::Replace);
    if (saved) m_isDirty = false;
    return saved;
  }

  CheckpointArgument m_argument;
  std::vector<std::string> m_schemeIds;
  CalibrationOption m_calibrationOption;
  std::string m_pattern;
  std::optional<std::string> m_shardText;
  std::optional<std::string> m_output;
  bool m_force = false;

  std::vector<SchemeChoice> m_schemes;
  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::shared_ptr<const Calibration> m_calibration;
  std::vector<std::size_t> m_tensors;
  bool m_isDirty = false;
};

}  // namespace

const CommandInfo& scan_entry() {
  static const CommandInfo info{"scan", "Every tensor through many schemes, in one read",
                                "ulp scan model.safetensors --schemes bnb_nf4,q4_0 --tensor '*.weight' -o scan.json",
                                makeCommand<ScanCommand>};
  return info;
}

}  // namespace ulpscope
