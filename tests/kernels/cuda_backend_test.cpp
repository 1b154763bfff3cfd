// SPDX-License-Identifier: Apache-2.0
// The CUDA backend, host code and kernels, on a device that the processor plays: against the reference, in pieces of
// many sizes, and when calls of the runtime fail.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <vector>

#include "core/analysis/error_chunk.h"
#include "core/formats/number_format.h"
#include "core/quantization/ggml_search.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/cuda_backend_on_cpu.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/named_codecs.h"
#include "tests/kernels/profile_agreement.h"
#include "tests/kernels/same_bits.h"

#include "tests/kernels/cuda_runtime/cuda_runtime.h"

namespace ulpscope::kernels {
namespace {

std::unique_ptr<Backend> onCpu(std::size_t laneBytes = std::size_t{8} << 20) {
  auto backend = makeCudaBackendOnCpu(laneBytes);
  EXPECT_TRUE(backend) << describe(backend.error());
  return std::move(*backend);
}

TEST(CudaBackendOnCpu, DecodesAsTheReferenceDoes) { expectSameDecoding(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, RoundsAsTheReferenceDoes) { expectSameRounding(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, EncodesAsTheReferenceDoes) { expectSameCodes(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, ProfilesAsTheReferenceDoes) { expectSameProfiles(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, CountsCodesAsTheReferenceDoes) { expectSameCodeCounts(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, FindsMaximaAsTheReferenceDoes) { expectSameMaxima(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, CountsBlocksAsTheReferenceDoes) { expectSameBlockCounts(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, QuantizesAsTheReferenceDoes) { expectSameBlocks(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, CodesNarrowBlocksAsTheirSchemesDo) { expectSameNarrowBlocks(*onCpu(), Effort::Small); }

TEST(CudaBackendOnCpu, MeasuresBlocksAsTheDefinitionDoes) { expectSameBlockErrors(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, MeasuresNarrowBlocksAsTheDefinitionDoes) { expectSameNarrowErrors(*onCpu(), Effort::Small); }
TEST(CudaBackendOnCpu, SearchesAsTheDefinitionsDo) { expectSameSearches(*onCpu(), Effort::Small); }

/// A lane of these bytes holds 12,288 floats, a few blocks, and a part of a long row or block.
constexpr std::size_t kTinyLane = std::size_t{1} << 16;
constexpr std::size_t kSmallLane = 1'500'000;  // what counting 16-bit codes and statistics need beside

/// A small tensor through everything that has kernels, each of them in several pieces.
void expectSameInPieces(const Backend& backend) {
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const std::vector<float> values = normalValues(50'003, 0.02F, 1);
  const FloatRounding rule{*findFormat("float16")->floatSpec()};
  std::vector<float> expected(values.size()), rounded = values;
  ASSERT_TRUE(reference->round(rule, values, expected));
  ASSERT_TRUE(backend.round(rule, rounded, rounded));  // in place
  EXPECT_TRUE(sameBits(expected, rounded));
  std::vector<std::uint16_t> expectedCodes(values.size()), codes(values.size());
  ASSERT_TRUE(reference->encode(rule, values, expectedCodes));
  ASSERT_TRUE(backend.encode(rule, values, codes));
  EXPECT_TRUE(sameBits(expectedCodes, codes));
  ASSERT_TRUE(backend.decode(*findElementType("F16"), std::as_bytes(std::span(codes)), rounded));
  EXPECT_TRUE(sameBits(expected, rounded));

  for (const NamedCodec& named : {kCodecs[3], kCodecs[6], kCodecs[9]})  // Affine, Nf4, Q4_0
    for (const std::uint64_t blockSize : {32U, 5'000U, 9'000U, 20'000U, 100'000U}) {
      SCOPED_TRACE(testing::Message() << named.name << ", " << blockSize);
      const BlockCodec codec = named.withBlockSize(blockSize);
      const std::size_t blocks = (values.size() + blockSize - 1) / blockSize;
      const std::size_t zeros = codec.hasZeroPoints() ? blocks : 0;
      std::vector<std::uint8_t> wanted(values.size()), got(values.size());
      std::vector<float> wantedScales(blocks), scales(blocks), restored(values.size());
      std::vector<std::int32_t> wantedZeros(zeros), zeroPoints(zeros);
      ASSERT_TRUE(reference->quantizeBlocks(codec, values, {wanted, wantedScales, wantedZeros}));
      ASSERT_TRUE(reference->dequantizeBlocks(codec, {wanted, wantedScales, wantedZeros}, expected));
      ASSERT_TRUE(backend.quantizeBlocks(codec, values, {got, scales, zeroPoints}));
      ASSERT_TRUE(backend.dequantizeBlocks(codec, {got, scales, zeroPoints}, restored));
      EXPECT_TRUE(sameBits(wanted, got));
      EXPECT_TRUE(sameBits(wantedScales, scales));
      EXPECT_TRUE(sameBits(wantedZeros, zeroPoints));
      EXPECT_TRUE(sameBits(expected, restored));
    }
}

void expectSameMatricesInPieces(const Backend& backend) {
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const std::vector<float> values = normalValues(50'003, 0.02F, 1);
  for (const std::size_t columns : {std::size_t{31}, std::size_t{1613}, values.size()}) {
    const std::size_t rows = values.size() / columns;
    std::vector<float> wantedRows(rows), maxima(rows), wantedColumns(columns), columnMaxima(columns);
    const auto matrix = std::span(values).first(rows * columns);
    ASSERT_TRUE(reference->absMaxima(matrix, wantedRows, wantedColumns));
    ASSERT_TRUE(backend.absMaxima(matrix, maxima, columnMaxima));
    EXPECT_TRUE(sameBits(wantedRows, maxima));
    EXPECT_TRUE(sameBits(wantedColumns, columnMaxima));
    BlockCounts wantedCounts, counts;
    ASSERT_TRUE(reference->countBlocks(matrix, columns, wantedCounts));
    ASSERT_TRUE(backend.countBlocks(matrix, columns, counts));
    EXPECT_EQ(wantedCounts.bySize, counts.bySize);
  }
}

TEST(CudaBackendOnCpu, TakesTensorsPieceByPiece) {
  expectSameInPieces(*onCpu(kTinyLane));
  expectSameMatricesInPieces(*onCpu(kTinyLane));
  const auto backend = onCpu(kSmallLane);
  expectSameCodeCounts(*backend, Effort::Small);
  const std::vector<float> values = normalValues(200'001, 0.02F, 2);
  const ProfileAccumulator expected = profileOf(*makeReferenceBackend(), values, 0x1p-126F);
  const ProfileAccumulator got = profileOf(*backend, values, 0x1p-126F);
  expectSameCounts(expected, got);
  expectWithinBound(got.moments, values);
}

TEST(CudaBackendOnCpu, GetsAlongWithLessMemoryThanItAskedFor) {
  cuda_on_cpu::limitDeviceMemory(300'000);
  expectSameInPieces(*onCpu());
  cuda_on_cpu::limitDeviceMemory(1000);
  std::vector<float> values(10);
  const auto failed = onCpu()->round({*findFormat("float16")->floatSpec()}, values, values);
  cuda_on_cpu::limitDeviceMemory(std::numeric_limits<std::size_t>::max());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), (Error{Errc::Device, "device memory: out of memory", "cuda", std::nullopt}));
}

/// Runs `call(backend)` while the first call of the CUDA runtime fails, then the second one, and so on until it goes
/// through; then, and after each failure of a moment, it must succeed. Gives the number of failures.
std::size_t failEverywhere(std::size_t laneBytes, const std::function<Result<>(const Backend&)>& call,
                           const std::function<void()>& check) {
  std::size_t failures = 0;
  for (bool failed = true; failed; ++failures) {
    const bool forGood = failures % 2 == 0;
    const auto backend = onCpu(laneBytes);
    cuda_on_cpu::failAt(failures, forGood ? cudaErrorLaunchFailure : cudaErrorMemoryAllocation, forGood);
    const Result<> done = call(*backend);
    failed = !done;
    if (failed) {
      EXPECT_EQ(done.error().code, Errc::Device);
      EXPECT_EQ(done.error().subject, "cuda");
    }
    cuda_on_cpu::neverFail();
    if (failed) {
      EXPECT_TRUE(call(*backend)) << "after failure " << failures;
    }
    check();
  }
  return failures - 1;
}

TEST(CudaBackendOnCpu, TurnsEveryFailureOfTheRuntimeIntoAnErrorAndLosesNothing) {
  const std::unique_ptr<Backend> reference = makeReferenceBackend();
  const std::vector<float> values = normalValues(30'000, 0.02F, 1);

  std::vector<float> rounded(values.size());
  const FloatRounding rule{*findFormat("float16")->floatSpec()};
  std::vector<float> expected(values.size());
  ASSERT_TRUE(reference->round(rule, values, expected));
  EXPECT_GT(failEverywhere(
                kTinyLane, [&](const Backend& backend) { return backend.round(rule, values, rounded); },
                [&] { EXPECT_TRUE(sameBits(expected, rounded)); }),
            8U);

  // What is added to: as it was after a failure, so that the second try counts once.
  const std::vector<float> some = normalValues(70'000, 0.02F, 2);
  ProfileAccumulator expectedProfile, profile;
  ASSERT_TRUE(reference->profile(some, 0x1p-126F, expectedProfile));
  EXPECT_GT(failEverywhere(
                kSmallLane, [&](const Backend& backend) { return backend.profile(some, 0x1p-126F, profile); },
                [&] {
                  EXPECT_EQ(expectedProfile.moments.count, profile.moments.count);
                  EXPECT_EQ(expectedProfile.histogram.counts, profile.histogram.counts);
                  profile = {};
                }),
            8U);

  const std::vector<std::uint8_t> codes(130'000, 7);
  std::vector<std::uint64_t> counts(256);
  failEverywhere(
      kTinyLane, [&](const Backend& backend) { return backend.countCodes(codes, counts); },
      [&] {
        EXPECT_EQ(counts[7], codes.size());
        counts.assign(256, 0);
      });

  const std::vector<float> ones(2 * 20'000, 1.0F);
  std::vector<float> rows(2), columns(20'000);
  failEverywhere(
      kTinyLane, [&](const Backend& backend) { return backend.absMaxima(ones, rows, columns); },
      [&] {
        EXPECT_EQ(rows, std::vector<float>(2, 1));
        EXPECT_EQ(std::ranges::count(columns, 1.0F), 20'000);
        rows.assign(2, 0);
        columns.assign(columns.size(), 0);
      });

  BlockCounts expectedBlocks, blocks;
  ASSERT_TRUE(reference->countBlocks(values, 1000, expectedBlocks));
  failEverywhere(
      kTinyLane, [&](const Backend& backend) { return backend.countBlocks(values, 1000, blocks); },
      [&] {
        EXPECT_EQ(expectedBlocks.bySize, blocks.bySize);
        blocks = {};
      });

  for (const std::uint64_t blockSize : {64U, 10'000U, 30'000U}) {
    const BlockCodec codec{.kind = BlockCodec::Kind::Absmax, .blockSize = blockSize};
    std::vector<std::uint8_t> wanted(values.size()), coded(values.size());
    std::vector<float> wantedScales((values.size() + blockSize - 1) / blockSize), scales(wantedScales.size());
    ASSERT_TRUE(reference->quantizeBlocks(codec, values, {wanted, wantedScales, {}}));
    failEverywhere(
        kTinyLane,
        [&](const Backend& backend) -> Result<> {
          if (auto done = backend.quantizeBlocks(codec, values, {coded, scales, {}}); !done) return done;
          return backend.dequantizeBlocks(codec, {coded, scales, {}}, rounded);
        },
        [&] {
          EXPECT_TRUE(sameBits(wanted, coded));
          EXPECT_TRUE(sameBits(wantedScales, scales));
        });
  }
  const BlockCodec codec{.kind = BlockCodec::Kind::Absmax, .blockSize = 64};
  const ErrorBrackets brackets{{1e-4, 1e-3, 1e-2}, {1.1e-4, 1.1e-3, 1}};
  std::vector<ErrorChunk> wantedErrors(8), errors(8);
  ASSERT_TRUE(reference->measureBlocks(codec, {values.size(), 4096, 0}, values, brackets, wantedErrors));
  EXPECT_GT(failEverywhere(
                kTinyLane,
                [&](const Backend& backend) -> Result<> {
                  const auto done = backend.measureBlocks(codec, {values.size(), 4096, 0}, values, brackets, errors);
                  if (!done) return tl::unexpected(done.error());
                  EXPECT_TRUE(*done);
                  return {};
                },
                [&] {
                  for (std::size_t c = 0; c < errors.size(); ++c) {
                    EXPECT_EQ(wantedErrors[c].sums.squaredError, errors[c].sums.squaredError);
                    EXPECT_EQ(wantedErrors[c].below, errors[c].below);
                    EXPECT_EQ(wantedErrors[c].found.size(), errors[c].found.size());
                  }
                  errors.assign(8, {});
                }),
            8U);

  std::vector<ggml::MinimumFit> wantedFits(900), fits(900);
  const ggml::MinimumSearch minima{15, {-1.0F, 0.1F, 3}, 32, ggml::Weighing::AboveMean};
  const auto ofParts = std::span(values).first(900 * 32);
  ggml::searchMinima(minima, ofParts, {}, wantedFits);
  failEverywhere(
      kTinyLane, [&](const Backend& backend) { return backend.searchMinima(minima, ofParts, {}, fits); },
      [&] {
        for (std::size_t i = 0; i < fits.size(); ++i) EXPECT_EQ(wantedFits[i].scale, fits[i].scale);
        fits.assign(900, {});
      });
  std::vector<float> wantedScales(900), scales(900);
  std::vector<std::uint8_t> wantedCodes(900 * 32), partCodes(900 * 32);
  ggml::searchScales({16, 32}, ofParts, ofParts, wantedScales, wantedCodes);
  failEverywhere(
      kTinyLane,
      [&](const Backend& backend) { return backend.searchScales({16, 32}, ofParts, ofParts, scales, partCodes); },
      [&] {
        EXPECT_TRUE(sameBitsButNan(wantedScales, scales));
        EXPECT_EQ(wantedCodes, partCodes);
        partCodes.assign(partCodes.size(), 0);
      });
  EXPECT_EQ(cuda_on_cpu::heldResources(), 0U);
}

TEST(CudaBackendOnCpu, SaysWhenThereIsNoDevice) {
  cuda_on_cpu::failAt(0, cudaErrorNoDevice, false);
  const auto backend = makeCudaBackendOnCpu();
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::Device);
  EXPECT_EQ(backend.error().message, "no CUDA device answers: failed as asked");
}

/// Prints what the tests of this process ran, where it is asked for: the numbers of docs/gpu.md.
class PrintExecuted final : public testing::Environment {
 public:
  void TearDown() override {
    if (!std::getenv("ULPSCOPE_PRINT_EXECUTED")) return;
    for (const auto& [kernel, elements] : executedElements()) std::cout << kernel << " | " << elements << '\n';
    std::cout << "launches | " << cuda_on_cpu::launchedKernels() << '\n';
  }
};

const auto* const kPrinted = testing::AddGlobalTestEnvironment(new PrintExecuted);

}  // namespace
}  // namespace ulpscope::kernels
