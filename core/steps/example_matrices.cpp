// SPDX-License-Identifier: Apache-2.0
#include "core/steps/example_matrices.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/int8_vectors.h"

namespace ulpscope {
namespace {

SmallMatrix inBinary16(MatrixShape shape, std::vector<float> values) {
  std::ranges::transform(values, values.begin(), asBinary16);
  return {shape, std::move(values)};
}

}  // namespace

StepExample fiveNumbers() {
  return {"Five numbers", {{{1, 5}, {2.1F, 3.1F, 2.5F, 3.7F, 3.3F}}, {}, "Five numbers between 2.1 and 3.7."}};
}

StepExample fiveByFive() {
  return {"5 x 5 weights in FP16",
          {inBinary16({5, 5}, {0.5415F, 0.2173F, 0.7861F, 0.3318F, 0.125F,         0.4102F, 0.6533F, 0.0942F, 0.8125F,
                               0.2881F, 0.7026F, 0.1587F, 0.5098F, 0.93212890625F, 0.3774F, 0.2466F, 0.8843F, 0.4453F,
                               0.1929F, 0.6211F, 0.0609F, 0.5723F, 0.3501F,        0.7398F, 0.479F}),
           {},
           "25 weights in FP16. The first (0.5415), the smallest (0.0609) and the largest (0.93212890625) are those of "
           "a published example; it leaves out the other 22, which are a fixed set of ours between them."}};
}

StepExample correlatedLayer() {
  return {"A layer of 3 x 4",
          {{{3, 4}, {0.93F, -0.52F, 0.02F, 0.73F, -0.68F, 0.38F, -0.32F, -0.08F, 0.47F, -0.88F, -0.36F, 0.29F}},
           {{6, 4}, {1.0F, 0.9F, 0.2F, -0.5F, -0.6F, -0.4F, 0.8F,  0.3F, 1.4F, 1.1F, -0.3F, 0.2F,
                     0.3F, 0.4F, 1.1F, 0.7F,  -1.2F, -1.1F, -0.4F, 0.1F, 0.8F, 0.5F, 0.6F,  -0.9F}},
           "A layer of three outputs and four inputs, and six input vectors; columns 0 and 1 nearly go together. The "
           "weights were picked so that one can see what it gains."}};
}

StepExample layerWithOutliers() {
  return {"A layer of 3 x 6, two outlier columns",
          {{{3, 6},
            {0.42F, -0.18F, 0.07F, 0.55F, -0.11F, 0.31F, -0.27F, 0.36F, 0.05F, -0.48F, 0.09F, 0.22F, 0.13F, 0.59F,
             -0.06F, 0.24F, 0.12F, -0.4F}},
           {{3, 6},
            {0.8F, -1.3F, 45.0F, 0.4F, -7.5F, 1.1F, -0.6F, 0.9F, 62.0F, -1.2F, -12.25F, 0.3F, 1.5F, 0.2F, 54.5F, -0.7F,
             -6.75F, -0.9F}},
           "A layer of three outputs and six inputs, and the inputs of three tokens; columns 2 and 4 are large."}};
}

void fillInputs(StepInput& input) {
  const std::uint64_t columns = input.weights.shape.columns;
  const std::uint64_t rows = std::clamp<std::uint64_t>(kMostStepInputs / columns, 1, 6);
  input.inputs.shape = {rows, columns};
  for (std::uint64_t r = 0; r < rows; ++r)
    for (std::uint64_t c = 0; c < columns; ++c) {
      const auto wave = static_cast<float>((r * 5 + c / 2 * 3 + c % 2) % 9) - 4;
      const bool isLarge = columns >= 4 && c == columns - 2;
      input.inputs.values.push_back(isLarge ? 8 + 2 * wave / 4 : wave / 4);
    }
  input.note +=
      fmt::format("{}No inputs were given: {} made up of a fixed pattern stand{} in.", input.note.empty() ? "" : " ",
                  rows == 1 ? "one vector" : fmt::format("{} vectors", rows), rows == 1 ? "s" : "");
}

}  // namespace ulpscope
