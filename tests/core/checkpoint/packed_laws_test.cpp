// SPDX-License-Identifier: Apache-2.0
//
// What must hold of every convention of packed weights: it decodes to the library's values, and a weight whose parts
// are missing, of another type or shape, or cut off is refused with a warning that names it, never decoded and never
// lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <set>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/packed_sample.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope {
namespace {

using test::PackedPart;
using test::PackedSample;
using testing::HasSubstr;

class EveryPacking : public testing::TestWithParam<PackedSample> {
 protected:
  static Checkpoint open(const PackedSample& sample, std::uint64_t cut = 0) {
    test::SafetensorsBuilder builder;
    if (!sample.metadata.empty()) {
      std::string json = "{";
      for (const auto& [key, value] : sample.metadata)
        json += (json.size() > 1 ? ",\"" : "\"") + key + "\":\"" + value + '"';
      builder.member("__metadata__", json + "}");
    }
    for (const PackedPart& part : sample.parts) builder.add(part.name, part.type, part.shape, part.bytes);
    std::string bytes = builder.bytes();
    bytes.resize(bytes.size() - cut);
    auto opened = findCheckpointReader("safetensors")
                      ->open(test::SafetensorsBuilder::sourceOf(bytes), {.options = {.allowDamaged = cut > 0}});
    if (!opened) throw std::runtime_error(describe(opened.error()));
    opened->config = sample.config;
    if (auto attached = attachPackedWeights(*opened, {}); !attached)
      throw std::runtime_error(describe(attached.error()));
    EXPECT_EQ(test::brokenInvariant(*opened, cut > 0), "");
    return std::move(*opened);
  }

  static std::vector<std::size_t> weightsOf(const Checkpoint& checkpoint) {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < checkpoint.tensors.size(); ++i)
      if (checkpoint.tensors[i].packing) indices.push_back(i);
    return indices;
  }

  /// Reads all values: they may be errors, but must not break anything.
  static void readAll(const Checkpoint& checkpoint) {
    for (const std::size_t weight : weightsOf(checkpoint)) {
      const auto source = checkpoint.source(weight);
      ASSERT_TRUE(source);
      std::vector<double> values(std::min<std::uint64_t>(source->info().elements, 1 << 20));
      const auto read = source->readDoubles(0, values);
      EXPECT_TRUE(read || !read.error().message.empty());
    }
  }
};

TEST_P(EveryPacking, DecodesToTheValuesOfItsLibrary) {
  const PackedSample& sample = GetParam();
  const Checkpoint checkpoint = open(sample);
  EXPECT_THAT(checkpoint.warnings, testing::IsEmpty());
  if (sample.weight.empty()) {
    EXPECT_THAT(weightsOf(checkpoint), testing::IsEmpty());
    for (const TensorInfo& tensor : checkpoint.tensors) EXPECT_FALSE(tensor.remark.empty()) << tensor.name;
    return;
  }
  ASSERT_EQ(weightsOf(checkpoint).size(), 1u);
  const TensorInfo& weight = checkpoint.tensors[weightsOf(checkpoint)[0]];
  EXPECT_EQ(weight.name, sample.weight);
  EXPECT_EQ(weight.packing->id, sample.convention);
  EXPECT_EQ(weight.shape, sample.shape);
  ASSERT_TRUE(weight.type);
  EXPECT_EQ(weight.type->name, sample.type);
  const auto source = checkpoint.source(weightsOf(checkpoint)[0]);
  ASSERT_TRUE(source);
  ASSERT_EQ(source->info().elements, sample.values.size());
  std::vector<double> values(sample.values.size());
  ASSERT_TRUE(source->readDoubles(0, values));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = static_cast<float>(values[i]);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(found), std::bit_cast<std::uint32_t>(sample.values[i]))
        << "element " << i << ": " << found << " for " << sample.values[i];
  }
  // In pieces of any size and from any element on, they are the same.
  for (const std::size_t first : {std::size_t{1}, values.size() / 3, values.size() - 1}) {
    std::vector<double> piece(std::min<std::size_t>(7, values.size() - first));
    ASSERT_TRUE(source->readDoubles(first, piece));
    for (std::size_t i = 0; i < piece.size(); ++i)
      EXPECT_EQ(std::bit_cast<std::uint64_t>(piece[i]), std::bit_cast<std::uint64_t>(values[first + i]));
  }
}

TEST_P(EveryPacking, KeepsItsPartsAndCountsThemOnce) {
  const PackedSample& sample = GetParam();
  if (sample.weight.empty()) return;
  const Checkpoint checkpoint = open(sample);
  std::uint64_t bytes = 0;
  for (const PackedPart& part : sample.parts) bytes += part.bytes.size();
  const TensorInfo& weight = checkpoint.tensors[weightsOf(checkpoint).at(0)];
  EXPECT_EQ(weight.packing->parts.size(), sample.parts.size());
  EXPECT_EQ(weight.bytes, bytes);
  EXPECT_EQ(checkpoint.totalBytes(), bytes);
  EXPECT_EQ(checkpoint.totalElements(), sample.values.size());
  EXPECT_FALSE(weight.packing->title.empty());
  EXPECT_FALSE(weight.storedType.empty());
}

