// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

TEST(UlpMatmul, MeasuresDriftAgainstFloat64) {
  const std::vector<std::string> command{"matmul",
                                         "--m",
                                         "8",
                                         "--n",
                                         "8",
                                         "--k",
                                         "2048",
                                         "--engines",
                                         "float64,fma@float32,a100@tfloat32",
                                         "--distribution",
                                         "uniform",
                                         "--separate",
                                         "--json"};
  const Json found = ulp(command).json();
  ASSERT_EQ(found["engines"].size(), 3u);
  const auto errorOf = [&](std::size_t i) { return found["engines"][i]["relativeFrobenius"].get<double>(); };
  EXPECT_EQ(errorOf(0), 0);
  EXPECT_LT(errorOf(1), 2e-6);
  EXPECT_GT(errorOf(2), 1e-5);
  const Json& a100 = found["engines"][2];
  EXPECT_EQ(a100["id"], "a100");
  EXPECT_EQ(a100["format"], "tfloat32");
  EXPECT_EQ(a100["evidence"], "recorded");
  EXPECT_LT(a100["meanRelative"].get<double>(), -5e-6);  // an accumulator that cuts is one-sided
  EXPECT_GT(a100["sums"]["relativeFrobenius"].get<double>(), 1e-5);
  EXPECT_LE(errorOf(2), a100["bounds"][0]["relativeFrobenius"].get<double>());
  EXPECT_EQ(a100["bounds"][0]["id"], "truncated");
  EXPECT_EQ(a100["bounds"][1]["holds"], false);
  EXPECT_EQ(found["provenance"]["order"], "sequential");
  for (const std::string backend : {"reference", "cpu"}) {
    auto on = command;
    on.insert(on.end(), {"--backend", backend});
    EXPECT_EQ(ulp(on).json()["engines"], found["engines"]) << backend;
  }
}

TEST(UlpMatmul, MultipliesFilesAndWritesDots) {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  // 1024.5 is a tie in TF32: PyTorch gives 1025 for it on an RTX 3090, which rounds ties away.
  writeFloats(path("a.npy"), {1024.5F, 2});
  writeFloats(path("b.npy"), {1, 0.5F});
  EXPECT_EQ(ulp({"matmul", "--dots", "--a", path("a.npy"), "--b", path("b.npy"), "--engine", "a100", "--input",
                 "tfloat32", "--out", path("d.npy"), "--json"})
                .json()["rows"],
            1);
  const Json written = ulp({"inspect", path("d.npy"), "--statistics", "--json"}).json();
  EXPECT_THAT(written.dump(), HasSubstr("1026"));
  const Outcome again =
      ulp({"matmul", "--dots", "--a", path("a.npy"), "--b", path("b.npy"), "--engine", "a100", "--out", path("d.npy")});
  EXPECT_EQ(again.exitCode, 2);
  EXPECT_THAT(again.err, HasSubstr("--force"));
}

TEST(UlpMatmul, ListsItsEngines) {
  const Json engines = ulp({"matmul", "--engines", "list", "--json"}).json();
  EXPECT_GE(engines.size(), 24u);
  for (const Json& engine : engines) EXPECT_FALSE(engine["formats"].empty()) << engine;
}

TEST(UlpMatmul, MultipliesIntegersWithinTheirBounds) {
  const Json found = ulp({"matmul", "--m", "8", "--n", "8", "--k", "512", "--reference", "exact", "--engines",
                          "int8,gemmlowp,gemmlowp-int32,ozaki@float64/slices:3,ozaki", "--json"})
                         .json();
  ASSERT_EQ(found["engines"].size(), 5u);
  for (const Json& engine : found["engines"]) {
    const double error = engine["relativeFrobenius"].get<double>();
    EXPECT_GT(error, 0) << engine;
    EXPECT_LE(error, engine["bounds"][0]["relativeFrobenius"].get<double>()) << engine;
    EXPECT_EQ(engine["bounds"][0]["holds"], true) << engine;
  }
  EXPECT_EQ(found["engines"][3]["series"], "ozaki@float64/slices:3");
  EXPECT_LT(found["engines"][4]["relativeFrobenius"].get<double>(), 1e-15);
}

TEST(UlpMatmul, SaysWhatItCannotDo) {
  const auto refused = [](std::vector<std::string> arguments, const char* why) {
    arguments.insert(arguments.begin(), "matmul");
    const Outcome outcome = ulp(arguments);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_EQ(outcome.out, "");
  };
  refused({"--engines", "a101"}, "a matrix engine expected (float64, fma");
  refused({"--engines", "v100@tfloat32"}, "v100 multiplies float16");
  refused({"--engines", "fma,fma"}, "found fma@float32 twice");
  refused({"--engines", "ozaki,ozaki@float64/slices:8"}, "found ozaki@float64/slices:8 twice");
  refused({"--engines", "ozaki/slices:17"}, "slices from 1 to 16 expected, found 17");
  refused({"--engines", "a100/slices:3"}, "a100@tfloat32 has no slices");
  refused({"--order", "split:0"}, "an order of K expected");
  refused({"--a", "x.npy"}, "--a and --b expected together");
  refused({"--distribution", "cauchy"}, "normal or uniform");
  refused({"--k", "0"}, "sizes from 1");
  refused({"--input-rounding", "stochastic"}, "other than stochastic");
  refused({"--dots"}, "--dots expects");
  refused({"--out", "x.npy"}, "go with --dots");
}

}  // namespace
}  // namespace ulpscope::test
