// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_plan.h"

#include <fmt/format.h>

#include <cmath>

namespace ulpscope::ggml {

RunPlan planOf(const BlockType& type, Encoder encode) {
  RunPlan plan;
  plan.granularity = Granularity::Group;
  plan.group = type.values;
  plan.wholeGroups = true;
  plan.scaleGroup = type.part;
  plan.codeBits = type.codeBits;
  plan.hasOffsets = type.hasOffsets;
  plan.packedBytes = type.bytes;
  plan.scaleNote = type.scaleNote;
  plan.encode = std::move(encode);
  if (type.hasOffsets)
    plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
      for (std::size_t i = 0; i < codes.size(); ++i)
        values[i] = stored.scale * static_cast<float>(codes[i]) + stored.offset;
    };
  else
    plan.decode = [bias = type.bias](std::span<const std::uint8_t> codes, const StoredScale& stored,
                                     std::span<float> values) {
      for (std::size_t i = 0; i < codes.size(); ++i) values[i] = stored.scale * static_cast<float>(codes[i] - bias);
    };
  return plan;
}

SchemeInfo infoOf(std::string id, std::string title, std::string functions, SchemeText text) {
  return {.id = std::move(id),
          .title = std::move(title),
          .family = "GGUF",
          .reference = fmt::format("ggml (llama-cpp-python 0.3.36) src/ggml-quants.c {}, built without fused "
                                   "multiply-add, as llama-quantize calls them",
                                   functions),
          .parameters = {},
          .calibration = CalibrationUse::Optional,
          .text = std::move(text)};
}

float meanSquare(std::span<const float> row) {
  float sum = 0;
  for (const float x : row) sum += x * x;
  return sum / static_cast<float>(row.size());
}

void weigh(std::span<const float> x, std::span<const float> importance, float sigma2, std::span<float> weights) {
  for (std::size_t i = 0; i < x.size(); ++i) weights[i] = importance[i] * std::sqrt(sigma2 + x[i] * x[i]);
}

}  // namespace ulpscope::ggml
