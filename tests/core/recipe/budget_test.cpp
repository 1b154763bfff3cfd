// SPDX-License-Identifier: Apache-2.0
// Oracle: every combination, tried one after the other.
#include "core/recipe/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Items = std::vector<std::vector<BudgetChoice>>;

BudgetSolution solve(const Items& items, std::uint64_t budget) {
  auto solution = solveBudget(items, budget, {});
  EXPECT_TRUE(solution) << solution.error().message;
  return solution ? *std::move(solution) : BudgetSolution{};
}

/// The least error within the budget; nothing if the budget is too small.
std::optional<double> leastError(const Items& items, std::uint64_t budget, std::size_t item = 0) {
  if (item == items.size()) return 0.0;
  std::optional<double> least;
  for (const BudgetChoice& choice : items[item]) {
    if (choice.bits > budget) continue;
    const auto rest = leastError(items, budget - choice.bits, item + 1);
    if (rest && (!least || choice.error + *rest < *least)) least = choice.error + *rest;
  }
  return least;
}

/// Errors are multiples of 1/16, so that sums are exact in any order.
Items randomItems(std::mt19937& random, std::size_t count, std::size_t mostChoices) {
  Items items(count);
  for (auto& choices : items)
    for (std::size_t n = 1 + random() % mostChoices; n > 0; --n)
      choices.push_back({1 + random() % 60, static_cast<double>(random() % 400) / 16});
  return items;
}

void expectToAddUp(const BudgetSolution& solution, const Items& items) {
  ASSERT_EQ(solution.chosen.size(), items.size());
  std::uint64_t bits = 0;
  double error = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    bits += items[i].at(solution.chosen[i]).bits;
    error += items[i][solution.chosen[i]].error;
  }
  EXPECT_EQ(solution.bits, bits);
  EXPECT_NEAR(solution.error, error, 1e-9 * error);
}

TEST(Budget, IsSolvedAsWellAsByTryingEverything) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    const Items items = randomItems(random, 1 + random() % 6, 5);
    const std::uint64_t budget = random() % 300;
    SCOPED_TRACE(testing::Message() << "round " << round << ", budget " << budget);
    const auto expected = leastError(items, budget);
    const auto found = solveBudget(items, budget, {});
    ASSERT_EQ(found.has_value(), expected.has_value());
    if (!found) continue;
    expectToAddUp(*found, items);
    EXPECT_LE(found->bits, budget);
    EXPECT_NEAR(found->error, *expected, 1e-9);
    EXPECT_TRUE(found->isExact());
  }
}

TEST(Budget, TakesTheBestOfEverythingWhereThatFits) {
  const Items items{{{8, 1}, {16, 0.25}, {16, 0.5}}, {{4, 3}, {5, 0}}};
  const BudgetSolution solution = solve(items, 21);
  EXPECT_THAT(solution.chosen, ElementsAre(1, 1));
  EXPECT_EQ(solution.bits, 21);
  EXPECT_EQ(solution.error, 0.25);
  EXPECT_TRUE(solution.isExact());
}

TEST(Budget, TakesAChoiceThatNoHullHasWhereItIsBest) {
  // Of 10 bits the middle one is above the line from the first to the last, and yet the best that fits.
  const Items items{{{1, 10}, {9, 8}, {20, 0}}};
  EXPECT_THAT(solve(items, 10).chosen, ElementsAre(1));
}

TEST(Budget, NeverGetsWorseWithMoreRoom) {
  std::mt19937 random(6);
  const Items items = randomItems(random, 40, 8);
  double before = std::numeric_limits<double>::infinity();
  for (std::uint64_t budget = 700; budget < 2400; budget += 17) {
    const BudgetSolution solution = solve(items, budget);
    EXPECT_LE(solution.error, before + 1e-9) << budget;
    EXPECT_TRUE(solution.isExact()) << budget;
    before = solution.error;
  }
}

// Four thousand tensors whose bits and errors are all different: more sets than are kept.
TEST(Budget, StatesAGapThatHoldsWhereItCannotTryAll) {
  std::mt19937 random(7);
  Items items(4000);
  std::uint64_t bits = 0;
  for (auto& choices : items) {
    const std::uint64_t elements = 100'000 + random() % 10'000'000;
    const double scale = static_cast<double>(1 + random() % 1'000'000);
    for (const unsigned width : {2u, 3u, 4u, 5u, 6u, 8u}) {
      const double spread = 0.5 + static_cast<double>(random() % 1000) / 1000;
      choices.push_back(
          {elements * width + random() % 1000, scale * spread / static_cast<double>(1ULL << (2 * width))});
    }
    bits += elements * 4;
  }
  const BudgetSolution solution = solve(items, bits);
  expectToAddUp(solution, items);
  EXPECT_LE(solution.bits, bits);
  EXPECT_LE(solution.lowerBound, solution.error);
  EXPECT_LT(solution.error - solution.lowerBound, 1e-5 * solution.error);
}

TEST(Budget, SaysWhatTheLeastIs) {
  const Items items{{{8, 1}, {16, 0.25}}, {{4, 3}}};
  const auto solution = solveBudget(items, 11, {});
  ASSERT_FALSE(solution);
  EXPECT_EQ(solution.error().code, Errc::Unsupported);
  EXPECT_THAT(solution.error().message, HasSubstr("at least 12 bits"));
}

TEST(Budget, LeavesNoRoundingErrorWhereNothingIsLost) {
  const Items items{{{1, 0.1}, {2, 0.03}, {3, 0}}, {{1, 0.7}, {2, 0.2}, {3, 0}}, {{1, 1e-7}, {9, 0}}};
  EXPECT_EQ(solve(items, 15).error, 0);
}

TEST(Budget, OfNothingIsNothing) {
  const BudgetSolution solution = solve({}, 0);
  EXPECT_TRUE(solution.chosen.empty());
  EXPECT_TRUE(solution.isExact());
}

}  // namespace
}  // namespace ulpscope
