// SPDX-License-Identifier: Apache-2.0
// What a user waits for before anything is computed: opening a checkpoint of 92,000 tensors (its header only), and one
// keystroke in the filter of its list.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/checkpoint/checkpoint.h"
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
  for (auto _ : state) benchmark::DoNotOptimize(keepOnly(*checkpoint, groups, filter.matches(query)).size());
  state.SetLabel(text);
}

}  // namespace
}  // namespace ulpscope

BENCHMARK(ulpscope::openCheckpointOf92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::group92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::prepareFilterOf92000Tensors)->Unit(benchmark::kMillisecond);
BENCHMARK(ulpscope::filter92000Tensors)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
