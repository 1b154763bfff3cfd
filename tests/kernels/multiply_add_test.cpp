// SPDX-License-Identifier: Apache-2.0
// Matrix engines in lanes against the definition in core, to the bit, on every instruction set.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "core/formats/codec.h"
#include "core/matmul/block_scaled_product.h"
#include "core/matmul/matrix_engine.h"
#include "kernels/cpu/multiply_add.h"
#include "kernels/cpu/multiply_scaled.h"
#include "tests/kernels/instruction_sets.h"

namespace ulpscope::kernels {
namespace {

/// Values of the format whose exponents lie within `spread` of 0, a tenth of them zero.
std::vector<float> operands(const FloatSpec& spec, std::size_t count, int spread, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    if (generator() % 10 == 0) continue;
    const float significand = 1 + static_cast<float>(generator() >> 8) * 0x1p-24F;
    const int exponent = static_cast<int>(generator() % static_cast<unsigned>(2 * spread + 1)) - spread;
    const float any = std::ldexp(generator() % 2 == 0 ? significand : -significand, exponent);
    value = roundFloat(spec, any, Rounding::NearestEven, Overflow::Saturate);
  }
  return values;
}

struct Shape {
  std::size_t rows, columns, length;
};

void expectSame(const DotUnit& unit, const FloatSpec& spec, const Shape& shape, int spread, const Backend& backend) {
  const auto seed = static_cast<std::uint32_t>(shape.length * 31 + static_cast<std::size_t>(spread));
  const std::vector<float> a = operands(spec, shape.rows * shape.length, spread, seed);
  const std::vector<float> b = operands(spec, shape.columns * shape.length, spread, seed + 1);
  const FloatSpec half{.exponentBits = 5, .fractionBits = 10, .bias = 15};
  std::vector<float> c = operands(half, shape.rows * shape.columns, std::min(spread, 10), seed + 2);
  std::vector<float> expected = c;
  const OperandBlock left{a.data(), shape.rows, shape.length};
  const OperandBlock right{b.data(), shape.columns, shape.length};
  makeReferenceBackend()->multiplyAdd(unit, spec.smallestExponent(), left, right, shape.length, expected);
  backend.multiplyAdd(unit, spec.smallestExponent(), left, right, shape.length, c);
  for (std::size_t i = 0; i < c.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(c[i]), std::bit_cast<std::uint32_t>(expected[i]))
        << "element " << i << " of " << shape.rows << " x " << shape.columns << ", K = " << shape.length
        << ", exponents within " << spread;
}

template <class Check>
void forEachUnit(const Check& check) {
  for (const MatrixEngine* engine : matrixEngines())
    for (const EngineUnit& unit : engine->units) {
      if (unit.unit.accumulator == Accumulator::Float64NearestEven || unit.isOfIntegers() || unit.blocks) continue;
      SCOPED_TRACE((EngineChoice{engine, &unit}.id()));
      const FloatSpec& spec = *inputFormatOf(unit).floatSpec();
      check(unit.unit, spec);
      if (unit.half) check(*unit.half, spec);
    }
}

/// Products below 2^-75 go another way.
TEST(MultiplyAdd, EqualsTheDefinition) {
  onEveryInstructionSet([](const Backend& backend) {
    forEachUnit([&](const DotUnit& unit, const FloatSpec& spec) {
      for (const Shape& shape : {Shape{1, 1, 1}, Shape{5, 19, 37}, Shape{4, 16, 96}})
        for (const int spread : {0, 4, 37, 38, 60}) expectSame(unit, spec, shape, spread, backend);
    });
  });
}

/// Sums of a whole block of the largest products do not fit 32 bits.
TEST(MultiplyAdd, LongSumsAreNotCutShort) {
  onEveryInstructionSet([](const Backend& backend) {
    for (const std::string_view id : {"h100-mma@float16", "b200-tcgen05@float8_e4m3fn"}) {
      const EngineUnit& unit = *parseEngine(id)->unit;
      const FloatSpec& spec = *inputFormatOf(unit).floatSpec();
      const float largest = roundFloat(spec, 1.9999F, Rounding::TowardZero, Overflow::Saturate);
      const std::vector<float> a(64, largest);
      for (const float sign : {1.0F, -1.0F}) {
        const std::vector<float> b(64, sign * largest);
        std::vector<float> found(1, 0.0F), expected(1, 0.0F);
        const int smallest = spec.smallestExponent();
        backend.multiplyAdd(unit.unit, smallest, {a.data(), 1, 64}, {b.data(), 1, 64}, 64, found);
        makeReferenceBackend()->multiplyAdd(unit.unit, smallest, {a.data(), 1, 64}, {b.data(), 1, 64}, 64, expected);
        EXPECT_EQ(found, expected) << id;
      }
    }
  });
}

TEST(MultiplyAdd, LeavesWhatIsNotFiniteToTheDefinition) {
  onEveryInstructionSet([](const Backend& backend) {
    forEachUnit([&](const DotUnit& unit, const FloatSpec& spec) {
      for (const float special : {INFINITY, -INFINITY, NAN, 0x1p127F}) {
        std::vector<float> a(40, 1.0F), b(40, 2.0F);
        a[17] = roundFloat(spec, special, Rounding::NearestEven, Overflow::Saturate);
        b[17] = 4;
        std::vector<float> found(1, 3.0F), expected(1, 3.0F);
        const int smallest = spec.smallestExponent();
        backend.multiplyAdd(unit, smallest, {a.data(), 1, 40}, {b.data(), 1, 40}, 40, found);
        makeReferenceBackend()->multiplyAdd(unit, smallest, {a.data(), 1, 40}, {b.data(), 1, 40}, 40, expected);
        if (std::isnan(expected[0]))
          EXPECT_TRUE(std::isnan(found[0])) << special;
        else
          EXPECT_EQ(found, expected) << special;
      }
    });
  });
}

/// Operands of an engine that multiplies blocks with scales; magnitudes differ from block to block by up to 2^spread.
BlockOperand blocks(const EngineUnit& unit, std::size_t rows, std::size_t length, int spread, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  DenseMatrix matrix{rows, length, std::vector<double>(rows * length)};
  double scale = 1;
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    if (i % 32 == 0)
      scale = std::ldexp(1.0, static_cast<int>(generator() % static_cast<unsigned>(2 * spread + 1)) - spread);
    const bool isZero = generator() % 8 == 0 || i / 32 % 5 == 1;
    matrix.values[i] = isZero ? 0 : normal(generator) * scale;
  }
  return blockOperand(unit, matrix);
}

