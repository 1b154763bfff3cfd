// SPDX-License-Identifier: Apache-2.0
// Tensors as operands: the oracle is the index of each element, which is also its value.
#include "core/matmul/operand_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace ulpscope {
namespace {

using testing::HasSubstr;

/// Element i is i.
TensorSource counting(std::vector<std::uint64_t> shape) {
  std::vector<float> values(std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>()));
  std::iota(values.begin(), values.end(), 0.0F);
  return tensorFromFloats("x", std::move(shape), values);
}

/// Elements of which none can be read.
TensorSource unreadable(std::vector<std::uint64_t> shape) {
  TensorInfo info = counting({1}).info();
  info.shape = std::move(shape);
  info.elements = std::accumulate(info.shape.begin(), info.shape.end(), std::uint64_t{1}, std::multiplies<>());
  DerivedBytes bytes{.name = "x", .size = 4 * info.elements, .unitBytes = 4, .make = {}, .from = {}};
  bytes.make = [](std::uint64_t, std::span<std::byte>) -> Result<> { return fail(Errc::Io, "unreadable"); };
  return {std::move(info), derivedSource(std::move(bytes))};
}

constexpr OperandView kA{OperandSide::A, false};
constexpr OperandView kTurnedA{OperandSide::A, true};
constexpr OperandView kB{OperandSide::B, false};
constexpr OperandView kTurnedB{OperandSide::B, true};

TEST(OperandTensor, RunsAlongKWhicheverWayItLies) {
  const TensorSource x = counting({3, 5, 7});  // 3 x 35
  for (const auto& [view, isAlongRows] :
       {std::pair{kA, true}, std::pair{kTurnedA, false}, std::pair{kB, false}, std::pair{kTurnedB, true}}) {
    SCOPED_TRACE(isAlongRows);
    const OperandExtent extent = operandExtent(x.info(), view);
    EXPECT_EQ(extent, (isAlongRows ? OperandExtent{3, 35} : OperandExtent{35, 3}));
    for (const std::uint64_t most : {0U, 2U, 100U}) {
      const auto operand = readOperand(x, view, most, {});
      ASSERT_TRUE(operand);
      ASSERT_EQ(operand->rows, most == 2 ? 2 : extent.vectors);
      ASSERT_EQ(operand->columns, extent.k);
      for (std::size_t v = 0; v < operand->rows; ++v)
        for (std::size_t k = 0; k < operand->columns; ++k)
          ASSERT_EQ(operand->row(v)[k], static_cast<double>(isAlongRows ? v * 35 + k : k * 35 + v)) << v << ", " << k;
    }
  }
}

TEST(OperandTensor, TakesAVectorForOneRowAndAScalarForOneElement) {
  EXPECT_EQ(operandExtent(counting({6}).info(), kA), (OperandExtent{1, 6}));
  EXPECT_EQ(operandExtent(counting({6}).info(), kTurnedB), (OperandExtent{1, 6})) << "one column of six";
  EXPECT_EQ(operandExtent(counting({6}).info(), kTurnedA), (OperandExtent{6, 1}));
  EXPECT_EQ(operandExtent(counting({}).info(), kB), (OperandExtent{1, 1}));
  EXPECT_EQ(readOperand(counting({}), kB, 0, {})->values, std::vector<double>{0});
}

TEST(OperandTensor, SaysWhatKEachHasAndWhatWouldFit) {
  EXPECT_TRUE(checkSameK({3, 8}, {5, 8}));
  const auto refused = [](OperandExtent a, OperandExtent b) {
    const auto checked = checkSameK(a, b);
    EXPECT_FALSE(checked);
    return checked ? std::string() : checked.error().message;
  };
  EXPECT_EQ(refused({30'522, 384}, {384, 1536}),
            "A and B of the same K expected, found 384 (A is 30522 x 384) and 1536 (B is 1536 x 384); B transposed "
            "would fit");
  EXPECT_THAT(refused({8, 3}, {5, 8}), HasSubstr("; A transposed would fit"));
  EXPECT_THAT(refused({8, 3}, {8, 5}), HasSubstr("; both transposed would fit"));
  EXPECT_THAT(refused({8, 3}, {7, 5}), testing::EndsWith("(B is 5 x 7)"));
}

TEST(OperandTensor, RefusesWhatIsEmptyOrTooLarge) {
  EXPECT_EQ(readOperand(counting({0, 4}), kA, 0, {}).error().code, Errc::Usage);
  const TensorSource huge = unreadable({std::uint64_t{1} << 25, 4});
  EXPECT_EQ(readOperand(huge, kA, 0, {}).error().code, Errc::LimitExceeded);
  EXPECT_EQ(readOperand(huge, kB, 0, {}).error().code, Errc::LimitExceeded);
  EXPECT_EQ(readOperand(huge, kA, 3, {}).error().code, Errc::Io) << "small enough to be asked for";
  const TensorSource wide = counting({2, 1U << 16});
  EXPECT_EQ(readOperand(wide, kTurnedA, 0, {})->columns, 2U);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(readOperand(wide, kTurnedA, 0, {stop.get_token(), nullptr}).error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
