// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

/// Block quantization as data: `blockSize` consecutive values share a scale; the last block may be short. All
/// arithmetic in float, in the order written; rne = round half to even, rha = round half away from zero; clamps
/// saturate. A block whose values hold NaN or infinity keeps what the arithmetic says, with NaN codes at 0.
struct BlockCodec {
  enum class Kind : std::uint8_t {
    /// a = max |x|; code = clamp(rne(x * (divisor / a)), low, high); scale = a / divisor; y = code * scale.
    /// a == 0: codes 0, scale 0.
    Absmax,
    /// lo, hi = min, max of the block (widened to hold 0 if `includeZero`); scale = (hi - lo) / 255;
    /// zero = low - rne(lo / scale); code = clamp(rne(x / scale) + zero, low, high); y = (code - zero) * scale.
    /// hi == lo: scale 1, zero = low - rne(lo).
    Affine,
    /// bitsandbytes NF4, default CPU path: a = max(max |x|, 1e-38); code = number of NF4 midpoints below x / a (a tie
    /// goes to the lower code); scale = max |x|; y = nf4[code] * scale.
    Nf4,
    /// ggml q8_0, quantize_row_q8_0_ref: d = a / 127; code = rha(x * (d ? 1 / d : 0)); scale = binary16(d); y = code *
    /// scale.
    Q8_0,
    /// ggml q8_0, AVX2 path: code = rne(x * (127 / a)), otherwise as above.
    Q8_0Avx2,
    /// ggml q4_0, quantize_row_q4_0_ref: m = the x of largest magnitude, d = m / -8;
    /// code = min(15, truncate(x * (d ? 1 / d : 0) + 8.5)); scale = binary16(d); y = (code - 8) * scale.
    Q4_0,
    /// FP8 as FBGEMM scales it: scale' = 448 / clamp(a, 1e-12); code = E4M3(x * scale') saturating, nearest even;
    /// scale = 1 / scale'; y = value(code) * scale. `divisor` holds the format's largest value.
    ScaledFloat8,
  };

  Kind kind;
  std::uint64_t blockSize;
  float divisor = 127;  ///< Absmax
  int low = -127;       ///< Absmax, Affine: smallest and largest code
  int high = 127;
  bool includeZero = true;  ///< Affine

  bool hasZeroPoints() const { return kind == Kind::Affine; }

  friend bool operator==(const BlockCodec&, const BlockCodec&) = default;
};

/// One code an element, whatever its width: signed codes in two's complement, others as they are.
struct BlockCodes {
  std::span<std::uint8_t> codes;
  std::span<float> scales;
  std::span<std::int32_t> zeroPoints;
};

struct ConstBlockCodes {
  std::span<const std::uint8_t> codes;
  std::span<const float> scales;
  std::span<const std::int32_t> zeroPoints;
};

}  // namespace ulpscope
