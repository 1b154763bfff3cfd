// SPDX-License-Identifier: Apache-2.0
// cuBLAS as kernels/cuda asks for it: products of operands that lie on the device, 4,096 each way, the shortest of ten.
// `script/test --gpu` runs it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/base/result.h"
#include "kernels/cuda/check.cuh"
#include "kernels/cuda/cublas_library.cuh"

namespace ulpscope::kernels {
namespace {

constexpr int kSize = 4096;
constexpr int kRuns = 10;

void orStop(const Result<>& done) {
  if (done) return;
  std::fprintf(stderr, "cublas_bench: %s\n", done.error().message.c_str());
  std::exit(1);
}

struct Bench {
  DeviceProduct product;
  const char* name;
};
constexpr Bench kBenches[] = {{{DeviceProduct::Operands::Float32}, "float32"},
                              {{DeviceProduct::Operands::TFloat32}, "tfloat32"},
                              {{DeviceProduct::Operands::Float16}, "float16"},
                              {{DeviceProduct::Operands::BFloat16}, "bfloat16"},
                              {{DeviceProduct::Operands::Float8E4M3}, "float8_e4m3fn"},
                              {{DeviceProduct::Operands::Float8E4M3, true}, "float8_e4m3fn, promoted"},
                              {{DeviceProduct::Operands::Int8}, "int8"}};

/// Milliseconds of a product; negative where the device does not offer it.
float timeOf(const CublasLibrary& library, const DeviceProduct& product, const ProductOnDevice& on) {
  cudaEvent_t begin{}, end{};
  orStop(check(cudaEventCreate(&begin), "event"));
  orStop(check(cudaEventCreate(&end), "event"));
  float best = -1;
  for (int run = 0; run < kRuns; ++run) {
    orStop(check(cudaEventRecord(begin, library.stream()), "event"));
    const auto begun = library.begin(product, on);
    if (!begun && begun.error().code == Errc::Unsupported) break;
    orStop(begun);
    orStop(check(cudaEventRecord(end, library.stream()), "event"));
    orStop(check(cudaEventSynchronize(end), "product"));
    float milliseconds = 0;
    orStop(check(cudaEventElapsedTime(&milliseconds, begin, end), "event"));
    best = best < 0 ? milliseconds : std::min(best, milliseconds);
  }
  return best;
}

int benchAll() {
  const auto functions = loadCublas();
  if (!functions) {
    std::printf("%s\n", functions.error().message.c_str());
    return 0;  // no failure: everything else works without it
  }
  const auto library = CublasLibrary::make(**functions);
  if (!library) {
    std::fprintf(stderr, "cublas_bench: %s\n", library.error().message.c_str());
    return 1;
  }
  constexpr std::size_t kBytes = std::size_t{kSize} * kSize * sizeof(float);
  DeviceMemory a, b, c;
  for (DeviceMemory* memory : {&a, &b, &c}) {
    orStop(check(memory->allocate(kBytes), "device memory"));
    orStop(check(cudaMemset(memory->data(), 0, kBytes), "device memory"));
  }
  std::printf("cuBLAS %d\n\n%-44s %9s %9s\n", (*library)->version(), "", "ms", "TFLOP/s");
  for (const Bench& bench : kBenches) {
    const float ms = timeOf(**library, bench.product, {a.data(), b.data(), c.data(), kSize, kSize, kSize});
    if (ms < 0)
      std::printf("product, %-35s not offered\n", bench.name);
    else
      std::printf("product, %-35s %9.3f %9.1f\n", bench.name, static_cast<double>(ms),
                  2e-9 * kSize * kSize * kSize / static_cast<double>(ms));
  }
  return 0;
}

}  // namespace
}  // namespace ulpscope::kernels

int main() { return ulpscope::kernels::benchAll(); }