TEST_P(EveryPacking, RefusesAWeightThatLacksAPart) {
  for (std::size_t missing = 0; missing < GetParam().parts.size(); ++missing) {
    PackedSample sample = GetParam();
    const PackedPart part = sample.parts[missing];
    sample.parts.erase(sample.parts.begin() + static_cast<std::ptrdiff_t>(missing));
    if (sample.parts.empty()) continue;
    const Checkpoint checkpoint = open(sample);
    readAll(checkpoint);
    if (part.optional || sample.weight.empty()) continue;
    EXPECT_THAT(weightsOf(checkpoint), testing::IsEmpty()) << "without " << part.name;
    EXPECT_FALSE(checkpoint.warnings.empty()) << "without " << part.name;
    for (const TensorInfo& tensor : checkpoint.tensors) EXPECT_FALSE(tensor.partOf);
  }
}

TEST_P(EveryPacking, SurvivesPartsOfAnyTypeAndShape) {
  for (std::size_t changed = 0; changed < GetParam().parts.size(); ++changed) {
    const PackedPart& part = GetParam().parts[changed];
    const std::size_t size = part.bytes.size();
    for (const ElementType& type : elementTypes())
      for (const std::vector<std::uint64_t>& before :
           {std::vector<std::uint64_t>{}, {1}, {1, 1}, {2}, {0}, {3, 2}, {1, 2, 1}}) {
        // The first dimension takes what the bytes leave.
        std::uint64_t rest = static_cast<std::uint64_t>(type.bits);
        for (const std::uint64_t dimension : before) rest *= dimension;
        std::vector<std::uint64_t> shape = before;
        PackedSample sample = GetParam();
        std::string bytes = part.bytes;
        if (rest == 0) {
          bytes.clear();
        } else if (size * 8 % rest == 0) {
          shape.insert(shape.begin(), size * 8 / rest);
        } else {
          continue;
        }
        sample.parts[changed] = {part.name, std::string(type.name), shape, bytes};
        readAll(open(sample));
      }
  }
}

TEST_P(EveryPacking, RefusesShapesThatContradictEachOther) {
  for (std::size_t changed = 0; changed < GetParam().parts.size(); ++changed)
    for (const std::size_t dimension : {0u, 1u, 2u}) {
      PackedSample sample = GetParam();
      PackedPart& part = sample.parts[changed];
      if (dimension >= part.shape.size() || part.shape[dimension] == 0) continue;
      const std::size_t slice = part.bytes.size() / part.shape[dimension];
      part.shape[dimension] += 1;
      part.bytes.append(slice, '\x11');
      readAll(open(sample));
      part.shape[dimension] = 0;
      part.bytes.clear();
      readAll(open(sample));
    }
}

TEST_P(EveryPacking, SurvivesAFileThatIsCutOff) {
  std::size_t total = 0;
  for (const PackedPart& part : GetParam().parts) total += part.bytes.size();
  for (std::size_t cut = 1; cut <= total; cut += total / 16 + 1) readAll(open(GetParam(), cut));
}

TEST_P(EveryPacking, SurvivesPartsOfAnyContent) {
  for (std::size_t changed = 0; changed < GetParam().parts.size(); ++changed)
    for (const char byte : {'\0', '\xFF', '\x7F', '\x80', '\x01', '{'}) {
      PackedSample sample = GetParam();
      std::ranges::fill(sample.parts[changed].bytes, byte);
      readAll(open(sample));
    }
}

TEST_P(EveryPacking, SurvivesAnyConfig) {
  for (const std::string_view value : {"0", "-1", "1", "3", "16", "1000000", "9223372036854775807", "null", "true",
                                       "\"x\"", "[]", "[0, 0]", "[1, 9223372036854775807]", "{}", "1e300"}) {
    PackedSample sample = GetParam();
    std::string config = "{\"quantization_config\": {\"quant_method\": \"" + sample.convention + "\"";
    for (const std::string_view member : {"bits", "group_size", "sym", "desc_act", "checkpoint_format", "version",
                                          "format", "weight_block_size", "nbits", "axis", "config_groups"})
      config += ", \"" + std::string(member) + "\": " + std::string(value);
    sample.config = config + "}}";
    readAll(open(sample));
  }
  for (const std::string_view text : {"", "{", "[]", "\xFF", "{\"quantization_config\": 3}"}) {
    PackedSample sample = GetParam();
    sample.config = text;
    readAll(open(sample));
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, EveryPacking, testing::ValuesIn(test::packedSamples()),
                         [](const auto& sample) { return sample.param.name; });

TEST(PackedConventions, EachHasASample) {
  std::set<std::string> sampled;
  for (const PackedSample& sample : test::packedSamples()) sampled.insert(sample.convention);
  for (const PackedConvention* convention : packedConventions())
    EXPECT_TRUE(sampled.contains(std::string(convention->id()))) << convention->id();
}

}  // namespace
}  // namespace ulpscope
