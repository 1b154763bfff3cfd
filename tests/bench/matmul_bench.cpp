// SPDX-License-Identifier: Apache-2.0
// Products of 1024 x 1024 matrices by models of matrix engines, beside OpenBLAS and Eigen in float32 by the same number
// of threads in the same run: `share` is the speed of OpenBLAS (of Eigen, where it was not found) over ours, from the
// shortest times of both. Both alternate.
#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <vector>

#include "core/jobs/job.h"
#include "core/matmul/matrix_product.h"
#include "kernels/cpu/cpu_backend.h"

#if ULPSCOPE_HAS_OPENBLAS
#include <cblas.h>
#endif

namespace ulpscope::bench {
namespace {

constexpr int kSize = 1024;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

const DenseMatrix& operand(std::uint64_t seed) {
  static const DenseMatrix matrices[] = {randomMatrix(kSize, kSize, Distribution::Normal, 0),
                                         randomMatrix(kSize, kSize, Distribution::Normal, 1)};
  return matrices[seed];
}

Matrix singles(const DenseMatrix& matrix) {
  return Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(matrix.values.data(),
                                                                                                  kSize, kSize)
      .cast<float>();
}

void eigen(int threads) {
  static const Matrix a = singles(operand(0));
  static const Matrix b = singles(operand(1));
  static Matrix c(kSize, kSize);
  Eigen::setNbThreads(threads);
  c.noalias() = a * b;
  benchmark::DoNotOptimize(c.data());
}

void sgemm(int threads) {
#if ULPSCOPE_HAS_OPENBLAS
  static const Matrix a = singles(operand(0));
  static const Matrix b = singles(operand(1));
  static Matrix c(kSize, kSize);
  openblas_set_num_threads(threads);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kSize, kSize, kSize, 1, a.data(), kSize, b.data(), kSize, 0,
              c.data(), kSize);
  benchmark::DoNotOptimize(c.data());
#else
  eigen(threads);
#endif
}

void measure(benchmark::State& state, const std::function<void(int threads)>& product) {
  const int threads = static_cast<int>(state.range(0));
  double best = std::numeric_limits<double>::infinity();
  double bestOther = best;
  product(threads);
  sgemm(threads);
  for (auto _ : state) {
    bestOther = std::min(bestOther, seconds([&] { sgemm(threads); }));
    const double time = seconds([&] { product(threads); });
    best = std::min(best, time);
    state.SetIterationTime(time);
  }
  constexpr double kMultiplyAdds = double{kSize} * kSize * kSize;
  state.counters["GMAC/s"] = kMultiplyAdds / best * 1e-9;
  state.counters["sgemm GMAC/s"] = kMultiplyAdds / bestOther * 1e-9;
  state.counters["share"] = best / bestOther;
}

void add(const std::string& name, const std::function<void(int)>& product) {
  benchmark::RegisterBenchmark(name.c_str(), [product](benchmark::State& state) { measure(state, product); })
      ->Arg(1)
      ->Arg(2)
      ->ArgName("threads")
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

void addAll() {
  add("eigen", eigen);
  for (const char* id : {"a100@tfloat32", "h100-wgmma@tfloat32", "v100@float16", "a100@bfloat16", "h100-wgmma@bfloat16",
                         "ada@float8_e4m3fn", "h100-wgmma@float8_e4m3fn", "b200-tcgen05@float8_e4m3fn",
                         "h100-mma@float8_e4m3fn", "3xtf32", "bf16x9", "fma@float32", "float64", "int8"})
    add(id, [id](int threads) {
      ProductSettings settings;
      settings.engine = *parseEngine(id);
      const auto product = multiply(settings, operand(0), operand(1), *kernels::makeCpuBackend(threads), JobContext{});
      benchmark::DoNotOptimize(product->c.values.data());
    });
}

}  // namespace
}  // namespace ulpscope::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  ulpscope::bench::addAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
