// SPDX-License-Identifier: Apache-2.0
// Every scheme of the registry with its default knobs: coding, decoding and measuring the error of 16 Mi normal weights
// in 4,096 columns, beside one read of the same bytes by the same threads in the same run. Then ten schemes in one scan
// of a tensor of a file against ten scans of one scheme each.
#include <benchmark/benchmark.h>

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

void runScheme(benchmark::State& state, const Scheme& scheme) {
  const int threads = static_cast<int>(state.range(0));
  const std::unique_ptr<Backend> backend = kernels::makeCpuBackend(threads);
  const kernels::ThreadTeam team(threads);
  double best = std::numeric_limits<double>::infinity();
  double bestRead = best;
  double bestCoding = best;
  for (auto _ : state) {
    bestRead = std::min(bestRead, seconds([&] { readAll(team); }));
    Result<QuantizedTensor> result;
    const double coding = seconds([&] { result = scheme.quantize(MatrixView{kShape, weights()}, {}, *backend, {}); });
    if (!result) return state.SkipWithError(result.error().message.c_str());
    const double measuring =
        seconds([&] { benchmark::DoNotOptimize(measureError(weights(), result->restored, *backend)); });
    best = std::min(best, coding + measuring);
    bestCoding = std::min(bestCoding, coding);
    state.SetIterationTime(coding + measuring);
  }
  const auto bytes = static_cast<double>(weights().size() * sizeof(float));
  state.counters["ratio"] = best / bestRead;
  state.counters["GB/s"] = bytes / best * 1e-9;
  state.counters["coding GB/s"] = bytes / bestCoding * 1e-9;
  state.counters["read GB/s"] = bytes / bestRead * 1e-9;
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
  benchmark::RegisterBenchmark("ten schemes in one scan", bench::tenSchemes)
      ->Arg(2)
      ->ArgName("threads")
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
