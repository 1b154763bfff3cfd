// SPDX-License-Identifier: Apache-2.0
// A tensor measured some rows at a time has the error of the whole, to the bit, on any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <type_traits>
#include <variant>

#include "core/analysis/error_chunk.h"
#include "core/quantization/block_pass.h"
#include "core/quantization/piecewise_error.h"
#include "core/quantization/quantization_report.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/kernels/float_inputs.h"

namespace ulpscope {
namespace {

/// Rows are of different sizes, so that the largest magnitude is in one of the last.
std::vector<float> weights(const MatrixShape& shape) {
  std::vector<float> values(shape.rows * shape.columns);
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0, 0.02f);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = normal(generator) * (1 + static_cast<float>(i / shape.columns % 13) / 8);
  return values;
}

void expectSame(const ErrorMetrics& expected, const ErrorMetrics& found) {
  EXPECT_EQ(expected.included, found.included);
  EXPECT_EQ(expected.excluded, found.excluded);
  EXPECT_EQ(expected.meanSquaredError, found.meanSquaredError);
  EXPECT_EQ(expected.relativeRmse, found.relativeRmse);
  EXPECT_EQ(expected.maxAbsoluteError, found.maxAbsoluteError);
  EXPECT_EQ(expected.maxAt, found.maxAt);
  EXPECT_EQ(expected.meanError, found.meanError);
  EXPECT_EQ(expected.cosine, found.cosine);
  EXPECT_EQ(expected.p50, found.p50);
  EXPECT_EQ(expected.p95, found.p95);
  EXPECT_EQ(expected.p999, found.p999);
}

std::optional<ErrorMetrics> inPieces(const Scheme& scheme, const MatrixView& view, int threads) {
  SpareResults spares;
  auto found = measureInPieces({&scheme, {}}, view, spares, *kernels::makeCpuBackend(threads), {});
  return found ? *found : std::nullopt;
}

/// The processor, but as if values had to be sent: it counts what it is handed at once.
class FarBackend final : public Backend {
 public:
  std::string_view id() const override { return "far"; }
  std::string description() const override { return "far"; }
  bool prefersLargePieces() const override { return true; }
  void forEach(std::size_t count, const std::function<void(std::size_t)>& work) const override {
    m_cpu->forEach(count, work);
  }
  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override {
    return m_cpu->decode(type, bytes, values);
  }
  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override {
    return m_cpu->round(rule, in, out);
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override {
    return m_cpu->encode(rule, in, codes);
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override {
    return m_cpu->encode(rule, in, codes);
  }
  Result<> profile(std::span<const float> values, float smallest, ProfileAccumulator& into) const override {
    return m_cpu->profile(values, smallest, into);
  }
  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override {
    return m_cpu->countCodes(codes, counts);
  }
  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override {
    return m_cpu->countCodes(codes, counts);
  }
  Result<> absMaxima(std::span<const float> values, std::span<float> rows, std::span<float> columns) const override {
    return m_cpu->absMaxima(values, rows, columns);
  }
  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override {
    return m_cpu->countBlocks(values, columns, into);
  }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override {
    return m_cpu->countBlocksOfCodes(codes, columns, classes, into);
  }
  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                          const BlockCodes& out) const override {
    return m_cpu->quantizeBlocks(codec, values, out);
  }
  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                            std::span<float> values) const override {
    return m_cpu->dequantizeBlocks(codec, in, values);
  }
  Result<bool> measureBlocks(const BlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override {
    largest = std::max(largest, values.size());
    return m_cpu->measureBlocks(codec, pieces, values, brackets, into);
  }
  Result<bool> measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces, std::span<const float> values,
                             const ErrorBrackets& brackets, std::span<ErrorChunk> into) const override {
    largest = std::max(largest, values.size());
    return m_cpu->measureBlocks(codec, pieces, values, brackets, into);
  }
  Result<> searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<ggml::MinimumFit> fits) const override {
    largest = std::max(largest, x.size());
    return m_cpu->searchMinima(search, x, w, fits);
  }
  Result<> searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<float> scales, std::span<std::uint8_t> codes) const override {
    largest = std::max(largest, x.size());
    return m_cpu->searchScales(search, x, w, scales, codes);
  }

  mutable std::size_t largest = 0;  ///< values at once; of one thread

 private:
  std::unique_ptr<Backend> m_cpu = kernels::makeCpuBackend(1);
};