TEST(MultiplyAdd, BlocksWithScalesEqualTheDefinition) {
  onEveryInstructionSet([](const Backend& backend) {
    for (const EngineUnit& unit : parseEngine("b200")->engine->units) {
      if (!unit.blocks) continue;
      SCOPED_TRACE(unit.format);
      const ScaledUnit scaled = scaledUnitOf(unit);
      for (const Shape& shape : {Shape{1, 1, 64}, Shape{5, 19, 192}, Shape{4, 16, 320}})
        for (const int spread : {0, 5, 30, 60}) {
          const BlockOperand a = blocks(unit, shape.rows, shape.length, spread, 7);
          const BlockOperand b = blocks(unit, shape.columns, shape.length, spread, 8);
          std::vector<float> found(shape.rows * shape.columns);
          for (std::size_t i = 0; i < found.size(); ++i) found[i] = i % 3 == 0 ? 0 : 0.37F * static_cast<float>(i);
          std::vector<float> expected = found;
          const ScaledBlock left = a.part(0, shape.rows);
          const ScaledBlock right = b.part(0, shape.columns);
          makeReferenceBackend()->multiplyAdd(scaled, left, right, shape.length, expected);
          backend.multiplyAdd(scaled, left, right, shape.length, found);
          for (std::size_t i = 0; i < found.size(); ++i)
            ASSERT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(expected[i]))
                << "element " << i << " of " << shape.rows << " x " << shape.columns << ", K = " << shape.length
                << ", scales within " << spread;
          if (spread > 5) continue;
          EXPECT_TRUE(multiplyScaled(scaled, left, right, shape.length, found)) << shape.length;
        }
    }
  });
}

