// SPDX-License-Identifier: Apache-2.0
// LLM.int8(): the product against bitsandbytes on the CPU (tests/golden/quantization/bitsandbytes/product.json), and
// what the scheme makes of the inputs it is given. Codes and restored weights are golden cases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/formats/codec.h"
#include "core/formats/int8_vectors.h"
#include "core/quantization/llm_int8_product.h"
#include "tests/core/formats/golden_file.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<float> readFloats(const std::string& name) {
  const GoldenArray array = readGoldenArray("inputs/" + name + ".npy", "quantization");
  std::vector<float> values(array.size());
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

template <class Value>
std::uint64_t checksum(const std::vector<Value>& values) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(values.data()), values.size() * sizeof(Value));
}

std::vector<std::uint16_t> binary16Codes(const std::vector<float>& values) {
  std::vector<std::uint16_t> codes;
  for (const float value : values)
    codes.push_back(static_cast<std::uint16_t>(
        encodeFloat(*findFormat("float16")->floatSpec(), value, Rounding::NearestEven, Overflow::Format).code));
  return codes;
}

LlmInt8Product productOf(const MatrixView& inputs, const MatrixView& weights, const LlmInt8Options& options = {}) {
  auto product = llmInt8Product(inputs, weights, options, *makeReferenceBackend(), {});
  EXPECT_TRUE(product);
  return product ? *std::move(product) : LlmInt8Product{};
}

TEST(LlmInt8Product, IsThatOfBitsandbytes) {
  std::ifstream file(sourcePath("tests/golden/quantization/bitsandbytes/product.json"));
  const auto golden = nlohmann::json::parse(file);
  const std::vector<float> weights = readFloats("attention"), inputs = readFloats("inputs_384");
  const auto token3 = std::span(inputs).subspan(std::size_t{3} * 384, 384);
  for (const auto& [name, rows] : {std::pair<std::string, std::span<const float>>{"all", inputs}, {"token3", token3}}) {
    const auto& expected = golden[name];
    const LlmInt8Product product = productOf({{rows.size() / 384, 384}, rows}, {{384, 384}, weights});
    EXPECT_EQ(product.outlierColumns, expected["outlierColumns"].get<std::vector<std::uint64_t>>()) << name;
    EXPECT_EQ(checksum(product.inputCodes), expected["inputCodes"]) << name;
    EXPECT_EQ(checksum(product.inputScales), expected["inputScales"]) << name;
    EXPECT_EQ(checksum(binary16Codes(product.regular)), expected["regular"]) << name;
    EXPECT_EQ(checksum(binary16Codes(product.sum)), expected["sum"]) << name;
  }
}

/// By hand: one input of 8 beside 1 and 0.5, weights 1, 0.5 and 127 / 254.
TEST(LlmInt8Product, LeavesOutliersToBinary16) {
  const std::vector<float> inputs = {1, 8, 0.5F, 0.5F, 0.25F, 1}, weights = {1, 0.3F, 0.5F};
  const LlmInt8Product today = productOf({{2, 3}, inputs}, {{1, 3}, weights});
  EXPECT_THAT(today.outlierColumns, ElementsAre(1));
  EXPECT_THAT(today.inputCodes, ElementsAre(127, 0, 64, 64, 0, 127));
  EXPECT_THAT(today.inputScales, ElementsAre(1, 1));
  const float used = asBinary16(38.0F * 0.007874015718698502F);  // 0.3 is code 38
  EXPECT_THAT(today.outliers, ElementsAre(8 * used, 0.25F * used));
  const LlmInt8Product paper = productOf({{2, 3}, inputs}, {{1, 3}, weights}, {.keepsWeights = true});
  EXPECT_THAT(paper.outliers, ElementsAre(8 * asBinary16(0.3F), 0.25F * asBinary16(0.3F)));
  EXPECT_THAT(paper.regular, ElementsAre(today.regular[0], today.regular[1]));
}

