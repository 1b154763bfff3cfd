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
  const std::vector<float> table(book.values.begin(), book.values.end());
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
    return all;
  }();
  return samples;
}

}  // namespace ulpscope::test
