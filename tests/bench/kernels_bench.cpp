// SPDX-License-Identifier: Apache-2.0
// The CPU backend's kernels over 256 MiB of input, each beside one read of the same bytes by the same threads in the
// same run: `ratio` is the kernel's shortest time over the read's shortest time. Both alternate, so that a change of
// the machine's speed meets both; the shortest of many is what a quiet machine gives.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/analysis/code_table.h"
#include "core/quantization/narrow_blocks.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/thread_team.h"
#include "tests/bench/huge_array.h"

namespace ulpscope::bench {
namespace {

constexpr std::size_t kBytes = std::size_t{256} << 20;
constexpr std::size_t kFloats = kBytes / sizeof(float);
constexpr FloatSpec kBfloat16{.exponentBits = 8, .fractionBits = 7, .bias = 127};
constexpr FloatSpec kFloat16{.exponentBits = 5, .fractionBits = 10, .bias = 15};
constexpr FloatSpec kFloat8{.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly};

constexpr FloatSpec kFnuz{.exponentBits = 4, .fractionBits = 3, .bias = 8, .specials = Specials::NegativeZeroNan};
constexpr FloatSpec kP3109{.exponentBits = 5, .fractionBits = 2, .bias = 16, .specials = Specials::Extended};
constexpr FloatSpec kPowers{
    .signBits = 0, .exponentBits = 8, .bias = 127, .specials = Specials::NanOnly, .bottom = Bottom::Normal};
constexpr FloatSpec kDlfloat16{
    .exponentBits = 6, .fractionBits = 9, .bias = 31, .specials = Specials::NanOnly, .bottom = Bottom::NormalButZero};

/// What all benchmarks share: made once, some 2 GiB.
struct Arrays {
  HugeArray<float> weights{kFloats};              ///< normal distribution, deviation 0.02
  HugeArray<std::uint16_t> bfloat16{kBytes / 2};  ///< 256 MiB of their codes, twice over
  HugeArray<float> floats{kBytes / 2};            ///< as many floats as there are codes of 16 bits
  HugeArray<std::uint8_t> codes{kFloats};
  HugeArray<std::uint16_t> wideCodes{kFloats};
  std::vector<float> scales = std::vector<float>(kFloats / 16);

