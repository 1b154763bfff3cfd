// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "core/matmul/k_order.h"
#include "kernels/cuda/cublas_functions.cuh"

// A cuBLAS that computes on the processor, column-major, with leading dimensions and transposition as cuBLAS has them,
// when its stream is waited for. What it is asked wrongly fails the test. Calls fail as those of the runtime: failAt.
namespace ulpscope::cuda_on_cpu {

/// What it multiplies by: an engine of core, its unit for the operands' format, in this order of K. TF32 operands are
/// cut first, as units do that are given any floats.
struct FakeCublas {
  std::string engine = "h100";
  KOrder order = {};
  std::function<void()> onProduct = {};  ///< before each product is computed

  // What the last product was asked with.
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
  cublasMath_t mode = CUBLAS_DEFAULT_MATH;
  bool isFast = false;        ///< FP8
  std::size_t products = 0;   ///< so far
  std::size_t heldItems = 0;  ///< handles, descriptions and layouts that were not given back
};
FakeCublas& fakeCublas();

const kernels::CublasFunctions& fakeCublasFunctions();

}  // namespace ulpscope::cuda_on_cpu
