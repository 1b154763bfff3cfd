// SPDX-License-Identifier: Apache-2.0
//
// The bytes that GGUF schemes pack, against the decoders that read GGUF files; and their scales against what they
// restore.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "core/backend/backend.h"
#include "core/calibration/layer_calibration.h"
#include "core/checkpoint/ggml/ggml_types.h"
#include "core/quantization/scheme.h"

namespace ulpscope {
namespace {

constexpr MatrixShape kShape{8, 512};

/// Normal values, and in the last rows outliers, zeros, tiny values, and values that are no numbers.
std::vector<float> mixedValues() {
  std::mt19937 generator(29);
  std::normal_distribution<float> normal(0, 0.02f);
  std::vector<float> values(kShape.rows * kShape.columns);
  for (float& value : values) value = normal(generator);
  const auto row = [&](std::size_t r) { return std::span(values).subspan(r * kShape.columns, kShape.columns); };
  for (std::size_t c = 7; c < kShape.columns; c += 50) row(3)[c] = 2.5f;
  std::ranges::fill(row(4).first(300), 0.0f);
  for (float& value : row(5)) value *= 1e-37f;
  row(6)[40] = std::numeric_limits<float>::infinity();
  row(7)[300] = std::numeric_limits<float>::quiet_NaN();
  return values;
}

std::vector<const Scheme*> ggufSchemes() {
  std::vector<const Scheme*> schemes;
  for (const Scheme* scheme : schemeRegistry())
    if (scheme->info().family == "GGUF") schemes.push_back(scheme);
  return schemes;
}

class GgufScheme : public testing::TestWithParam<const Scheme*> {
 protected:
  QuantizedTensor quantized(const std::vector<float>& values, const LayerCalibration* calibration) const {
    auto result = GetParam()->quantize({MatrixView{kShape, values}, calibration}, {}, *makeReferenceBackend(), {});
    EXPECT_TRUE(result) << result.error().message;
    return result ? *std::move(result) : QuantizedTensor{};
  }
};

void expectSame(std::span<const float> a, std::span<const float> b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!std::isnan(a[i]) || !std::isnan(b[i])) {
      ASSERT_EQ(std::bit_cast<std::uint32_t>(a[i]), std::bit_cast<std::uint32_t>(b[i]))
          << a[i] << ' ' << b[i] << " at " << i;
    }
}

TEST_P(GgufScheme, PacksWhatAReaderOfFilesRestores) {
  const GgmlType* type = findGgmlType(GetParam()->info().id);
  ASSERT_NE(type, nullptr);
  LayerCalibration calibration;
  calibration.columns = kShape.columns;
  for (std::size_t c = 0; c < kShape.columns; ++c)
    calibration.secondMoments.push_back(0.1f + static_cast<float>(c % 7));
  for (const LayerCalibration* given : {static_cast<const LayerCalibration*>(nullptr), &std::as_const(calibration)}) {
    const QuantizedTensor result = quantized(mixedValues(), given);
    const std::size_t blocks = result.packed.size() / type->blockBytes;
    ASSERT_EQ(blocks * type->blockElements, result.restored.size());
    std::vector<float> decoded(result.restored.size());
    type->decode(result.packed.data(), blocks, std::as_writable_bytes(std::span(decoded)).data());
    expectSame(result.restored, decoded);
  }
}

TEST_P(GgufScheme, PricesItsBlocksAsFilesHaveThem) {
  const GgmlType* type = findGgmlType(GetParam()->info().id);
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(GetParam()->bitsPerWeight(kShape, {}).value(), type->bitsPerWeight());
}

INSTANTIATE_TEST_SUITE_P(Registry, GgufScheme, testing::ValuesIn(ggufSchemes()),
                         [](const auto& tested) { return tested.param->info().id; });

}  // namespace
}  // namespace ulpscope
