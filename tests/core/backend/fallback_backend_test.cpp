// SPDX-License-Identifier: Apache-2.0
// A backend that fails, on purpose, beside the reference: the oracle is the reference alone.
#include "core/backend/fallback_backend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/analysis/error_chunk.h"
#include "core/formats/number_format.h"
#include "core/quantization/ggml_search.h"

namespace ulpscope {
namespace {

/// Writes nonsense where a call writes, and fails.
class FailingBackend final : public Backend {
 public:
  explicit FailingBackend(Errc code) : m_code(code) {}
  std::string_view id() const override { return "failing"; }
  std::string description() const override { return "failing"; }

  Result<> decode(const ElementType&, std::span<const std::byte>, std::span<float> values) const override {
    return spoil(values);
  }
  Result<> round(const FloatRounding&, std::span<const float> in, std::span<float> out) const override {
    if (in.data() != out.data()) return spoil(out);
    return spoil(std::span<float>());  // half of it may be rounded already, which changes nothing
  }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint8_t> codes) const override {
    return spoil(codes);
  }
  Result<> encode(const FloatRounding&, std::span<const float>, std::span<std::uint16_t> codes) const override {
    return spoil(codes);
  }
  Result<> profile(std::span<const float>, float, ProfileAccumulator&) const override { return failed(); }
  Result<> countCodes(std::span<const std::uint16_t>, std::span<std::uint64_t>) const override { return failed(); }
  Result<> countCodes(std::span<const std::uint8_t>, std::span<std::uint64_t>) const override { return failed(); }
  Result<> absMaxima(std::span<const float>, std::span<float>, std::span<float>) const override { return failed(); }
  Result<> absMaximaOfCodes(std::span<const std::uint16_t>, std::uint16_t, std::span<std::uint16_t>,
                            std::span<std::uint16_t>) const override {
    return failed();
  }
  Result<> countBlocks(std::span<const float>, std::uint64_t, BlockCounts&) const override { return failed(); }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t>, std::uint64_t, const CodeClasses&,
                              BlockCounts&) const override {
    return failed();
  }
  Result<> quantizeBlocks(const BlockCodec&, std::span<const float>, const BlockCodes& out) const override {
    std::ranges::fill(out.scales, 99.0F);
    return spoil(out.codes);
  }
  Result<> dequantizeBlocks(const BlockCodec&, const ConstBlockCodes&, std::span<float> values) const override {
    return spoil(values);
  }
  Result<ProductDevice> productDevice() const override { return ProductDevice{"failing device", "library", 9, 0, {}}; }
  Result<> multiplyOnDevice(const DeviceProduct&, std::span<const std::byte>, std::span<const std::byte>, std::size_t,
                            std::span<double>, const std::stop_token&) const override {
    return failed();
  }
  Result<> searchMinima(const ggml::MinimumSearch&, std::span<const float>, std::span<const float>,
                        std::span<ggml::MinimumFit>) const override {
    return failed();
  }

  mutable int calls = 0;

 private:
  template <class T>
  Result<> spoil(std::span<T> out) const {
    std::ranges::fill(out.first(out.size() / 2), T{99});
    return failed();
  }
  Result<> failed() const {
    ++calls;
    return fail(m_code, "out of memory", "failing");
  }

  Errc m_code;
};

/// What comes of everything that a backend does to `values`.
struct Everything {
  std::vector<float> rounded, decoded, restored, scales, rows, columns;
  std::vector<std::uint8_t> codes8, blockCodes;
  std::vector<std::uint16_t> codes16, rowCodes, columnCodes;
  std::vector<std::uint64_t> counts8, counts16, bins;
  double mean, squaredError;
  BlockCounts blocks, blocksOfCodes;
  std::vector<ggml::MinimumFit> fits;

