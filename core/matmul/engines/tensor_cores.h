// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_engine.h"

// The multiply-add units of NVIDIA's generations, which several GPUs share.
namespace ulpscope::tensor_cores {

/// Truncating, with sums in float32. `blockLength` products are summed at once.
constexpr DotUnit fused(int alignmentBits, int blockLength, int zeroExponent,
                        Accumulator accumulator = Accumulator::Float32TowardZero) {
  return {.summation = Summation::Fused,
          .accumulator = accumulator,
          .blockLength = blockLength,
          .alignmentBits = alignmentBits,
          .zeroExponent = zeroExponent};
}

/// The same with sums in float16.
constexpr DotUnit half(int alignmentBits, int blockLength, int zeroExponent) {
  return fused(alignmentBits, blockLength, zeroExponent, Accumulator::Float16NearestEven);
}

/// sm_80: 16 bytes of operands at once.
std::vector<EngineUnit> ampere();
/// sm_89: the same, and FP8 whose sums keep 13 fraction bits.
std::vector<EngineUnit> ada();
/// sm_90 and sm_100: 32 bytes at once. FP8 is converted to float16 and multiplied in two halves, whose sum is added to
/// c in float32.
std::vector<EngineUnit> hopperMma();
/// sm_90: FP8 whose sums keep 13 fraction bits.
std::vector<EngineUnit> hopperWgmma();
/// sm_100: FP8 as exact as the others; MX and NVFP4, whose blocks have scales.
std::vector<EngineUnit> blackwellTcgen05();

/// GPUs that differ in their name alone.
MatrixEngine adaEngine(std::string_view id, std::string_view title);
MatrixEngine mmaEngine(std::string_view id, std::string_view title);    ///< hopperMma()
MatrixEngine wgmmaEngine(std::string_view id, std::string_view title);  ///< hopperWgmma()

inline constexpr std::string_view kSource =
    "arXiv 2511.10909 (MMA-Sim), arXiv 2512.07004 (Khattak and Mikaitis); recorded results: "
    "north-numerical-computing/MATLAB-tensor-core";

}  // namespace ulpscope::tensor_cores
