// SPDX-License-Identifier: Apache-2.0
//
// Packed weights of all conventions: a small checkpoint is built from the input, its weights are looked for, and their
// values are read. Half the inputs start from one of the tests' samples and change parts of it; the others choose
// names, types, shapes and contents from the start.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>

#include "core/checkpoint/packed/packed_convention.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/packed_sample.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {
namespace {

using test::PackedPart;
using test::PackedSample;

/// Numbers from the input, zeros behind its end.
class Choices {
 public:
  explicit Choices(std::span<const std::byte> input) : m_left(input) {}
  std::size_t below(std::size_t bound) { return byte() % bound; }
  std::uint8_t byte() {
    if (m_left.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(m_left.front());
    m_left = m_left.subspan(1);
    return value;
  }
  bool any() const { return !m_left.empty(); }

 private:
  std::span<const std::byte> m_left;
};

constexpr std::uint64_t kMostBytes = 1 << 14;

/// A part whose bytes fit its type and shape, made of `fill` and of what the input has.
PackedPart partOf(std::string name, Choices& choices) {
  PackedPart part{.name = std::move(name), .type = {}, .shape = {}, .bytes = {}};
  const auto types = elementTypes();
  const ElementType& type = types[choices.below(types.size())];
  part.type = std::string(type.name);
  std::uint64_t elements = 1;
  for (std::size_t rank = choices.below(5); rank > 0; --rank) {
    constexpr std::array<std::uint64_t, 16> kSizes{0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 24, 32, 48, 64, 128, 130};
    part.shape.push_back(kSizes[choices.below(kSizes.size())]);
    elements *= part.shape.back();
  }
  const auto bytes = byteSize(type, elements);
  if (!bytes || *bytes > kMostBytes) {
    part.shape = {8};
    elements = 8;
  }
  part.bytes.assign(static_cast<std::size_t>(*byteSize(type, elements)), static_cast<char>(choices.byte()));
  for (std::size_t own = choices.below(32); own > 0 && !part.bytes.empty(); --own)
    part.bytes[choices.byte() % part.bytes.size()] = static_cast<char>(choices.byte());
  return part;
}

std::string configOf(Choices& choices) {
  constexpr std::array<std::string_view, 14> kMethods{"gptq",   "awq",        "bitsandbytes", "compressed-tensors",
                                                      "fp8",    "fbgemm_fp8", "modelopt",     "mxfp4",
                                                      "hqq",    "quanto",     "torchao",      "eetq",
                                                      "bitnet", "unknown"};
  constexpr std::array<std::string_view, 12> kValues{"0",  "1",  "2",   "3",    "4",           "8",
                                                     "16", "-1", "128", "true", "\"gptq_v2\"", "[2, 3]"};
  std::string config = "{\"tie_word_embeddings\": true, \"quantization_config\": {\"quant_method\": \"" +
                       std::string(kMethods[choices.below(kMethods.size())]) + '"';
  for (const std::string_view member :
       {"bits", "group_size", "sym", "checkpoint_format", "version", "weight_block_size", "nbits", "axis"})
    config += ", \"" + std::string(member) + "\": " + std::string(kValues[choices.below(kValues.size())]);
  return config + "}}";
}

PackedSample chosen(Choices& choices) {
  constexpr std::array<std::string_view, 40> kSuffixes{"weight",
                                                       "qweight",
                                                       "qzeros",
                                                       "scales",
                                                       "g_idx",
                                                       "weight.absmax",
                                                       "weight.quant_map",
                                                       "weight.quant_state.bitsandbytes__nf4",
                                                       "weight.nested_absmax",
                                                       "weight.nested_quant_map",
                                                       "SCB",
                                                       "weight_format",
                                                       "weight_packed",
                                                       "weight_scale",
                                                       "weight_shape",
                                                       "weight_zero_point",
                                                       "weight_g_idx",
                                                       "weight_global_scale",
                                                       "weight_scale_2",
                                                       "weight_scale_inv",
                                                       "bitmask",
                                                       "compressed",
                                                       "row_offsets",
                                                       "shape",
                                                       "W_q",
                                                       "scale",
                                                       "zero",
                                                       "nbits",
                                                       "axis",
                                                       "weight._data",
                                                       "weight._data._data",
                                                       "weight._scale",
                                                       "weight._shift",
                                                       "_weight_qdata",
                                                       "_weight_scale",
                                                       "_weight_zero_point",
                                                       "weight_scales",
                                                       "w_blocks",
                                                       "w_scales",
                                                       "bias"};
  PackedSample sample{.name = {}, .convention = {}, .config = configOf(choices), .parts = {}, .weight = {}};
  for (std::size_t count = 1 + choices.below(8); count > 0; --count) {
    const std::string name = "l." + std::string(kSuffixes[choices.below(kSuffixes.size())]);
    if (std::ranges::find(sample.parts, name, &PackedPart::name) == sample.parts.end())
      sample.parts.push_back(partOf(name, choices));
  }
  return sample;
}

PackedSample changed(Choices& choices) {
  constexpr std::array<std::string_view, 8> kValues{"True",    "-1",         "3",         "[2, 3]",
                                                    "[4, 32]", "torch.int4", "torchao.X", ""};
  const auto& samples = test::packedSamples();
  PackedSample sample = samples[choices.byte() % samples.size()];
  while (choices.any() && !sample.parts.empty()) {
    PackedPart& part = sample.parts[choices.below(sample.parts.size())];
    switch (choices.below(6)) {
      case 0:
        part = partOf(part.name, choices);
        break;
      case 1:
        if (!part.bytes.empty())
          part.bytes[(choices.byte() * 256u + choices.byte()) % part.bytes.size()] = static_cast<char>(choices.byte());
        break;
      case 2:
        std::ranges::fill(part.bytes, static_cast<char>(choices.byte()));
        break;
      case 3:
        sample.config = configOf(choices);
        break;
      case 4:
        if (!sample.metadata.empty())
          std::next(sample.metadata.begin(), static_cast<std::ptrdiff_t>(choices.below(sample.metadata.size())))
              ->second = kValues[choices.below(kValues.size())];
        break;
      default: {
        // One slice more or fewer along a dimension.
        if (part.shape.empty() || part.bytes.empty()) break;
        std::uint64_t& size = part.shape[choices.below(part.shape.size())];
        const std::size_t slice = part.bytes.size() / static_cast<std::size_t>(size);
        if (choices.byte() % 2 == 0) {
          ++size;
          part.bytes.append(slice, '\x3C');
        } else {
          --size;
          part.bytes.resize(part.bytes.size() - slice);
        }
      }
    }
  }
  return sample;
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  Choices choices(input);
  const PackedSample sample = choices.byte() % 2 == 0 ? changed(choices) : chosen(choices);
  test::SafetensorsBuilder builder;
  for (const PackedPart& part : sample.parts) builder.add(part.name, part.type, part.shape, part.bytes);
  auto checkpoint = findCheckpointReader("safetensors")->open(builder.source(), {});
  if (!checkpoint) return;
  checkpoint->config = sample.config;
  for (auto [key, value] : sample.metadata) {
    std::erase(value, '\\');  // it stands there as in a header
    checkpoint->metadata.emplace_back(key, std::move(value));
  }
  require(attachPackedWeights(*checkpoint, {}) ? "" : "an error where there should be a warning");
  require(test::brokenInvariant(*checkpoint, false));
  for (std::size_t i = 0; i < checkpoint->tensors.size(); ++i) {
    if (!checkpoint->tensors[i].packing) continue;
    const auto source = checkpoint->source(i);
    if (!source) continue;
    std::vector<double> values(std::min<std::uint64_t>(source->info().elements, 1 << 16));
    const auto read = source->readDoubles(0, values);
    require(read || !read.error().message.empty() ? "" : "an error without a message");
  }
}

}  // namespace ulpscope
