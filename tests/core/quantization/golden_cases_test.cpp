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

/// Those with cases. One test each: there are more than a thousand cases, too many to be processes of their own.
std::vector<std::string> folders() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(sourcePath("tests/golden/quantization")))
    if (std::filesystem::exists(entry.path() / "cases.json")) all.push_back(entry.path().filename().string());
  std::ranges::sort(all);
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

template <class Value>
void expect(const nlohmann::json& golden, const char* what, const std::vector<Value>& values) {
  if (!golden.contains(what)) return;
  EXPECT_EQ(values.size(), golden[what]["count"].get<std::uint64_t>()) << what;
  EXPECT_EQ(checksum(std::as_bytes(std::span(values))), golden[what]["crc32"].get<std::uint64_t>()) << what;
}

void expectReproduced(const nlohmann::json& golden) {
  const std::vector<float> input = readFloats(golden["input"]);
  const MatrixShape shape{golden["shape"][0], golden["shape"][1]};
  ASSERT_EQ(input.size(), shape.rows * shape.columns);
  LayerCalibration calibration;
  if (golden.contains("importance")) {
    calibration.columns = shape.columns;
    calibration.secondMoments = readFloats(golden["importance"]);
  }
  if (golden.contains("inputs")) {
    calibration.columns = shape.columns;
    calibration.inputs = readFloats(golden["inputs"]);
  }
  Settings settings;
  for (const auto& [knob, value] : golden["settings"].items()) settings[knob] = value.get<std::string>();
  const Scheme* scheme = findScheme(golden["scheme"].get<std::string>());
  ASSERT_NE(scheme, nullptr) << golden["scheme"];
  const auto result = scheme->quantize({MatrixView{shape, input}, calibration.columns ? &calibration : nullptr},
                                       settings, *makeReferenceBackend(), {});
  ASSERT_TRUE(result) << result.error().message;
  expect(golden, "codes", result->codes);
  expect(golden, "scales", withOneNan(result->scales));
  expect(golden, "zeros", result->zeroPoints);
  expect(golden, "offsets", withOneNan(result->offsets));
  expect(golden, "floatZeros", withOneNan(result->floatZeroPoints));
  expect(golden, "columnScales", withOneNan(result->columnScales));
  expect(golden, "packed", result->packed);
  expect(golden, "restored", withOneNan(result->restored));
}

class GoldenCases : public testing::TestWithParam<std::string> {};

TEST_P(GoldenCases, AreReproducedToTheBit) {
  std::ifstream file(sourcePath("tests/golden/quantization/") + GetParam() + "/cases.json");
  const nlohmann::json json = nlohmann::json::parse(file);
  ASSERT_GT(json["cases"].size(), 0u);
  for (const nlohmann::json& golden : json["cases"]) {
    SCOPED_TRACE(golden["name"].get<std::string>());
    expectReproduced(golden);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, GoldenCases, testing::ValuesIn(folders()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace ulpscope
