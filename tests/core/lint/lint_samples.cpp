// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <stdexcept>

#include "core/checkpoint/packed/packed_convention.h"
#include "core/checkpoint/packed/packed_values.h"
#include "tests/core/checkpoint/packed_sample.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/lint/lint_sample.h"

namespace ulpscope::test {

std::vector<float> normals(std::size_t count, float deviation, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  // A sum of twelve uniform numbers: near enough to normal, and not the library's own distribution.
  for (float& value : values) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(engine()) * 0x1p-32;
    value = deviation * static_cast<float>(sum);
  }
  return values;
}

std::string bytesOf(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::string bfloatsOf(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) {
    const auto code = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
    bytes.append(reinterpret_cast<const char*>(&code), sizeof code);
  }
  return bytes;
}

Checkpoint openedWith(const std::string& bytes, std::string config, bool allowDamaged) {
  auto opened = findCheckpointReader("safetensors")
                    ->open(SafetensorsBuilder::sourceOf(bytes), {.options = {.allowDamaged = allowDamaged}});
  if (!opened) throw std::runtime_error(describe(opened.error()));
  if (!config.empty()) opened->config = std::move(config);
  opened->model = describeModel(*opened);
  if (auto attached = attachPackedWeights(*opened, {}); !attached) throw std::runtime_error(describe(attached.error()));
  return std::move(*opened);
}

namespace {

using Shape = std::vector<std::uint64_t>;

Checkpoint oneTensor(const std::string& type, const Shape& shape, const std::string& bytes,
                     const std::string& name = "w") {
  return openedWith(SafetensorsBuilder().add(name, type, shape, bytes).bytes());
}

Checkpoint oneMatrix(const std::vector<float>& values, std::uint64_t columns, const std::string& name = "w") {
  return oneTensor("F32", {values.size() / columns, columns}, bytesOf(values), name);
}

/// A packed sample of the readers' tests, changed.
Checkpoint packedWith(std::string_view name, const std::function<void(PackedSample&)>& change = {}) {
  PackedSample sample = *std::ranges::find(packedSamples(), name, &PackedSample::name);
  if (change) change(sample);
  SafetensorsBuilder builder;
  for (const PackedPart& part : sample.parts) builder.add(part.name, part.type, part.shape, part.bytes);
  return openedWith(builder.bytes(), sample.config);
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == text.npos) throw std::runtime_error("not in the sample: " + std::string(from));
  text.replace(at, from.size(), to);
}

template <class T>
void put(std::string& bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof value, &value, sizeof value);
}

std::vector<float> with(std::vector<float> values, std::size_t index, float value) {
  values[index] = value;
  return values;
}

/// Columns [first, first + count) of every row of `columns`, times `factor`.
std::vector<float> withColumns(std::vector<float> values, std::size_t columns, std::size_t first, std::size_t count,
                               float factor) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % columns >= first && i % columns < first + count) values[i] *= factor;
  return values;
}

/// Eight layers, one of which may be larger.
Checkpoint layers(float factor) {
  SafetensorsBuilder builder;
  for (unsigned layer = 0; layer < 8; ++layer)
    builder.add("model.layers." + std::to_string(layer) + ".mlp.up_proj.weight", "F32", {16, 32},
                bytesOf(normals(512, layer == 5 ? 0.02F * factor : 0.02F, layer)));
  return openedWith(builder.bytes());
}

/// Four experts of a layer; expert 2 with this input scale, or none where it is 0.
Checkpoint experts(float scale) {
  SafetensorsBuilder builder;
  for (unsigned expert = 0; expert < 4; ++expert) {
    const std::string base = "model.layers.0.mlp.experts." + std::to_string(expert) + ".up_proj.";
    builder.add(base + "weight", "F32", {4, 8}, bytesOf(normals(32, 0.02F, expert)));
    const float value = expert == 2 ? scale : 0.01F * static_cast<float>(expert + 1);
    if (value != 0) builder.add(base + "input_scale", "F32", {}, bytesOf({value}));
  }
  return openedWith(builder.bytes());
}

