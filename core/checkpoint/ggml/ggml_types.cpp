// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/ggml/ggml_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/checkpoint/ggml/ggml_decoders.h"

namespace ulpscope {
namespace {

using Words = GgmlType::Words;

// Ids of ggml_type in ggml.h, sizes of ggml-common.h, as of llama.cpp's vendored copy in llama-cpp-python 0.3.36.
constexpr std::array kTypes{
    GgmlType{0, "F32", "", 1, 4, nullptr},
    GgmlType{1, "F16", "", 1, 2, nullptr},
    GgmlType{2, "Q4_0", "q4_0", 32, 18, decodeQ4_0, {Words{0, 2, 1}}},
    GgmlType{3, "Q4_1", "q4_1", 32, 20, decodeQ4_1, {Words{0, 2, 2}}},
    GgmlType{6, "Q5_0", "q5_0", 32, 22, decodeQ5_0, {Words{0, 2, 1}}},
    GgmlType{7, "Q5_1", "q5_1", 32, 24, decodeQ5_1, {Words{0, 2, 2}}},
    GgmlType{8, "Q8_0", "q8_0", 32, 34, decodeQ8_0, {Words{0, 2, 1}}},
    GgmlType{9, "Q8_1", "q8_1", 32, 36, decodeQ8_1, {Words{0, 2, 2}}},
    GgmlType{10, "Q2_K", "q2_k", 256, 84, decodeQ2_K, {Words{80, 2, 2}}},
    GgmlType{11, "Q3_K", "q3_k", 256, 110, decodeQ3_K, {Words{108, 2, 1}}},
    GgmlType{12, "Q4_K", "q4_k", 256, 144, decodeQ4_K, {Words{0, 2, 2}}},
    GgmlType{13, "Q5_K", "q5_k", 256, 176, decodeQ5_K, {Words{0, 2, 2}}},
    GgmlType{14, "Q6_K", "q6_k", 256, 210, decodeQ6_K, {Words{208, 2, 1}}},
    GgmlType{15, "Q8_K", "q8_k", 256, 292, decodeQ8_K, {Words{0, 4, 1}, Words{260, 2, 16}}},
    GgmlType{16, "IQ2_XXS", "iq2_xxs", 256, 66, decodeIQ2_XXS, {Words{0, 2, 33}}},
    GgmlType{17, "IQ2_XS", "iq2_xs", 256, 74, decodeIQ2_XS, {Words{0, 2, 33}}},
    GgmlType{18, "IQ3_XXS", "iq3_xxs", 256, 98, decodeIQ3_XXS, {Words{0, 2, 1}}},
    GgmlType{19, "IQ1_S", "iq1_s", 256, 50, decodeIQ1_S, {Words{0, 2, 1}, Words{34, 2, 8}}},
    GgmlType{20, "IQ4_NL", "iq4_nl", 32, 18, decodeIQ4_NL, {Words{0, 2, 1}}},
    GgmlType{21, "IQ3_S", "iq3_s", 256, 110, decodeIQ3_S, {Words{0, 2, 1}}},
    GgmlType{22, "IQ2_S", "iq2_s", 256, 82, decodeIQ2_S, {Words{0, 2, 1}}},
    GgmlType{23, "IQ4_XS", "iq4_xs", 256, 136, decodeIQ4_XS, {Words{0, 2, 2}}},
    GgmlType{24, "I8", "", 1, 1, nullptr},
    GgmlType{25, "I16", "", 1, 2, nullptr},
    GgmlType{26, "I32", "", 1, 4, nullptr},
    GgmlType{27, "I64", "", 1, 8, nullptr},
    GgmlType{28, "F64", "", 1, 8, nullptr},
    GgmlType{29, "IQ1_M", "iq1_m", 256, 56, decodeIQ1_M},
    GgmlType{30, "BF16", "", 1, 2, nullptr},
    GgmlType{34, "TQ1_0", "tq1_0", 256, 54, decodeTQ1_0, {Words{52, 2, 1}}},
    GgmlType{35, "TQ2_0", "tq2_0", 256, 66, decodeTQ2_0, {Words{64, 2, 1}}},
    GgmlType{39, "MXFP4", "mxfp4", 32, 17, decodeMXFP4},
    GgmlType{40, "NVFP4", "nvfp4", 64, 36, decodeNVFP4},
    GgmlType{41, "Q1_0", "q1_0", 128, 18, decodeQ1_0, {Words{0, 2, 1}}},
    GgmlType{42, "Q2_0", "q2_0", 64, 18, decodeQ2_0, {Words{0, 2, 1}}},
};

struct RemovedType {
  std::uint32_t id;
  std::string_view name;
  std::string_view instead;
};
constexpr std::array kRemoved{
    RemovedType{4, "Q4_2", ""},
    RemovedType{5, "Q4_3", ""},
    RemovedType{31, "Q4_0_4_4", "Q4_0"},
    RemovedType{32, "Q4_0_4_8", "Q4_0"},
    RemovedType{33, "Q4_0_8_8", "Q4_0"},
    RemovedType{36, "IQ4_NL_4_4", "IQ4_NL"},
    RemovedType{37, "IQ4_NL_4_8", "IQ4_NL"},
    RemovedType{38, "IQ4_NL_8_8", "IQ4_NL"},
};

/// ik_llama.cpp numbers its own types from here; the interleaved "_R4" and "_R8" kinds are 200 and above.
constexpr std::uint32_t kFirstOfIkLlama = 100;
constexpr std::uint32_t kLastOfIkLlama = 400;

void swapWords(const GgmlType& type, std::span<std::byte> blocks) {
  for (; !blocks.empty(); blocks = blocks.subspan(type.blockBytes))
    for (const Words& words : type.words)
      for (std::size_t i = 0; i < words.count; ++i) {
        const auto word = blocks.subspan(words.offset + i * words.bytes, words.bytes);
        std::reverse(word.begin(), word.end());
      }
}

/// How many bytes of blocks are read at once: they stay in the cache while they are decoded.
constexpr std::size_t kBatchBytes = 64 << 10;

}  // namespace

std::span<const GgmlType> ggmlTypes() { return kTypes; }

const GgmlType* findGgmlType(std::uint32_t id) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const GgmlType& type) { return type.id == id; });
  return found != kTypes.end() ? &*found : nullptr;
}

