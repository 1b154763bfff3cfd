// SPDX-License-Identifier: Apache-2.0
// The CUDA kernels over 256 MiB of floats that lie on the device, each beside a copy on the device in the same run:
// GB/s of what a kernel reads and writes, and the share of the copy's rate. The shortest of many is what is shown, with
// the second-level cache cleared before each. `script/test --gpu` runs it.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kernels/cuda/abs_maxima.cuh"
#include "kernels/cuda/count_blocks.cuh"
#include "kernels/cuda/count_codes.cuh"
#include "kernels/cuda/decode.cuh"
#include "kernels/cuda/dequantize_blocks.cuh"
#include "kernels/cuda/measure_blocks.cuh"
#include "kernels/cuda/narrow_blocks.cuh"
#include "kernels/cuda/profile.cuh"
#include "kernels/cuda/quantize_blocks.cuh"
#include "kernels/cuda/round.cuh"
#include "kernels/cuda/search_parts.cuh"

namespace ulpscope::kernels {
namespace {

constexpr std::size_t kFloats = std::size_t{64} << 20;
constexpr int kRuns = 20;

void orStop(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  std::fprintf(stderr, "cuda_bench: %s: %s\n", what, cudaGetErrorString(status));
  std::exit(1);
}

template <class T>
T* onDevice(std::size_t count) {
  void* memory = nullptr;
  orStop(cudaMalloc(&memory, count * sizeof(T)), "device memory");
  orStop(cudaMemset(memory, 0, count * sizeof(T)), "device memory");
  return static_cast<T*>(memory);
}

/// Weights without a library: sums of four uniform numbers, which look normal enough.
__global__ void makeWeights(float* values, std::size_t size) {
  forEachFour(
      size,
      [&](std::size_t i) {
        Four four;
        for (unsigned k = 0; k < kFour; ++k) {
          std::uint64_t z = (i + k + 1) * 0x9E3779B97F4A7C15u;
          z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
          z = (z ^ z >> 27) * 0x94D049BB133111EBu;
          z ^= z >> 31;
          int sum = 0;
          for (int part = 0; part < 4; ++part) sum += static_cast<int>(z >> (16 * part) & 0xFFFF) - 0x8000;
          four.of[k] = static_cast<float>(sum) * (0.02F / 0x1p15F);
        }
        storeFour(values + i, four);
      },
      [](std::size_t) {});
}

class Bench {
 public:
  Bench() {
    int device = 0;
    cudaDeviceProp properties{};
    orStop(cudaGetDevice(&device), "device");
    orStop(cudaGetDeviceProperties(&properties, device), "device");
    m_blocks = static_cast<unsigned>(properties.multiProcessorCount) * (2048 / kThreads);
    m_cacheBytes = static_cast<std::size_t>(properties.l2CacheSize) * 2;
    m_cache = onDevice<std::uint8_t>(m_cacheBytes);
    orStop(cudaEventCreate(&m_begin), "event");
    orStop(cudaEventCreate(&m_end), "event");
    std::printf("%s, %d multiprocessors\n\n%-44s %9s %9s %9s\n", properties.name, properties.multiProcessorCount, "",
                "ms", "GB/s", "of copy");
  }

  unsigned blocks() const { return m_blocks; }

  /// Milliseconds of work(), the shortest of kRuns.
  template <class Work>
  double run(const char* name, double bytes, const Work& work) {
    float best = 1e30F;
    for (int i = 0; i < kRuns; ++i) {
      orStop(cudaMemsetAsync(m_cache, i, m_cacheBytes), "cache");
      orStop(cudaEventRecord(m_begin), "event");
      work();
      orStop(cudaEventRecord(m_end), "event");
      orStop(cudaEventSynchronize(m_end), name);
      float milliseconds = 0;
      orStop(cudaEventElapsedTime(&milliseconds, m_begin, m_end), "event");
      best = std::min(best, milliseconds);
    }
    orStop(cudaGetLastError(), name);
    const double rate = bytes / best / 1e6;
    if (m_copyRate == 0) m_copyRate = rate;
    std::printf("%-44s %9.3f %9.0f %8.0f%%\n", name, best, rate, 100 * rate / m_copyRate);
    return best;
  }

