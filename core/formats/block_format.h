// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope {

/// How the scale of a block follows from its largest magnitude a. With M the largest value of the element format and
/// 2^E the largest power of two in it; docs/numerics.md has the same with the sources.
enum class ScaleMode : std::uint8_t {
  Floor,        ///< 2^(floor(log2 a) - E), OCP's: the largest number may lie beyond M and saturate
  Ceil,         ///< 2^(ceil(log2 a) - E)
  Even,         ///< as Floor, of a rounded half up to the element's fraction bits
  Rceil,        ///< 2^ceil(log2(a / M)), the quotient in float32: nothing saturates
  Plain,        ///< NVFP4: (a / M) / tensor scale, rounded to UE4M3
  FourOverSix,  ///< NVFP4: that or 1.5 times it, so that a becomes 6 or 4: whichever has the smaller squared error
};

/// Numbers that share a scale: as many elements of one format as `blockSize`, and one scale of another.
struct BlockFormat {
  std::string_view id;     ///< that of the quantization scheme: "mxfp4"
  std::string_view title;  ///< "MXFP4"
  std::string_view name;   ///< as its standard calls it
  int blockSize;
  const NumberFormat* element;
  int elementExponent;  ///< an element is its format's value times 2^this: -6 in MXINT8, else 0
  const NumberFormat* scale;
  bool hasTensorScale;               ///< a float32 for the whole tensor beside the scales of the blocks
  std::span<const ScaleMode> modes;  ///< the first is the usual one
  std::string_view source;

  /// M and E of ScaleMode.
  double largestElement() const;
  int largestExponent() const;
  /// Scales take a byte each; the tensor's is not counted.
  double bitsPerElement() const { return element->info().codeBits + 8.0 / blockSize; }
};

std::span<const BlockFormat> blockFormats();
const BlockFormat* findBlockFormat(std::string_view id);  ///< nullptr if there is none

std::string_view idOf(ScaleMode mode);
std::optional<ScaleMode> findScaleMode(std::string_view id);

struct BlockElement {
  float input;
  double scaled;    ///< what is rounded to the element format
  Encoded outcome;  ///< in the element format
  double restored;
  double error;  ///< restored - input; NaN where either is not finite
};

/// One block, quantized.
///
/// With a scale of E8M0 everything is exact but the rounding of the elements (to nearest even, saturating; infinities
/// too). Scales outside 2^-127 to 2^127 take the nearer end, so zeros get 2^-127 and codes 0. A block that holds NaN
/// has the scale NaN and element codes 0.
///
/// NVFP4 is in float32, in the order of torchao 0.18 nvfp4_quantize: s = UE4M3(clamp((a / 6) / t, 2^-6, 448)), element
/// = E2M1(clamp(x * ((1 / t) / s), -6, 6)), restored = element * (t * s), t the tensor scale. A block that holds NaN or
/// infinity has the scale NaN.
struct QuantizedBlock {
  const BlockFormat* format;
  ScaleMode mode;
  float largest = 0;          ///< magnitude; NaN if the block holds one
  std::size_t largestAt = 0;  ///< the first element that has it
  float tensorScale = 1;
  std::uint64_t scaleCode = 0;
  double scale = 0;  ///< NaN if the code is
  std::vector<BlockElement> elements;
  double squaredError = 0;  ///< sum over elements with an error
  /// FourOverSix alone: whether 4 was taken, and the squared error of the other choice.
  bool usesFour = false;
  std::optional<double> otherSquaredError = {};

  bool isNan() const { return scale != scale; }
};

/// max |x| of the finite values over 448 * 6, or over 256 * 6 with FourOverSix, whose scales need room for the 1.5; 1
/// where that is zero or the format has no such scale.
float tensorScaleOf(const BlockFormat& format, ScaleMode mode, std::span<const float> tensor);

/// Preconditions: 0 < values.size() <= format.blockSize; `mode` is one of format.modes; tensorScale > 0, and 1 where
/// the format has none.
QuantizedBlock quantizeBlock(const BlockFormat& format, std::span<const float> values, ScaleMode mode,
                             float tensorScale = 1);

/// In blocks from the front, the last one possibly short; the tensor scale is that of `values` unless given.
std::vector<QuantizedBlock> quantizeBlocks(const BlockFormat& format, std::span<const float> values, ScaleMode mode,
                                           std::optional<float> tensorScale = std::nullopt);

}  // namespace ulpscope
