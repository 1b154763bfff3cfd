// SPDX-License-Identifier: Apache-2.0
//
// Files that the libraries of their containers wrote, and what these say they hold (tests/golden/checkpoints): names,
// shapes and every value must be equal, values to the bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

const std::string kFolder = sourcePath("tests/golden/checkpoints/");

std::string contentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The numbers of a .npy file as double.
std::vector<double> readNpy(const std::string& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{{"<f2", "F16"},
                                                                                  {"<f4", "F32"},
                                                                                  {"<f8", "F64"},
                                                                                  {"|i1", "I8"},
                                                                                  {"<i2", "I16"},
                                                                                  {"<i4", "I32"},
                                                                                  {"<i8", "I64"},
                                                                                  {"|u1", "U8"},
                                                                                  {"<u2", "U16"},
                                                                                  {"<u4", "U32"},
                                                                                  {"<u8", "U64"},
                                                                                  {"|b1", "BOOL"}}};
  const std::string bytes = contentOf(path);
  const std::size_t header = bytes.find('\n');
  for (const auto& [descr, name] : kTypes) {
    if (bytes.substr(0, header).find(descr) == std::string::npos) continue;
    const ElementType& type = *findElementType(name);
    const auto data = std::as_bytes(std::span(bytes).subspan(header + 1));
    std::vector<double> values(data.size() / static_cast<std::size_t>(type.bits / 8));
    decodeElements(type, data, values);
    return values;
  }
  ADD_FAILURE() << path << " is of a type that is not read here";
  return {};
}

/// An entry of the manifest, known by its name.
struct Sample {
  nlohmann::json entry;

  std::string name() const { return entry.at("name").get<std::string>(); }
  friend void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name(); }
};

std::vector<Sample> samples() {
  std::vector<Sample> chosen;
  const auto manifest = nlohmann::json::parse(contentOf(kFolder + "manifest.json"));
  for (const auto& sample : manifest.at("samples")) chosen.push_back({sample});
  return chosen;
}

class GoldenCheckpoint : public testing::TestWithParam<Sample> {};

void compare(const Checkpoint& checkpoint, const nlohmann::json& expected) {
  const auto name = expected.at("name").get<std::string>();
  SCOPED_TRACE(name);
  const auto index = checkpoint.find(name);
  if (!index && expected.contains("mayBeRefused")) {
    EXPECT_TRUE(std::ranges::any_of(checkpoint.objects, [&](const InertObject& each) { return each.name == name; }));
    return;
  }
  ASSERT_TRUE(index);
  if (expected.at("dtype") == "C64" || expected.at("dtype") == "C128") return;  // not a number that a double can hold
  const auto source = checkpoint.source(*index);
  if (expected.contains("unsupported")) {
    EXPECT_FALSE(source);
    return;
  }
  if (!source && expected.contains("mayBeRefused")) return;
  ASSERT_TRUE(source) << describe(source.error());
  EXPECT_EQ(source->info().shape, expected.at("shape").get<std::vector<std::uint64_t>>());
  std::vector<double> values(source->info().elements);
  ASSERT_TRUE(source->readDoubles(0, values));
  const std::vector<double> golden = readNpy(kFolder + expected.at("file").get<std::string>());
  ASSERT_EQ(values.size(), golden.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool same = std::isnan(golden[i])
                          ? std::isnan(values[i])
                          : std::bit_cast<std::uint64_t>(values[i]) == std::bit_cast<std::uint64_t>(golden[i]);
    if (!same && different++ == 0) ADD_FAILURE() << values[i] << " for " << golden[i] << " at " << i;
  }
  EXPECT_EQ(different, 0u) << "of " << values.size();
}

TEST_P(GoldenCheckpoint, HoldsTheValuesThatTheLibraryOfItsContainerReads) {
  const auto checkpoint = openCheckpoint(kFolder + GetParam().entry.at("path").get<std::string>());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  for (const TensorInfo& tensor : (*checkpoint)->tensors) {
    const auto isIt = [&](const nlohmann::json& each) { return each.at("name") == tensor.name; };
    EXPECT_TRUE(tensor.partOf || std::ranges::any_of(GetParam().entry.at("tensors"), isIt)) << tensor.name;
  }
  for (const auto& tensor : GetParam().entry.at("tensors")) compare(**checkpoint, tensor);
}

INSTANTIATE_TEST_SUITE_P(Samples, GoldenCheckpoint, testing::ValuesIn(samples()), [](const auto& sample) {
  std::string name = sample.param.name();
  std::ranges::replace_if(name, [](char c) { return c == '/' || c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace ulpscope
