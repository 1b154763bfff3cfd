// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "kernels/cuda/load_cuda_backend.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/measured_products.h"

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

/// `script/test --gpu` sets it: then a machine without a device fails the test.
bool requiresDevice() { return std::getenv("ULPSCOPE_REQUIRE_CUDA") != nullptr; }

/// Under compute-sanitizer everything takes a hundred times as long.
Effort effort() { return std::getenv("ULPSCOPE_SMALL_EFFORT") ? Effort::Small : Effort::Large; }

TEST(CudaModule, AgreesWithTheReferenceOrSaysThatNoDeviceAnswers) {
  const auto backend = findCudaBackend();
  if (!backend) {
    EXPECT_EQ(backend.error().code, Errc::Device) << describe(backend.error());
    EXPECT_NE(backend.error().message.find("no CUDA device answers"), std::string::npos);
    EXPECT_FALSE(requiresDevice()) << "no device was found: " << describe(backend.error());
    return;
  }
  EXPECT_EQ((*backend)->id(), "cuda");
  expectSameDecoding(**backend, effort());
  expectSameRounding(**backend, effort());
  expectSameCodes(**backend, effort());
  expectSameProfiles(**backend, effort());
  expectSameCodeCounts(**backend, effort());
  expectSameMaxima(**backend, effort());
  expectSameBlockCounts(**backend, effort());
  expectSameBlocks(**backend, effort());
  expectSameNarrowBlocks(**backend, effort());
  expectSameBlockErrors(**backend, effort());
  expectSameNarrowErrors(**backend, effort());
  expectSameSearches(**backend, effort());
}

/// On its own in `script/test --gpu`: NVIDIA's kernels are not what the sanitizers are run for.
TEST(CudaProductsOnDevice, AreThoseOfItsModelWhereTheOrderOfKIsKnown) {
  const auto backend = findCudaBackend();
  if (!backend) {
    EXPECT_FALSE(requiresDevice()) << "no device was found: " << describe(backend.error());
    return;
  }
  compareMeasuredProducts(**backend, 256, 4096, std::cout);
}

TEST(CudaModule, KnowsNoDeviceBeyondTheLast) {
  const auto backend = findCudaBackend(99);
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, Errc::Device) << describe(backend.error());
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