  Arrays() {
    std::mt19937 generator(1);
    std::normal_distribution<float> distribution(0, 0.02F);
    constexpr std::size_t kDifferent = std::size_t{1} << 20;
    const std::span<float> all = weights.span();
    std::generate_n(all.begin(), kDifferent, [&] { return distribution(generator); });
    for (std::size_t i = kDifferent; i < all.size(); i += kDifferent)
      std::copy_n(all.begin(), kDifferent, all.begin() + static_cast<std::ptrdiff_t>(i));
    const auto half = bfloat16.span().first(kFloats);
    makeReferenceBackend()->encode({kBfloat16}, all.first(kDifferent), half.first(kDifferent));
    for (std::size_t i = kDifferent; i < bfloat16.span().size(); i += kDifferent)
      std::copy_n(half.begin(), kDifferent, bfloat16.span().begin() + static_cast<std::ptrdiff_t>(i));
  }
};

const Arrays& arrays() {
  static const Arrays all;
  return all;
}

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void readAll(const kernels::ThreadTeam& team, std::span<const std::byte> bytes) {
  std::atomic<std::uint64_t> total = 0;
  team.forEachChunk(bytes.size(), std::size_t{1} << 18, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::uint64_t sum = 0;
    const auto* words = reinterpret_cast<const std::uint64_t*>(bytes.data());
    for (std::size_t i = begin / 8; i < end / 8; ++i) sum += words[i];
    total += sum;
  });
  benchmark::DoNotOptimize(total.load());
}

using Kernel = void (*)(const Backend&, const Arrays&);
using MakeBackend = std::unique_ptr<Backend> (*)(int threads);

void measure(benchmark::State& state, std::span<const std::byte> input, const std::function<void()>& kernel,
             const kernels::ThreadTeam& team) {
  double best = std::numeric_limits<double>::infinity();
  double bestRead = best;
  kernel();
  for (auto _ : state) {
    bestRead = std::min(bestRead, seconds([&] { readAll(team, input); }));
    const double time = seconds(kernel);
    best = std::min(best, time);
    state.SetIterationTime(time);
  }
  const auto bytes = static_cast<double>(input.size());
  state.counters["ratio"] = best / bestRead;
  state.counters["GB/s"] = bytes / best * 1e-9;
  state.counters["read GB/s"] = bytes / bestRead * 1e-9;
}

/// A benchmark of one and of two threads.
void add(const char* name, Kernel kernel, bool ofBfloat16 = false) {
  const auto run = [=](benchmark::State& state) {
    const int threads = static_cast<int>(state.range(0));
    const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(threads);
    const auto input = ofBfloat16 ? std::as_bytes(arrays().bfloat16.span()) : std::as_bytes(arrays().weights.span());
    state.SetLabel(backend->description());
    measure(state, input, [&] { kernel(*backend, arrays()); }, kernels::ThreadTeam(threads));
  };
  benchmark::RegisterBenchmark(name, run)->Arg(1)->Arg(2)->ArgName("threads")->UseManualTime()->Unit(
      benchmark::kMillisecond);
}

/// What memory allows, without a kernel: `work(from, to, size)`, bytes, of 256 MiB.
void addPlain(const char* name, void (*work)(const std::byte* from, std::byte* to, std::size_t size)) {
  const auto run = [work](benchmark::State& state) {
    const kernels::ThreadTeam team(static_cast<int>(state.range(0)));
    const auto input = std::as_bytes(arrays().weights.span());
    const auto output = std::as_writable_bytes(arrays().floats.span());
    const auto all = [&] {
      team.forEachChunk(kBytes, kBytes / 2, [&](std::size_t, std::size_t begin, std::size_t end) {
        work(input.data() + begin, output.data() + begin, end - begin);
      });
    };
    measure(state, input, all, team);
  };
  benchmark::RegisterBenchmark(name, run)->Arg(1)->Arg(2)->ArgName("threads")->UseManualTime()->Unit(
      benchmark::kMillisecond);
}

void copyBytes(const std::byte* from, std::byte* to, std::size_t size) { std::memcpy(to, from, size); }

#ifdef __SSE2__
/// The most that a kernel which only writes could reach.
void writePastCaches(const std::byte*, std::byte* to, std::size_t size) {
  for (std::size_t i = 0; i < size; i += sizeof(__m128i))
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_set1_epi8(1));
  _mm_sfence();
}
#endif

template <FloatSpec kSpec, Rounding kRounding = Rounding::NearestEven>
void roundInPlace(const Backend& backend, const Arrays& arrays) {
  const std::span<float> values = arrays.floats.span().first(kFloats);
  backend.round({kSpec, kRounding}, values, values);
}

template <FloatSpec kSpec>
void encode(const Backend& backend, const Arrays& arrays) {
  if constexpr (kSpec.codeBits() == 8)
    backend.encode({kSpec}, arrays.weights.span(), arrays.codes.span());
  else
    backend.encode({kSpec}, arrays.weights.span(), arrays.wideCodes.span());
}

/// Rounding alone, without the memory: one thread, 16,384 values in the caches. Steady even beside busy neighbours.
void addInCache(const std::string& name, const FloatRounding& rule, MakeBackend make) {
  benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
    const std::unique_ptr<Backend> backend = make(1);
    const std::span<const float> in = arrays().weights.span().first(16'384);
    std::vector<float> out(in.size());
    double best = std::numeric_limits<double>::infinity();
    for (auto _ : state) {
      const double time = seconds([&] { backend->round(rule, in, out); });
      best = std::min(best, time);
      state.SetIterationTime(time);
    }
    state.counters["values/ns"] = static_cast<double>(in.size()) / best * 1e-9;
  })->UseManualTime();
}

void addInCache(const std::string& format, const FloatSpec& spec) {
  for (const auto& [mode, rounding] : {std::pair{"", Rounding::NearestEven}, std::pair{"/to_odd", Rounding::ToOdd}}) {
    addInCache("in_cache/" + format + mode, {spec, rounding}, kernels::makeCpuBackend);
    addInCache("in_cache/" + format + mode + "/reference", {spec, rounding},
               [](int) { return makeReferenceBackend(); });
  }
}

