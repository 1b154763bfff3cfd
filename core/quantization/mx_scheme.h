// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "core/quantization/run_scheme.h"

namespace ulpscope {

/// The scheme of an MX format of core/formats/block_format.h: blocks of 32 along the rows, a power of two for each.
/// Scales of the result are the powers of two, by which the elements' values are multiplied.
///
/// `reference`: where the projects differ. a is the largest magnitude of a block.
/// - ocp: the scale as `scale_mode` has it, exactly; elements x / scale to nearest even, saturating. A block with NaN
/// has
///   the scale NaN, and codes 0; infinities saturate. The last block of a row may be short.
/// - torchao: as ocp, but a block whose scale is 2^-127 is coded with 2^-126 (rceil: with 1), and rceil takes its
///   logarithm in float32, so that a quotient just above a power of two gets a scale one power too low. Rows of whole
///   blocks alone. No MXINT8. Codes of a block with NaN are zeros, and NaN where the values are not finite (rceil:
///   everywhere).
/// - microxcaling: scale 2^(floor(log2 a) - E) with a float32 logarithm, so that a just below a power of two counts as
///   it; beyond 2^127, as with infinity, it is NaN. Elements half away from zero; no negative zero but of what is
///   rounded to it; MXINT8 without -128. It gives values alone: codes are those of its values.
/// - ggml (MXFP4): 2^(floor(log2 a) - 2), a float32 logarithm; one byte, so that a below 2^-125 wraps to a large scale.
///   Ties go toward zero, there is no negative zero, and what is not finite becomes 0. Rows of whole blocks alone.
RunScheme makeMxScheme(std::string_view formatId);

}  // namespace ulpscope
