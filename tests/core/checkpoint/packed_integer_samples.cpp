// SPDX-License-Identifier: Apache-2.0
//
// Small weights packed as integers of a few bits, as each library packs them.
// Codes and scales come from a generator; expected values are formed from the codes before packing, in the library's
// order of operations, so nothing of the unpacking is repeated here.
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/packed_codes.h"
#include "tests/core/checkpoint/packed_sample.h"

namespace ulpscope::test {
namespace {

PackedSample gptq(int bits, bool second, bool indexed) {
  Numbers numbers(7u + static_cast<unsigned>(bits));
  const std::size_t in = 64, out = 32, groups = 4;
  const auto codes = numbers.codes(in * out, bits);
  const unsigned middle = 1u << (bits - 1);
  std::vector<unsigned> zeros(groups * out, middle);
  const auto scales = numbers.scales(groups * out);
  std::vector<std::int32_t> groupOf(in);
  for (std::size_t i = 0; i < in; ++i) groupOf[i] = static_cast<std::int32_t>(indexed ? i % groups : i / (in / groups));

  PackedSample sample{.name = "gptq_" + std::to_string(bits) + (second ? "_v2" : "_v1") + (indexed ? "_act" : ""),
                      .convention = "gptq",
                      .config = R"({"quantization_config": {"quant_method": "gptq", "bits": )" + std::to_string(bits) +
                                R"(, "group_size": 16, "sym": true, "checkpoint_format": ")" +
                                (second ? "gptq_v2" : "gptq") + "\"}}",
                      .parts = {},
                      .weight = "l.weight",
                      .shape = {out, in},
                      .type = "F16"};
  const auto bitWords = static_cast<std::uint64_t>(bits);
  sample.parts = {{"l.qweight",
                   "I32",
                   {in * bitWords / 32, out},
                   packedAcross(out, in, bits, [&](std::size_t o, std::size_t i) { return codes[o * in + i]; })},
                  {"l.qzeros", "I32", {groups, out * bitWords / 32}, {}},
                  {"l.scales", "F16", {groups, out}, stored("float16", scales)}};
  for (std::size_t g = 0; g < groups; ++g) {
    std::vector<unsigned> line(out);
    for (std::size_t o = 0; o < out; ++o) line[o] = zeros[g * out + o] - (second ? 0u : 1u);
    sample.parts[1].bytes += packed(line, bits, out * static_cast<std::size_t>(bits) / 8);
  }
  if (indexed) sample.parts.push_back({"l.g_idx", "I32", {in}, raw(groupOf), true});
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i) {
      const std::size_t at = static_cast<std::size_t>(groupOf[i]) * out + o;
      const float difference = static_cast<float>(codes[o * in + i]) - static_cast<float>(zeros[at]);
      sample.values.push_back(rounded("float16", scales[at] * difference));
    }
  return sample;
}

PackedSample awqGemm() {
  Numbers numbers(21);
  const std::size_t in = 32, out = 16, groups = 2;
  const auto codes = numbers.codes(in * out, 4);
  const auto zeros = numbers.codes(groups * out, 4);
  const auto scales = numbers.scales(groups * out);
  constexpr std::array<std::size_t, 8> kOrder{0, 2, 4, 6, 1, 3, 5, 7};
  const auto pack = [&](const std::vector<unsigned>& values) {
    std::vector<unsigned> turned(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) turned[i] = values[i / 8 * 8 + kOrder[i % 8]];
    return packed(turned, 4, values.size() / 2);
  };
  PackedSample sample{
      .name = "awq_gemm",
      .convention = "awq",
      .config = R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 16, "version": "gemm"}})",
      .parts = {{"l.qweight", "I32", {in, out / 8}, pack(codes)},
                {"l.qzeros", "I32", {groups, out / 8}, pack(zeros)},
                {"l.scales", "F16", {groups, out}, stored("float16", scales)}},
      .weight = "l.weight",
      .shape = {out, in},
      .type = "F16"};
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i) {
      const std::size_t at = i / 16 * out + o;
      const float difference = static_cast<float>(codes[i * out + o]) - static_cast<float>(zeros[at]);
      sample.values.push_back(rounded("float16", scales[at] * difference));
    }
  return sample;
}

