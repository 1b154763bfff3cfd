// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/kernels/instruction_sets.h"

namespace ulpscope::kernels {
namespace {

std::vector<std::string> forcedNames() {
  std::vector<std::string> names;
  for (const std::int64_t set : compiledInstructionSets()) names.push_back(ForcedInstructionSet(set).name);
  return names;
}

TEST(InstructionSets, AreEachForcedUnderTheirOwnName) {
  const std::vector<std::string> names = forcedNames();
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size());
  EXPECT_THAT(names, testing::Contains("EMU128")) << "the fallback for any processor";
}

TEST(InstructionSets, TheBestIsARealOne) {
  EXPECT_NE(instructionSet(), "SCALAR");
  EXPECT_NE(instructionSet(), "EMU128") << "no vector instructions on this machine, or they were not compiled";
#if defined(__x86_64__)
  const bool avx512 =
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  EXPECT_EQ(instructionSet(), avx512 ? "AVX3" : avx2 ? "AVX2" : "EMU128");
#endif
}

TEST(InstructionSets, ForcingEndsWithItsScope) {
  const std::string best(instructionSet());
  {
    const ForcedInstructionSet forced(compiledInstructionSets().back());
  }
  EXPECT_EQ(instructionSet(), best);
}

TEST(CpuBackend, DescribesItsInstructionSetAndThreads) {
  const std::unique_ptr<Backend> backend = makeCpuBackend(2);
  EXPECT_EQ(backend->id(), "cpu");
  EXPECT_THAT(backend->description(), testing::MatchesRegex("cpu .*, 2 threads"));
  EXPECT_THAT(makeCpuBackend(1)->description(), testing::EndsWith(", 1 thread"));
  EXPECT_THAT(makeCpuBackend()->description(),
              testing::HasSubstr(", " + std::to_string(std::thread::hardware_concurrency()) + " thread"));
}

}  // namespace
}  // namespace ulpscope::kernels