  Everything(const Backend& backend, const std::vector<float>& values) {
    const std::size_t size = values.size();
    const FloatRounding bf16{*findFormat("bfloat16")->floatSpec()};
    const FloatRounding e4m3{*findFormat("float8_e4m3fn")->floatSpec()};
    rounded = values;
    EXPECT_TRUE(backend.round(e4m3, rounded, rounded));
    codes8.resize(size);
    codes16.resize(size);
    EXPECT_TRUE(backend.encode(e4m3, values, codes8));
    EXPECT_TRUE(backend.encode(bf16, values, codes16));
    decoded.resize(size);
    EXPECT_TRUE(backend.decode(*findElementType("BF16"), std::as_bytes(std::span(codes16)), decoded));
    counts8.assign(256, 1);
    counts16.assign(65'536, 1);
    EXPECT_TRUE(backend.countCodes(codes8, counts8));
    EXPECT_TRUE(backend.countCodes(codes16, counts16));
    ProfileAccumulator profile;
    EXPECT_TRUE(backend.profile(values, 0x1p-126F, profile));
    mean = profile.moments.mean;
    bins = profile.histogram.counts;
    rows.assign(2, 0.5F);
    columns.assign(size / 2, 0.5F);
    EXPECT_TRUE(backend.absMaxima(values, rows, columns));
    rowCodes.assign(2, 0);
    columnCodes.assign(size / 2, 0);
    EXPECT_TRUE(backend.absMaximaOfCodes(codes16, 0x7F80, rowCodes, columnCodes));
    EXPECT_TRUE(backend.countBlocks(values, size / 2, blocks));
    std::vector<double> valueOfCode(65'536);
    for (std::size_t code = 0; code < valueOfCode.size(); ++code)
      valueOfCode[code] = findFormat("bfloat16")->floatSpec() ? static_cast<double>(code & 0x7FFF) : 0;
    EXPECT_TRUE(backend.countBlocksOfCodes(codes16, size / 2, CodeClasses(valueOfCode), blocksOfCodes));
    const BlockCodec codec{.kind = BlockCodec::Kind::Absmax, .blockSize = 8};
    blockCodes.resize(size);
    scales.resize((size + 7) / 8);
    restored.resize(size);
    EXPECT_TRUE(backend.quantizeBlocks(codec, values, {blockCodes, scales, {}}));
    EXPECT_TRUE(backend.dequantizeBlocks(codec, {blockCodes, scales, {}}, restored));
    ErrorChunk chunk;
    EXPECT_TRUE(backend.measureBlocks(codec, {size, size, 0}, values, ErrorBrackets::everything(), {&chunk, 1}));
    squaredError = chunk.sums.squaredError;
    fits.resize(size / 10);
    EXPECT_TRUE(backend.searchMinima(
        {.largest = 15, .grid = {-1, 0.1F, 3}, .size = 10, .weighing = ggml::Weighing::Magnitude}, values, {}, fits));
  }

  void expectSame(const Everything& other) const {
    EXPECT_EQ(rounded, other.rounded);
    EXPECT_EQ(decoded, other.decoded);
    EXPECT_EQ(restored, other.restored);
    EXPECT_EQ(scales, other.scales);
    EXPECT_EQ(rows, other.rows);
    EXPECT_EQ(columns, other.columns);
    EXPECT_EQ(rowCodes, other.rowCodes);
    EXPECT_EQ(columnCodes, other.columnCodes);
    EXPECT_EQ(codes8, other.codes8);
    EXPECT_EQ(codes16, other.codes16);
    EXPECT_EQ(blockCodes, other.blockCodes);
    EXPECT_EQ(counts8, other.counts8);
    EXPECT_EQ(counts16, other.counts16);
    EXPECT_EQ(bins, other.bins);
    EXPECT_EQ(mean, other.mean);
    EXPECT_EQ(squaredError, other.squaredError);
    EXPECT_TRUE(std::ranges::equal(fits, other.fits, {}, &ggml::MinimumFit::scale, &ggml::MinimumFit::scale));
    EXPECT_EQ(blocks.bySize, other.blocks.bySize);
    EXPECT_EQ(blocksOfCodes.bySize, other.blocksOfCodes.bySize);
  }
};

std::vector<float> someValues() {
  std::vector<float> values(100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) - 50;
  return values;
}

constexpr int kCallsOfEverything = 15;

TEST(FallbackBackend, LosesNothingWhenADeviceFails) {
  const auto failing = std::make_shared<FailingBackend>(Errc::Device);
  std::vector<Error> heard;
  const auto backend =
      makeFallbackBackend(failing, makeReferenceBackend(), [&heard](const Error& error) { heard.push_back(error); });
  EXPECT_EQ(backend->id(), "failing");
  const Everything expected(*makeReferenceBackend(), someValues());
  Everything(*backend, someValues()).expectSame(expected);
  ASSERT_EQ(heard.size(), 1U);  // once, and not again
  EXPECT_EQ(heard.front().message, "out of memory");
  EXPECT_EQ(failing->calls, 1);  // a device that failed is not asked again
  EXPECT_EQ(backend->id(), "reference");
  EXPECT_EQ(backend->description(), makeReferenceBackend()->description());
}

TEST(FallbackBackend, DoesWhatTheOtherHasNoKernelFor) {
  const auto failing = std::make_shared<FailingBackend>(Errc::Unsupported);
  int heard = 0;
  const auto backend = makeFallbackBackend(failing, makeReferenceBackend(), [&heard](const Error&) { ++heard; });
  const Everything expected(*makeReferenceBackend(), someValues());
  Everything(*backend, someValues()).expectSame(expected);
  EXPECT_EQ(heard, 0);
  EXPECT_EQ(failing->calls, kCallsOfEverything);
  EXPECT_EQ(backend->id(), "failing");
}

TEST(FallbackBackend, MeasuresOnTheDeviceOrNotAtAll) {
  const std::vector<std::byte> operand(16);
  std::vector<double> c(4);
  for (const Errc code : {Errc::Unsupported, Errc::Cancelled, Errc::Device}) {
    const auto failing = std::make_shared<FailingBackend>(code);
    int heard = 0;
    const auto backend = makeFallbackBackend(failing, makeReferenceBackend(), [&heard](const Error&) { ++heard; });
    ASSERT_TRUE(backend->productDevice());
    EXPECT_EQ(backend->productDevice()->name, "failing device");
    for (int call = 1; call <= 2; ++call) {
      const auto done = backend->multiplyOnDevice({}, operand, operand, 2, c, {});
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().code, code == Errc::Device && call == 2 ? Errc::Unsupported : code);
    }
    EXPECT_EQ(heard, code == Errc::Device ? 1 : 0);
    EXPECT_EQ(backend->productDevice().has_value(), code != Errc::Device) << "what has failed is not asked again";
  }
  EXPECT_EQ(makeReferenceBackend()->productDevice().error().code, Errc::Unsupported);
}

}  // namespace
}  // namespace ulpscope