PackedSample awqGemv() {
  Numbers numbers(22);
  const std::size_t in = 64, out = 4, groups = 2, width = 4;  // calculate_zeros_width(64, 32): 1 word, made 4
  const auto codes = numbers.codes(in * out, 4);
  auto zeros = numbers.codes(out * width * 8, 4);
  const auto scales = numbers.scales(out * width * 8);
  PackedSample sample{
      .name = "awq_gemv",
      .convention = "awq",
      .config = R"({"quantization_config": {"quant_method": "awq", "bits": 4, "group_size": 32, "version": "gemv"}})",
      .parts = {{"l.qweight", "I32", {out, in / 8}, packed(codes, 4, in * out / 2)},
                {"l.qzeros", "I32", {out, width}, packed(zeros, 4, zeros.size() / 2)},
                {"l.scales", "F16", {out, width * 8}, stored("float16", scales)}},
      .weight = "l.weight",
      .shape = {out, in},
      .type = "F16"};
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t i = 0; i < in; ++i) {
      const std::size_t at = o * width * 8 + i / (in / groups);
      const float difference = static_cast<float>(codes[o * in + i]) - static_cast<float>(zeros[at]);
      sample.values.push_back(rounded("float16", scales[at] * difference));
    }
  return sample;
}

PackedSample compressedPack(int bits, bool zeros, bool indexed) {
  Numbers numbers(70u + static_cast<unsigned>(bits));
  const std::size_t rows = 5, columns = 64, groups = 2;
  const auto codes = numbers.codes(rows * columns, bits);
  const auto offsets = numbers.codes(rows * groups, bits);
  const auto scales = numbers.scales(rows * groups);
  const std::size_t words = (columns * static_cast<std::size_t>(bits) + 31) / 32;
  std::vector<std::int32_t> groupOf(columns);
  for (std::size_t i = 0; i < columns; ++i) groupOf[i] = static_cast<std::int32_t>(indexed ? i % 2 : i / 32);
  PackedSample sample{
      .name = "pack_" + std::to_string(bits) + (zeros ? "_zeros" : "") + (indexed ? "_act" : ""),
      .convention = "compressed_pack",
      .config = R"({"quantization_config": {"quant_method": "compressed-tensors", "format": "pack-quantized"}})",
      .parts = {{"l.weight_packed", "I32", {rows, words}, {}},
                {"l.weight_shape", "I64", {2}, raw(std::vector<std::int64_t>{rows, columns})},
                {"l.weight_scale", "BF16", {rows, groups}, stored("bfloat16", scales)}},
      .weight = "l.weight",
      .shape = {rows, columns},
      .type = "BF16"};
  for (std::size_t r = 0; r < rows; ++r)
    sample.parts[0].bytes += packed({codes.begin() + static_cast<std::ptrdiff_t>(r * columns),
                                     codes.begin() + static_cast<std::ptrdiff_t>((r + 1) * columns)},
                                    bits, words * 4);
  if (zeros)
    sample.parts.push_back(
        {"l.weight_zero_point",
         "I32",
         {(rows * static_cast<std::size_t>(bits) + 31) / 32, groups},
         packedAcross(groups, rows, bits, [&](std::size_t g, std::size_t r) { return offsets[r * groups + g]; }),
         true});
  if (indexed) sample.parts.push_back({"l.weight_g_idx", "I32", {columns}, raw(groupOf), true});
  const float middle = static_cast<float>(1u << (bits - 1));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t at = i / columns * groups + static_cast<std::size_t>(groupOf[i % columns]);
    const float code = static_cast<float>(codes[i]) - middle;
    sample.values.push_back(
        rounded("bfloat16", (code - (zeros ? static_cast<float>(offsets[at]) - middle : 0.0F)) * scales[at]));
  }
  return sample;
}