template <BlockCodec::Kind kKind, std::uint64_t kBlockSize>
void quantize(const Backend& backend, const Arrays& arrays) {
  const auto scales = std::span(const_cast<float*>(arrays.scales.data()), kFloats / kBlockSize);
  backend.quantizeBlocks({.kind = kKind, .blockSize = kBlockSize}, arrays.weights.span(),
                         {arrays.codes.span(), scales, {}});
}

template <BlockCodec::Kind kKind, std::uint64_t kBlockSize>
void dequantize(const Backend& backend, const Arrays& arrays) {
  const auto scales = std::span(arrays.scales).first(kFloats / kBlockSize);
  backend.dequantizeBlocks({.kind = kKind, .blockSize = kBlockSize}, {arrays.codes.span(), scales, {}},
                           arrays.floats.span().first(kFloats));
}

template <NarrowBlockCodec::Kind kKind>
NarrowBlockCodec narrowCodec() {
  const FloatSpec fp4{.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None};
  if (kKind == NarrowBlockCodec::Kind::MxFloor)
    return {.kind = kKind, .element = fp4, .blockSize = 32, .largestExponent = 2};
  return {.kind = kKind, .element = fp4, .blockSize = 16, .tensorScale = 0.1F / 2688};
}

/// `work(codec, first value, values, first block, blocks)` for chunks.
template <NarrowBlockCodec::Kind kKind, class Work>
void eachNarrowChunk(const Backend& backend, const Work& work) {
  const NarrowBlockCodec codec = narrowCodec<kKind>();
  constexpr std::size_t kChunk = 65'536;
  backend.forEach(kFloats / kChunk, [&](std::size_t chunk) {
    work(codec, chunk * kChunk, kChunk, chunk * kChunk / codec.blockSize, kChunk / codec.blockSize);
  });
}

template <NarrowBlockCodec::Kind kKind>
void quantizeNarrow(const Backend& backend, const Arrays& arrays) {
  const auto scales = std::span(const_cast<float*>(arrays.scales.data()), arrays.scales.size());
  eachNarrowChunk<kKind>(backend, [&](const auto& codec, auto first, auto size, auto block, auto blocks) {
    backend.encodeNarrowBlocks(codec, arrays.weights.span().subspan(first, size),
                               arrays.codes.span().subspan(first, size), scales.subspan(block, blocks));
  });
}

template <NarrowBlockCodec::Kind kKind>
void dequantizeNarrow(const Backend& backend, const Arrays& arrays) {
  eachNarrowChunk<kKind>(backend, [&](const auto& codec, auto first, auto size, auto block, auto blocks) {
    backend.decodeNarrowBlocks(codec, arrays.codes.span().subspan(first, size),
                               std::span(arrays.scales).subspan(block, blocks),
                               arrays.floats.span().subspan(first, size));
  });
}

void profile(const Backend& backend, const Arrays& arrays) {
  ProfileAccumulator into;
  backend.profile(arrays.weights.span(), std::numeric_limits<float>::min(), into);
  benchmark::DoNotOptimize(into.moments.m4);
}

