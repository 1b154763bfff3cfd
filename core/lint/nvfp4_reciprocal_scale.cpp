// SPDX-License-Identifier: Apache-2.0
//
// The scale above the block scales of NVFP4: ModelOpt's weight_scale_2 = amax / (6 * 448) multiplies, the
// weight_global_scale = 6 * 448 / amax of compressed-tensors divides (modular #6600 mixed them up). Where one was
// stored as the other would have it, weights come out larger by its square or by its reciprocal's. So weights of
// magnitudes beyond 256 are taken for such where the reciprocal would bring the largest into [2^-10, 128].
#include <fmt/format.h>

#include <cmath>

#include "core/checkpoint/packed/packed_values.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr double kImplausible = 256;
constexpr double kSmallestPlausible = 0x1p-10;
constexpr double kLargestPlausible = 128;

class Nvfp4ReciprocalScale final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const double found = tensor.profile.statistics.absMax;
    if (!tensor.info.packing || tensor.info.packing->id != "fp4_blocks" || !(found > kImplausible)) return {};
    const auto multiplier = partOf(run.checkpoint, tensor.info, ".weight_scale_2");
    const auto divisor = partOf(run.checkpoint, tensor.info, ".weight_global_scale");
    if (!multiplier && !divisor) return {};
    const auto source = run.checkpoint.source(multiplier ? *multiplier : *divisor);
    if (!source) return tl::unexpected(source.error());
    const auto stored = readScalar(*source);
    if (!stored) return tl::unexpected(stored.error());
    const double square = static_cast<double>(*stored) * *stored;
    const double otherwise = multiplier ? found / square : found * square;
    if (!(otherwise >= kSmallestPlausible && otherwise <= kLargestPlausible)) return {};
    if (m_weights.empty())
      m_sentence =
          fmt::format("Its weights reach {:.3g} with {} = {:.4g}, which {} here, and {:.3g} with its reciprocal", found,
                      multiplier ? "weight_scale_2" : "weight_global_scale", *stored,
                      multiplier ? "multiplies" : "divides", otherwise);
    m_weights.add(tensor.index, static_cast<double>(tensor.info.elements));
    return {};
  }

  Result<> end(LintRun& run) override {
    m_weights.report(run, Severity::Error, m_sentence);
    return {};
  }

 private:
  Gathered m_weights;
  std::string m_sentence;
};

}  // namespace

const LintRule& nvfp4_reciprocal_scale_entry() {
  static const LintRule rule{"nvfp4_reciprocal_scale", "NVFP4 scales stored as their reciprocal",
                             "ModelOpt multiplies by the scale of a tensor and compressed-tensors divides by it: the "
                             "file has the names of one and the numbers of the other, so write the reciprocal.",
                             true, makeCheck<Nvfp4ReciprocalScale>};
  return rule;
}

}  // namespace ulpscope
