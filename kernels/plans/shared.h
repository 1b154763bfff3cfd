// SPDX-License-Identifier: Apache-2.0
#pragma once
// ULPSCOPE_SHARED: a function that runs on the processor and in CUDA kernels. constexpr functions need no mark (nvcc
// --expt-relaxed-constexpr); what calls the math library does.
#ifdef __CUDACC__
#define ULPSCOPE_SHARED __host__ __device__
#else
#define ULPSCOPE_SHARED
#endif
