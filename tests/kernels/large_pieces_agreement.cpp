// SPDX-License-Identifier: Apache-2.0
// Errors of blocks in one pass and the K-quants' searches against the definitions: all to the bit, sums too.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/analysis/error_chunk.h"
#include "core/formats/number_format.h"
#include "core/quantization/ggml_search.h"
#include "core/quantization/narrow_blocks.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/kernels/agreement.h"
#include "tests/kernels/float_inputs.h"
#include "tests/kernels/named_codecs.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope::kernels {
namespace {

/// Where blocks, lines and chunks lie; a line of 0 is all of the values.
struct Geometry {
  std::uint64_t blockSize;
  std::uint64_t line;
  std::size_t chunk;
  std::size_t size;
};

struct Measured {
  bool isOrdinary = false;
  std::vector<ErrorChunk> chunks;
};

template <class Codec>
Measured measure(const Backend& backend, const Codec& codec, const Geometry& geometry, std::span<const float> values,
                 const ErrorBrackets& brackets) {
  ErrorChunk stale;  // chunks are set, not added to
  stale.below = {7, 7, 7};
  stale.found = {7};
  stale.sums.included = 7;
  Measured measured{false, std::vector<ErrorChunk>((values.size() + geometry.chunk - 1) / geometry.chunk, stale)};
  const BlockPieces pieces{geometry.line == 0 ? values.size() : geometry.line, geometry.chunk, 1000};
  const auto done = backend.measureBlocks(codec, pieces, values, brackets, measured.chunks);
  EXPECT_TRUE(done) << describe(done.error());
  measured.isOrdinary = done && *done;
  return measured;
}

std::vector<double> numbersOf(const ErrorSums& sums) {
  return {sums.error,
          sums.squaredError,
          sums.squaredX,
          sums.squaredY,
          sums.product,
          sums.maxAbsoluteError,
          static_cast<double>(sums.maxAt),
          static_cast<double>(sums.included),
          static_cast<double>(sums.excluded)};
}

void expectSame(const Measured& expected, const Measured& found) {
  ASSERT_EQ(expected.isOrdinary, found.isOrdinary);
  if (!expected.isOrdinary) return;
  for (std::size_t c = 0; c < expected.chunks.size(); ++c) {
    ASSERT_EQ(numbersOf(expected.chunks[c].sums), numbersOf(found.chunks[c].sums)) << "chunk " << c;
    ASSERT_EQ(expected.chunks[c].below, found.chunks[c].below) << "chunk " << c;
    auto a = expected.chunks[c].found;
    auto b = found.chunks[c].found;
    std::ranges::sort(a);
    std::ranges::sort(b);
    ASSERT_EQ(a, b) << "chunk " << c;
  }
}

/// As a measurement has them: around three percentiles, a few percent of all errors inside.
ErrorBrackets bracketsIn(const Measured& everything) {
  std::vector<double> magnitudes;
  for (const ErrorChunk& chunk : everything.chunks)
    magnitudes.insert(magnitudes.end(), chunk.found.begin(), chunk.found.end());
  std::ranges::sort(magnitudes);
  const auto at = [&](double share) {
    if (magnitudes.empty()) return 1.0;
    return magnitudes[static_cast<std::size_t>(share * static_cast<double>(magnitudes.size() - 1))];
  };
  return {{at(0.49), at(0.945), at(0.998)}, {at(0.51), at(0.955), at(1)}};
}

/// Everything is more than a kernel has room for; with the brackets that follow it is not.
template <class Codec>
void compare(const Backend& tested, const Backend& definition, const Codec& codec, const Geometry& geometry,
             std::span<const float> values, const char* kernel) {
  SCOPED_TRACE(testing::Message() << values.size() << " values in blocks of " << geometry.blockSize << ", lines of "
                                  << geometry.line << ", chunks of " << geometry.chunk);
  const ErrorBrackets everything = ErrorBrackets::everything();
  const Measured all = measure(definition, codec, geometry, values, everything);
  if (geometry.size <= 3000) expectSame(all, measure(tested, codec, geometry, values, everything));
  const ErrorBrackets narrow = all.isOrdinary ? bracketsIn(all) : everything;
  expectSame(measure(definition, codec, geometry, values, narrow), measure(tested, codec, geometry, values, narrow));
  executedElements()[kernel] += values.size() * (geometry.size <= 3000 ? 2 : 1);
}

/// Normal weights with zeros and outliers.
std::vector<float> someWeights(std::size_t size, std::uint32_t seed) {
  std::vector<float> values = normalValues(size, 0.02F, seed);
  for (std::size_t i = 3; i < size; i += 331) values[i] *= i % 2 == 0 ? 0.0F : -20.0F;
  return values;
}

/// One block at a time, so that each says whether it is one for a scheme.
template <class Codec>
void compareExtremes(const Backend& tested, const Backend& definition, const Codec& codec, std::size_t blockSize,
                     std::size_t stride, const char* kernel) {
  const std::vector<float> values = extremeBlocks(blockSize);
  for (std::size_t block = 0; block * blockSize < values.size(); block += stride) {
    SCOPED_TRACE(testing::Message() << "extreme block " << block);
    const auto of = std::span(values).subspan(block * blockSize, blockSize);
    compare(tested, definition, codec, {blockSize, 0, blockSize, blockSize}, of, kernel);
  }
}

bool sameFit(const ggml::MinimumFit& a, const ggml::MinimumFit& b) {
  const std::vector<float> x{a.scale, a.minimum, a.step, a.from};
  const std::vector<float> y{b.scale, b.minimum, b.step, b.from};
  return a.isFlat == b.isFlat && sameBitsButNan(x, y);
}

/// Parts as weights have them, and such as are at the edges.
std::vector<float> partsOf(std::size_t parts, std::size_t size) {
  std::vector<float> values = someWeights(parts * size, 3);
  for (std::size_t part = 0; part < parts; ++part) {
    const auto of = std::span(values).subspan(part * size, size);
    for (std::size_t i = 0; i < size; ++i) {
      float& x = of[i];
      if (part % 40 == 1) x = (static_cast<float>(i) - 7) / 8;
      if (part % 40 == 2) x = i % 2 == 0 ? 0.0F : -0.0F;
      if (part % 40 == 3) x *= 1e-37F;
      if (part % 40 == 4) x = std::fabs(x);
      if (part % 40 == 5) x = -std::fabs(x);
      if (part % 40 == 6) x = 0.25F;
      if (part % 40 == 7) x = -0.25F;
      if (part % 40 == 8) x *= 1e30F;
      if (part % 40 == 9) x *= 1e19F;
      if (part % 40 == 10) x = std::ldexp(1.0F, static_cast<int>(i) - 20);
    }
    if (part % 40 == 11) of[5] = std::numeric_limits<float>::infinity();
    if (part % 40 == 12) of[size - 1] = std::numeric_limits<float>::quiet_NaN();
    if (part % 40 == 13) of[0] = -std::numeric_limits<float>::infinity();
  }
  return values;
}

std::vector<float> weightsOf(std::span<const float> values) {
  std::vector<float> weights(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) weights[i] = values[i] * values[i] + static_cast<float>(i % 5) / 1000;
  return weights;
}

void compareMinima(const Backend& tested, const ggml::MinimumSearch& search, std::size_t parts) {
  SCOPED_TRACE(testing::Message() << parts << " parts of " << search.size << ", weighing "
                                  << static_cast<int>(search.weighing));
  const std::vector<float> x = partsOf(parts, search.size);
  const std::vector<float> w = search.weighing == ggml::Weighing::Given ? weightsOf(x) : std::vector<float>();
  std::vector<ggml::MinimumFit> expected(parts), found(parts);
  ggml::searchMinima(search, x, w, expected);
  ASSERT_TRUE(tested.searchMinima(search, x, w, found));
  for (std::size_t part = 0; part < parts; ++part) ASSERT_TRUE(sameFit(expected[part], found[part])) << part;
  executedElements()["searchMinimaKernel"] += x.size();
}

void compareScales(const Backend& tested, const ggml::ScaleSearch& search, std::size_t parts) {
  SCOPED_TRACE(testing::Message() << parts << " parts of " << search.size << ", half " << search.half);
  const std::vector<float> x = partsOf(parts, search.size);
  const std::vector<float> w = weightsOf(x);
  std::vector<float> expected(parts), found(parts);
  std::vector<std::uint8_t> expectedCodes(x.size()), codes(x.size());
  ggml::searchScales(search, x, w, expected, expectedCodes);
  ASSERT_TRUE(tested.searchScales(search, x, w, found, codes));
  EXPECT_TRUE(sameBitsButNan(expected, found));
  EXPECT_TRUE(sameBits(expectedCodes, codes));
  executedElements()["searchScalesKernel"] += x.size();
}

}  // namespace

