// SPDX-License-Identifier: Apache-2.0
//
// Small weights packed as each library packs them. Codes and scales come from a generator; expected values are formed
// from the codes before packing, in the library's order of operations, so nothing of the unpacking is repeated here.
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <string_view>

#include "core/formats/codebook_format.h"
#include "core/formats/dynamic_map.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "core/tensor/element_type.h"
#include "tests/core/checkpoint/packed_sample.h"

namespace ulpscope::test {
namespace {

/// Numerical Recipes' generator: the same numbers everywhere.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : m_state(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    m_state = m_state * 1664525u + 1013904223u;
    return (m_state >> 8) % bound;
  }
  std::vector<unsigned> codes(std::size_t count, int bits) {
    std::vector<unsigned> values(count);
    for (unsigned& value : values) value = below(1u << bits);
    return values;
  }
  /// Scales that F16 and BF16 hold exactly, all different sizes: (1 + k/128) * 2^-e.
  std::vector<float> scales(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values)
      value = std::ldexp(1.0F + static_cast<float>(below(128)) / 128, -3 - static_cast<int>(below(6)));
    return values;
  }

 private:
  std::uint32_t m_state;
};

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::uint64_t encoded(std::string_view format, float value) {
  const NumberFormat& number = *findFormat(format);
  return number.encode(findFormat("float32")->decode(std::bit_cast<std::uint32_t>(value)), {}, {}).code;
}

/// `values` rounded to a 16-bit format, by the number formats of core.
std::string stored(std::string_view format, const std::vector<float>& values) {
  std::vector<std::uint16_t> codes;
  for (const float value : values) codes.push_back(static_cast<std::uint16_t>(encoded(format, value)));
  return raw(codes);
}
float rounded(std::string_view format, float value) {
  return static_cast<float>(toDouble(findFormat(format)->decode(encoded(format, value))));
}

/// Codes from the low bits of a little-endian run of `bytes` bytes on.
std::string packed(const std::vector<unsigned>& codes, int bits, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t at = 0;
  for (const unsigned code : codes)
    for (int bit = 0; bit < bits; ++bit, ++at)
      if ((code >> bit & 1u) != 0) out[at / 8] = static_cast<char>(out[at / 8] | 1 << at % 8);
  return out;
}

/// A matrix of runs of 32-bit words, each packed from `codeAt(line, i)`, laid out word by word across the lines.
std::string packedAcross(std::size_t lines, std::size_t codes, int bits,
                         const std::function<unsigned(std::size_t, std::size_t)>& codeAt) {
  const std::size_t words = (codes * static_cast<std::size_t>(bits) + 31) / 32;
  std::string out(words * lines * 4, '\0');
  for (std::size_t line = 0; line < lines; ++line) {
    std::vector<unsigned> run(codes);
    for (std::size_t i = 0; i < codes; ++i) run[i] = codeAt(line, i);
    const std::string bytes = packed(run, bits, words * 4);
    for (std::size_t word = 0; word < words; ++word)
      std::memcpy(out.data() + (word * lines + line) * 4, bytes.data() + word * 4, 4);
  }
  return out;
}

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

