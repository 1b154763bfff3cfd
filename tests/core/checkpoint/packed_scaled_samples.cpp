// SPDX-License-Identifier: Apache-2.0
//
// Small weights in blocks and codebooks with scales, sparse ones, and those that are only named.
// Codes and scales come from a generator; expected values are formed from the codes before packing, in the library's
// order of operations, so nothing of the unpacking is repeated here.
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/formats/codebook_format.h"
#include "core/formats/dynamic_map.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/checkpoint/packed_codes.h"
#include "tests/core/checkpoint/packed_sample.h"

namespace ulpscope::test {
namespace {

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

/// Only named: the parts that are listed, and no values.
PackedSample named(std::string name, std::string method, std::vector<PackedPart> parts) {
  return {.name = std::move(name),
          .convention = "named_only",
          .config = "{\"quantization_config\": {\"quant_method\": \"" + method + "\"}}",
          .parts = std::move(parts),
          .weight = {}};
}

}  // namespace

std::vector<PackedSample> packedScaledSamples() {
  std::vector<PackedSample> all;
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
  all.push_back(
      scaled("modelopt_fp8", "scaled", config("modelopt"), "F8_E4M3", {6, 10}, {6, 10}, "F32", "F32", "_scale", false));
  all.push_back(fp4("nvfp4", false, true));
  all.push_back(fp4("nvfp4_modelopt", true, true));
  all.push_back(fp4("mxfp4_packed", false, false));
  for (const bool original : {false, true}) all.push_back(gptOss(original));
  for (const bool twoOfFour : {false, true}) all.push_back(sparse(twoOfFour));
  all.push_back(quanto8());
  all.push_back(torchAo("Int8Tensor", true));
  all.push_back(torchAo("Float8Tensor", false));
  all.push_back(torchAoPickled());
  all.push_back(named("aqlm", "aqlm",
                      {{"l.codebooks", "F16", {1, 2, 1, 2}, std::string(8, '\1')},
                       {"l.codes", "I16", {2, 2, 1}, std::string(8, '\1')},
                       {"l.scales", "F16", {2, 1, 1, 1}, std::string(4, '\1')}}));
  all.push_back(
      named("bitnet", "bitnet",
            {{"l.weight", "U8", {2, 4}, std::string(8, '\1')}, {"l.weight_scale", "BF16", {1}, std::string(2, '\1')}}));
  return all;
}

}  // namespace ulpscope::test