TEST(PiecewiseError, IsTheSameWhereABackendIsHandedLargePieces) {
  constexpr MatrixShape kShape{1500, 1024};  // 24 pieces: all but 16 in ranges, of 65,536 values for each piece
  const std::vector<float> values = weights(kShape);
  for (const char* id : {"int8_row", "bnb_nf4", "q4_0", "mxfp4", "nvfp4", "q4_k", "q6_k"}) {
    SCOPED_TRACE(id);
    const SchemeChoice choice{findScheme(id), {}};
    SpareResults spares;
    const FarBackend far;
    const auto found = measureInPieces(choice, {kShape, values}, spares, far, {});
    ASSERT_TRUE(found && *found);
    expectSame(inPieces(*choice.scheme, {kShape, values}, 2).value(), **found);
    EXPECT_GE(far.largest, std::size_t{65'536});
  }
  // One thing that no scheme is made for, in a range: the whole has to say it.
  std::vector<float> spoiled = values;
  spoiled[100 * 1024] = std::numeric_limits<float>::infinity();
  for (const char* id : {"int8_row", "mxfp4"}) {
    SpareResults spares;
    const auto found = measureInPieces({findScheme(id), {}}, {kShape, spoiled}, spares, FarBackend(), {});
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found) << id;
  }
}

/// The definition of measureBlocks and the schemes' warnings must agree on which blocks are ordinary.
TEST(PiecewiseError, TakesBlocksForOrdinaryThatHaveNoWarning) {
  const std::vector<float> blocks = kernels::extremeBlocks(256);
  const auto backend = kernels::makeCpuBackend(1);
  std::size_t tried = 0;
  for (const Scheme* scheme : schemeRegistry())
    for (std::size_t begin = 0; begin < blocks.size(); begin += 256) {
      const SchemeInput input(MatrixView{{1, 256}, std::span(blocks).subspan(begin, 256)});
      const auto pass = scheme->blockPass(input, {});
      if (!pass || std::holds_alternative<std::monostate>(pass->codec)) break;
      SCOPED_TRACE(testing::Message() << scheme->info().id << ", block " << begin / 256);
      const auto result = scheme->quantize(input, {}, *backend, {});
      ASSERT_TRUE(result);
      ErrorChunk chunk;
      const auto measure = [&](const auto& codec) -> Result<bool> {
        if constexpr (std::is_same_v<std::decay_t<decltype(codec)>, std::monostate>)
          return false;
        else
          return backend->measureBlocks(codec, {256, 256, 0}, input.weights.values, ErrorBrackets::everything(),
                                        {&chunk, 1});
      };
      const auto isOrdinary = std::visit(measure, pass->codec);
      if (!isOrdinary) continue;  // no kernels for this scale of a tensor
      EXPECT_EQ(*isOrdinary, result->warnings.empty());
      ++tried;
    }
  EXPECT_GT(tried, 900U);
}

TEST(PiecewiseError, IsThatOfTheWhole) {
  constexpr MatrixShape kShape{200, 768};
  const std::vector<float> values = weights(kShape);
  std::set<std::string> measured;
  for (const Scheme* scheme : schemeRegistry()) {
    SCOPED_TRACE(scheme->info().id);
    const auto found = inPieces(*scheme, {kShape, values}, 2);
    if (!found) continue;
    measured.insert(scheme->info().id);
    const auto expected = quantizeAndMeasure(*scheme, {}, MatrixView{kShape, values}, *kernels::makeCpuBackend(1), {});
    ASSERT_TRUE(expected);
    expectSame(expected->metrics, *found);
  }
  for (const char* id : {"int8_row", "fp8_row", "fp8_block128", "bnb_nf4", "bnb_dynamic8", "q8_0", "q4_0", "q4_k",
                         "q6_k", "mxfp4", "mxfp8_e4m3", "nvfp4", "int8_group"})
    EXPECT_TRUE(measured.contains(id)) << id;
  for (const char* id : {"int8_tensor", "int8_column", "hqq", "llm_int8"}) EXPECT_FALSE(measured.contains(id)) << id;
}

TEST(PiecewiseError, IsTheSameForAnyThreads) {
  constexpr MatrixShape kShape{1500, 1024};  // 24 pieces: more than are kept
  const std::vector<float> values = weights(kShape);
  const Scheme& scheme = *findScheme("int8_row");
  const auto expected = quantizeAndMeasure(scheme, {}, MatrixView{kShape, values}, *makeReferenceBackend(), {});
  for (const int threads : {1, 3}) expectSame(expected->metrics, inPieces(scheme, {kShape, values}, threads).value());
}

TEST(PiecewiseError, LeavesWarningsToTheWhole) {
  constexpr MatrixShape kShape{200, 1024};
  std::vector<float> values = weights(kShape);
  values[150'000] = std::numeric_limits<float>::quiet_NaN();
  const Scheme* scheme = findScheme("int8_row");
  EXPECT_FALSE(inPieces(*scheme, {kShape, values}, 2));
  const auto lines = compareSchemes({&scheme, 1}, MatrixView{kShape, values}, *kernels::makeCpuBackend(2), {}).value();
  EXPECT_EQ(lines.front().warnings.size(), 1u);
  EXPECT_EQ(lines.front().metrics.excluded, 1'024u);
}

}  // namespace
}  // namespace ulpscope
