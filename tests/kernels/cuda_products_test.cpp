// SPDX-License-Identifier: Apache-2.0
// Products that a device measures, by a cuBLAS that the processor plays (cuda_runtime/fake_cublas.h). The oracle is
// multiply() of core on the operands as they are: layouts, padding, tiles and memory must not show.
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <sstream>

#include "core/formats/codec.h"
#include "core/matmul/matrix_product.h"
#include "kernels/cuda/product_tiles.h"
#include "tests/kernels/cuda_backend_on_cpu.h"
#include "tests/kernels/measured_products.h"

#include "tests/kernels/cuda_runtime/fake_cublas.h"

namespace ulpscope::kernels {
namespace {

using Operands = DeviceProduct::Operands;

struct Named {
  Operands operands;
  const char* format;
  const char* engine;
};
constexpr Named kAll[] = {{Operands::Float32, "float32", "fma@float32"},
                          {Operands::TFloat32, "tfloat32", "h100@tfloat32"},
                          {Operands::Float16, "float16", "h100@float16"},
                          {Operands::BFloat16, "bfloat16", "h100@bfloat16"},
                          {Operands::Float8E4M3, "float8_e4m3fn", "h100@float8_e4m3fn"},
                          {Operands::Int8, "int8", "exact@float64"}};

/// Operands of one format, as values and as codes.
struct Coded {
  DenseMatrix values;
  std::vector<std::byte> codes;

  Coded(Operands operands, const char* format, std::size_t rows, std::size_t length, std::uint64_t seed)
      : values(randomMatrix(rows, length, Distribution::Normal, seed)) {
    for (double& value : values.values) {
      if (operands == Operands::Int8) {
        value = std::clamp(std::round(50 * value), -127.0, 127.0);
        append(static_cast<std::int8_t>(value));
        continue;
      }
      const FloatSpec& spec = *findFormat(format)->floatSpec();
      const auto code = encodeFloat(spec, static_cast<float>(value), Rounding::NearestEven, Overflow::Format).code;
      const float rounded = decodeToFloat(spec, code);
      value = static_cast<double>(rounded);
      if (bytesOf(operands) == 4) append(rounded);
      if (bytesOf(operands) == 2) append(static_cast<std::uint16_t>(code));
      if (bytesOf(operands) == 1) append(static_cast<std::uint8_t>(code));
    }
  }

 private:
  template <class T>
  void append(T code) {
    const auto bytes = std::as_bytes(std::span(&code, 1));
    codes.insert(codes.end(), bytes.begin(), bytes.end());
  }
};

/// A product, and what it must be.
struct Case {
  Named named;
  std::size_t rows, columns, length;
  Coded a{named.operands, named.format, rows, length, 1};
  Coded b{named.operands, named.format, columns, length, 2};
  std::vector<double> c = std::vector<double>(rows * columns, -77);

  std::vector<double> expected() const {
    ProductSettings settings{.engine = *parseEngine(named.engine)};
    if (named.operands != Operands::Float32) settings.order = cuda_on_cpu::fakeCublas().order;
    return multiply(settings, a.values, b.values, *makeReferenceBackend(), {})->c.values;
  }
  Result<> run(const Backend& backend, const std::stop_token& stop = {}, bool promotes = false) {
    return backend.multiplyOnDevice({named.operands, promotes}, a.codes, b.codes, length, c, stop);
  }
};

class CudaProducts : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_EQ(cuda_on_cpu::fakeCublas().heldItems, 0U);
    EXPECT_EQ(cuda_on_cpu::heldResources(), 0U);
    cuda_on_cpu::fakeCublas() = {};
    cuda_on_cpu::setComputeCapability(9, 0);
  }
  static std::unique_ptr<Backend> backend(std::size_t tileBytes = std::size_t{64} << 20) {
    return *makeCudaBackendOnCpu(std::size_t{1} << 16, tileBytes);
  }
};

