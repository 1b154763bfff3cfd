// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <cstring>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "app/cli/like_option.h"
#include "app/cli/lookup.h"
#include "app/cli/options.h"
#include "app/cli/rounding_options.h"
#include "core/analysis/cast.h"
#include "core/base/text.h"
#include "core/report/npy.h"

namespace ulpscope {
namespace {

Result<CastResult> castElements(const NpyArray& array, const CastRule& rule, const JobContext& job) {
  const auto cast = [&]<class Value>(std::vector<Value> values) {
    std::memcpy(values.data(), array.data.data(), array.data.size());
    return castArray(values, rule, job);
  };
  if (array.descr == "<f4") return cast(std::vector<float>(array.data.size() / sizeof(float)));
  return cast(std::vector<double>(array.data.size() / sizeof(double)));
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
    m_rounding.declare(options);
    m_like.declare(options, LikeOption::Takes::OneStack);
    options.option("--nan", "N", m_nan, "NaN that the format cannot hold: error, zero");
    options.option("--output", "KIND", m_kind,
                   "What to write: codes (smallest unsigned type), values (float32, float64 if needed)");
    options.flag("--force", m_force, "Replace OUT.npy if it exists");
  }

  Result<> run(CommandContext& context) override {
    const auto format = makeFormat(m_format);
    if (!format) return tl::unexpected(format.error());
    const auto like = m_like.read(m_rounding);
    if (!like) return tl::unexpected(like.error());
    const auto rounding = m_rounding.read();
    if (!rounding) return tl::unexpected(rounding.error());
    if (m_nan != "error" && m_nan != "zero")
      return fail(Errc::Usage, "--nan takes error or zero, found " + printable(m_nan));
    if (m_kind != "codes" && m_kind != "values")
      return fail(Errc::Usage, "--output takes codes or values, found " + printable(m_kind));

    if (auto free = checkFree(m_output, m_force, std::span(&m_input, 1)); !free) return free;

    const auto input = readNpy(m_input);
    if (!input) return tl::unexpected(input.error());
    if (input->descr != "<f4" && input->descr != "<f8")
      return fail(Errc::Unsupported, "float32 or float64 expected, found " + printable(input->descr), m_input);
    const CastRule rule{.format = **format,
                        .rounding = rounding->rounding,
                        .overflow = rounding->overflow,
                        .seed = rounding->seed,
                        .randomBits = rounding->randomBits,
                        .nanBecomesZero = m_nan == "zero",
                        .like = *like};
    auto result = castElements(*input, rule, context.job);
    if (!result && (result.error().code == Errc::Usage || result.error().code == Errc::Unsupported)) {
      result.error().subject = m_input;
      if (*like == nullptr) result.error().message += " (--nan zero stores zero)";
    }
    if (!result) return tl::unexpected(result.error());
    if (auto written = write(**format, *input, *result); !written) return written;
    report(context, *result);
    return {};
  }

 private:
  Result<> write(const NumberFormat& format, const NpyArray& input, const CastResult& result) const {
    if (m_kind == "values") return writeValues(m_output, format, input, result.values, existing(m_force));
    const std::string descr = result.codeBytes == 1 ? "|u1" : fmt::format("<u{}", result.codeBytes);
    return writeNpy(m_output, descr, input.shape, result.codes, existing(m_force));
  }

  void report(CommandContext& context, const CastResult& result) const {
    const ErrorMetrics& metrics = result.metrics;
    if (context.json) {
      context.output = documentText({{"elements", result.elements},
                                     {"exact", result.exact},
                                     {"overflowed", result.overflowed},
                                     {"underflowed", result.underflowed},
                                     {"nonFinite", result.nonFinite},
                                     {"metrics", toJson(metrics)}});
      return;
    }
    context.output = fmt::format(
        "{} to {}, {} in {}\n"
        "  exact {}  overflowed {}  underflowed to zero {}  infinite or NaN on input {}\n"
        "  RMSE {:.6g}  largest error {:.6g} at element {}  signal to noise {:.2f} dB\n",
        counted(result.elements, "element"), m_format, m_kind, printable(m_output), groupedDigits(result.exact),
        groupedDigits(result.overflowed), groupedDigits(result.underflowed), groupedDigits(result.nonFinite),
        metrics.rootMeanSquaredError, metrics.maxAbsoluteError, metrics.maxAt, metrics.signalToNoiseDb);
    if (metrics.excluded > 0)
      context.output += fmt::format("  {} left out of the error: it, or what is stored, is not finite\n",
                                    counted(metrics.excluded, "element"));
  }

  std::string m_input;
  std::string m_output;
  std::string m_format;
  RoundingOptions m_rounding;
  LikeOption m_like;
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
