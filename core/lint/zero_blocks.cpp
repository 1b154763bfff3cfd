// SPDX-License-Identifier: Apache-2.0
//
// Blocks are runs of weights under one scale: of GGUF's block types as they are defined, of packings with a scale for
// each run as many weights as there are for one scale. Blocks in other shapes (tiles, act-order) are not looked at.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/checkpoint/ggml/ggml_types.h"
#include "core/lint/lint_tools.h"

namespace ulpscope {
namespace {

constexpr double kTolerated = 0.01;  ///< share of blocks

/// The endings of scales that each belong to one run of weights, by convention.
struct RunScales {
  std::string_view packing;
  std::string_view ending;
};
constexpr std::array kRunScales{RunScales{"gptq", ".scales"}, RunScales{"compressed_pack", ".weight_scale"},
                                RunScales{"fp4_blocks", ".weight_scale"}, RunScales{"bitsandbytes_4bit", ".absmax"}};

/// 0 where the blocks are no runs.
std::uint64_t blockOf(const Checkpoint& checkpoint, const TensorInfo& tensor) {
  if (!tensor.packing) return 0;
  if (const GgmlType* const type = findGgmlType(tensor.packing->id)) return type->blockElements;
  const auto known = std::ranges::find(kRunScales, tensor.packing->id, &RunScales::packing);
  if (known == kRunScales.end()) return 0;
  const auto part = partOf(checkpoint, tensor, known->ending);
  if (!part) return 0;
  const std::uint64_t scales = checkpoint.tensors[*part].elements;
  if (scales == 0) return 0;
  if (known->packing == "bitsandbytes_4bit") {  // the last block is cut; sizes are powers of two
    for (std::uint64_t size = 32; size <= 4096; size *= 2)
      if ((tensor.elements + size - 1) / size == scales) return size;
    return 0;
  }
  return tensor.elements % scales == 0 ? tensor.elements / scales : 0;
}

class ZeroBlocks final : public LintCheck {
 public:
  Result<> tensor(LintRun& run, const LintedTensor& tensor) override {
    const Statistics& statistics = tensor.profile.statistics;
    const std::uint64_t block = blockOf(run.checkpoint, tensor.info);
    if (block < 2 || statistics.kinds.zero < block || statistics.kinds.zero == statistics.count) return {};
    std::uint64_t zeros = 0, empty = 0, first = 0;  // zeros of the block so far
    const auto read = visitElements(tensor.source, run.job, [&](std::uint64_t begin, std::span<const double> values) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        zeros = values[i] == 0 ? zeros + 1 : 0;
        if ((begin + i + 1) % block != 0) continue;
        if (zeros == block && empty++ == 0) first = begin + i + 1 - block;
        zeros = 0;
      }
    });
    if (!read) return read;
    if (empty > 0) report(run, tensor, block, empty, first);
    return {};
  }

 private:
  static void report(LintRun& run, const LintedTensor& tensor, std::uint64_t block, std::uint64_t empty,
                     std::uint64_t first) {
    const std::uint64_t blocks = (tensor.info.elements + block - 1) / block;
    const double share = static_cast<double>(empty) / static_cast<double>(blocks);
    const bool isMuch = share >= kTolerated;
    run.add({.severity = isMuch ? Severity::Warning : Severity::Note,
             .tensor = tensor.index,
             .element = first,
             .message = fmt::format("{} of {} of {} weights ({:.2g} %) {} to zeros; the first begins at {}.",
                                    groupedDigits(empty), counted(blocks, "block"), block, share * 100,
                                    empty == 1 ? "decodes" : "decode", placeOf(tensor.info, first)),
             .weight = isMuch ? share / kTolerated : static_cast<double>(empty * block)});
  }
};

}  // namespace

const LintRule& zero_blocks_entry() {
  static const LintRule rule{"zero_blocks", "Quantized blocks that decode to nothing but zeros",
                             "The scale underflowed, or the quantizer met no data there: compare with the weights "
                             "before quantization.",
                             true, makeCheck<ZeroBlocks>};
  return rule;
}

}  // namespace ulpscope
