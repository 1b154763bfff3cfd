// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/cli/command.h"
#include "app/cli/drift_document.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/operand_options.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/matmul/drift.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

const std::vector<std::string> kDefaultEngines{"float64", "fma@float32", "a100@tfloat32"};

std::string shapeText(const DenseMatrix& matrix) { return fmt::format("{} x {}", matrix.rows, matrix.columns); }

class MatmulCommand final : public Command {
 public:
  void declare(Options& options) override {
    m_operands.declare(options);
    options.list(
        "--engines", "IDS", m_engines,
        fmt::format(
            "ID or ID@FORMAT each, then /float16 (sums), /promote:N or /slices:N (default {}); `list` names them",
            fmt::join(kDefaultEngines, ",")));
    options.option("--reference", "R", m_reference, "float64 (default) or exact");
    options.option("--input-rounding", "R", m_inputRounding,
                   "How operands are rounded to the engine's format (default: as its own software does)");
    options.option("--order", "O", m_order, "Of K: sequential (default), split:N or promote:N");
    options.flag("--separate", m_separates,
                 "Also the error of the sums alone: against the product of rounded operands");
    options.flag("--measured", m_isMeasured,
                 "Also what the CUDA device's cuBLAS computes, and how many elements are not those of its model");
    options.flag("--dots", m_isDots, "One dot product a row of A and B, to be compared with recorded results");
    options.option("--engine", "ID", m_engine, "With --dots: the engine");
    options.option("--input", "FORMAT", m_input, "With --dots: the format of A and B (default: the engine's first)");
    options.option("--output", "FORMAT", m_output, "With --dots: float32 (default) or float16, which C is rounded to");
    options.option("--c", "FILE.npy", m_c, "With --dots: what is added to, n numbers (default: zeros)");
    options.option("--out", "FILE.npy", m_out, "With --dots: where the results go, as float32");
    options.flag("--force", m_force, "Replace the file of --out if it exists");
  }

  Result<> run(CommandContext& context) override {
    if (m_engines.size() == 1 && m_engines[0] == "list") return list(context);
    return m_isDots ? dots(context) : drift(context);
  }

 private:
  Result<> list(CommandContext& context) const {
    Json document = Json::array();
    Table table{{"engine", "name", "formats", "evidence"}, {}};
    for (const MatrixEngine* engine : matrixEngines()) {
      Json formats = Json::array();
      std::string names;
      for (const EngineUnit& unit : engine->units) {
        formats.push_back(unit.format);
        names += fmt::format("{}{}{}", names.empty() ? "" : ", ", unit.format, unit.slices ? "/slices:N" : "");
      }
      document.push_back({{"id", engine->id},
                          {"name", engine->title},
                          {"formats", std::move(formats)},
                          {"evidence", idOf(engine->evidence)},
                          {"text", engine->text},
                          {"source", engine->source}});
      table.rows.push_back(
          {std::string(engine->id), std::string(engine->title), names, std::string(idOf(engine->evidence))});
    }
    context.output = context.json ? documentText(document) : context.terminal.table(table, "llll");
    return {};
  }

  // --- A product against its reference.

  Result<> drift(CommandContext& context) const {
    if (m_engine || m_input || m_output || m_c || m_out)
      return fail(Errc::Usage, "--engine, --input, --output, --c and --out go with --dots, which was not given");
    const auto settings = driftSettings();
    if (!settings) return tl::unexpected(settings.error());
    std::optional<ProductDevice> device;
    std::shared_ptr<const Backend> withDevice;
    if (m_isMeasured) {
      auto found = findDevice(context, withDevice);
      if (!found) return tl::unexpected(std::move(found).error());
      device = *std::move(found);
    }
    const Backend& backend = withDevice ? *withDevice : context.backend;
    const auto operands = m_operands.product(context.job);
    if (!operands) return tl::unexpected(operands.error());
    context.job.expect(driftWork(*settings, operands->a, operands->columnsOfB));
    const auto drift = measureDrift(*settings, operands->a, operands->columnsOfB, backend, context.job);
    if (!drift) return tl::unexpected(drift.error());
    if (drift->notMeasured) return tl::unexpected(*drift->notMeasured);
    const ProductDevice* const asked = device ? &*device : nullptr;
    context.output = context.json ? documentText(driftJson(*settings, *operands, *drift, asked, backend))
                                  : driftText(*settings, *operands, *drift, asked, context.terminal);
    return {};
  }

  Result<DriftSettings> driftSettings() const {
    DriftSettings settings;
    const std::vector<std::string> ids = m_engines.empty() ? kDefaultEngines : m_engines;
    for (const std::string& id : ids) {
      const auto engine = parseEngine(id);
      if (!engine) return tl::unexpected(engine.error());
      if (std::ranges::count(settings.engines, *engine) != 0)
        return fail(Errc::Usage, fmt::format("each engine once expected, found {} twice", engine->id()));
      settings.engines.push_back(*engine);
    }
    if (m_reference && *m_reference != "float64" && *m_reference != "exact")
      return fail(Errc::Usage, fmt::format("--reference float64 or exact expected, found {}", printable(*m_reference)));
    settings.separatesSums = m_separates;
    settings.measures = m_isMeasured;
    if (m_reference == "exact") settings.reference = DriftReference::Exact;
    if (auto common = readCommon(settings.inputRounding, settings.order); !common)
      return tl::unexpected(common.error());
    return settings;
  }

  Result<> readCommon(std::optional<Rounding>& inputRounding, KOrder& order) const {
    if (m_inputRounding) {
      const auto rounding = roundingOf(*m_inputRounding);
      if (!rounding) return tl::unexpected(rounding.error());
      if (*rounding == Rounding::Stochastic)
        return fail(Errc::Usage, "a rounding of operands other than stochastic expected");
      inputRounding = *rounding;
    }
    if (m_order) {
      const auto parsed = parseKOrder(*m_order);
      if (!parsed) return tl::unexpected(parsed.error());
      order = *parsed;
    }
    return {};
  }

