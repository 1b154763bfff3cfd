// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "core/analysis/error_metrics.h"
#include "core/base/text.h"
#include "core/formats/value_text.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

/// Elements between two looks at the stop token: well under 20 ms of work.
constexpr std::size_t kStep = 16'384;

struct CastCounts {
  std::uint64_t exact = 0;
  std::uint64_t overflowed = 0;
  std::uint64_t underflowed = 0;
  std::uint64_t nonFinite = 0;  ///< inputs that are infinite or NaN
};

struct CastRule {
  const NumberFormat& format;
  Rounding rounding;
  Overflow overflow;
  bool nanBecomesZero;
};

/// The elements of a .npy file, as double whatever their type.
std::vector<double> elementsOf(const NpyArray& array) {
  const bool isFloat = array.descr == "<f4";
  std::vector<double> values(array.data.size() / (isFloat ? sizeof(float) : sizeof(double)));
  if (!isFloat) {
    std::memcpy(values.data(), array.data.data(), values.size() * sizeof(double));
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    float value = 0;
    std::memcpy(&value, array.data.data() + i * sizeof(float), sizeof(float));
    values[i] = value;
  }
  return values;
}

/// Codes in the smallest unsigned type of whole bytes, and the values they stand for.
struct CastResult {
  int codeBytes;
  std::vector<std::byte> codes;
  std::vector<double> values;
  CastCounts counts;
};

Result<CastResult> castAll(const CastRule& rule, std::span<const double> input, const std::string& file,
                           const JobContext& job) {
  const int bits = rule.format.info().codeBits;
  CastResult result{.codeBytes = bits <= 8    ? 1
                                 : bits <= 16 ? 2
                                 : bits <= 32 ? 4
                                              : 8,
                    .codes = {},
                    .values = {},
                    .counts = {}};
  const auto codeBytes = static_cast<std::size_t>(result.codeBytes);
  result.codes.resize(input.size() * codeBytes);
  result.values.resize(input.size());
  job.expect(input.size() * sizeof(double));
  for (std::size_t i = 0; i < input.size(); ++i) {
    const Encoded encoded = rule.format.encode(unrounded(input[i]), rule.rounding, rule.overflow);
    if (encoded.lostNan && !rule.nanBecomesZero)
      return fail(
          Errc::Usage,
          fmt::format("numbers expected, found NaN at element {}, which {} cannot hold (--nan zero stores zero)", i,
                      rule.format.info().id),
          file);
    result.counts.exact += encoded.exact ? 1 : 0;
    result.counts.overflowed += encoded.overflowed ? 1 : 0;
    result.counts.underflowed += encoded.underflowed ? 1 : 0;
    result.counts.nonFinite += std::isfinite(input[i]) ? 0 : 1;
    std::memcpy(result.codes.data() + i * codeBytes, &encoded.code, codeBytes);  // little-endian, as the host is
    result.values[i] = toDouble(rule.format.decode(encoded.code));
    if (i % kStep == kStep - 1)
      if (auto step = job.step(kStep * sizeof(double)); !step) return tl::unexpected(step.error());
  }
  return result;
}

/// True if float32 holds every value of the format.
bool fitsFloat32(const NumberFormat& format) {
  const FloatSpec* spec = format.floatSpec();
  return spec == nullptr || (spec->exponentBits <= 8 && spec->fractionBits <= 23);
}

Result<> writeValues(const std::string& path, const NumberFormat& format, const NpyArray& input,
                     std::span<const double> values, AtomicFile::Existing existing) {
  if (!fitsFloat32(format)) return writeNpy(path, "<f8", input.shape, std::as_bytes(values), existing);
  const std::vector<float> floats(values.begin(), values.end());
  return writeNpy(path, "<f4", input.shape, std::as_bytes(std::span(floats)), existing);
}