const GgmlType* findGgmlType(std::string_view packing) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const GgmlType& type) { return !type.isPlain() && type.packing == packing; });
  return found != kTypes.end() ? &*found : nullptr;
}

UnreadableGgmlType unreadableGgmlType(std::uint32_t id) {
  const auto removed =
      std::find_if(kRemoved.begin(), kRemoved.end(), [&](const RemovedType& type) { return type.id == id; });
  if (removed != kRemoved.end())
    return {
        std::string(removed->name),
        removed->instead.empty()
            ? fmt::format("type {} ({}) was removed from ggml in 2023 and nothing reads it any more", id, removed->name)
            : fmt::format("type {} ({}) was removed from ggml: it was {} repacked for some processors; convert the "
                          "model again to {}",
                          id, removed->name, removed->instead, removed->instead)};
  const std::string name = fmt::format("type {}", id);
  if (id >= kFirstOfIkLlama && id < kLastOfIkLlama)
    return {name, fmt::format("type {} is unknown to ggml; ik_llama.cpp numbers its own types like this, which cannot "
                              "be read here",
                              id)};
  return {name, fmt::format("type {} is unknown: it is newer than this program, or no type", id)};
}

std::shared_ptr<const ByteSource> decodedSource(const GgmlType& type, std::shared_ptr<const ByteSource> blocks,
                                                bool swapped) {
  assert(!type.isPlain() && blocks->size() % type.blockBytes == 0);
  const std::size_t unit = type.blockElements * sizeof(float);
  DerivedBytes derived{.name = blocks->name(),
                       .size = blocks->size() / type.blockBytes * unit,
                       .unitBytes = unit,
                       .make = {},
                       .from = {blocks}};
  derived.make = [&type, blocks = std::move(blocks), swapped, unit](std::uint64_t first,
                                                                    std::span<std::byte> out) -> Result<> {
    const std::size_t batch = std::min(out.size() / unit, std::max<std::size_t>(kBatchBytes / type.blockBytes, 1));
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(batch * type.blockBytes);
    while (!out.empty()) {
      const std::size_t count = std::min(batch, out.size() / unit);
      const std::span stored(buffer.get(), count * type.blockBytes);
      if (auto read = blocks->read(first * type.blockBytes, stored); !read) return read;
      if (swapped) swapWords(type, stored);
      type.decode(stored.data(), count, out.data());
      out = out.subspan(count * unit);
      first += count;
    }
    return {};
  };
  return derivedSource(std::move(derived));
}

}  // namespace ulpscope