  Json driftJson(const DriftSettings& settings, const OperandOptions::Operands& operands, const Drift& drift,
                 const ProductDevice* device, const Backend& backend) const {
    Json document{{"engines", enginesJson(drift)}};
    if (device) document["measured"] = measuredJson(settings, drift, *device);
    document["provenance"] = {{"operands", operands.origin},
                              {"m", operands.a.rows},
                              {"n", operands.columnsOfB.rows},
                              {"k", operands.a.columns},
                              {"order", settings.order.id()},
                              {"inputRounding", m_inputRounding.value_or("engine")},
                              {"reference", settings.reference == DriftReference::Exact ? "exact" : "float64"},
                              {"backend", backend.description()},
                              {"version", ULPSCOPE_VERSION}};
    return document;
  }

  static std::string driftText(const DriftSettings& settings, const OperandOptions::Operands& operands,
                               const Drift& drift, const ProductDevice* device, const Terminal& terminal) {
    return fmt::format("A {}, B {} x {} ({}), K {}\n\n{}", shapeText(operands.a), operands.columnsOfB.columns,
                       operands.columnsOfB.rows, printable(operands.origin), settings.order.id(),
                       driftTable(settings, drift, device, terminal));
  }

  /// The device that measures, and in `withDevice` a backend that has it, where the one that was chosen has not: then
  /// the first device, and the processor for all else.
  static Result<ProductDevice> findDevice(const CommandContext& context, std::shared_ptr<const Backend>& withDevice) {
    auto device = context.backend.productDevice();
    if (device || context.backend.id() == "cuda") return device;
    auto chosen = context.otherBackend("cuda");
    if (!chosen) return tl::unexpected(std::move(chosen).error());
    withDevice = *std::move(chosen);
    return withDevice->productDevice();
  }

  // --- Dot products.

  Result<> dots(CommandContext& context) const {
    if (!m_operands.haveFiles() || !m_engine || !m_out)
      return fail(Errc::Usage, "--dots expects --a, --b, --engine and --out; one of them was not given");
    if (!m_engines.empty() || m_operands.haveSizes() || m_reference || m_separates || m_isMeasured)
      return fail(Errc::Usage,
                  "--engines, --reference, --separate, --measured, sizes and a distribution do not go with --dots, but "
                  "one was given");
    const auto settings = dotSettings();
    if (!settings) return tl::unexpected(settings.error());
    if (auto free = checkFree(*m_out, m_force, {}); !free) return free;
    const auto a = m_operands.rows(OperandSide::A, context.job);
    if (!a) return tl::unexpected(a.error());
    const auto b = m_operands.rows(OperandSide::B, context.job);
    if (!b) return tl::unexpected(b.error());
    if (a->rows != b->rows || a->columns != b->columns)
      return fail(Errc::Usage,
                  fmt::format("A and B of one shape expected, found {} and {}", shapeText(*a), shapeText(*b)));
    DenseMatrix c;
    if (m_c) {
      auto read = m_operands.array(*m_c, context.job);
      if (!read) return tl::unexpected(std::move(read).error());
      if (read->values.size() != a->rows)
        return fail(Errc::Usage,
                    fmt::format("C of {} expected, found {}", counted(a->rows, "number"), shapeText(*read)), *m_c);
      c = *std::move(read);
    }
    const std::vector<double> d = multiplyRows(*settings, *a, *b, c.values, context.backend);
    const std::vector<float> narrow(d.begin(), d.end());
    const std::uint64_t shape[] = {narrow.size()};
    const auto written = writeNpy(*m_out, "<f4", shape, std::as_bytes(std::span(narrow)), existing(m_force));
    if (!written) return written;
    context.output = context.json ? documentText({{"rows", d.size()}})
                                  : fmt::format("{}  {}\n", printable(*m_out), counted(d.size(), "dot product"));
    return {};
  }

  Result<ProductSettings> dotSettings() const {
    ProductSettings settings;
    const auto engine = parseEngine(m_input ? *m_engine + "@" + *m_input : *m_engine);
    if (!engine) return tl::unexpected(engine.error());
    settings.engine = *engine;
    if (m_output && *m_output != "float32" && *m_output != "float16")
      return fail(Errc::Usage, fmt::format("--output float32 or float16 expected, found {}", printable(*m_output)));
    if (engine->unit->isOfIntegers())
      return fail(
          Errc::Usage,
          fmt::format("an engine that multiplies numbers of a format expected, found {}, of integers", engine->id()));
    if (m_output == "float16" && !engine->unit->half)
      return fail(Errc::Usage, fmt::format("{} has no sums in float16", engine->id()));
    settings.engine.halfSums = m_output == "float16";
    if (auto common = readCommon(settings.inputRounding, settings.order); !common)
      return tl::unexpected(common.error());
    return settings;
  }

  OperandOptions m_operands;
  std::optional<std::string> m_c, m_out;
  std::optional<std::string> m_reference, m_inputRounding, m_order;
  std::vector<std::string> m_engines;
  bool m_isDots = false, m_isMeasured = false, m_separates = false, m_force = false;
  std::optional<std::string> m_engine, m_input, m_output;
};

}  // namespace

const CommandInfo& matmul_entry() {
  static const CommandInfo info{"matmul", "Matrix products of hardware and ideal engines, against FP64",
                                "ulp matmul --k 4096 --engines fma@float32,a100@tfloat32", makeCommand<MatmulCommand>};
  return info;
}

}  // namespace ulpscope
