// SPDX-License-Identifier: Apache-2.0
// Decoding packed weights as they are read from a checkpoint, on one thread: a matrix of 8,192 x 8,192 comes out in the
// type that its library restores, beside one read of as many bytes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "tests/bench/decode_beside_read.h"

namespace ulpscope::bench {
namespace {

constexpr std::uint64_t kRows = 8192;     ///< outputs
constexpr std::uint64_t kColumns = 8192;  ///< inputs
constexpr std::uint64_t kGroup = 128;

struct Part {
  std::string name;
  std::string type;
  std::vector<std::uint64_t> shape;
  std::string bytes;
};

std::string anyBytes(std::uint64_t count) {
  std::mt19937 generator(1);
  std::string bytes(count, '\0');
  const std::size_t different = std::min<std::size_t>(bytes.size(), 1 << 20);
  for (std::size_t i = 0; i < different; ++i) bytes[i] = static_cast<char>(generator());
  for (std::size_t i = different; i < bytes.size(); ++i) bytes[i] = bytes[i - different];
  return bytes;
}

/// `count` times the bytes of one number.
std::string repeated(std::uint64_t count, std::string_view number) {
  std::string bytes;
  bytes.reserve(count * number.size());
  for (std::uint64_t i = 0; i < count; ++i) bytes += number;
  return bytes;
}

const std::string_view kOneF16("\x00\x3C", 2);
const std::string_view kOneF32("\x00\x00\x80\x3F", 4);

std::string inOrder(std::uint64_t count, std::uint64_t group) {
  std::string bytes;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto index = static_cast<std::int32_t>(i / group);
    bytes.append(reinterpret_cast<const char*>(&index), sizeof index);
  }
  return bytes;
}

using Parts = std::vector<Part>;

Parts gptq(bool inActOrder) {
  std::string groups = inOrder(kColumns, kGroup);
  if (inActOrder) {
    auto* const first = reinterpret_cast<std::int32_t*>(groups.data());
    std::shuffle(first, first + kColumns, std::mt19937(1));
  }
  return {{"w.qweight", "I32", {kColumns / 8, kRows}, anyBytes(kColumns / 2 * kRows)},
          {"w.qzeros", "I32", {kColumns / kGroup, kRows / 8}, anyBytes(kColumns / kGroup * kRows / 2)},
          {"w.scales", "F16", {kColumns / kGroup, kRows}, repeated(kColumns / kGroup * kRows, kOneF16)},
          {"w.g_idx", "I32", {kColumns}, std::move(groups)}};
}

Parts awq() {
  return {{"w.qweight", "I32", {kColumns, kRows / 8}, anyBytes(kColumns * kRows / 2)},
          {"w.qzeros", "I32", {kColumns / kGroup, kRows / 8}, anyBytes(kColumns / kGroup * kRows / 2)},
          {"w.scales", "F16", {kColumns / kGroup, kRows}, repeated(kColumns / kGroup * kRows, kOneF16)}};
}

Parts normalFloat() {
  std::string map;
  for (int i = 0; i < 16; ++i) {
    const float level = static_cast<float>(i) / 8 - 1;
    map.append(reinterpret_cast<const char*>(&level), sizeof level);
  }
  const std::string state =
      fmt::format(R"({{"quant_type":"nf4","blocksize":64,"dtype":"bfloat16","shape":[{},{}]}})", kRows, kColumns);
  return {{"w.weight", "U8", {kRows * kColumns / 2, 1}, anyBytes(kRows * kColumns / 2)},
          {"w.weight.absmax", "F32", {kRows * kColumns / 64}, repeated(kRows * kColumns / 64, kOneF32)},
          {"w.weight.quant_map", "F32", {16}, map},
          {"w.weight.quant_state.bitsandbytes__nf4", "U8", {state.size()}, state}};
}

Parts fp8Blocks() {
  return {
      {"w.weight", "F8_E4M3", {kRows, kColumns}, anyBytes(kRows * kColumns)},
      {"w.weight_scale_inv", "F32", {kRows / 128, kColumns / 128}, repeated(kRows / 128 * kColumns / 128, kOneF32)}};
}

Parts mxfp4() {
  return {{"w.weight_blocks", "U8", {1, kRows, kColumns / 32, 16}, anyBytes(kRows * kColumns / 2)},
          {"w.weight_scales", "U8", {1, kRows, kColumns / 32}, std::string(kRows * kColumns / 32, '\x7F')}};
}

Parts int8Rows() {
  return {{"w.weight", "I8", {kRows, kColumns}, anyBytes(kRows * kColumns)},
          {"w.SCB", "F32", {kRows}, repeated(kRows, kOneF32)}};
}

std::shared_ptr<const ByteSource> safetensors(const Parts& parts) {
  std::string header = "{";
  std::uint64_t end = 0;
  for (const Part& part : parts) {
    header += fmt::format(R"({}"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", end > 0 ? "," : "",
                          part.name, part.type, fmt::join(part.shape, ","), end, end + part.bytes.size());
    end += part.bytes.size();
  }
  header += "}";
  const std::uint64_t size = header.size();
  std::vector<std::byte> file;
  file.reserve(sizeof size + header.size() + end);
  const auto append = [&](const void* bytes, std::size_t count) {
    const auto* const first = static_cast<const std::byte*>(bytes);
    file.insert(file.end(), first, first + count);
  };
  append(&size, sizeof size);
  append(header.data(), header.size());
  for (const Part& part : parts) append(part.bytes.data(), part.bytes.size());
  return memorySource("bench", std::move(file));
}

void decode(benchmark::State& state, const Parts& parts) {
  auto checkpoint = findCheckpointReader("safetensors")->open(safetensors(parts), {});
  if (!checkpoint || !attachPackedWeights(*checkpoint, {})) return state.SkipWithError("it could not be opened");
  const TensorInfo& weight = checkpoint->tensors.back();
  if (!weight.packing || !weight.storage) return state.SkipWithError("no packed weight was found");
  decodeBesideRead(state, *weight.storage);
}

}  // namespace
}  // namespace ulpscope::bench

int main(int argc, char** argv) {
  using namespace ulpscope::bench;
  const auto add = [](const char* name, Parts (*make)()) {
    benchmark::RegisterBenchmark(name, [make](benchmark::State& state) { decode(state, make()); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("gptq_4_bits", [] { return gptq(false); });
  add("gptq_4_bits_act_order", [] { return gptq(true); });
  add("awq_gemm_4_bits", awq);
  add("bitsandbytes_nf4", normalFloat);
  add("bitsandbytes_8_bit", int8Rows);
  add("fp8_blocks_of_128", fp8Blocks);
  add("mxfp4_gpt_oss", mxfp4);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
