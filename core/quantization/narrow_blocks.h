// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/formats/float_spec.h"

namespace ulpscope {

/// Blocks of narrow floats along the rows, which have a scale each: those whose arithmetic some backends have kernels
/// for. a is the largest magnitude of a block; codes are rounded to nearest even and saturate; a restored value is that
/// of its code times the scale. The definition is the schemes' own code: mx_scheme.cpp, nvfp4.cpp.
struct NarrowBlockCodec {
  enum class Kind : std::uint8_t {
    /// The scale is 2^(floor(log2 a) - largestExponent), at least 2^-127; codes are of x / scale. A block with NaN has
    /// the scale NaN and codes 0.
    MxFloor,
    /// As nvfp4.cpp has it for ModelOpt, t being tensorScale.
    ModelOpt,
  };

  Kind kind;
  FloatSpec element;  ///< with a sign bit and subnormals, at most 8 bits
  std::size_t blockSize;
  int largestExponent = 0;  ///< MxFloor: of the element
  float tensorScale = 0;    ///< ModelOpt
};

}  // namespace ulpscope