PackedSample bitsandbytes4(bool normal, bool nested) {
  Numbers numbers(normal ? 31u : 32u);
  const std::size_t rows = 5, columns = 27, elements = rows * columns, block = 64;
  const std::size_t blocks = (elements + block - 1) / block;
  const auto codes = numbers.codes(elements, 4);
  const auto& book = dynamic_cast<const CodebookFormat&>(*findFormat(normal ? "nf4" : "bnb_fp4")).book();
  std::vector<float> table(book.values.begin(), book.values.end());
  if (!normal) table[8] = 0;  // -0 in the format, 0 in the library's table
  const auto dynamic = dynamicMap(true);
  const std::vector<float> map(dynamic.begin(), dynamic.end());
  std::vector<unsigned> turned(elements + 1, 0u);
  for (std::size_t i = 0; i < elements; ++i) turned[i ^ 1u] = codes[i];

  std::vector<float> scales = numbers.scales(blocks);
  const std::string kind = normal ? "nf4" : "fp4";
  const std::string name = "l.weight.quant_state.bitsandbytes__" + kind;
  std::string json = R"({"quant_type": ")" + kind + R"(", "blocksize": 64, "dtype": "bfloat16", "shape": [5, 27])";
  PackedSample sample{.name = "bnb_" + kind + (nested ? "_nested" : ""),
                      .convention = "bitsandbytes_4bit",
                      .config = R"({"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true}})",
                      .parts = {{"l.weight", "U8", {turned.size() / 2, 1}, packed(turned, 4, turned.size() / 2)},
                                {"l.weight.quant_map", "F32", {16}, raw(table)}},
                      .weight = "l.weight",
                      .shape = {rows, columns},
                      .type = "BF16"};
  if (nested) {
    json += R"(, "nested_blocksize": 2, "nested_dtype": "float32", "nested_offset": 0.125)";
    const auto inner = numbers.codes(blocks, 8);
    const auto outer = numbers.scales((blocks + 1) / 2);
    for (std::size_t i = 0; i < blocks; ++i) {
      const float product = map[inner[i]] * outer[i / 2];
      scales[i] = product + 0.125F;
    }
    sample.parts.push_back({"l.weight.absmax", "U8", {blocks}, packed(inner, 8, blocks)});
    sample.parts.push_back({"l.weight.nested_absmax", "F32", {outer.size()}, raw(outer)});
    sample.parts.push_back({"l.weight.nested_quant_map", "F32", {256}, raw(map)});
  } else {
    sample.parts.push_back({"l.weight.absmax", "F32", {blocks}, raw(scales)});
  }
  json += "}";
  sample.parts.push_back({name, "U8", {json.size()}, json});
  for (std::size_t i = 0; i < elements; ++i)
    sample.values.push_back(rounded("bfloat16", table[codes[i]] * scales[i / block]));
  return sample;
}

PackedSample bitsandbytes8() {
  Numbers numbers(33);
  const std::size_t rows = 3, columns = 10;
  std::vector<std::int8_t> codes;
  for (const unsigned code : numbers.codes(rows * columns, 8)) codes.push_back(static_cast<std::int8_t>(code));
  const std::vector<float> scales{0.1F, 2.75F, 1e-3F};
  PackedSample sample{.name = "bnb_int8",
                      .convention = "bitsandbytes_8bit",
                      .config = R"({"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": true}})",
                      .parts = {{"l.weight", "I8", {rows, columns}, raw(codes)},
                                {"l.SCB", "F32", {rows}, raw(scales)},
                                {"l.weight_format", "U8", {}, std::string(1, '\0'), true}},
                      .weight = "l.weight",
                      .shape = {rows, columns},
                      .type = "F32"};
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const float scaled = static_cast<float>(codes[i]) * scales[i / columns];
    sample.values.push_back(scaled * 7.874015718698502e-3F);
  }
  return sample;
}

/// 8-bit codes with a scale for each block; the values in the library's order, rounded to `type`.
PackedSample scaled(std::string name, std::string convention, std::string config, std::string codeType,
                    std::array<std::size_t, 2> shape, std::array<std::size_t, 2> block, std::string scaleType,
                    std::string type, std::string scaleSuffix, bool zeros) {
  Numbers numbers(static_cast<std::uint32_t>(name.size() + 40));
  const auto [rows, columns] = shape;
  const std::size_t down = (rows + block[0] - 1) / block[0], across = (columns + block[1] - 1) / block[1];
  const auto codes = numbers.codes(rows * columns, 8);
  const auto scales = numbers.scales(down * across);
  const auto offsets = numbers.codes(down * across, 4);
  PackedSample sample{.name = std::move(name),
                      .convention = std::move(convention),
                      .config = std::move(config),
                      .parts = {{"l.weight", codeType, {rows, columns}, packed(codes, 8, codes.size())}},
                      .weight = "l.weight",
                      .shape = {rows, columns},
                      .type = type};
  sample.parts.push_back(
      {"l.weight" + scaleSuffix,
       scaleType,
       {down, across},
       scaleType == "F32" ? raw(scales) : stored(scaleType == "F16" ? "float16" : "bfloat16", scales)});
  if (zeros) {
    std::string bytes = packed(offsets, 8, offsets.size());
    sample.parts.push_back({"l.weight_zero_point", "I8", {down, across}, bytes, true});
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::size_t at = i / columns / block[0] * across + i % columns / block[1];
    const float code = codeType == "I8" ? static_cast<float>(static_cast<std::int8_t>(codes[i]))
                                        : static_cast<float>(toDouble(findFormat("float8_e4m3fn")->decode(codes[i])));
    const float value = (code - (zeros ? static_cast<float>(offsets[at]) : 0.0F)) * scales[at];
    sample.values.push_back(type == "F32" ? value : rounded(type == "F16" ? "float16" : "bfloat16", value));
  }
  return sample;
}