TEST_F(CudaProducts, AreThoseOfTheLibraryWhateverTheSizes) {
  const auto tested = backend();
  for (const Named& named : kAll)
    for (const auto& [rows, columns, length] : {std::array<std::size_t, 3>{1, 1, 1},
                                                {3, 5, 7},
                                                {16, 16, 32},
                                                {17, 33, 100},
                                                {40, 2, 257},
                                                {0, 4, 3},
                                                {4, 0, 3}}) {
      SCOPED_TRACE(testing::Message() << named.format << ' ' << rows << " x " << length << " x " << columns);
      Case one{named, rows, columns, length};
      ASSERT_TRUE(one.run(*tested));
      EXPECT_EQ(one.c, one.expected());
    }
}

TEST_F(CudaProducts, KeepTheOrderThatTheLibraryChose) {
  const auto tested = backend();
  Case one{kAll[2], 20, 20, 512};
  const std::vector<double> sequential = one.expected();
  cuda_on_cpu::fakeCublas().order = {KOrder::Kind::Promote, 64};
  ASSERT_TRUE(one.run(*tested));
  EXPECT_EQ(one.c, one.expected());
  EXPECT_NE(one.c, sequential);
}

TEST_F(CudaProducts, AreAskedForAsTheHeaderSays) {
  const auto tested = backend();
  const cuda_on_cpu::FakeCublas& seen = cuda_on_cpu::fakeCublas();
  constexpr int kFull = int{CUBLAS_DEFAULT_MATH} | int{CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION};
  const auto ask = [&](const Named& named, bool promotes = false) {
    EXPECT_TRUE((Case{named, 2, 2, 2}.run(*tested, {}, promotes)));
  };
  ask(kAll[0]);
  EXPECT_EQ(seen.compute, CUBLAS_COMPUTE_32F_PEDANTIC);
  EXPECT_EQ(seen.mode, CUBLAS_PEDANTIC_MATH);
  ask(kAll[1]);
  EXPECT_EQ(seen.compute, CUBLAS_COMPUTE_32F_FAST_TF32);
  EXPECT_EQ(int{seen.mode}, kFull);
  ask(kAll[3]);
  EXPECT_EQ(seen.compute, CUBLAS_COMPUTE_32F);
  EXPECT_EQ(int{seen.mode}, kFull);
  ask(kAll[4]);
  EXPECT_TRUE(seen.isFast);
  ask(kAll[4], true);
  EXPECT_FALSE(seen.isFast);
  ask(kAll[5]);
  EXPECT_EQ(seen.compute, CUBLAS_COMPUTE_32I);
}

TEST(ProductTiles, HalveTheLongerSideUntilTheyFit) {
  EXPECT_EQ(planTile(100, 30, 64, 1 << 20), (ProductTile{112, 32}));
  EXPECT_EQ(planTile(1000, 1000, 1024, 1 << 20), (ProductTile{256, 256}));
  EXPECT_EQ(planTile(5000, 16, 1024, 1 << 20), (ProductTile{640, 16}));
  EXPECT_EQ(planTile(1, 9, 1 << 20, 1 << 20), (ProductTile{16, 16})) << "never less, though it does not fit";
  for (const std::size_t size : {1U, 17U, 1000U, 4097U})
    EXPECT_LE(planTile(size, 3 * size, 512, 1 << 18).bytes(512), std::size_t{1} << 18);
}

TEST_F(CudaProducts, OfMoreThanTheDeviceHoldsComeInTiles) {
  const auto tested = backend(30'000);
  for (const Named& named : kAll) {
    SCOPED_TRACE(named.format);
    cuda_on_cpu::fakeCublas().products = 0;
    Case one{named, 50, 70, 100};
    ASSERT_TRUE(one.run(*tested));
    EXPECT_EQ(one.c, one.expected());
    EXPECT_GT(cuda_on_cpu::fakeCublas().products, bytesOf(named.operands) == 4 ? 5U : 1U);
  }
}

TEST_F(CudaProducts, GetAlongWithLessMemoryThanTheyAskedFor) {
  constexpr std::size_t kWorkspace = std::size_t{32} << 20;
  Case one{kAll[1], 50, 70, 100};
  cuda_on_cpu::limitDeviceMemory(kWorkspace + 30'000);
  EXPECT_TRUE(one.run(*backend()));
  EXPECT_EQ(one.c, one.expected());
  cuda_on_cpu::limitDeviceMemory(kWorkspace + 1000);
  const auto failed = one.run(*backend());
  cuda_on_cpu::limitDeviceMemory(std::numeric_limits<std::size_t>::max());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), (Error{Errc::Device, "device memory: out of memory", "cuda", std::nullopt}));
}