PackedSample hqq(int bits, bool byRow) {
  Numbers numbers(90u + static_cast<unsigned>(bits));
  const std::size_t out = 6, in = 16, group = 8, elements = out * in;
  const std::size_t rows = byRow ? elements / group : group, columns = byRow ? group : elements / group;
  const std::size_t perWord = bits == 3 ? 10 : 8 / static_cast<std::size_t>(bits),
                    words = (rows + perWord - 1) / perWord;
  const auto codes = numbers.codes(elements, bits);
  const auto scales = numbers.scales(elements / group), zeros = numbers.scales(elements / group);
  std::string bytes;
  for (std::size_t r = 0; r < words; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      std::uint32_t word = 0;
      for (std::size_t part = 0; part < perWord; ++part) {
        const std::size_t row = part * words + r;
        const unsigned code = row < rows ? codes[row * columns + c] : 0u;
        word |= code << ((bits == 3 ? 27 : 8 - bits) - static_cast<int>(part) * bits);
      }
      bytes.append(reinterpret_cast<const char*>(&word), bits == 3 ? 4 : 1);
    }
  const auto scalar = [](int value) { return raw(std::vector<std::int32_t>{value}); };
  const std::vector<std::uint64_t> over =
      byRow ? std::vector<std::uint64_t>{rows, 1} : std::vector<std::uint64_t>{1, columns};
  PackedSample sample{.name = "hqq_" + std::to_string(bits) + (byRow ? "_axis1" : "_axis0"),
                      .convention = "hqq",
                      .config = R"({"quantization_config": {"quant_method": "hqq"}})",
                      .parts = {{"l.W_q", bits == 3 ? "I32" : "U8", {words, columns}, bytes},
                                {"l.scale", "F16", over, stored("float16", scales)},
                                {"l.zero", "F16", over, stored("float16", zeros)},
                                {"l.nbits", "I32", {}, scalar(bits)},
                                {"l.axis", "I32", {}, scalar(byRow ? 1 : 0)},
                                {"l.shape", "I64", {2}, raw(std::vector<std::int64_t>{out, in})},
                                {"l.group_size", "I32", {}, scalar(static_cast<int>(group)), true},
                                {"l.compute_dtype", "U8", {13}, "torch.float16", true},
                                {"l.quant_zero", "U8", {}, std::string(1, '\0'), true}},
                      .weight = "l.weight",
                      .shape = {out, in},
                      .type = "F16"};
  for (std::size_t i = 0; i < elements; ++i) {
    const std::size_t at = byRow ? i / columns : i % columns;
    const float difference = rounded("float16", static_cast<float>(codes[i]) - zeros[at]);
    sample.values.push_back(rounded("float16", difference * scales[at]));
  }
  return sample;
}

/// As hqq's qmodel.pt is listed.
PackedSample hqqPickled() {
  PackedSample sample = hqq(3, true);
  sample.name = "hqq_pickled";
  sample.parts.resize(3);
  sample.metadata = {{"l.nbits", "3"},
                     {"l.axis", "1"},
                     {"l.shape", "[6, 16]"},
                     {"l.compute_dtype", "torch.float16"},
                     {"l.quant_zero", "False"}};
  return sample;
}

PackedSample quantoGroups(int bits) {
  Numbers numbers(101);
  const std::size_t out = 4, in = 32, group = 16, groups = out * in / group;
  const std::size_t planes = 8 / static_cast<std::size_t>(bits), size = out * in / planes;
  const auto codes = numbers.codes(out * in, bits);
  const auto scales = numbers.scales(groups), shifts = numbers.scales(groups);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < codes.size(); ++i)
    bytes[i % size] =
        static_cast<char>(bytes[i % size] | static_cast<int>(codes[i]) << (i / size * static_cast<std::size_t>(bits)));
  PackedSample sample{.name = "quanto_" + std::to_string(bits),
                      .convention = "quanto",
                      .config = R"({"quantization_config": {"quant_method": "quanto"}})",
                      .parts = {{"l.weight._data._data", "U8", {groups / planes, group}, bytes},
                                {"l.weight._scale", "BF16", {groups, 1}, stored("bfloat16", scales)},
                                {"l.weight._shift", "BF16", {groups, 1}, stored("bfloat16", shifts)}},
                      .weight = "l.weight",
                      .shape = {groups, group},
                      .type = "BF16"};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float product = rounded("bfloat16", static_cast<float>(codes[i]) * scales[i / group]);
    sample.values.push_back(rounded("bfloat16", product - shifts[i / group]));
  }
  return sample;
}

}  // namespace

std::vector<PackedSample> packedIntegerSamples() {
  std::vector<PackedSample> all;
  for (const int bits : {2, 3, 4, 8})
    for (const bool second : {false, true}) all.push_back(gptq(bits, second, bits == 4 && second));
  all.push_back(awqGemm());
  all.push_back(awqGemv());
  for (const int bits : {1, 3, 4, 8}) all.push_back(compressedPack(bits, bits > 1, bits == 4));
  all.push_back(compressedPack(5, false, false));
  for (const int bits : {1, 2, 3, 4, 8})
    for (const bool byRow : {false, true}) all.push_back(hqq(bits, byRow));
  all.push_back(hqqPickled());
  for (const int bits : {2, 4}) all.push_back(quantoGroups(bits));
  return all;
}

}  // namespace ulpscope::test
