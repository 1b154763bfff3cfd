// SPDX-License-Identifier: Apache-2.0
//
// Symmetric codes of b bits have the zero point 2^(b-1), which GPTQ v1 stores less one and v2 as it is: all stored zero
// points of 4 bits are 7 or all are 8. vLLM #38966 and #26092: releases of GPTQModel wrote 8 under the label of v1.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/checkpoint/packed/packed_values.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr double kMostly = 0.9;  ///< of the zero points: a few groups may have been written otherwise

/// How often each zero point is stored.
struct StoredZeros {
  unsigned bits = 0;
  std::vector<std::uint64_t> counts;
  std::uint64_t total = 0;

  bool are(unsigned zero, double share) const {
    return static_cast<double>(counts[zero]) >= share * static_cast<double>(total);
  }
};

/// Nothing for widths whose codes straddle words, or whose last word is padded.
Result<std::optional<StoredZeros>> storedZeros(const TensorSource& words, std::uint64_t columns,
                                               const JobContext& job) {
  const std::vector<std::uint64_t>& shape = words.info().shape;
  if (shape.size() != 2 || words.type().bits != 32) return std::nullopt;
  StoredZeros zeros;
  for (const unsigned bits : {2u, 4u, 8u})
    if (shape[1] * 32 == columns * bits) zeros.bits = bits;
  if (zeros.bits == 0) return std::nullopt;
  zeros.counts.resize(std::size_t{1} << zeros.bits);
  std::vector<std::byte> bytes;
  std::vector<std::uint8_t> fields;
  const auto read = inBatches(words, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    bytes.resize(static_cast<std::size_t>(count * 4 + 1));  // a field is looked for in two bytes
    if (auto done = words.readBytes(first, count, std::span(bytes).first(bytes.size() - 1)); !done) return done;
    fields.resize(static_cast<std::size_t>(count * 32 / zeros.bits));
    unpackFields(bytes, 0, static_cast<int>(zeros.bits), fields);
    for (const std::uint8_t field : fields) ++zeros.counts[field];
    zeros.total += fields.size();
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return zeros;
}

class GptqZeroPoint final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    if (!tensor.info.packing || tensor.info.packing->id != "gptq") return {};
    const auto part = partOf(run.checkpoint, tensor.info, ".qzeros");
    if (!part || tensor.info.shape.size() != 2) return {};
    const auto source = run.checkpoint.source(*part);
    if (!source) return tl::unexpected(source.error());
    const auto zeros = storedZeros(*source, tensor.info.shape[0], run.job);
    if (!zeros) return tl::unexpected(zeros.error());
    if (*zeros && (*zeros)->total > 0) judge(run, tensor, **zeros);
    return {};
  }

  Result<> end(LintRun& run) override {
    m_wrongLabel.report(run, Severity::Error, m_wrongLabelText);
    m_wrongDecoding.report(run, Severity::Error, m_wrongDecodingText);
    m_notSymmetric.report(run, Severity::Warning,
                          "The config says that codes are symmetric, but its stored zero points are neither all those "
                          "of GPTQ v1 nor all those of v2");
    m_wrapped.report(run, Severity::Note,
                     "Stored by GPTQ v1, some of its zero points wrap around to stand for 0, which kernels that do not "
                     "wrap read as one beyond the largest code");
    return {};
  }

 private:
  void judge(LintRun& run, const LintedTensor& tensor, const StoredZeros& zeros) {
    const std::string label = run.config.text("quantization_config/checkpoint_format").value_or("");
    const auto symmetric = run.config.truth("quantization_config/sym");
    const bool labelledSecond = label == "gptq_v2" || label == "gptq_p";
    const bool decodedSecond = tensor.info.packing->title.starts_with("GPTQ v2");
    const unsigned middle = 1u << (zeros.bits - 1);
    // Codes that are not symmetric do not all have one zero point.
    const double share = symmetric.value_or(true) ? kMostly : 1;
    const bool storesFirst = zeros.are(middle - 1, share), storesSecond = zeros.are(middle, share);
    const auto elements = static_cast<double>(tensor.info.elements);
    if (storesFirst || storesSecond) {
      const auto sentence = [&](std::string_view who) {
        return fmt::format(
            "Its zero points are stored as {}, which is how GPTQ {} keeps symmetric codes, but {} v{}, "
            "so that all its weights come out one step off",
            storesSecond ? middle : middle - 1, storesSecond ? "v2" : "v1", who, storesSecond ? 1 : 2);
      };
      if (storesSecond != decodedSecond) {
        if (m_wrongDecoding.empty()) m_wrongDecodingText = sentence("they are read here as those of");
        m_wrongDecoding.add(tensor.index, elements);
      } else if (storesSecond != labelledSecond) {
        if (m_wrongLabel.empty())
          m_wrongLabelText = sentence(label.empty() ? "without a checkpoint_format programs take them for"
                                                    : "programs that go by the config take them for");
        m_wrongLabel.add(tensor.index, elements);
      }
      return;
    }
    if (symmetric.value_or(false)) m_notSymmetric.add(tensor.index, 1);
    if (!decodedSecond && zeros.counts[2 * middle - 1] > 0) m_wrapped.add(tensor.index, elements);
  }

  Gathered m_wrongLabel, m_wrongDecoding, m_notSymmetric, m_wrapped;
  std::string m_wrongLabelText, m_wrongDecodingText;
};

}  // namespace

const LintRule& gptq_zero_point_entry() {
  static const LintRule rule{"gptq_zero_point", "GPTQ zero points that are off by one",
                             "Programs that go by the label decode every weight one step off, which gives garbage: "
                             "correct checkpoint_format in the config, or store the zero points anew.",
                             true, makeCheck<GptqZeroPoint>};
  return rule;
}

}  // namespace ulpscope