 private:
  unsigned m_blocks = 1;
  std::size_t m_cacheBytes = 0;
  std::uint8_t* m_cache = nullptr;
  cudaEvent_t m_begin{}, m_end{};
  double m_copyRate = 0;
};

template <BlockCodec::Kind kKind>
void benchShort(Bench& bench, const char* name, BlockCodec codec, const float* values, const DeviceBlockCodes& out) {
  bench.run(name, kFloats * (5 + 4.0 / static_cast<double>(codec.blockSize)), [&] {
    quantizeShortBlocks<kKind><<<bench.blocks(), kThreads>>>(codec, blockLayout(kFloats, codec.blockSize), values, out);
  });
}

/// What is sent back of a chunk of kMeasuredChunk values.
constexpr unsigned kMeasuredChunk = 65'536;
struct MeasuredThere {
  ChunkErrors* chunks;
  double* found;
};

/// Quantized, restored and measured in one pass; a few percent of the errors are kept.
template <class Coder>
void benchMeasure(Bench& bench, const char* name, const Coder& coder, const float* values, const MeasuredThere& there) {
  const auto blockSize = static_cast<unsigned>(coder.codec.blockSize);
  const MeasureLayout layout{.size = static_cast<unsigned>(kFloats),
                             .chunk = kMeasuredChunk,
                             .line = kMeasuredChunk,
                             .blockSize = blockSize,
                             .blocksOfLine = kMeasuredChunk / blockSize,
                             .lanes = blockLayout(kFloats, blockSize).lanes,
                             .inFours = true,
                             .kept = kMeasuredChunk / 8};
  const ErrorBrackets brackets{{0.0001, 0.001, 0.01}, {0.000102, 0.00102, 1}};
  bench.run(name, kFloats * 4.0, [&] {
    measureBlocksKernel<Coder>
        <<<bench.blocks(), kThreads>>>(coder, layout, brackets, values, there.chunks, there.found);
  });
}

void benchSearches(Bench& bench, const float* values, std::uint8_t* codes, float* scales) {
  constexpr std::size_t kParts = kFloats / 32;
  const ggml::MinimumSearch minima{15, {-1.0F, 0.1F, 20}, 32, ggml::Weighing::AboveMean};
  auto* const fits = onDevice<ggml::MinimumFit>(kParts);
  const auto minimaBytes = partsBytes(minima.size, false);
  orStop(cudaFuncSetAttribute(searchMinimaKernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              static_cast<int>(minimaBytes)),
         "shared memory");
  bench.run("search of Q4_K, weights from the values", kFloats * 4.0, [&] {
    searchMinimaKernel<<<kParts / kThreads, kThreads, minimaBytes>>>(minima, kParts, values, nullptr, fits);
  });
  const ggml::ScaleSearch scaleSearch{32, 16};
  const auto scaleBytes = partsBytes(scaleSearch.size, true);
  orStop(cudaFuncSetAttribute(searchScalesKernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              static_cast<int>(scaleBytes)),
         "shared memory");
  bench.run("search of Q6_K", kFloats * 9.0, [&] {
    searchScalesKernel<<<2 * kParts / kThreads, kThreads, scaleBytes>>>(scaleSearch, 2 * kParts, values, values, scales,
                                                                        codes);
  });
}

void benchAll() {
  using Kind = BlockCodec::Kind;
  Bench bench;
  const unsigned blocks = bench.blocks();
  auto* const values = onDevice<float>(kFloats);
  auto* const floats = onDevice<float>(kFloats);
  auto* const codes = onDevice<std::uint8_t>(kFloats);
  auto* const wide = onDevice<std::uint16_t>(kFloats);
  const DeviceBlockCodes out{codes, onDevice<float>(kFloats / 16), onDevice<std::int32_t>(kFloats / 16)};
  makeWeights<<<blocks, kThreads>>>(values, kFloats);

  bench.run("copy", kFloats * 8.0, [&] {
    orStop(cudaMemcpyAsync(floats, values, kFloats * sizeof(float), cudaMemcpyDeviceToDevice), "copy");
  });

  const FloatSpec bfloat16{.exponentBits = 8, .fractionBits = 7, .bias = 127};
  const RoundingPlan toE4m3 = *makeRoundingPlan({kFloat8E4m3fn});
  const RoundingPlan toBfloat16 = *makeRoundingPlan({bfloat16});
  const RoundingPlan upE4m3 = *makeRoundingPlan({kFloat8E4m3fn, Rounding::TowardPositive});
  bench.run("round to float8_e4m3fn", kFloats * 8.0,
            [&] { roundKernel<true><<<blocks, kThreads>>>(toE4m3, values, floats, kFloats); });
  bench.run("round to float8_e4m3fn, upward", kFloats * 8.0,
            [&] { roundKernel<false><<<blocks, kThreads>>>(upE4m3, values, floats, kFloats); });
  bench.run("encode to float8_e4m3fn", kFloats * 5.0,
            [&] { encodeKernel<true, std::uint8_t><<<blocks, kThreads>>>(toE4m3, values, codes, kFloats); });
  bench.run("encode to bfloat16", kFloats * 6.0,
            [&] { encodeKernel<true, std::uint16_t><<<blocks, kThreads>>>(toBfloat16, values, wide, kFloats); });
  const ElementPlan stored16{ElementPlan::Kind::Float, 16, *makeDecodingPlan(bfloat16)};
  const ElementPlan stored8{ElementPlan::Kind::Float, 8, *makeDecodingPlan(kFloat8E4m3fn)};
  bench.run("decode bfloat16", kFloats * 6.0, [&] {
    decodeKernel<<<blocks, kThreads>>>(stored16, reinterpret_cast<const std::uint8_t*>(wide), floats, kFloats);
  });
  bench.run("decode float8_e4m3fn", kFloats * 5.0,
            [&] { decodeKernel<<<blocks, kThreads>>>(stored8, codes, floats, kFloats); });

  auto* const chunks = onDevice<ChunkSums>(kFloats / kProfileChunk);
  auto* const seen = onDevice<BlockProfile>(blocks);
  bench.run("statistics and histogram", kFloats * 4.0,
            [&] { profileKernel<<<blocks, kThreads>>>(values, kFloats, 0x1p-126F, chunks, seen); });
  auto* const counts = onDevice<DeviceCount>(65'536);
  bench.run("count 8-bit codes", kFloats * 1.0, [&] { countCodes8<<<blocks, kThreads>>>(codes, kFloats, counts); });
  orStop(cudaFuncSetAttribute(countCodes16, cudaFuncAttributeMaxDynamicSharedMemorySize, int{kHalfTableBytes}),
         "shared memory");
  bench.run("count 16-bit codes", kFloats * 2.0,
            [&] { countCodes16<<<blocks / 2 * 2, kThreads, kHalfTableBytes>>>(wide, kFloats, counts); });
  constexpr std::size_t kColumns = 4096;
  auto* const rowMaxima = onDevice<int>(kFloats / kColumns);
  auto* const columnMaxima = onDevice<int>(kColumns);
  const auto maximaBlocks = static_cast<unsigned>(kFloats / (std::size_t{kMaximaRows} * kMaximaColumns));
  bench.run("row and column maxima", kFloats * 4.0, [&] {
    absMaximaKernel<float, NumberMagnitude>
        <<<maximaBlocks, kThreads>>>(values, kFloats / kColumns, kColumns, {}, rowMaxima, columnMaxima);
  });
  bench.run("classes of blocks", kFloats * 4.0, [&] {
    countBlocksKernel<float, FloatClasses>
        <<<blocks, kThreads>>>(values, static_cast<unsigned>(kFloats / kColumns), kColumns, {}, counts);
  });

  benchShort<Kind::Absmax>(bench, "INT8, rows of 4,096", {.kind = Kind::Absmax, .blockSize = 4096}, values, out);
  benchShort<Kind::Affine>(bench, "INT8 affine, blocks of 128",
                           {.kind = Kind::Affine, .blockSize = 128, .low = -128, .high = 127}, values, out);
  benchShort<Kind::Nf4>(bench, "NF4, blocks of 64", {.kind = Kind::Nf4, .blockSize = 64}, values, out);
  bench.run("NF4 back", kFloats * (5 + 4.0 / 64), [&] {
    dequantizeKernel<<<blocks, kThreads>>>({.kind = Kind::Nf4, .blockSize = 64}, blockFinder(64),
                                           static_cast<unsigned>(kFloats), codes, out.scales, out.zeroPoints, floats);
  });
  benchShort<Kind::Q8_0>(bench, "Q8_0", {.kind = Kind::Q8_0, .blockSize = 32}, values, out);
  bench.run("Q8_0 back", kFloats * (5 + 4.0 / 32), [&] {
    dequantizeKernel<<<blocks, kThreads>>>({.kind = Kind::Q8_0, .blockSize = 32}, blockFinder(32),
                                           static_cast<unsigned>(kFloats), codes, out.scales, out.zeroPoints, floats);
  });
  benchShort<Kind::Q4_0>(bench, "Q4_0", {.kind = Kind::Q4_0, .blockSize = 32}, values, out);
  benchShort<Kind::ScaledFloat8>(bench, "FP8, rows of 4,096",
                                 {.kind = Kind::ScaledFloat8, .blockSize = 4096, .divisor = 448}, values, out);
  const FloatSpec e2m1{.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None};
  const NarrowBlockCodec mx{
      .kind = NarrowBlockCodec::Kind::MxFloor, .element = e2m1, .blockSize = 32, .largestExponent = 2};
  const NarrowBlockCodec nv{
      .kind = NarrowBlockCodec::Kind::ModelOpt, .element = e2m1, .blockSize = 16, .tensorScale = 0.1F / 2688};
  bench.run("MXFP4", kFloats * (5 + 4.0 / 32), [&] {
    encodeNarrowKernel<NarrowBlockCodec::Kind::MxFloor>
        <<<blocks, kThreads>>>(mx, *narrowPlan(mx), blockLayout(kFloats, 32), values, codes, out.scales);
  });
  bench.run("NVFP4", kFloats * (5 + 4.0 / 16), [&] {
    encodeNarrowKernel<NarrowBlockCodec::Kind::ModelOpt>
        <<<blocks, kThreads>>>(nv, *narrowPlan(nv), blockLayout(kFloats, 16), values, codes, out.scales);
  });

  const MeasuredThere there{onDevice<ChunkErrors>(kFloats / kMeasuredChunk), onDevice<double>(kFloats / 8)};
  const BlockCodec int8Rows{.kind = Kind::Absmax, .blockSize = 4096};
  benchMeasure(bench, "errors of INT8, rows of 4,096", AnyBlockCoder{int8Rows}, values, there);
  const BlockCodec nf4{.kind = Kind::Nf4, .blockSize = 64};
  benchMeasure(bench, "errors of NF4, blocks of 64", AnyBlockCoder{nf4}, values, there);
  const BlockCodec fp8{.kind = Kind::ScaledFloat8, .blockSize = 4096, .divisor = 448};
  benchMeasure(bench, "errors of FP8, rows of 4,096", AnyBlockCoder{fp8}, values, there);
  const DecodingPlan decoding = *makeDecodingPlan(e2m1);
  benchMeasure(bench, "errors of MXFP4", NarrowBlockCoder{mx, *narrowPlan(mx), decoding}, values, there);
  benchMeasure(bench, "errors of NVFP4", NarrowBlockCoder{nv, *narrowPlan(nv), decoding}, values, there);
  benchSearches(bench, values, codes, out.scales);
}

}  // namespace
}  // namespace ulpscope::kernels

/// With any argument it only tells whether there is a device.
int main(int count, char**) {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status != cudaSuccess || devices == 0) {
    std::fprintf(stderr, "no CUDA device answers: %s\n", cudaGetErrorString(status));
    return 1;
  }
  if (count == 1) ulpscope::kernels::benchAll();
}