void countBfloat16(const Backend& backend, const Arrays& arrays) {
  std::vector<std::uint64_t> counts(65'536);
  backend.countCodes(std::span<const std::uint16_t>(arrays.bfloat16.span()), counts);
  benchmark::DoNotOptimize(counts.data());
}

void decodeBfloat16(const Backend& backend, const Arrays& arrays) {
  backend.decode(*findElementType("BF16"), std::as_bytes(arrays.bfloat16.span()), arrays.floats.span());
}

void maxima(const Backend& backend, const Arrays& arrays) {
  constexpr std::size_t kColumns = 4096;
  std::vector<float> rows(kFloats / kColumns);
  std::vector<float> columns(kColumns);
  backend.absMaxima(arrays.weights.span(), rows, columns);
  benchmark::DoNotOptimize(columns.data());
}

void blockRanges(const Backend& backend, const Arrays& arrays) {
  BlockCounts counts;
  backend.countBlocks(arrays.weights.span(), 4096, counts);
  benchmark::DoNotOptimize(counts);
}

void blockRangesOfBfloat16(const Backend& backend, const Arrays& arrays) {
  static const CodeClasses& classes = *codeTable(*findElementType("BF16")).classes;
  BlockCounts counts;
  backend.countBlocksOfCodes(arrays.bfloat16.span(), 4096, classes, counts);
  benchmark::DoNotOptimize(counts);
}

void registerAll() {
  using Kind = BlockCodec::Kind;
  addPlain("memcpy", copyBytes);
#ifdef __SSE2__
  addPlain("write_past_caches", writePastCaches);
#endif
  add("statistics_and_histogram/FP32", profile);
  add("statistics_and_histogram/BF16", countBfloat16, true);
  add("round_in_place/bfloat16", roundInPlace<kBfloat16>);
  add("round_in_place/float16", roundInPlace<kFloat16>);
  add("round_in_place/float8_e4m3fn", roundInPlace<kFloat8>);
  add("round_in_place/float8_e4m3fn/nearest_away", roundInPlace<kFloat8, Rounding::NearestAway>);
  add("round_in_place/float8_e4m3fn/toward_zero", roundInPlace<kFloat8, Rounding::TowardZero>);
  add("round_in_place/float8_e4m3fn/toward_positive", roundInPlace<kFloat8, Rounding::TowardPositive>);
  add("round_in_place/float8_e4m3fn/to_odd", roundInPlace<kFloat8, Rounding::ToOdd>);
  add("round_in_place/float8_e4m3fnuz", roundInPlace<kFnuz>);
  add("round_in_place/float8_e4m3fnuz/to_odd", roundInPlace<kFnuz, Rounding::ToOdd>);
  add("round_in_place/float8_e8m0fnu", roundInPlace<kPowers>);
  add("round_in_place/float8_e8m0fnu/toward_positive", roundInPlace<kPowers, Rounding::TowardPositive>);
  add("round_in_place/binary8p3se", roundInPlace<kP3109>);
  add("round_in_place/binary8p3se/to_odd", roundInPlace<kP3109, Rounding::ToOdd>);
  add("round_in_place/dlfloat16", roundInPlace<kDlfloat16>);
  add("round_in_place/dlfloat16/to_odd", roundInPlace<kDlfloat16, Rounding::ToOdd>);
  addInCache("bfloat16", kBfloat16);
  addInCache("float8_e4m3fn", kFloat8);
  addInCache("float8_e4m3fnuz", kFnuz);
  addInCache("float8_e8m0fnu", kPowers);
  addInCache("binary8p3se", kP3109);
  addInCache("dlfloat16", kDlfloat16);
  add("encode/bfloat16", encode<kBfloat16>);
  add("encode/float16", encode<kFloat16>);
  add("encode/float8_e4m3fn", encode<kFloat8>);
  add("encode/float8_e4m3fnuz", encode<kFnuz>);
  add("encode/float8_e8m0fnu", encode<kPowers>);
  add("encode/binary8p3se", encode<kP3109>);
  add("encode/dlfloat16", encode<kDlfloat16>);
  add("quantize/q8_0", quantize<Kind::Q8_0, 32>);
  add("quantize/q8_0_avx2", quantize<Kind::Q8_0Avx2, 32>);
  add("quantize/q4_0", quantize<Kind::Q4_0, 32>);
  add("quantize/nf4", quantize<Kind::Nf4, 64>);
  add("quantize/int8_row_4096", quantize<Kind::Absmax, 4096>);
  add("quantize/int8_tensor", quantize<Kind::Absmax, kFloats>);
  add("quantize/fp8_row_4096", quantize<Kind::ScaledFloat8, 4096>);
  add("dequantize/q8_0", dequantize<Kind::Q8_0, 32>);
  add("dequantize/nf4", dequantize<Kind::Nf4, 64>);
  add("quantize/mxfp4", quantizeNarrow<NarrowBlockCodec::Kind::MxFloor>);
  add("quantize/nvfp4", quantizeNarrow<NarrowBlockCodec::Kind::ModelOpt>);
  add("dequantize/mxfp4", dequantizeNarrow<NarrowBlockCodec::Kind::MxFloor>);
  add("dequantize/nvfp4", dequantizeNarrow<NarrowBlockCodec::Kind::ModelOpt>);
  add("decode/BF16", decodeBfloat16, true);
  add("abs_maxima/4096_columns", maxima);
  add("block_ranges/FP32", blockRanges);
  add("block_ranges/BF16", blockRangesOfBfloat16, true);
}

}  // namespace
}  // namespace ulpscope::bench

int main(int argc, char** argv) {
  ulpscope::bench::registerAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
