// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

/// Block quantization as data: `blockSize` consecutive values share a scale; the last block may be short.
///
/// All arithmetic is in float (binary32), one rounded operation for each sign below, in the order written. rne rounds
/// half to even, rha half away from zero, binary16() to nearest even; clamps saturate infinities. a = max |x| of a
/// block.
///
/// A block that holds NaN is poisoned, as torch and NumPy have it: a, m, lo, hi and all that follows from them are NaN.
/// Otherwise values that are not finite go through the arithmetic as they are. Where a clamp, a comparison or a
/// conversion to integer would see NaN, the code is what "NaN:" says. Signs of NaN are not defined.
struct BlockCodec {
  enum class Kind : std::uint8_t {
    /// code = clamp(rne(x * (divisor / a)), low, high); scale = a / divisor; y = code * scale.
    /// a == 0: codes 0, scale 0. NaN: 0.
    Absmax,
    /// lo, hi = min, max of the block (widened to hold 0 if `includeZero`); scale = (hi - lo) / (high - low);
    /// zero = low - rne(lo / scale); code = clamp(rne(x / scale) + zero, low, high); y = (code - zero) * scale.
    /// hi == lo: scale 1. zero is clamped to +-2^30, NaN: 0; it enters the arithmetic as float. Codes NaN: 0 clamped to
    /// low..high.
    Affine,
    /// bitsandbytes 0.50.2 NF4, backends/default/ops.py: r = clamp(x * (1 / max(a, 1e-38)), -1, 1); scale = a. A short
    /// last block differs: a = max(a, 1e-38) first of all, and r = clamp(x / a, -1, 1).
    /// code = number of midpoints below r (a tie goes to the lower code), the 15 midpoints being
    /// (nf4[i] + nf4[i + 1]) / 2; y = nf4[code] * scale. NaN: 15.
    Nf4,
    /// ggml q8_0, quantize_row_q8_0_ref: d = a / 127; code = clamp(rha(x * (d == 0 ? 0 : 1 / d)), -128, 127);
    /// scale = binary16(d); y = code * scale. NaN: 0.
    Q8_0,
    /// ggml q8_0, AVX2 path of quantize_row_q8_0: r = rne(x * (a == 0 ? 0 : 127 / a)); code = clamp(r, -128, 127), but
    /// -128 where r >= 2^31 (the "integer indefinite" of CVTPS2DQ); d, scale and y as above. NaN: -128.
    Q8_0Avx2,
    /// ggml q4_0, quantize_row_q4_0_ref: m = the x of largest magnitude (the first of them), d = m / -8;
    /// code = clamp(truncate(x * (d == 0 ? 0 : 1 / d) + 8.5), 0, 15); scale = binary16(d); y = (code - 8) * scale.
    /// NaN: 0.
    Q4_0,
    /// FP8 as FBGEMM scales it, fp8_gemm.py quantize_fp8_row: s = divisor / max(a, 1e-12);
    /// code = FP8(x * s) to nearest even, saturating; scale = 1 / s; y = value(code) * scale.
    /// `divisor` is the format's largest value and names it: 448 is float8_e4m3fn, 57344 float8_e5m2.
    /// NaN: the format's NaN, sign bit clear (0x7F, 0x7E).
    ScaledFloat8,
    /// bitsandbytes 0.50.2 int8_vectorwise_quant and _dequant: code = rne(x * ((1 / a) * 127)), 0 if that is not finite
    /// (all, if a <= 3.732e-37); scale = a; y = (code * scale) * 0.007874015718698502f.
    BnbInt8,
    /// compressed-tensors: scale = a / divisor, or 2^-23 (binary32's epsilon) where that is 0;
    /// code = clamp(rne(x / scale), low, high); y = code * scale. NaN: 0. `divisor` is (high - low) / 2: 127.5 for
    /// INT8.
    CompressedInt,
    /// EETQ cutlass_preprocessors.cc symmetric_quantize: s = a * (1 / 128); code = clamp(rha(x / s), -128, 127);
    /// scale = binary16(s); y = code * scale. NaN (a zero block is 0 / 0): 127.
    EetqInt8,
  };

  Kind kind;
  std::uint64_t blockSize;
  float divisor = 127;  ///< Absmax, CompressedInt, ScaledFloat8
  int low = -127;       ///< Absmax, Affine, CompressedInt: smallest and largest code, within -128..255
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

struct BlockScale {
  float scale = 0;
  std::int32_t zeroPoint = 0;
};

/// One block by the definition above, scalar; a block smaller than codec.blockSize is a short last one.
/// Preconditions: 0 < values.size() <= codec.blockSize, codes.size() == values.size().
BlockScale quantizeBlock(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes);
void dequantizeBlock(const BlockCodec& codec, std::span<const std::uint8_t> codes, BlockScale stored,
                     std::span<float> values);

/// The 16 values of format nf4 and the 15 midpoints between them as float arithmetic gives them.
std::span<const float, 16> nf4Values();
std::span<const float, 15> nf4Midpoints();

}  // namespace ulpscope
