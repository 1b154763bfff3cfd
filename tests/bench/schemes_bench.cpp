// SPDX-License-Identifier: Apache-2.0
// Every scheme of the registry with its default knobs on 16 Mi normal weights in 4,096 columns, beside one read of the
// same bytes by the same threads in the same run: coding and decoding into memory that was used before, and a scan,
// which measures the error too. The error alone. Ten schemes in one scan of a tensor of a file against ten scans of one
// scheme each. Q4_K beside libggml, where the variable ULPSCOPE_LIBGGML is the path of one.
#include <benchmark/benchmark.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/analysis/error_metrics.h"
#include "core/checkpoint/checkpoint.h"
#include "core/quantization/quantization_report.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/thread_team.h"

namespace ulpscope::bench {
namespace {

constexpr MatrixShape kShape{4096, 4096};
constexpr std::array kTen = {"int8_row", "fp8_row", "bnb_nf4",    "q8_0",       "q4_0",
                             "mxfp4",    "nvfp4",   "mxfp8_e4m3", "int8_group", "bnb_dynamic8"};

const std::vector<float>& weights() {
  static const std::vector<float> all = [] {
    std::vector<float> values(kShape.rows * kShape.columns);
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0, 0.02F);
    std::generate(values.begin(), values.end(), [&] { return normal(generator); });
    return values;
  }();
  return all;
}

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void readAll(const kernels::ThreadTeam& team) {
  std::atomic<std::uint64_t> total = 0;
  const std::span<const float> values = weights();
  team.forEachChunk(values.size(), std::size_t{1} << 16, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i + 1 < end; i += 2) {
      std::uint64_t two = 0;
      std::memcpy(&two, &values[i], sizeof(two));
      sum += two;
    }
    total += sum;
  });
  benchmark::DoNotOptimize(total.load());
}

/// The shortest of many, each in turn with a read.
class BesideRead {
 public:
  explicit BesideRead(int threads) : m_team(threads) {}

  /// Adds to `best`.
  double time(double& best, const std::function<void()>& work) {
    m_bestRead = std::min(m_bestRead, seconds([&] { readAll(m_team); }));
    const double taken = seconds(work);
    best = std::min(best, taken);
    return taken;
  }
  void count(benchmark::State& state, const std::string& name, double best) const {
    const auto bytes = static_cast<double>(weights().size() * sizeof(float));
    state.counters[name + "ratio"] = best / m_bestRead;
    state.counters[name + "GB/s"] = bytes / best * 1e-9;
    state.counters["read GB/s"] = bytes / m_bestRead * 1e-9;
  }

 private:
  kernels::ThreadTeam m_team;
  double m_bestRead = std::numeric_limits<double>::infinity();
};

void runScheme(benchmark::State& state, const Scheme& scheme) {
  const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(static_cast<int>(state.range(0)));
  BesideRead read(static_cast<int>(state.range(0)));
  double coding = std::numeric_limits<double>::infinity();
  double scanning = coding;
  QuantizedTensor spare;
  SchemeInput input{MatrixView{kShape, weights()}};
  input.spare = &spare;
  for (auto _ : state) {
    Result<QuantizedTensor> result;
    read.time(coding, [&] { result = scheme.quantize(input, {}, *backend, {}); });
    if (!result) return state.SkipWithError(result.error().message.c_str());
    spare = *std::move(result);
    const Scheme* const one = &scheme;
    state.SetIterationTime(read.time(scanning, [&] {
      benchmark::DoNotOptimize(compareSchemes({&one, 1}, MatrixView{kShape, weights()}, *backend, {}).value().size());
    }));
  }
  read.count(state, "coding ", coding);
  read.count(state, "scan ", scanning);
}

void measureAlone(benchmark::State& state) {
  const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(static_cast<int>(state.range(0)));
  BesideRead read(static_cast<int>(state.range(0)));
  const auto result = findScheme("int8_row")->quantize(MatrixView{kShape, weights()}, {}, *backend, {}).value();
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state)
    state.SetIterationTime(
        read.time(best, [&] { benchmark::DoNotOptimize(measureError(weights(), result.restored, *backend)); }));
  read.count(state, "", best);
}

