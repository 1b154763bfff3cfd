// SPDX-License-Identifier: Apache-2.0
//
// TQ1_0: fives[48] fours[4] d. A byte holds five trits (four and a zero in `fours`), the first most significant, as
// ceil(number * 256 / 243): multiplying it by 3 moves the next trit above the eighth bit.
#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_packing.h"
#include "core/quantization/ggml_ternary_blocks.h"

namespace ulpscope {
namespace {

/// Bytes whose trits are `bytes` apart.
struct Stretch {
  std::size_t firstValue, bytes, trits;
};
constexpr Stretch kStretches[] = {{0, 32, 5}, {160, 16, 5}, {240, 4, 4}};

/// In bytes, as ggml has it: trits beyond 2 wrap around.
std::uint8_t packedTrits(const int* trits, const Stretch& stretch) {
  unsigned number = 0;
  for (std::size_t k = 0; k < 5; ++k) {
    const int trit = k < stretch.trits ? trits[k * stretch.bytes] : 0;
    number = (number * 3 + static_cast<unsigned>(trit)) & 0xFF;
  }
  return static_cast<std::uint8_t>((number * 256 + 242) / 243);
}

void encode(const RunInput& run, const RunCodes& out) {
  const ggml::Trits trits = ggml::tritsOf(run.values);
  std::size_t at = 0;
  for (const Stretch& stretch : kStretches)
    for (std::size_t byte = 0; byte < stretch.bytes; ++byte, ++at) {
      std::uint8_t packed = packedTrits(trits.values.data() + stretch.firstValue + byte, stretch);
      out.packed[at] = static_cast<std::byte>(packed);
      for (std::size_t k = 0; k < stretch.trits; ++k) {  // what a reader finds
        out.codes[stretch.firstValue + k * stretch.bytes + byte] = static_cast<std::uint8_t>(packed * 3 >> 8);
        packed = ggml::lowByte(packed * 3);
      }
    }
  const std::uint16_t d = ggml::halfCode(trits.d);
  ggml::putWord(d, out.packed.data() + at);
  out.stored[0].scale = ggml::halfValue(d);
}

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row; `d` = largest magnitude; code = `round half away(x * (1 / d)) + 1`; `d` is stored "
          "as binary16; restored = (code - 1) * d. Five codes share a byte, as digits of a number of base 3.",
      .stored = "48 bytes of five codes, 4 of four and a binary16 scale: 54 bytes for 256 weights, 1.6875 bits.",
      .quirks = {"A NaN is forgotten with the value that follows it; values before it may then be larger than `d`, and "
                 "their codes wrap around."},
      .advice = "Only for models trained with ternary weights (BitNet b1.58, TriLM)."};
}

}  // namespace

const Scheme& tq1_0_entry() {
  static const RunScheme scheme(
      [] {
        SchemeInfo info = ggml::infoOf("tq1_0", "TQ1_0 (GGUF)", "quantize_row_tq1_0_ref", text());
        info.calibration = CalibrationUse::None;
        return info;
      }(),
      [](const Settings&) { return ggml::ternaryPlan(54, encode); });
  return scheme;
}

}  // namespace ulpscope