TEST(LlmInt8Product, ZeroesOnlyTheOutlierOfASingleToken) {
  const std::vector<float> inputs = {1, 8, 0.5F}, weights = {1, 0.3F, 0.5F};
  EXPECT_THAT(productOf({{1, 3}, inputs}, {{1, 3}, weights}).inputCodes, ElementsAre(127, 0, 64));
  EXPECT_THAT(productOf({{1, 3}, inputs}, {{1, 3}, weights}, {.threshold = 0}).outlierColumns, IsEmpty());
}

/// The default backend's constant is 1.8e-5 too large, which binary16 shows in about one sum of thirty.
TEST(LlmInt8Product, HasTheConstantOfItsPath) {
  const std::vector<float> weights = readFloats("attention"), inputs = readFloats("inputs_384");
  const MatrixView x{{24, 384}, inputs}, w{{384, 384}, weights};
  const LlmInt8Product ours = productOf(x, w), cuda = productOf(x, w, {.path = LlmInt8Options::Path::Cuda});
  std::size_t different = 0;
  for (std::size_t i = 0; i < ours.regular.size(); ++i) {
    different += ours.regular[i] != cuda.regular[i];
    EXPECT_LE(std::fabs(cuda.regular[i]), std::fabs(ours.regular[i]));
  }
  EXPECT_GT(different, ours.regular.size() / 100);
  EXPECT_LT(different, ours.regular.size() / 10);
}

TEST(LlmInt8Product, RefusesMatricesThatDoNotMatch) {
  const std::vector<float> values(12, 1.0F);
  const auto product = llmInt8Product({{3, 4}, values}, {{4, 3}, values}, {}, *makeReferenceBackend(), {});
  ASSERT_FALSE(product);
  EXPECT_EQ(product.error().code, Errc::Usage);
}

class LlmInt8Scheme : public testing::Test {
 protected:
  QuantizedTensor quantized(const Settings& settings, const LayerCalibration* calibration) const {
    auto result = findScheme("llm_int8")
                      ->quantize({MatrixView{{2, 3}, m_weights}, calibration}, settings, *makeReferenceBackend(), {});
    EXPECT_TRUE(result);
    return result ? *std::move(result) : QuantizedTensor{};
  }
  const std::vector<float> m_weights = {1, 0.3F, 0.5F, -0.1F, 0.2F, 0.3F};
};

TEST_F(LlmInt8Scheme, SaysThatItNeedsInputs) {
  LayerCalibration moments;
  moments.columns = 3;
  moments.secondMoments = {1, 1, 1};
  for (const LayerCalibration* calibration : {static_cast<const LayerCalibration*>(nullptr), &std::as_const(moments)}) {
    const QuantizedTensor result = quantized({}, calibration);
    ASSERT_EQ(result.warnings.size(), 1u);
    EXPECT_THAT(result.warnings[0], HasSubstr("looks at the layer's inputs"));
  }
  EXPECT_THAT(quantized({{"threshold", "0.0"}}, nullptr).warnings, IsEmpty());
}

/// Two rows of three weights with one outlier column: 2 codes of 8 bits and one number of 16 a row, its scale, and the
/// column's number.
TEST_F(LlmInt8Scheme, PricesTheColumnsThatThePaperKeeps) {
  LayerCalibration calibration;
  calibration.columns = 3;
  calibration.inputs = {0, 7, 1, 0, 0, -1};
  const QuantizedTensor paper = quantized({{"variant", "paper"}}, &calibration);
  EXPECT_EQ(paper.storedBits, 2u * (2 * 8 + 16 + 32) + 32);
  EXPECT_EQ(paper.restored[1], asBinary16(0.3F));
  EXPECT_EQ(paper.restored[4], asBinary16(0.2F));
  const QuantizedTensor today = quantized({}, &calibration);
  EXPECT_FALSE(today.storedBits);
  EXPECT_EQ(today.restored[1], asBinary16(decodeInt8(38, 1)));
  EXPECT_EQ(today.restored[0], paper.restored[0]);
  EXPECT_THAT(paper.warnings, IsEmpty());
  const auto lines = findScheme("llm_int8")->explain({{2, 3}, m_weights}, paper, {{"variant", "paper"}}, 1);
  EXPECT_TRUE(std::ranges::any_of(lines, [](const BoardLine& line) { return line.title == "Column"; }));
}

}  // namespace
}  // namespace ulpscope
