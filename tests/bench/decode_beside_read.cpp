// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/decode_beside_read.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "tests/bench/huge_array.h"

namespace ulpscope::bench {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 20;
constexpr std::size_t kChunk = std::size_t{256} << 10;

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double readOnce() {
  static const HugeArray<std::uint64_t> array(kReadBytes / sizeof(std::uint64_t));
  [[maybe_unused]] static const bool filled = [] {
    std::iota(array.span().begin(), array.span().end(), std::uint64_t{1});
    return true;
  }();
  const auto start = std::chrono::steady_clock::now();
  std::uint64_t sum = 0;
  for (const std::uint64_t word : array.span()) sum += word;
  benchmark::DoNotOptimize(sum);
  return secondsSince(start);
}

}  // namespace

void decodeBesideRead(benchmark::State& state, const ByteSource& source) {
  std::vector<std::byte> chunk(kChunk);
  double best = std::numeric_limits<double>::infinity();
  double bestRead = best;
  for (auto _ : state) {
    bestRead = std::min(bestRead, readOnce());
    const auto start = std::chrono::steady_clock::now();
    for (std::uint64_t at = 0; at < source.size(); at += kChunk) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, source.size() - at));
      if (!source.read(at, std::span(chunk).first(size))) state.SkipWithError("a chunk could not be read");
    }
    benchmark::DoNotOptimize(chunk.data());
    const double time = secondsSince(start);
    best = std::min(best, time);
    state.SetIterationTime(time);
  }
  const double rate = static_cast<double>(source.size()) / best;
  const double readRate = static_cast<double>(kReadBytes) / bestRead;
  state.counters["ratio"] = readRate / rate;
  state.counters["GB/s out"] = rate * 1e-9;
  state.counters["read GB/s"] = readRate * 1e-9;
}

}  // namespace ulpscope::bench