TEST_F(CudaProducts, StopBetweenTiles) {
  std::stop_source source;
  cuda_on_cpu::fakeCublas().onProduct = [&] {
    if (cuda_on_cpu::fakeCublas().products == 2) source.request_stop();
  };
  Case one{kAll[0], 50, 70, 100};
  const auto stopped = one.run(*backend(30'000), source.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::Cancelled);
  EXPECT_EQ(cuda_on_cpu::fakeCublas().products, 2U);
}

TEST_F(CudaProducts, TurnEveryFailureIntoAnError) {
  for (const Named& named : {kAll[1], kAll[4]}) {
    Case one{named, 20, 40, 10};
    const std::vector<double> expected = one.expected();
    constexpr std::size_t kCalls = 30;
    std::size_t failures = 0;  // what is given back fails unheard
    for (std::size_t call = 0; call < kCalls; ++call) {
      const auto tested = backend(4000);
      cuda_on_cpu::failAt(call, cudaErrorLaunchFailure, call % 2 == 0);
      const Result<> done = one.run(*tested);
      cuda_on_cpu::neverFail();
      if (!done) {
        ++failures;
        EXPECT_EQ(done.error().code, Errc::Device);
        EXPECT_EQ(done.error().subject, "cuda");
        EXPECT_TRUE(one.run(*tested)) << "after failure of call " << call;
      }
      EXPECT_EQ(one.c, expected);
    }
    EXPECT_GT(failures, 15U);
  }
}

TEST_F(CudaProducts, SayWhatTheDeviceOffers) {
  const auto found = backend()->productDevice();
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->name, "processor");
  EXPECT_EQ(found->library, "cuBLAS 13.1.2");
  EXPECT_EQ(found->major, 9);
  EXPECT_EQ(found->offered.size(), 6U);
  cuda_on_cpu::setComputeCapability(7, 5);
  EXPECT_EQ(backend()->productDevice()->offered, (std::vector{Operands::Float32, Operands::Float16, Operands::Int8}));
  cuda_on_cpu::setComputeCapability(8, 6);
  EXPECT_EQ(backend()->productDevice()->offered.size(), 5U) << "all but FP8";
}

TEST_F(CudaProducts, AreReportedBesideTheirModels) {
  std::ostringstream report;
  compareMeasuredProducts(*backend(), 2, 256, report);
  const std::string text = report.str();
  EXPECT_NE(text.find("processor, compute capability 9.0, cuBLAS 13.1.2"), std::string::npos) << text;
  for (const char* id : {"cublas@float32 ", "cublas@tfloat32 ", "cublas@float16 ", "cublas@bfloat16 ",
                         "cublas@float8_e4m3fn ", "cublas@float8_e4m3fn/promoted ", "cublas@int8 "})
    EXPECT_NE(text.find(id), std::string::npos) << id << '\n' << text;
  report.str({});
  compareMeasuredProducts(*backend(0), 2, 256, report);
  EXPECT_EQ(report.str(), "nothing is measured: cuda: cuBLAS is not here\n");
}

TEST_F(CudaProducts, AreNotThereWithoutTheLibrary) {
  const auto tested = backend(0);
  EXPECT_EQ(tested->productDevice().error().code, Errc::Unsupported);
  Case one{kAll[0], 2, 2, 2};
  const auto done = one.run(*tested);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), (Error{Errc::Unsupported, "cuBLAS is not here", "cuda", std::nullopt}));
  std::vector<float> values(10, 1);
  EXPECT_TRUE(tested->round({*findFormat("float16")->floatSpec()}, values, values)) << "all else works";
}

}  // namespace
}  // namespace ulpscope::kernels