class CastCommand final : public Command {
 public:
  void declare(Options& options) override {
    options.argument("IN.npy", m_input, "An array of float32 or float64");
    options.argument("OUT.npy", m_output, "The file to write");
    options.required("--to", "ID", m_format, "The format to round to");
    options.option("--rounding", "R", m_rounding, roundingIds());
    options.option("--overflow", "O", m_overflow, overflowIds());
    options.option("--nan", "N", m_nan, "NaN that the format cannot hold: error, zero");
    options.option("--output", "KIND", m_kind,
                   "What to write: codes (smallest unsigned type), values (float32, float64 if needed)");
    options.flag("--force", m_force, "Replace OUT.npy if it exists");
  }

  Result<> run(CommandContext& context) override {
    const auto format = formatOf(m_format);
    if (!format) return tl::unexpected(format.error());
    const auto rounding = roundingOf(m_rounding);
    if (!rounding) return tl::unexpected(rounding.error());
    const auto overflow = overflowOf(m_overflow);
    if (!overflow) return tl::unexpected(overflow.error());
    if (m_nan != "error" && m_nan != "zero")
      return fail(Errc::Usage, "--nan takes error or zero, found " + printable(m_nan));
    if (m_kind != "codes" && m_kind != "values")
      return fail(Errc::Usage, "--output takes codes or values, found " + printable(m_kind));

    if (auto free = checkFree(m_output, m_force); !free) return free;

    const auto input = readNpy(m_input);
    if (!input) return tl::unexpected(input.error());
    if (input->descr != "<f4" && input->descr != "<f8")
      return fail(Errc::Unsupported, "float32 or float64 expected, found " + printable(input->descr), m_input);
    const std::vector<double> elements = elementsOf(*input);
    const auto result = castAll({**format, *rounding, *overflow, m_nan == "zero"}, elements, m_input, context.job);
    if (!result) return tl::unexpected(result.error());
    if (auto written = write(**format, *input, *result); !written) return written;
    report(context, elements, *result);
    return {};
  }

 private:
  Result<> write(const NumberFormat& format, const NpyArray& input, const CastResult& result) const {
    if (m_kind == "values") return writeValues(m_output, format, input, result.values, existing(m_force));
    const std::string descr = result.codeBytes == 1 ? "|u1" : fmt::format("<u{}", result.codeBytes);
    return writeNpy(m_output, descr, input.shape, result.codes, existing(m_force));
  }

  void report(CommandContext& context, std::span<const double> elements, const CastResult& result) const {
    const ErrorMetrics metrics = measureError(elements, result.values);
    const CastCounts& counts = result.counts;
    if (context.json) {
      context.output = documentText({{"elements", elements.size()},
                                     {"exact", counts.exact},
                                     {"overflowed", counts.overflowed},
                                     {"underflowed", counts.underflowed},
                                     {"nonFinite", counts.nonFinite},
                                     {"metrics", toJson(metrics)}});
      return;
    }
    context.output = fmt::format(
        "{} elements to {}, {} in {}\n"
        "  exact {}  overflowed {}  underflowed to zero {}  infinite or NaN on input {}\n"
        "  RMSE {:.6g}  largest error {:.6g} at element {}  signal to noise {:.2f} dB\n",
        groupedDigits(elements.size()), m_format, m_kind, printable(m_output), groupedDigits(counts.exact),
        groupedDigits(counts.overflowed), groupedDigits(counts.underflowed), groupedDigits(counts.nonFinite),
        metrics.rootMeanSquaredError, metrics.maxAbsoluteError, metrics.maxAt, metrics.signalToNoiseDb);
    if (metrics.excluded > 0)
      context.output +=
          fmt::format("  {} elements are left out of the error: they, or what is stored, are not finite\n",
                      groupedDigits(metrics.excluded));
  }

  std::string m_input;
  std::string m_output;
  std::string m_format;
  std::string m_rounding{idOf(Rounding::NearestEven)};
  std::string m_overflow{idOf(Overflow::Format)};
  std::string m_nan = "error";
  std::string m_kind = "codes";
  bool m_force = false;
};

}  // namespace

const CommandInfo& cast_entry() {
  static const CommandInfo info{"cast", "Round a whole array to a format",
                                "ulp cast weights.npy codes.npy --to float8_e4m3fn", makeCommand<CastCommand>};
  return info;
}

}  // namespace ulpscope