constexpr std::array<float, 16> kFp4{0, 0.5F, 1, 1.5F, 2, 3, 4, 6, -0.0F, -0.5F, -1, -1.5F, -2, -3, -4, -6};

/// FP4 codes, two a byte, with scales a byte each: E4M3 under one more scale, or powers of two.
PackedSample fp4(std::string name, bool modelOpt, bool nv) {
  Numbers numbers(55);
  const std::size_t rows = 3, columns = 64, width = nv ? 16 : 32;
  const auto codes = numbers.codes(rows * columns, 4);
  std::vector<unsigned> scales;
  for (std::size_t i = 0; i < rows * columns / width; ++i)
    scales.push_back(nv ? 0x30u + numbers.below(32) : 120u + numbers.below(12));
  const std::string base = modelOpt ? "l.weight" : "l.weight_packed";
  PackedSample sample{
      .name = std::move(name),
      .convention = "fp4_blocks",
      .config = modelOpt ? R"({"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}})"
                         : R"({"quantization_config": {"quant_method": "compressed-tensors"}})",
      .parts = {{base, "U8", {rows, columns / 2}, packed(codes, 4, codes.size() / 2)},
                {"l.weight_scale", nv ? "F8_E4M3" : "U8", {rows, columns / width}, packed(scales, 8, scales.size())}},
      .weight = "l.weight",
      .shape = {rows, columns},
      .type = "BF16"};
  const float global = modelOpt ? 0.0123F : 97.25F;
  if (nv)
    sample.parts.push_back({modelOpt ? "l.weight_scale_2" : "l.weight_global_scale", "F32",
                            modelOpt ? std::vector<std::uint64_t>{} : std::vector<std::uint64_t>{1},
                            raw(std::vector<float>{global})});
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const unsigned stored = scales[i / width];
    const float scale = nv ? static_cast<float>(toDouble(findFormat("float8_e4m3fn")->decode(stored)))
                           : std::ldexp(1.0F, static_cast<int>(stored) - 127);
    const float whole = !nv ? scale : modelOpt ? scale * global : scale / global;
    const float code = modelOpt && codes[i] == 8 ? 0.0F : kFp4[codes[i]];
    sample.values.push_back(rounded("bfloat16", code * whole));
  }
  return sample;
}

