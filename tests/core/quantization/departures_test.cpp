// SPDX-License-Identifier: Apache-2.0
// Where schemes depart from their references: for each departure what is here, beside what the reference gives
// (tests/golden/quantization/make_departures.py, which names packages, versions and how values were derived).
#include "core/quantization/departures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/quantization/scheme.h"
#include "core/quantization/torch_sum.h"
#include "core/report/scheme_page.h"
#include "tests/core/formats/golden_file.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;
using Numbers = std::vector<std::uint32_t>;  ///< codes, bytes, or the bits of floats

nlohmann::json pinnedCases() {
  std::ifstream file(sourcePath("tests/golden/quantization/departures/pinned.json"));
  return nlohmann::json::parse(file)["cases"];
}

/// That of `departure`, or null.
nlohmann::json pinned(std::string_view departure) {
  for (const nlohmann::json& found : pinnedCases())
    if (found["departure"] == departure) return found;
  return {};
}

QuantizedTensor quantized(std::string_view scheme, const nlohmann::json& given) {
  const std::vector<float> values = given["values"];
  const MatrixShape shape{given["shape"][0], given["shape"][1]};
  LayerCalibration layer;
  if (given.contains("inputs")) {
    layer.columns = shape.columns;
    layer.inputs = given["inputs"].get<std::vector<float>>();
    deriveMoments(layer);
  }
  Settings settings;
  for (const auto& [knob, value] : given["settings"].items()) settings[knob] = value.get<std::string>();
  auto result = findScheme(scheme)->quantize({MatrixView{shape, values}, given.contains("inputs") ? &layer : nullptr},
                                             settings, *makeReferenceBackend(), {});
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : QuantizedTensor{};
}

Numbers bitsOf(const std::vector<float>& values, std::size_t first, std::size_t count) {
  Numbers bits;
  for (std::size_t i = first; i < first + count && i < values.size(); ++i)
    bits.push_back(std::bit_cast<std::uint32_t>(values[i]));
  return bits;
}

Numbers bytesOf(const std::vector<std::byte>& bytes, std::size_t first, std::size_t count) {
  Numbers numbers;
  for (std::size_t i = first; i < first + count && i < bytes.size(); ++i)
    numbers.push_back(static_cast<std::uint32_t>(bytes[i]));
  return numbers;
}

/// Both values, and that they differ.
void expectDeparture(const Numbers& computed, const Numbers& ours, const nlohmann::json& given,
                     const Numbers& reference) {
  EXPECT_EQ(computed, ours);
  EXPECT_EQ(given["reference"].get<Numbers>(), reference);
  EXPECT_NE(computed, reference);
}

TEST(Departures, AreTenAtMostAndEachIsPinned) {
  EXPECT_LE(departures().size(), 10u);
  std::set<std::string> ids, pinnedIds;
  for (const Departure& departure : departures()) {
    EXPECT_TRUE(ids.emplace(departure.id).second) << departure.id;
    EXPECT_FALSE(departure.schemes.empty()) << departure.id;
    for (const std::string_view scheme : departure.schemes) EXPECT_NE(findScheme(scheme), nullptr) << scheme;
  }
  for (const nlohmann::json& given : pinnedCases()) pinnedIds.insert(given["departure"].get<std::string>());
  EXPECT_EQ(ids, pinnedIds);
}

TEST(Departures, StandOnPagesAndInTheDocumentation) {
  for (const Departure& departure : departures())
    for (const std::string_view scheme : departure.schemes)
      EXPECT_THAT(schemePage(*findScheme(scheme)), HasSubstr(std::string(departure.reference)));
  EXPECT_THAT(schemePage(*findScheme("gemmlowp")), HasSubstr("Nowhere that is known."));
  std::ifstream file(sourcePath("docs/numerics.md"));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr(departureTable()));
}

TEST(Departures, CodesOfBlocksOfZerosInIq4Nl) {
  const nlohmann::json given = pinned("iq4_nl_stale_codes");
  expectDeparture(bytesOf(quantized("iq4_nl", given).packed, 18, 18), Numbers(18), given,
                  {0, 0, 128, 144, 161, 161, 177, 178, 194, 211, 211, 212, 228, 229, 245, 246, 247, 248});
}

TEST(Departures, NegativeZeroInMxint8) {
  const nlohmann::json given = pinned("mxint8_negative_zero");
  expectDeparture(bitsOf(quantized("mxint8", given).restored, 0, 3), {0x3F800000, 0, 0}, given,
                  {0x3F800000, 0x80000000, 0});
}

// The last two values of the second row and the first two of the third, where blocks and rows begin together.
TEST(Departures, ScalesOfRestoredRowsInBitsandbytes) {
  const nlohmann::json given = pinned("bitsandbytes_restored_rows");
  expectDeparture(bitsOf(quantized("bnb_nf4", given).restored, given["first"], 4),
                  {1053090765, 1070071808, 3210972568, 1068517552}, given,
                  {1053090765, 1070071808, 3202583960, 1060128944});
}

TEST(Departures, MeansOfTorchOnSeveralThreads) {
  const nlohmann::json given = pinned("torch_threads");
  const GoldenArray array = readGoldenArray("inputs/attention.npy", "quantization");
  std::vector<float> values(array.size());
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  expectDeparture(bitsOf({torchMean(values)}, 0, 1), {957654980}, given, {957654979});
}

// d and dmin in binary16, and the twelve bytes of the parts' scales.
TEST(Departures, FusedSearchesOfGgml) {
  const nlohmann::json given = pinned("ggml_fused_searches");
  expectDeparture(bytesOf(quantized("q4_k", given).packed, 0, 16),
                  {166, 13, 217, 26, 233, 255, 249, 243, 156, 255, 171, 169, 206, 39, 50, 90}, given,
                  {166, 13, 217, 26, 233, 255, 249, 243, 156, 255, 171, 169, 206, 39, 50, 73});
}

// Powers of torch and of the C library, each within a last place of the true one.
TEST(Departures, LastBitsOfSumsAndPowers) {
  const nlohmann::json given = pinned("matrix_sums");
  const Numbers ours = bitsOf(quantized("smoothquant", given).columnScales, 0, 160);
  const auto reference = given["reference"].get<Numbers>();
  ASSERT_EQ(ours.size(), reference.size());
  EXPECT_EQ(ours[67], 1084993333u);
  EXPECT_EQ(reference[67], 1084993334u);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], reference[i], 2) << i;
}

TEST(Departures, ColumnScalesOfLayersThatShareInputs) {
  const nlohmann::json given = pinned("shared_column_scales");
  expectDeparture(bitsOf(quantized("smoothquant", given).columnScales, 0, 4),
                  {0x40000000, 0x40000000, 0x40800000, 0x40000000}, given,
                  {0x40000000, 0x3F800000, 0x40800000, 0x3F800000});
}

TEST(Departures, SearchesInBinary16) {
  const nlohmann::json given = pinned("binary16_on_cuda");
  expectDeparture(bitsOf(quantized("hqq", given).floatZeroPoints, 0, 2), {1088604282, 1090373382}, given,
                  {1088602112, 1090502656});
}

TEST(Departures, ApproximateArithmeticOfKernelsForCuda) {
  const nlohmann::json given = pinned("approximate_cuda_arithmetic");
  const std::vector<std::uint8_t> codes = quantized("bnb_nf4", given).codes;
  ASSERT_EQ(codes.size(), 64u);
  expectDeparture(Numbers(codes.begin(), codes.begin() + 4), {15, 15, 15, 15}, given, {0, 0, 0, 0});
}

}  // namespace
}  // namespace ulpscope
