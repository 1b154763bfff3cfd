// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/cli/checkpoint_argument.h"
#include "app/cli/command.h"
#include "app/cli/drift_document.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/base/text.h"
#include "core/matmul/drift.h"
#include "core/matmul/operand_tensor.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

const std::vector<std::string> kDefaultEngines{"float64", "fma@float32", "a100@tfloat32"};
constexpr std::uint64_t kDefaultRows = 24;
constexpr std::uint64_t kDefaultDepth = 4096;

Result<DenseMatrix> matrixOf(const std::string& path, const OpenFlags& flags, const JobContext& job) {
  const auto checkpoint = flags.open(path, job);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if ((*checkpoint)->tensors.size() != 1)
    return fail(
        Errc::Usage,
        fmt::format("a file with one array expected, found {}", counted((*checkpoint)->tensors.size(), "tensor")),
        path);
  const auto source = (*checkpoint)->source(0);
  if (!source) return tl::unexpected(source.error());
  return readOperand(*source, 0, 0, job);
}

std::string shapeText(const DenseMatrix& matrix) { return fmt::format("{} x {}", matrix.rows, matrix.columns); }

class MatmulCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.option("--a", "FILE.npy", m_a, "A, m x k (with --dots n x k); any file with one array");
    options.option("--b", "FILE.npy", m_b, "B, k x n (with --dots n x k)");
    options.option("--m", "N", m_m, fmt::format("Rows of A (default {})", kDefaultRows));
    options.option("--n", "N", m_n, fmt::format("Columns of B (default {})", kDefaultRows));
    options.option("--k", "N", m_k, fmt::format("Columns of A and rows of B (default {})", kDefaultDepth));
    options.option("--distribution", "D", m_distribution, "normal (default) or uniform");
    options.option("--seed", "N", m_seed, "Of the operands (default 0)");
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
    m_flags.declare(options);
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
    auto operands = driftOperands(context);
    if (!operands) return tl::unexpected(std::move(operands).error());
    const DenseMatrix columns = transposed(operands->b);
    context.job.expect(driftWork(*settings, operands->a, columns));
    const auto drift = measureDrift(*settings, operands->a, columns, backend, context.job);
    if (!drift) return tl::unexpected(drift.error());
    if (drift->notMeasured) return tl::unexpected(*drift->notMeasured);
    const ProductDevice* const asked = device ? &*device : nullptr;
    context.output = context.json ? documentText(driftJson(*settings, *operands, *drift, asked, backend))
                                  : driftText(*settings, *operands, *drift, asked, context.terminal);
    return {};
  }

  struct Operands {
    DenseMatrix a, b;
    std::string origin;
  };

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

  Result<Operands> driftOperands(const CommandContext& context) const {
    if (m_a.has_value() != m_b.has_value()) return fail(Errc::Usage, "--a and --b expected together, found one");
    if (m_a && (m_m || m_n || m_k || m_distribution || m_seed))
      return fail(Errc::Usage, "--a and --b, or sizes and a distribution expected, found both");
    return m_a ? filesOf(context) : randomOperands();
  }

  Result<Operands> filesOf(const CommandContext& context) const {
    auto a = matrixOf(*m_a, m_flags, context.job);
    if (!a) return tl::unexpected(std::move(a).error());
    auto b = matrixOf(*m_b, m_flags, context.job);
    if (!b) return tl::unexpected(std::move(b).error());
    if (a->columns != b->rows)
      return fail(Errc::Usage, fmt::format("B with as many rows as A has columns expected, found {} and {}",
                                           shapeText(*a), shapeText(*b)));
    return Operands{*std::move(a), *std::move(b), "files"};
  }

  Result<Operands> randomOperands() const {
    const std::string name = m_distribution.value_or("normal");
    if (name != "normal" && name != "uniform")
      return fail(Errc::Usage, fmt::format("--distribution normal or uniform expected, found {}", printable(name)));
    const Distribution distribution = name == "normal" ? Distribution::Normal : Distribution::Uniform;
    const std::uint64_t m = m_m.value_or(kDefaultRows), n = m_n.value_or(kDefaultRows), k = m_k.value_or(kDefaultDepth);
    for (const std::uint64_t size : {m, n, k})
      if (size == 0 || size > kMostOperandElements)
        return fail(Errc::Usage, fmt::format("sizes from 1 to {} expected, found {}",
                                             groupedDigits(kMostOperandElements), groupedDigits(size)));
    if (m * k > kMostOperandElements || n * k > kMostOperandElements || m * n > kMostOperandElements)
      return fail(Errc::LimitExceeded, fmt::format("matrices of at most {} elements expected, found m {}, n {}, k {}",
                                                   groupedDigits(kMostOperandElements), m, n, k));
    const std::uint64_t seed = m_seed.value_or(0);
    return Operands{randomMatrix(m, k, distribution, 2 * seed), randomMatrix(k, n, distribution, 2 * seed + 1),
                    fmt::format("{}, seed {}", name, seed)};
  }

  Json driftJson(const DriftSettings& settings, const Operands& operands, const Drift& drift,
                 const ProductDevice* device, const Backend& backend) const {
    Json document{{"engines", enginesJson(drift)}};
    if (device) document["measured"] = measuredJson(settings, drift, *device);
    document["provenance"] = {{"operands", operands.origin},
                              {"m", operands.a.rows},
                              {"n", operands.b.columns},
                              {"k", operands.a.columns},
                              {"order", settings.order.id()},
                              {"inputRounding", m_inputRounding.value_or("engine")},
                              {"reference", settings.reference == DriftReference::Exact ? "exact" : "float64"},
                              {"backend", backend.description()},
                              {"version", ULPSCOPE_VERSION}};
    return document;
  }

  static std::string driftText(const DriftSettings& settings, const Operands& operands, const Drift& drift,
                               const ProductDevice* device, const Terminal& terminal) {
    return fmt::format("A {} ({}), B {}, K {}\n\n{}", shapeText(operands.a), printable(operands.origin),
                       shapeText(operands.b), settings.order.id(), driftTable(settings, drift, device, terminal));
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
    if (!m_a || !m_b || !m_engine || !m_out)
      return fail(Errc::Usage, "--dots expects --a, --b, --engine and --out; one of them was not given");
    if (!m_engines.empty() || m_m || m_n || m_k || m_distribution || m_seed || m_reference || m_separates ||
        m_isMeasured)
      return fail(Errc::Usage,
                  "--engines, --reference, --separate, --measured, sizes and a distribution do not go with --dots, but "
                  "one was given");
    const auto settings = dotSettings();
    if (!settings) return tl::unexpected(settings.error());
    if (auto free = checkFree(*m_out, m_force, {}); !free) return free;
    const auto a = matrixOf(*m_a, m_flags, context.job);
    if (!a) return tl::unexpected(a.error());
    const auto b = matrixOf(*m_b, m_flags, context.job);
    if (!b) return tl::unexpected(b.error());
    if (a->rows != b->rows || a->columns != b->columns)
      return fail(Errc::Usage,
                  fmt::format("A and B of one shape expected, found {} and {}", shapeText(*a), shapeText(*b)));
    DenseMatrix c;
    if (m_c) {
      auto read = matrixOf(*m_c, m_flags, context.job);
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

  std::optional<std::string> m_a, m_b, m_c, m_out;
  std::optional<std::uint64_t> m_m, m_n, m_k, m_seed;
  std::optional<std::string> m_distribution, m_reference, m_inputRounding, m_order;
  std::vector<std::string> m_engines;
  bool m_isDots = false, m_isMeasured = false, m_separates = false, m_force = false;
  std::optional<std::string> m_engine, m_input, m_output;
  OpenFlags m_flags;
};

}  // namespace

const CommandInfo& matmul_entry() {
  static const CommandInfo info{"matmul", "Matrix products of hardware and ideal engines, against FP64",
                                "ulp matmul --k 4096 --engines fma@float32,a100@tfloat32", makeCommand<MatmulCommand>};
  return info;
}

}  // namespace ulpscope
