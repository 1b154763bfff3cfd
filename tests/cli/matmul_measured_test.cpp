// SPDX-License-Identifier: Apache-2.0
// `ulp matmul --measured` on a device that the processor plays: an H100 by its model, so that nothing differs where K
// is summed in the model's order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::vector<std::string> command(const std::string& engines, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"matmul", "--m", "3", "--n", "5", "--k", "300", "--engines", engines, "--measured"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(UlpMatmulMeasured, StandsBesideTheModelsOfTheDevice) {
  const Json found =
      ulpWithDevice(command("float64,fma@float32,a100@tfloat32,h100@tfloat32,h100@float8_e4m3fn", {"--json"})).json();
  ASSERT_EQ(found["engines"].size(), 5u);
  const Json& measured = found["measured"];
  EXPECT_EQ(measured["device"], "processor");
  EXPECT_EQ(measured["library"], "cuBLAS 13.1.2");
  EXPECT_EQ(measured["computeCapability"], "9.0");
  ASSERT_EQ(measured["products"].size(), 3u);
  const std::vector<std::string> ids{"cublas@float32", "cublas@tfloat32", "cublas@float8_e4m3fn"};
  const std::vector<std::size_t> besides{1, 3, 4};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Json& one = measured["products"][i];
    EXPECT_EQ(one["id"], ids[i]);
    EXPECT_EQ(one["beside"], found["engines"][besides[i]]["series"]);
    EXPECT_EQ(one["model"], one["beside"]);
    EXPECT_EQ(one["order"], "sequential");
    EXPECT_EQ(one["relativeFrobenius"], found["engines"][besides[i]]["relativeFrobenius"]);
    EXPECT_EQ(one["difference"]["elements"], 15);
    EXPECT_EQ(one["difference"]["differing"], 0);
  }
  EXPECT_THAT(found["provenance"]["backend"].get<std::string>(), HasSubstr("cuda processor"));
}

TEST(UlpMatmulMeasured, CountsWhatDiffersAndSaysFromWhat) {
  // The model splits K, the device does not.
  const Outcome split = ulpWithDevice(command("a100@float16", {"--order", "split:2", "--distribution", "uniform"}));
  EXPECT_EQ(split.exitCode, 0) << split.err;
  EXPECT_THAT(split.out, HasSubstr("cublas@float16"));
  EXPECT_THAT(split.out, testing::ContainsRegex("[1-9][0-9]* of 15"));
  EXPECT_THAT(split.out, HasSubstr("measured by cuBLAS 13.1.2 on processor (9.0)"));
  EXPECT_THAT(split.out, HasSubstr("cublas@float16: its model is h100-wgmma@float16, K split:2"));
  const Outcome none = ulpWithDevice(command("3xtf32", {"--separate"}));
  EXPECT_THAT(none.out, HasSubstr("none of these engines has a counterpart there"));
}

TEST(UlpMatmulMeasured, NeedsADevice) {
  const Outcome without = ulp(command("fma@float32"));
  const Outcome cuda = ulp({"matmul", "--backend", "cuda"});
  if (cuda.exitCode == 0) GTEST_SKIP() << "this machine has a device";
  EXPECT_EQ(without.exitCode, 3);
  EXPECT_EQ(without.err, cuda.err);
  EXPECT_EQ(without.out, "");
  EXPECT_EQ(ulp(command("fma@float32", {"--backend", "cuda"})).err, cuda.err);
  EXPECT_EQ(ulp({"matmul", "--dots", "--measured"}).exitCode, 2);
}

}  // namespace
}  // namespace ulpscope::test