PackedSample gptOss(bool original) {
  Numbers numbers(61);
  const std::size_t experts = 2, rows = 3, groups = 2, in = groups * 32;
  const auto codes = numbers.codes(experts * rows * in, 4);
  std::vector<unsigned> scales;
  for (std::size_t i = 0; i < experts * rows * groups; ++i) scales.push_back(120u + numbers.below(12));
  const std::string name = original ? "block.0.mlp.mlp1_weight" : "model.layers.0.mlp.experts.gate_up_proj";
  PackedSample sample{
      .name = original ? "mxfp4_original" : "mxfp4_transposed",
      .convention = "mxfp4",
      .config = R"({"quantization_config": {"quant_method": "mxfp4"}})",
      .parts = {{name + (original ? ".blocks" : "_blocks"),
                 "U8",
                 {experts, rows, groups, 16},
                 packed(codes, 4, codes.size() / 2)},
                {name + (original ? ".scales" : "_scales"),
                 "U8",
                 {experts, rows, groups},
                 packed(scales, 8, scales.size())}},
      .weight = name,
      .shape = original ? std::vector<std::uint64_t>{experts, rows, in} : std::vector<std::uint64_t>{experts, in, rows},
      .type = "BF16"};
  const auto value = [&](std::size_t e, std::size_t r, std::size_t i) {
    const std::size_t at = (e * rows + r) * in + i;
    return rounded("bfloat16", kFp4[codes[at]] * std::ldexp(1.0F, static_cast<int>(scales[at / 32]) - 127));
  };
  for (std::size_t e = 0; e < experts; ++e)
    for (std::size_t a = 0; a < (original ? rows : in); ++a)
      for (std::size_t b = 0; b < (original ? in : rows); ++b)
        sample.values.push_back(original ? value(e, a, b) : value(e, b, a));
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

PackedSample sparse(bool twoOfFour) {
  Numbers numbers(81);
  const std::size_t rows = 4, columns = twoOfFour ? 16 : 19;
  std::vector<float> kept;
  std::vector<std::int64_t> offsets;
  std::string mask(rows * ((columns + 7) / 8), '\0');
  PackedSample sample{.name = twoOfFour ? "sparse_24" : "sparse",
                      .convention = "sparse_bitmask",
                      .config = R"({"quantization_config": {"quant_method": "compressed-tensors"}})",
                      .parts = {},
                      .weight = "l.weight",
                      .shape = {rows, columns},
                      .type = "F32"};
  for (std::size_t r = 0; r < rows; ++r) {
    offsets.push_back(static_cast<std::int64_t>(kept.size()));
    for (std::size_t c = 0; c < columns; ++c) {
      const bool there = twoOfFour ? c % 4 == r % 4 || c % 4 == (r + 1) % 4 : numbers.below(2) == 1;
      sample.values.push_back(there ? static_cast<float>(kept.size()) + 0.5F : 0.0F);
      if (!there) continue;
      kept.push_back(sample.values.back());
      char& byte = mask[r * ((columns + 7) / 8) + c / 8];
      byte = static_cast<char>(byte | 1 << c % 8);
    }
  }
  sample.parts = {
      {"l.compressed", "F32",
       twoOfFour ? std::vector<std::uint64_t>{rows, columns / 2} : std::vector<std::uint64_t>{kept.size()}, raw(kept)},
      {"l.bitmask", "U8", {rows, (columns + 7) / 8}, mask},
      {"l.shape",
       "I64",
       {2},
       raw(std::vector<std::int64_t>{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)})}};
  if (!twoOfFour) sample.parts.push_back({"l.row_offsets", "I64", {rows}, raw(offsets)});
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

PackedSample quanto8() {
  PackedSample sample = scaled("quanto_8", "quanto", R"({"quantization_config": {"quant_method": "quanto"}})", "I8",
                               {4, 12}, {1, 12}, "F16", "F16", "", false);
  sample.parts[0].name = "l.weight._data";
  sample.parts[1].name = "l.weight._scale";
  return sample;
}

PackedSample torchAo(std::string kind, bool integer) {
  PackedSample sample = scaled("torchao_" + kind, "torchao", R"({"quantization_config": {"quant_method": "torchao"}})",
                               integer ? "I8" : "F8_E4M3", {4, 32}, {1, 16}, "F32", "BF16", "", integer);
  sample.parts[0].name = "l._weight_qdata";
  sample.parts[1].name = "l._weight_scale";
  if (integer) sample.parts[2].name = "l._weight_zero_point";
  if (integer) sample.parts[2].optional = false;
  sample.metadata["l.weight"] =
      R"({\"_type\": \")" + kind +
      R"(\", \"_data\": {\"block_size\": [1, 16], \"dtype\": {\"_type\": \"torch.dtype\", \"_data\": \"bfloat16\"}}})";
  return sample;
}

/// The same as a pickled subclass is listed; its own tensor has no data, but here it has to have some.
PackedSample torchAoPickled() {
  PackedSample sample = torchAo("Int8Tensor", true);
  sample.name = "torchao_pickled";
  sample.parts[0].name = "l.weight.qdata";
  sample.parts[1].name = "l.weight.scale";
  sample.parts[2].name = "l.weight.zero_point";
  sample.parts.push_back({"l.weight", "BF16", {4, 32}, std::string(256, '\0')});
  sample.metadata = {{"l.weight.__class__", "torchao.quantization.Int8Tensor"}, {"l.weight.block_size", "[1, 16]"}};
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

/// Only named: the parts that are listed, and no values.
PackedSample named(std::string name, std::string method, std::vector<PackedPart> parts) {
  return {.name = std::move(name),
          .convention = "named_only",
          .config = "{\"quantization_config\": {\"quant_method\": \"" + method + "\"}}",
          .parts = std::move(parts),
          .weight = {}};
}

}  // namespace

const std::vector<PackedSample>& packedSamples() {
  static const std::vector<PackedSample> samples = [] {
    std::vector<PackedSample> all;
    for (const int bits : {2, 3, 4, 8})
      for (const bool second : {false, true}) all.push_back(gptq(bits, second, bits == 4 && second));
    all.push_back(awqGemm());
    all.push_back(awqGemv());
    for (const bool normal : {false, true})
      for (const bool nested : {false, true}) all.push_back(bitsandbytes4(normal, nested));
    all.push_back(bitsandbytes8());
    const auto config = [](std::string_view method) {
      return "{\"quantization_config\": {\"quant_method\": \"" + std::string(method) + "\"}}";
    };
    all.push_back(scaled("fp8_block", "fp8_block",
                         R"({"quantization_config": {"quant_method": "fp8", "weight_block_size": [4, 8]}})", "F8_E4M3",
                         {10, 20}, {4, 8}, "F32", "F32", "_scale_inv", false));
    all.push_back(scaled("fp8_block_bf16", "fp8_block", config("fp8"), "F8_E4M3", {130, 3}, {128, 128}, "BF16", "F32",
                         "_scale_inv", false));
    all.push_back(
        scaled("fbgemm", "scaled", config("fbgemm_fp8"), "F8_E4M3", {6, 10}, {1, 10}, "BF16", "F32", "_scale", false));
    all.push_back(scaled("int8_channel", "scaled", config("compressed-tensors"), "I8", {6, 10}, {1, 10}, "F16", "F16",
                         "_scale", false));
    all.push_back(scaled("int8_group_zeros", "scaled", config("compressed-tensors"), "I8", {6, 32}, {1, 8}, "BF16",
                         "BF16", "_scale", true));
    all.push_back(scaled("modelopt_fp8", "scaled", config("modelopt"), "F8_E4M3", {6, 10}, {6, 10}, "F32", "F32",
                         "_scale", false));
    all.push_back(fp4("nvfp4", false, true));
    all.push_back(fp4("nvfp4_modelopt", true, true));
    all.push_back(fp4("mxfp4_packed", false, false));
    for (const bool original : {false, true}) all.push_back(gptOss(original));
    for (const int bits : {1, 3, 4, 8}) all.push_back(compressedPack(bits, bits > 1, bits == 4));
    all.push_back(compressedPack(5, false, false));
    for (const bool twoOfFour : {false, true}) all.push_back(sparse(twoOfFour));
    for (const int bits : {1, 2, 3, 4, 8})
      for (const bool byRow : {false, true}) all.push_back(hqq(bits, byRow));
    for (const int bits : {2, 4}) all.push_back(quantoGroups(bits));
    all.push_back(quanto8());
    all.push_back(torchAo("Int8Tensor", true));
    all.push_back(torchAo("Float8Tensor", false));
    all.push_back(torchAoPickled());
    all.push_back(hqqPickled());
    all.push_back(named("aqlm", "aqlm",
                        {{"l.codebooks", "F16", {1, 2, 1, 2}, std::string(8, '\1')},
                         {"l.codes", "I16", {2, 2, 1}, std::string(8, '\1')},
                         {"l.scales", "F16", {2, 1, 1, 1}, std::string(4, '\1')}}));
    all.push_back(named(
        "bitnet", "bitnet",
        {{"l.weight", "U8", {2, 4}, std::string(8, '\1')}, {"l.weight_scale", "BF16", {1}, std::string(2, '\1')}}));
    return all;
  }();
  return samples;
}

}  // namespace ulpscope::test