/// NaN among the scales, scales at the end of their format, and groups whose products cancel: of a zero sum the
/// exponent counts, of zero products it does not.
TEST(MultiplyAdd, BlocksWithOddScalesEqualTheDefinition) {
  onEveryInstructionSet([](const Backend& backend) {
    for (const EngineUnit& unit : parseEngine("b200")->engine->units) {
      if (!unit.blocks) continue;
      const ScaledUnit scaled = scaledUnitOf(unit);
      BlockOperand a = blocks(unit, 2, 128, 0, 3);
      BlockOperand b = blocks(unit, 3, 128, 0, 4);
      for (std::size_t k = 0; k < 16; ++k) {
        a.elements[k] = 1;
        b.elements[k] = k % 2 == 0 ? 1.0F : -1.0F;
      }
      for (const SplitScale& odd : {SplitScale{1, -127}, SplitScale{1, 8}, SplitScale{0, -6}, SplitScale{NAN, 0}}) {
        a.scales[0] = odd;
        std::vector<float> found(6), expected(6);
        backend.multiplyAdd(scaled, a.part(0, 2), b.part(0, 3), 128, found);
        makeReferenceBackend()->multiplyAdd(scaled, a.part(0, 2), b.part(0, 3), 128, expected);
        for (std::size_t i = 0; i < 6; ++i)
          EXPECT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(expected[i]))
              << unit.format << ", " << odd.significand << " x 2^" << odd.exponent;
      }
    }
  });
}

TEST(MultiplyAdd, ChainsOfDoublesToo) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal;
  std::vector<double> a(5 * 33), b(19 * 33), start(5 * 19);
  for (std::vector<double>* values : {&a, &b, &start})
    for (double& value : *values) value = normal(generator);
  std::vector<double> expected = start;
  const RowBlock<double> left{a.data(), 5, 33};
  const RowBlock<double> right{b.data(), 19, 33};
  makeReferenceBackend()->multiplyAdd(left, right, 33, expected);
  onEveryInstructionSet([&](const Backend& backend) {
    std::vector<double> found = start;
    backend.multiplyAdd(left, right, 33, found);
    EXPECT_EQ(found, expected);
  });
}

TEST(MultiplyAdd, LanesAreUsed) {
  onEveryInstructionSet([](const Backend&) {
    const std::vector<float> ones(64, 1.0F);
    const OperandBlock one{ones.data(), 1, 64};
    for (const std::string_view id :
         {"v100", "a100", "a100@bfloat16", "h100", "h100@float8_e5m2", "h100-mma@float8_e4m3fn", "b200@float8_e4m3fn",
          "3xtf32", "3xtf32-chained", "bf16x9"}) {
      const EngineUnit& unit = *parseEngine(id)->unit;
      std::vector<float> c(1);
      EXPECT_TRUE(multiplyFused(unit.unit, inputFormatOf(unit).floatSpec()->smallestExponent(), one, one, 64, c)) << id;
      EXPECT_EQ(c[0], 64) << id;
      if (inputFormatOf(unit).floatSpec()->smallestExponent() < -100) {
        const std::vector<float> tiny(64, 0x1p-60F);
        const OperandBlock small{tiny.data(), 1, 64};
        EXPECT_TRUE(multiplyFused(unit.unit, inputFormatOf(unit).floatSpec()->smallestExponent(), small, small, 64, c));
        EXPECT_EQ(c[0], 64) << id;
      }
      if (!unit.half) continue;
      c[0] = 0;
      EXPECT_TRUE(multiplyFused(*unit.half, inputFormatOf(unit).floatSpec()->smallestExponent(), one, one, 64, c))
          << id;
      EXPECT_EQ(c[0], 64) << id;
    }
  });
}

}  // namespace
}  // namespace ulpscope::kernels