/// Two weights in FP8, the second with or without its scale.
Checkpoint fp8Weights(bool bothScaled) {
  SafetensorsBuilder builder;
  for (const std::string name : {"a", "b"}) {
    builder.add(name + ".weight", "F8_E4M3", {4, 8}, std::size_t{32});
    if (name == "a" || bothScaled) builder.add(name + ".weight_scale", "F32", {1}, bytesOf({0.5F}));
  }
  return openedWith(builder.bytes());
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<LintSample> valueSamples() {
  const std::vector<float> matrix = normals(64 * 128, 0.02F);
  const std::vector<float> deadRow = [&] {
    std::vector<float> values = matrix;
    std::fill_n(values.begin() + 7 * 128, 128, 0.0F);
    return values;
  }();
  const Checkpoint sound = oneMatrix(matrix, 128);
  std::vector<LintSample> samples;
  samples.push_back({"not_finite", "nan", oneMatrix(with(matrix, 131, kNan), 128), sound, "w",
                     "1 of 8,192 elements is NaN; the first is [1, 3]"});
  samples.push_back({"not_finite", "infinity", oneMatrix(with(matrix, 131, -kInfinity), 128), sound, "w",
                     "1 of 8,192 elements is infinite; the first is [1, 3]"});
  samples.push_back({"dead_rows", "row", oneMatrix(deadRow, 128), sound, "w",
                     "1 of 64 rows holds nothing but zeros; the first is row 7"});
  samples.push_back({"dead_rows", "columns", oneMatrix(withColumns(matrix, 128, 5, 2, 0), 128), sound, "w",
                     "2 of 128 columns hold nothing but zeros; the first is column 5"});
  samples.push_back(
      {"zero_tensor", "matrix", oneMatrix(std::vector<float>(64), 8), sound, "w", "All 64 elements are zero"});
  samples.push_back({"super_weight", "single", oneMatrix(with(matrix, 300, -0.9F), 128),
                     oneMatrix(with(matrix, 300, -0.3F), 128), "w", "Element [2, 44] is -0.9, 4"});
  std::vector<float> largeRow = matrix;
  for (std::size_t i = 0; i < 128; ++i) largeRow[256 + i] *= 60;
  samples.push_back({"super_weight", "not_a_whole_row", oneMatrix(with(matrix, 300, 0.9F), 128),
                     oneMatrix(largeRow, 128), "w", "Element [2, 44] is 0.9"});
  samples.push_back({"extreme_column", "two", oneMatrix(withColumns(matrix, 128, 9, 2, 20), 128),
                     oneMatrix(withColumns(matrix, 128, 9, 2, 5), 128), "w", ", and 1 more reaches 10 times it"});
  samples.push_back({"extreme_column", "not_a_single_element", oneMatrix(withColumns(matrix, 128, 44, 1, 20), 128),
                     oneMatrix(with(matrix, 300, 0.9F), 128), "w", "Column 44 reaches "});
  samples.push_back({"unlike_siblings", "layer", layers(16), layers(1.5F), "model.layers.5.mlp.up_proj.weight",
                     "times the median of the 8 tensors of its name"});
  samples.push_back({"type_label", "bf16_as_f16", oneTensor("F16", {64, 128}, bfloatsOf(matrix)),
                     oneTensor("BF16", {64, 128}, bfloatsOf(matrix)), "w",
                     "Labelled FP16, but its bits look like BF16"});
  std::string halves;
  for (const float value : matrix) {
    const std::uint16_t code = halfBits(value);
    halves.append(reinterpret_cast<const char*>(&code), sizeof code);
  }
  samples.push_back({"type_label", "f16_as_bf16", oneTensor("BF16", {64, 128}, halves),
                     oneTensor("F16", {64, 128}, halves), "w", "Labelled BF16, but its bits look like FP16"});
  std::vector<float> narrow = matrix;
  for (float& value : narrow) value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xFFFF'0000u);
  samples.push_back(
      {"type_label", "wide", oneMatrix(narrow, 128), sound, "w", "Stored as FP32, but BF16 holds all its values"});
  return samples;
}

std::vector<LintSample> packedFaults() {
  std::vector<LintSample> samples;
  samples.push_back({"gptq_zero_point", "v1_labelled_v2",
                     packedWith("gptq_4_v1", [](auto& sample) { replace(sample.config, "\"gptq\"}", "\"gptq_v2\"}"); }),
                     packedWith("gptq_4_v1"), "l.weight", "stored as 7, which is how GPTQ v1 keeps symmetric codes"});
  samples.push_back({"gptq_zero_point", "v2_labelled_v1",
                     packedWith("gptq_4_v2_act", [](auto& sample) { replace(sample.config, "gptq_v2", "gptq"); }),
                     packedWith("gptq_4_v2_act"), "l.weight", "programs that go by the config take them for v1"});
  samples.push_back({"gptq_zero_point", "not_symmetric",
                     packedWith("gptq_4_v1",
                                [](auto& sample) {
                                  for (std::size_t i = 0; i < sample.parts[1].bytes.size(); ++i)
                                    sample.parts[1].bytes[i] = static_cast<char>(0x35 + i % 4);
                                }),
                     packedWith("gptq_4_v1"), "l.weight", "The config says that codes are symmetric"});
  const auto global = [](std::string_view name, float value) {
    return packedWith(name, [&](auto& sample) { put(sample.parts[2].bytes, 0, value); });
  };
  samples.push_back({"nvfp4_reciprocal_scale", "multiplier", global("nvfp4_modelopt", 5376.0F),
                     packedWith("nvfp4_modelopt"), "l.weight", "weight_scale_2 = 5376, which multiplies here"});
  samples.push_back({"nvfp4_reciprocal_scale", "divisor", global("nvfp4", 1 / 5376.0F), packedWith("nvfp4"), "l.weight",
                     "which divides here"});
  samples.push_back({"missing_scale", "one_of_two", fp8Weights(false), fp8Weights(true), "b.weight",
                     "no scale was found that makes weights of them"});
  samples.push_back({"missing_scale", "nothing_packed",
                     openedWith(SafetensorsBuilder().add("w", "F32", {4}, std::size_t{16}).bytes(),
                                R"({"quantization_config": {"quant_method": "gptq"}})"),
                     packedWith("gptq_4_v1"), "", "The config says that weights are quantized by \"gptq\""});
  const auto scale = [](std::uint16_t code) {
    return packedWith("gptq_4_v1", [&](auto& sample) { put(sample.parts[2].bytes, 33, code); });
  };
  samples.push_back({"bad_scale", "nan", scale(0x7E00), packedWith("gptq_4_v1"), "l.scales",
                     "1 of 128 scales is NaN or infinite; the first is [1, 1]"});
  samples.push_back({"bad_scale", "zero", scale(0), packedWith("gptq_4_v1"), "l.scales", "1 of 128 scales is zero"});
  samples.push_back({"bad_scale", "exponent",
                     packedWith("mxfp4_packed", [](auto& sample) { sample.parts[1].bytes[2] = '\xFF'; }),
                     packedWith("mxfp4_packed"), "l.weight_scale", "NaN or infinite; the first is [1, 0]"});
  samples.push_back({"zero_blocks", "of_codes",
                     packedWith("nvfp4",
                                [](auto& sample) {
                                  std::fill_n(sample.parts[0].bytes.begin() + 40, 8, '\0');  // row 1, codes 16 to 31
                                }),
                     packedWith("nvfp4"), "l.weight",
                     "1 of 12 blocks of 16 weights (8.3 %) decodes to zeros; the first begins at [1, 16]"});
  return samples;
}

std::vector<LintSample> headerSamples() {
  const auto matrix = [](std::uint64_t columns) {
    return oneTensor("F32", {4, columns}, bytesOf(normals(4 * columns, 0.02F)));
  };
  const std::string twice = bytesOf(normals(64, 0.02F)), other = bytesOf(normals(64, 0.02F, 2));
  const auto pair = [&](const std::string& second) {
    return openedWith(SafetensorsBuilder().add("a", "F32", {8, 8}, twice).add("b", "F32", {8, 8}, second).bytes());
  };
  const auto tied = [&] {
    Checkpoint checkpoint = pair(other);
    checkpoint.tensors[1].sharesWith = 0;
    checkpoint.tensors[1].offset = checkpoint.tensors[0].offset;
    return checkpoint;
  };
  const auto ending = [&](const std::string& tail) {
    return openedWith(SafetensorsBuilder().add("a", "F32", {8, 8}, twice).bytes() + tail, {}, true);
  };
  std::vector<LintSample> samples;
  samples.push_back(
      {"unreadable", "type", oneTensor("C64", {2}, std::string(16, '\1')), matrix(32), "w", "Not looked at: its type"});
  samples.push_back({"unreadable", "values",
                     packedWith("gptq_4_v2_act", [](auto& sample) { put(sample.parts[3].bytes, 5, std::int32_t{4}); }),
                     packedWith("gptq_4_v2_act"), "l.weight", "a group below 4 expected"});
  samples.push_back({"uncalibrated_expert", "missing", experts(0), experts(0.5F),
                     "model.layers.0.mlp.experts.2.up_proj.weight",
                     "1 of 4 experts of this layer has no input scale: 2"});
  samples.push_back({"uncalibrated_expert", "unchanged", experts(1), experts(0.5F),
                     "model.layers.0.mlp.experts.2.up_proj.input_scale", "an input scale of exactly 1"});
  samples.push_back({"row_not_multiple_of_block", "of_32", matrix(100), matrix(256), "w",
                     "Rows of 100 weights are not divisible by 32"});
  samples.push_back({"row_not_multiple_of_block", "of_256", matrix(96), matrix(256), "w",
                     "Rows of 96 weights are not divisible by 256"});
  samples.push_back({"trailing_bytes", "safetensors", ending("left over"), ending(""), "",
                     "9 bytes of test.safetensors follow the last tensor"});
  samples.push_back({"shared_bytes", "stored_twice", pair(twice), pair(other), "b",
                     "64 elements are stored a second time: they equal those of \"a\""});
  samples.push_back({"shared_bytes", "tied", tied(), pair(other), "b", "the very same bytes as \"a\""});
  return samples;
}

/// What a calibration file says of one layer of eight columns.
struct Recorded {
  std::string layer = "model.layers.1.self_attn.q_proj";
  std::vector<float> moments = std::vector<float>(8, 0.5F);
  std::int64_t samples = 100;
};

std::shared_ptr<const Calibration> calibrationOf(const std::string& bytes) {
  return Calibration::from(std::make_shared<const Checkpoint>(openedWith(bytes))).value();
}

/// Layer 0, which is covered, and these.
std::shared_ptr<const Calibration> recorded(const std::vector<Recorded>& layers) {
  SafetensorsBuilder builder;
  const auto add = [&](const Recorded& each) {
    builder.add(each.layer + ".second_moments", "F32", {each.moments.size()}, bytesOf(each.moments));
    std::string count(sizeof each.samples, '\0');
    std::memcpy(count.data(), &each.samples, sizeof each.samples);
    builder.add(each.layer + ".samples", "I64", {1}, count);
  };
  add({.layer = "model.layers.0.self_attn.q_proj"});
  for (const Recorded& each : layers) add(each);
  return calibrationOf(builder.bytes());
}

std::vector<LintSample> calibrationSamples() {
  const auto model = [] {
    SafetensorsBuilder builder;
    for (unsigned layer = 0; layer < 2; ++layer)
      builder.add("model.layers." + std::to_string(layer) + ".self_attn.q_proj.weight", "F32", {4, 8},
                  bytesOf(normals(32, 0.02F, layer)));
    return openedWith(builder.bytes());
  };
  const auto experts = [] {
    return oneTensor("F32", {4, 2, 8}, bytesOf(normals(64, 0.02F)), "blk.0.ffn_up_exps.weight");
  };
  const auto importance = [](const std::vector<float>& counts) {
    return calibrationOf(SafetensorsBuilder()
                             .add("blk.0.ffn_up_exps.weight.in_sum2", "F32", {4, 8}, bytesOf(normals(32, 1)))
                             .add("blk.0.ffn_up_exps.weight.counts", "F32", {4, 1}, bytesOf(counts))
                             .bytes());
  };
  const std::string second = "model.layers.1.self_attn.q_proj.weight";
  std::vector<LintSample> samples;
  const auto add = [&](const std::string& name, const std::vector<Recorded>& layers, const std::string& tensor,
                       const std::string& message) {
    samples.push_back(
        {"calibration_coverage", name, model(), model(), tensor, message, recorded(layers), recorded({Recorded()})});
  };
  add("missing", {}, second, "The calibration has no inputs of this layer");
  add("unreached", {{.samples = 0}}, second, "No input reached this layer");
  add("zero_columns", {{.moments = {1, 0, 1, 1, 1, 0, 1, 1}}}, second, "2 of 8 columns had no input other than zero");
  add("few_inputs", {{.samples = 5}}, second, "5 inputs for 8 columns: too few");
  add("width", {{.moments = {1, 1, 1, 1, 1, 1}}}, second, "does not fit: second_moments of shape [8] expected");
  add("unused", {Recorded(), {.layer = "model.layers.7.self_attn.q_proj"}}, "",
      "speaks of 1 layer that this checkpoint does not have: \"model.layers.7.self_attn.q_proj\"");
  samples.push_back({"calibration_coverage", "experts", experts(), experts(), "blk.0.ffn_up_exps.weight",
                     "No input reached 2 of 4 experts: 1, 3", importance({10, 0, 12, 0}), importance({10, 1, 12, 7})});
  return samples;
}

}  // namespace

const std::vector<LintSample>& lintSamples() {
  static const std::vector<LintSample> samples = [] {
    std::vector<LintSample> all = valueSamples();
    for (auto make : {packedFaults, headerSamples, calibrationSamples})
      for (LintSample& sample : make()) all.push_back(std::move(sample));
    return all;
  }();
  return samples;
}

}  // namespace ulpscope::test
