// SPDX-License-Identifier: Apache-2.0
// Decoding ggml's blocks as a tensor of a GGUF file is read, on one thread: 256 MiB of float32 come out, beside one
// read of as many bytes. And opening a file of a million tensors and a million entries of metadata.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/ggml/ggml_types.h"
#include "tests/bench/decode_beside_read.h"

namespace ulpscope::bench {
namespace {

constexpr std::size_t kFloats = std::size_t{64} << 20;

/// Any codes, and scales that are ordinary numbers: bytes below 0x3C in the upper halves.
std::shared_ptr<const ByteSource> blocksOf(const GgmlType& type) {
  std::vector<std::byte> bytes(kFloats / type.blockElements * type.blockBytes);
  std::mt19937 generator(1);
  constexpr std::size_t kDifferent = 1 << 20;
  for (std::size_t i = 0; i < std::min(kDifferent, bytes.size()); ++i)
    bytes[i] = static_cast<std::byte>(generator() % 0x3C);
  const std::size_t period = kDifferent / type.blockBytes * type.blockBytes;
  for (std::size_t i = period; i < bytes.size(); ++i) bytes[i] = bytes[i - period];
  return memorySource("bench", std::move(bytes));
}

std::string text(std::string_view value) {
  const std::uint64_t size = value.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof size).append(value);
}
template <class T>
std::string number(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Names that differ at their end only; empty tensors, so that the data is none.
void openOneMillionTensorsAndEntries(benchmark::State& state) {
  constexpr std::uint64_t kMany = 1'000'000;
  std::string file = "GGUF" + number(std::uint32_t{3}) + number(kMany) + number(kMany);
  const std::string prefix(32, 'x');
  for (std::uint64_t i = 0; i < kMany; ++i)
    file += text(prefix + std::to_string(i)) + number(std::uint32_t{4}) + number(std::uint32_t{7});
  for (std::uint64_t i = 0; i < kMany; ++i)
    file += text(prefix + std::to_string(i)) + number(std::uint32_t{2}) + number(std::uint64_t{0}) +
            number(std::uint64_t{4}) + number(std::uint32_t{0}) + number(std::uint64_t{0});
  const auto* const first = reinterpret_cast<const std::byte*>(file.data());
  const auto source = memorySource("bench.gguf", {first, first + file.size()});
  for (auto _ : state) {
    const auto checkpoint = findCheckpointReader("gguf")->open(source, {});
    if (!checkpoint || checkpoint->tensors.size() != kMany) state.SkipWithError("it could not be opened");
  }
}

}  // namespace
}  // namespace ulpscope::bench

int main(int argc, char** argv) {
  for (const ulpscope::GgmlType& type : ulpscope::ggmlTypes())
    if (!type.isPlain())
      benchmark::RegisterBenchmark(std::string(type.name).c_str(),
                                   [&type](benchmark::State& state) {
                                     const auto blocks = ulpscope::bench::blocksOf(type);
                                     ulpscope::bench::decodeBesideRead(state,
                                                                       *ulpscope::decodedSource(type, blocks, false));
                                   })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("open_1000000_tensors_and_entries", ulpscope::bench::openOneMillionTensorsAndEntries)
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
