// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_simple_blocks.h"

#include <algorithm>
#include <cmath>

#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_packing.h"

namespace ulpscope::ggml {
namespace {

/// What follows the binary16 fields of a block.
void putCodes(int bits, std::span<const std::uint8_t, 32> codes, std::byte* afterHead) {
  if (bits == 5) {
    putFifthBits(codes, afterHead);
    afterHead += 4;
  }
  putNibbles(codes, 16, afterHead);
}

std::uint64_t codeBytes(int bits) { return bits == 5 ? 20 : 16; }

}  // namespace

RunPlan aroundZeroPlan(int bits, Arithmetic arithmetic) {
  const int half = 1 << (bits - 1);
  RunPlan plan = planOf({.bytes = 2 + codeBytes(bits),
                         .codeBits = bits,
                         .bias = half,
                         .scaleNote = half == 8 ? "value of largest magnitude / -8, as binary16"
                                                : "value of largest magnitude / -16, as binary16"},
                        [bits, half, arithmetic](const RunInput& run, const RunCodes& out) {
                          const std::span<const float, 32> x = run.values.first<32>();
                          const std::span<std::uint8_t, 32> codes = out.codes.first<32>();
                          const float d = run.importance.empty()
                                              ? encodeAroundZero(arithmetic, half, x, codes)
                                              : searchAroundZero(half, x, run.importance, run.rowValue, codes);
                          const std::uint16_t code = halfCode(d);
                          out.stored[0].scale = halfValue(code);
                          putWord(code, out.packed.data());
                          putCodes(bits, codes, out.packed.data() + 2);
                        });
  plan.measureRow = meanSquare;
  return plan;
}

void packQ4_0(float scale, std::span<const std::uint8_t> codes, std::span<std::byte> packed) {
  putWord(halfCode(scale), packed.data());
  putNibbles(codes, 16, packed.data() + 2);
}

RunPlan fromMinimumPlan(int bits) {
  const int largest = (1 << bits) - 1;
  RunPlan plan = planOf({.bytes = 4 + codeBytes(bits),
                         .codeBits = bits,
                         .hasOffsets = true,
                         .scaleNote = "(max - min) / the largest code, as binary16"},
                        [bits, largest](const RunInput& run, const RunCodes& out) {
                          const std::span<const float, 32> x = run.values.first<32>();
                          const std::span<std::uint8_t, 32> codes = out.codes.first<32>();
                          const StepAndMinimum fit =
                              run.importance.empty()
                                  ? encodeFromMinimum(largest, x, codes)
                                  : searchFromMinimum(largest, x, run.importance, run.rowValue, codes);
                          const std::uint16_t step = halfCode(fit.step);
                          const std::uint16_t minimum = halfCode(fit.minimum);
                          out.stored[0].scale = halfValue(step);
                          out.stored[0].offset = halfValue(minimum);
                          putWord(step, out.packed.data());
                          putWord(minimum, out.packed.data() + 2);
                          putCodes(bits, codes, out.packed.data() + 4);
                        });
  plan.measureRow = meanSquare;
  return plan;
}

void packQ8_0(float scale, std::span<const std::uint8_t> codes, std::span<std::byte> packed) {
  putWord(halfCode(scale), packed.data());
  std::ranges::copy(std::as_bytes(codes), packed.begin() + 2);
}

RunPlan q8Plan() {
  RunPlan plan = planOf({.bytes = 34, .codeBits = 8, .scaleNote = "largest magnitude / 127, as binary16"},
                        [](const RunInput& run, const RunCodes& out) {
                          float largest = 0;
                          for (const float x : run.values) {
                            const float size = std::fabs(x);
                            largest = largest > size ? largest : size;  // a NaN is forgotten with the next value
                          }
                          const float d = largest / 127;
                          const float factor = d != 0 ? 1.0f / d : 0.0f;
                          for (std::size_t i = 0; i < run.values.size(); ++i)
                            out.codes[i] = lowByte(truncatedInt(std::round(run.values[i] * factor)));
                          out.stored[0].scale = halfValue(halfCode(d));
                          packQ8_0(d, out.codes, out.packed);
                        });
  plan.signedCodes = true;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    for (std::size_t i = 0; i < codes.size(); ++i)
      values[i] = static_cast<float>(static_cast<std::int8_t>(codes[i])) * stored.scale;
  };
  return plan;
}

}  // namespace ulpscope::ggml
