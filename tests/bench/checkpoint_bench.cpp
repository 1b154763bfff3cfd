// SPDX-License-Identifier: Apache-2.0
// What a user waits for before anything is computed: opening a checkpoint of 92,000 tensors (its header only), one
// keystroke in the filter of its list, and what was kept of all its tensors.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "core/backend/backend.h"
#include "core/cache/checkpoint_results.h"
#include "core/cache/profile_codec.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/tensor_filter.h"
#include "core/checkpoint/tensor_tree.h"

namespace ulpscope {
namespace {

constexpr int kTensors = 92'000;

/// A mixture-of-experts model's names, tensors of 4 x 4 BF16; removed with the object.
class BigFile {
 public:
  BigFile() : m_path(std::filesystem::temp_directory_path() / "ulpscope-bench-92000.safetensors") {
    constexpr const char* kParts[] = {"gate_proj", "up_proj", "down_proj"};
    std::string header = "{";
    for (int i = 0; i < kTensors; ++i)
      header += fmt::format(
          R"({}"model.layers.{}.mlp.experts.{}.{}.weight":{{"dtype":"BF16","shape":[4,4],"data_offsets":[{},{}]}})",
          i ? "," : "", i / 768, i % 768 / 3, kParts[i % 3], i * 32, i * 32 + 32);
    header += "}";
    const std::uint64_t size = header.size();
    std::ofstream file(m_path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&size), sizeof size);
    file << header << std::string(std::size_t{kTensors} * 32, '\0');
    file.close();
    // Results of a file that was written a moment ago are not kept.
    std::filesystem::last_write_time(m_path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ~BigFile() { std::filesystem::remove(m_path); }
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path;
};

const BigFile& bigFile() {
  static const BigFile file;
  return file;
}

void openCheckpointOf92000Tensors(benchmark::State& state) {
  bigFile();
  for (auto _ : state) benchmark::DoNotOptimize(openCheckpoint(bigFile().path()).value()->tensors.size());
}

void group92000Tensors(benchmark::State& state) {
  const auto checkpoint = openCheckpoint(bigFile().path()).value();
  for (auto _ : state) benchmark::DoNotOptimize(groupTensors(*checkpoint).size());
}

void prepareFilterOf92000Tensors(benchmark::State& state) {
  const auto checkpoint = openCheckpoint(bigFile().path()).value();
  for (auto _ : state) benchmark::DoNotOptimize(TensorFilter(*checkpoint));
}

void filter92000Tensors(benchmark::State& state) {
  const auto checkpoint = openCheckpoint(bigFile().path()).value();
  const TensorFilter filter(*checkpoint);
  const std::vector<TensorGroup> groups = groupTensors(*checkpoint);
  constexpr std::array kQueries{"layers.7 down", "weight", "/layers\\.7\\..*down/", "role:down layer:0-30 shape:*x*"};
  const char* const text = kQueries[static_cast<std::size_t>(state.range(0))];
  const TensorQuery query = TensorQuery::parse(text).value();
  TensorRows rows;
  for (auto _ : state) {
    keepOnly(*checkpoint, groups, filter.matches(query), rows);
    benchmark::DoNotOptimize(rows.leaves.size());
  }
  state.SetLabel(text);
}

/// A cache for summaries of all 92,000 tensors, in a file that goes with it.
class BigCache {
 public:
  BigCache() { std::filesystem::remove(m_path); }
  ~BigCache() { std::filesystem::remove(m_path); }

  /// As a scan does, with the summary of one tensor for all.
  void keepAll() {
    ResultCache cache(m_path);
    const auto key = std::make_shared<const ResultKey>(resultKey(*m_checkpoint, *m_backend).value());
    for (std::size_t i = 0; i < m_checkpoint->tensors.size(); ++i)
      cache.keep(key, ResultKind::Summary, i, encodeSummary(m_summary));
  }
  /// As the window does when the checkpoint is opened again: its key is made anew.
  std::size_t recallAll() {
    std::size_t found = 0;
    const auto cache = std::make_shared<ResultCache>(m_path);
    CheckpointResults(m_checkpoint, m_backend, cache).recall({}, [&](std::size_t, const TensorSummary&) { ++found; });
    return found;
  }
  double mebibytes() const { return static_cast<double>(std::filesystem::file_size(m_path)) / (1 << 20); }

 private:
  std::filesystem::path m_path = std::filesystem::temp_directory_path() / "ulpscope-bench-92000.sqlite";
  std::shared_ptr<const Checkpoint> m_checkpoint = openCheckpoint(bigFile().path()).value();
  std::shared_ptr<const Backend> m_backend = makeReferenceBackend();
  TensorSummary m_summary = summarize(profileTensor(m_checkpoint->source(0).value(), *m_backend, {}).value());
};

void keep92000Summaries(benchmark::State& state) {
  BigCache cache;
  for (auto _ : state) cache.keepAll();
  state.counters["MiB"] = cache.mebibytes();
}

void recall92000Summaries(benchmark::State& state) {
  BigCache cache;
  cache.keepAll();
  for (auto _ : state)
    if (cache.recallAll() != kTensors) state.SkipWithError("not all were kept");
}

}  // namespace
}  // namespace ulpscope

BENCHMARK(ulpscope::openCheckpointOf92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::group92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::prepareFilterOf92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::filter92000Tensors)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::keep92000Summaries)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(ulpscope::recall92000Summaries)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_MAIN();
