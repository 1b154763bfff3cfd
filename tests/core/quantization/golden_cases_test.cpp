// SPDX-License-Identifier: Apache-2.0
// Schemes against the reference packages: every cases.json below tests/golden/quantization, as its README.md describes.
// The oracle and its version stand in each file.
#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/scheme.h"
#include "tests/core/formats/golden_file.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

struct Case {
  std::string folder;  ///< below tests/golden/quantization
  nlohmann::json json;
};

std::ostream& operator<<(std::ostream& out, const Case& golden) {
  return out << golden.folder << ' ' << golden.json["name"];
}

std::vector<Case> cases() {
  const std::filesystem::path root = sourcePath("tests/golden/quantization");
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (std::filesystem::exists(entry.path() / "cases.json")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<Case> all;
  for (const auto& folder : folders) {
    std::ifstream file(folder / "cases.json");
    const nlohmann::json json = nlohmann::json::parse(file);
    for (const auto& golden : json["cases"]) all.push_back({folder.filename().string(), golden});
  }
  return all;
}

std::vector<float> readFloats(const std::string& path) {
  const GoldenArray array = readGoldenArray(path, "quantization");
  EXPECT_EQ(array.itemBytes, sizeof(float)) << path;
  std::vector<float> values(array.size());
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

/// Every NaN as 0x7FC00000: the sign and payload of a NaN mean nothing.
std::vector<float> withOneNan(std::vector<float> values) {
  for (float& value : values)
    if (std::isnan(value)) value = std::bit_cast<float>(0x7FC00000u);
  return values;
}

class GoldenCase : public testing::TestWithParam<Case> {
 protected:
  template <class Value>
  void expect(const char* what, const std::vector<Value>& values) const {
    const auto& json = GetParam().json;
    if (!json.contains(what)) return;
    EXPECT_EQ(values.size(), json[what]["count"].get<std::uint64_t>()) << what;
    EXPECT_EQ(checksum(std::as_bytes(std::span(values))), json[what]["crc32"].get<std::uint64_t>()) << what;
  }
};

TEST_P(GoldenCase, IsReproducedToTheBit) {
  const nlohmann::json& json = GetParam().json;
  const std::vector<float> input = readFloats(json["input"]);
  const MatrixShape shape{json["shape"][0], json["shape"][1]};
  ASSERT_EQ(input.size(), shape.rows * shape.columns);
  LayerCalibration calibration;
  if (json.contains("importance")) {
    calibration.columns = shape.columns;
    calibration.secondMoments = readFloats(json["importance"]);
  }
  if (json.contains("inputs")) {
    calibration.columns = shape.columns;
    calibration.inputs = readFloats(json["inputs"]);
  }
  Settings settings;
  for (const auto& [knob, value] : json["settings"].items()) settings[knob] = value.get<std::string>();
  const Scheme* scheme = findScheme(json["scheme"].get<std::string>());
  ASSERT_NE(scheme, nullptr) << json["scheme"];
  const auto result = scheme->quantize({MatrixView{shape, input}, calibration.columns ? &calibration : nullptr},
                                       settings, *makeReferenceBackend(), {});
  ASSERT_TRUE(result) << result.error().message;
  expect("codes", result->codes);
  expect("scales", withOneNan(result->scales));
  expect("zeros", result->zeroPoints);
  expect("offsets", withOneNan(result->offsets));
  expect("floatZeros", withOneNan(result->floatZeroPoints));
  expect("columnScales", withOneNan(result->columnScales));
  expect("packed", result->packed);
  expect("restored", withOneNan(result->restored));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenCase);
INSTANTIATE_TEST_SUITE_P(Files, GoldenCase, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name = tested.param.folder + "_" + tested.param.json["name"].template get<std::string>();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

}  // namespace
}  // namespace ulpscope