/// Of a library that is loaded at run time.
class Libggml {
 public:
  static constexpr int kQ4K = 12;
  using Quantize = std::size_t (*)(int type, const float* from, void* to, std::int64_t start, std::int64_t rows,
                                   std::int64_t columns, const float* importance);

  Libggml() {
    const char* const path = std::getenv("ULPSCOPE_LIBGGML");
    void* const library = path ? dlopen(path, RTLD_NOW) : nullptr;
    if (library) quantize = reinterpret_cast<Quantize>(dlsym(library, "ggml_quantize_chunk"));
  }
  Quantize quantize = nullptr;
};

void besideGgml(benchmark::State& state) {
  const Libggml library;
  if (!library.quantize) return state.SkipWithError("ULPSCOPE_LIBGGML is not the path of a libggml that can be loaded");
  const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(1);
  BesideRead read(1);
  std::vector<std::byte> theirs(weights().size() / 256 * 144);
  double best = std::numeric_limits<double>::infinity();
  double bestOfTheirs = best;
  QuantizedTensor spare;
  SchemeInput input{MatrixView{kShape, weights()}};
  input.spare = &spare;
  for (auto _ : state) {
    state.SetIterationTime(
        read.time(best, [&] { spare = findScheme("q4_k")->quantize(input, {}, *backend, {}).value(); }));
    read.time(bestOfTheirs, [&] {
      library.quantize(Libggml::kQ4K, weights().data(), theirs.data(), 0, static_cast<std::int64_t>(kShape.rows),
                       static_cast<std::int64_t>(kShape.columns), nullptr);
    });
    if (theirs != spare.packed) return state.SkipWithError("the bytes differ");
  }
  read.count(state, "", best);
  read.count(state, "libggml ", bestOfTheirs);
}

/// The weights in a safetensors file that goes with it.
class WeightFile {
 public:
  WeightFile() {
    std::string header = R"({"w":{"dtype":"F32","shape":[4096,4096],"data_offsets":[0,67108864]}})";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = header.size();
    std::ofstream file(m_path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&length), sizeof(length));
    file << header;
    file.write(reinterpret_cast<const char*>(weights().data()), 67'108'864);
  }
  ~WeightFile() { std::filesystem::remove(m_path); }
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path = std::filesystem::temp_directory_path() / "ulpscope_schemes_bench.safetensors";
};

void scan(const TensorSource& source, std::span<const Scheme* const> schemes, const Backend& backend) {
  const auto loaded = loadTensor(source, backend, {});
  benchmark::DoNotOptimize(compareSchemes(schemes, loaded.value().view(), backend, {}).value().size());
}

void tenSchemes(benchmark::State& state) {
  const WeightFile file;
  const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(static_cast<int>(state.range(0)));
  const auto checkpoint = openCheckpoint(file.path()).value();
  const auto source = checkpoint->source(0).value();
  std::vector<const Scheme*> schemes;
  for (const char* id : kTen) schemes.push_back(findScheme(id));
  double together = std::numeric_limits<double>::infinity();
  double apart = together;
  for (auto _ : state) {
    const double one = seconds([&] { scan(source, schemes, *backend); });
    together = std::min(together, one);
    apart = std::min(apart, seconds([&] {
                       for (const Scheme* scheme : schemes) scan(source, {&scheme, 1}, *backend);
                     }));
    state.SetIterationTime(one);
  }
  state.counters["ten passes / one"] = apart / together;
  state.counters["ten passes s"] = apart;
}

}  // namespace
}  // namespace ulpscope::bench

int main(int argc, char** argv) {
  using namespace ulpscope;
  for (const Scheme* scheme : schemeRegistry())
    benchmark::RegisterBenchmark(scheme->info().id.c_str(),
                                 [scheme](benchmark::State& state) { bench::runScheme(state, *scheme); })
        ->Arg(1)
        ->Arg(2)
        ->ArgName("threads")
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("error", bench::measureAlone)
      ->Arg(1)
      ->Arg(2)
      ->ArgName("threads")
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("q4_k beside libggml", bench::besideGgml)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("ten schemes in one scan", bench::tenSchemes)
      ->Arg(2)
      ->ArgName("threads")
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
