// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kernels/cuda/load_cuda_backend.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

TEST(CudaLoader, ReportsThatThereIsNoModule) {
  const auto backend = loadCudaBackend("/nowhere/ulpscope_cuda.so");
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::NotFound);
  EXPECT_EQ(backend.error().subject, "/nowhere/ulpscope_cuda.so");
}

TEST(CudaLoader, RefusesAFileThatIsNoLibrary) {
  const auto path = std::filesystem::temp_directory_path() / "ulpscope_not_a_module.so";
  std::ofstream(path) << "not a library";
  const auto backend = loadCudaBackend(path);
  std::filesystem::remove(path);
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::Unsupported);
}

TEST(CudaLoader, RefusesALibraryOfSomebodyElse) {
  const auto backend = loadCudaBackend(ULPSCOPE_OTHER_LIBRARY);
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::Unsupported);
  EXPECT_NE(backend.error().message.find("not a module of Ulpscope"), std::string::npos) << backend.error().message;
}

#if ULPSCOPE_HAS_CUDA_MODULE

TEST(CudaModule, AgreesWithTheReferenceOrSaysThatNoDeviceAnswers) {
  const auto backend = findCudaBackend();
  if (!backend) {
    EXPECT_EQ(backend.error().code, Errc::Device) << describe(backend.error());
    EXPECT_NE(backend.error().message.find("no CUDA device answers"), std::string::npos);
    return;
  }
  EXPECT_EQ((*backend)->id(), "cuda");
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const std::vector<float> inputs = randomBitPatterns(1'000'000, 1);
  for (const NumberFormat* format : formatsWithinFloat(32)) {
    std::vector<float> expected(inputs.size());
    std::vector<float> rounded(inputs.size());
    ASSERT_TRUE(reference->round({*format->floatSpec()}, inputs, expected));
    ASSERT_TRUE((*backend)->round({*format->floatSpec()}, inputs, rounded));
    EXPECT_TRUE(sameBits(expected, rounded)) << format->info().id;
  }
  const std::vector<float> weights = normalValues(1'000'003, 0.02F, 2);
  for (const std::uint64_t blockSize : {32, 1000, 100'000, 1'000'003}) {
    const BlockCodec codec{.kind = BlockCodec::Kind::Absmax, .blockSize = blockSize};
    const std::size_t blocks = (weights.size() + blockSize - 1) / blockSize;
    std::vector<std::uint8_t> expected(weights.size()), codes(weights.size());
    std::vector<float> expectedScales(blocks), scales(blocks), expectedValues(weights.size()), values(weights.size());
    ASSERT_TRUE(reference->quantizeBlocks(codec, weights, {expected, expectedScales, {}}));
    ASSERT_TRUE(reference->dequantizeBlocks(codec, {expected, expectedScales, {}}, expectedValues));
    ASSERT_TRUE((*backend)->quantizeBlocks(codec, weights, {codes, scales, {}}));
    ASSERT_TRUE((*backend)->dequantizeBlocks(codec, {codes, scales, {}}, values));
    EXPECT_TRUE(sameBits(expected, codes));
    EXPECT_TRUE(sameBits(expectedScales, scales));
    EXPECT_TRUE(sameBits(expectedValues, values));
  }
  std::vector<std::uint8_t> codes(1);
  const auto encoded =
      (*backend)->encode({{.exponentBits = 4, .fractionBits = 3, .bias = 7}}, std::vector{1.0F}, codes);
  ASSERT_FALSE(encoded);
  EXPECT_EQ(encoded.error().code, Errc::Unsupported);
}

#else

TEST(CudaModule, IsReportedMissingWhereItWasNotBuilt) {
  const auto backend = findCudaBackend();
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::NotFound);
}

#endif

}  // namespace
}  // namespace ulpscope::kernels