void expectSameBlockErrors(const Backend& tested, Effort effort) {
  const auto reference = makeReferenceBackend();
  const std::vector<Geometry> geometries =
      effort == Effort::Small
          ? std::vector<Geometry>{{16, 0, 1024, 2'600},       {17, 100, 400, 1'200},    {32, 256, 1024, 2'048},
                                  {64, 0, 4096, 5'000},       {100, 0, 2000, 3'950},    {128, 200, 2000, 4'000},
                                  {256, 0, 2048, 4'400},      {300, 1000, 2000, 4'000}, {1024, 0, 4096, 5'120},
                                  {5'000, 0, 10'000, 10'300}, {8192, 0, 8192, 8'200},   {70'000, 0, 65'536, 6'001}}
          : std::vector<Geometry>{{16, 0, 65'536, 3'000'000},    {17, 100, 51'200, 512'000},
                                  {64, 0, 65'536, 9'000'000},    {128, 200, 51'200, 1'024'000},
                                  {4096, 0, 65'536, 20'000'000}, {14'336, 0, 57'344, 10'000'000},
                                  {65'536, 0, 65'536, 9'000'000}};
  for (const NamedCodec& named : kCodecs) {
    SCOPED_TRACE(named.name);
    for (const Geometry& geometry : geometries)
      compare(tested, *reference, named.withBlockSize(geometry.blockSize), geometry,
              someWeights(geometry.size, static_cast<std::uint32_t>(geometry.blockSize)),
              "measureBlocksKernel<AnyBlockCoder>");
    compareExtremes(tested, *reference, named.withBlockSize(32), 32, 3, "measureBlocksKernel<AnyBlockCoder>");
    compareExtremes(tested, *reference, named.withBlockSize(300), 300, 7, "measureBlocksKernel<AnyBlockCoder>");
  }
  const BlockCodec codec = kCodecs.front().withBlockSize(32);
  compare(tested, *reference, codec, {32, 0, 64, 0}, {}, "measureBlocksKernel<AnyBlockCoder>");
  compare(tested, *reference, codec, {32, 0, 64, 1}, someWeights(1, 1), "measureBlocksKernel<AnyBlockCoder>");
  // Chunks that begin within a block are left to the definition.
  std::vector<ErrorChunk> chunks(3);
  const auto refused =
      tested.measureBlocks(codec, {150, 50, 0}, someWeights(150, 2), ErrorBrackets::everything(), chunks);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Unsupported);
}

void expectSameNarrowErrors(const Backend& tested, Effort effort) {
  const auto cpu = makeCpuBackend(1);  // whose kernels for narrow blocks are held to the schemes' own code
  const std::size_t size = effort == Effort::Small ? 5'120 : 20'000'000 / 32 * 32;
  const std::size_t chunk = effort == Effort::Small ? 2'048 : 65'536;
  const auto compareNarrow = [&](const NarrowBlockCodec& codec) {
    SCOPED_TRACE(testing::Message() << codec.element.exponentBits << '-' << codec.element.fractionBits);
    const char* const kernel = "measureBlocksKernel<NarrowBlockCoder>";
    compare(tested, *cpu, codec, {codec.blockSize, 0, chunk, size}, someWeights(size, 5), kernel);
    compareExtremes(tested, *cpu, codec, codec.blockSize, 3, kernel);
  };
  const auto spec = [](const char* id) { return *findFormat(id)->floatSpec(); };
  const std::vector<std::pair<const char*, int>> elements = {
      {"float8_e4m3fn", 8}, {"float8_e5m2", 15}, {"float6_e2m3fn", 2}, {"float6_e3m2fn", 4}, {"float4_e2m1fn", 2}};
  for (const auto& [id, exponent] : elements)
    compareNarrow(
        {.kind = NarrowBlockCodec::Kind::MxFloor, .element = spec(id), .blockSize = 32, .largestExponent = exponent});
  compareNarrow({.kind = NarrowBlockCodec::Kind::ModelOpt,
                 .element = spec("float4_e2m1fn"),
                 .blockSize = 16,
                 .tensorScale = 0.4F / 2688});
}

void expectSameSearches(const Backend& tested, Effort effort) {
  const std::size_t parts = effort == Effort::Small ? 300 : 1'000'003;
  for (const ggml::Weighing weighing : {ggml::Weighing::Given, ggml::Weighing::Magnitude, ggml::Weighing::AboveMean})
    for (const bool absolute : {false, true}) {
      compareMinima(tested, {15, {-1.0F, 0.1F, 20, absolute}, 32, weighing}, parts);
      compareMinima(tested, {3, {-0.5F, 0.1F, 15, absolute}, 16, weighing}, parts + 17);
    }
  compareMinima(tested, {31, {-0.9F, 0.05F, 36, false}, 7, ggml::Weighing::Given}, 5);
  for (const int half : {32, 4}) compareScales(tested, {half, 16}, parts);
  compareScales(tested, {16, 32}, parts + 1);
  compareScales(tested, {16, 7}, 3);
  compareScales(tested, {16, 16}, 0);
}

}  // namespace ulpscope::kernels
