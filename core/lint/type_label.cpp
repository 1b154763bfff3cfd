// SPDX-License-Identifier: Apache-2.0
//
// Bits of one 16-bit float read as the other are still numbers, but of an odd kind. A weight in BF16 has its exponent
// near 2^-6, whose code as FP16 is near 1: all magnitudes fall into [1/8, 4), both signs, nothing near zero. A weight
// in FP16 read as BF16 is near 2^-50. Either is called where the other reading has a median magnitude in [2^-12, 8).
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/analysis/code_table.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_values.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kFewestElements = 256;
constexpr std::size_t kFewestCodes = 64;     ///< fewer are no weights as they were trained
constexpr double kBothSigns = 0.1;           ///< share of the rarer one
constexpr double kNarrow = 0.995;            ///< share within [1/8, 4)
constexpr double kVanishing = 0x1p-30;       ///< median magnitude
constexpr std::uint64_t kWorthAWord = 4096;  ///< elements of an FP32 tensor

/// The codes of a tensor as one of the two types has them; zeros and what is not finite left out.
struct Reading {
  double medianMagnitude = 0;
  double shareNarrow = 0;
};

Reading readAs(const ElementType& type, const CodeCounts& counts) {
  const CodeTable& table = codeTable(type);
  std::vector<std::pair<double, std::uint64_t>> magnitudes;
  std::uint64_t total = 0, narrow = 0;
  for (std::size_t code = 0; code < counts.size(); ++code) {
    const double magnitude = std::fabs(table.values[code]);
    if (counts[code] == 0 || !std::isfinite(magnitude) || magnitude == 0) continue;
    magnitudes.emplace_back(magnitude, counts[code]);
    total += counts[code];
    if (magnitude >= 0.125 && magnitude < 4) narrow += counts[code];
  }
  std::ranges::sort(magnitudes);
  std::uint64_t below = 0;
  for (const auto& [magnitude, count] : magnitudes)
    if ((below += count) * 2 >= total) return {magnitude, static_cast<double>(narrow) / static_cast<double>(total)};
  return {};
}

/// Whether there are weights in it at all: of both signs, and many.
bool looksTrained(const CodeCounts& counts) {
  std::size_t codes = 0;
  std::uint64_t negative = 0, total = 0;
  for (std::size_t code = 0; code < counts.size(); ++code) {
    if (counts[code] == 0) continue;
    ++codes;
    total += counts[code];
    if (code >= counts.size() / 2) negative += counts[code];
  }
  const double share = static_cast<double>(negative) / static_cast<double>(std::max<std::uint64_t>(total, 1));
  return total >= kFewestElements && codes >= kFewestCodes && std::min(share, 1 - share) >= kBothSigns;
}

/// The 16-bit types that hold every value of a float32 tensor.
struct Fits {
  bool bfloat = true, half = true;
};

/// Reads until neither does.
Result<Fits> narrowTypesOf(const TensorSource& source, const JobContext& job) {
  Fits fits;
  std::vector<float> values;
  const std::uint64_t elements = source.info().elements;
  constexpr std::uint64_t kBatch = 1 << 16;
  for (std::uint64_t first = 0; first < elements && (fits.bfloat || fits.half); first += kBatch) {
    values.resize(static_cast<std::size_t>(std::min(kBatch, elements - first)));
    const auto read = source.readBytes(first, values.size(), std::as_writable_bytes(std::span(values)));
    if (!read) return tl::unexpected(read.error());
    for (const float value : values) {
      fits.bfloat = fits.bfloat && bfloatValue(bfloatBits(value)) == value;
      fits.half = fits.half && halfValue(halfBits(value)) == value;
    }
    if (auto going = job.step(0); !going) return tl::unexpected(going.error());
  }
  return fits;
}

class TypeLabel final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    if (tensor.info.packing) return {};
    if (tensor.info.type->name == "F16" || tensor.info.type->name == "BF16") judge(run, tensor);
    if (tensor.info.type->name != "F32" || tensor.info.elements < kWorthAWord ||
        !(tensor.profile.statistics.standardDeviation > 0))
      return {};
    const auto fits = narrowTypesOf(tensor.source, run.job);
    if (!fits) return tl::unexpected(fits.error());
    if (fits->bfloat)
      m_bfloats.add(tensor.index, static_cast<double>(tensor.info.elements));
    else if (fits->half)
      m_halves.add(tensor.index, static_cast<double>(tensor.info.elements));
    return {};
  }

  Result<> end(LintRun& run) override {
    m_bfloats.report(run, Severity::Note, "Stored as FP32, but BF16 holds all its values exactly in half the bytes");
    m_halves.report(run, Severity::Note, "Stored as FP32, but FP16 holds all its values exactly in half the bytes");
    return {};
  }

 private:
  static void judge(LintRun& run, const LintedTensor& tensor) {
    const CodeCounts& counts = tensor.profile.codeCounts;
    if (counts.empty() || !looksTrained(counts)) return;
    const bool isHalf = tensor.info.type->name == "F16";
    const Reading asLabelled = readAs(*tensor.info.type, counts);
    const Reading otherwise = readAs(*findElementType(isHalf ? "BF16" : "F16"), counts);
    const bool isOdd = isHalf ? asLabelled.shareNarrow >= kNarrow : asLabelled.medianMagnitude < kVanishing;
    const bool isSound = otherwise.medianMagnitude >= 0x1p-12 && otherwise.medianMagnitude < (isHalf ? 0.125 : 8);
    if (!isOdd || !isSound) return;
    run.add(
        {.severity = Severity::Error,
         .tensor = tensor.index,
         .message = fmt::format("Labelled {}, but its bits look like {}: half of the magnitudes are below {:.3g} as "
                                "labelled, and below {:.3g} as {}.",
                                isHalf ? "FP16" : "BF16", isHalf ? "BF16" : "FP16", asLabelled.medianMagnitude,
                                otherwise.medianMagnitude, isHalf ? "BF16" : "FP16"),
         .weight = static_cast<double>(tensor.info.elements)});
  }

  Gathered m_bfloats, m_halves;
};

}  // namespace

const LintRule& type_label_entry() {
  static const LintRule rule{
      "type_label", "Types that do not suit the content",
      "Bits under the wrong label are garbage when read: correct the label; a type wider than its "
      "values only takes room.",
      true, makeCheck<TypeLabel>};
  return rule;
}

}  // namespace ulpscope
