// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"
#include "tests/source_path.h"

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

/// The errors of two engines on operands, and where they came from.
Json productOf(std::vector<std::string> operands) {
  operands.insert(operands.begin(), {"matmul", "--engines", "fma@float32,a100@tfloat32", "--json"});
  return ulp(operands).json();
}

TEST(UlpMatmul, TakesTensorsOfACheckpoint) {
  const TemporaryFolder folder;
  const std::string sample = sourcePath("resources/samples/tiny-lm");
  const std::string embeddings = "model.embed_tokens.weight", query = "model.layers.0.self_attn.q_proj.weight",
                    down = "model.layers.0.mlp.down_proj.weight";  // 91 x 192, 192 x 192, 192 x 512
  const std::vector<std::string> both{"--a", sample, "--a-tensor", embeddings, "--b", sample, "--b-tensor", down};
  const Json product = productOf(both);
  EXPECT_EQ(product["provenance"]["m"], 91);
  EXPECT_EQ(product["provenance"]["k"], 192);
  EXPECT_EQ(product["provenance"]["n"], 512);
  EXPECT_EQ(product["provenance"]["operands"], embeddings + " x " + down);

  // The same arrays as files of their own.
  const auto exported = [&](const std::string& tensor, const char* name) {
    const std::string file = (folder.path() / name).string();
    EXPECT_EQ(ulp({"export", sample, tensor, file}).exitCode, 0);
    return file;
  };
  EXPECT_EQ(productOf({"--a", exported(embeddings, "a.npy"), "--b", exported(down, "b.npy")})["engines"],
            product["engines"]);

  // (A B)^T = B^T A^T, element by element.
  const Json turned = productOf(
      {"--a", sample, "--a-tensor", down, "--transpose-a", "--b", sample, "--b-tensor", embeddings, "--transpose-b"});
  EXPECT_EQ(turned["provenance"]["m"], 512);
  EXPECT_EQ(turned["provenance"]["operands"], down + " transposed x " + embeddings + " transposed");
  for (const std::size_t i : {0U, 1U})
    for (const char* error : {"maxAbsolute", "maxUlp", "exact"})
      EXPECT_EQ(turned["engines"][i][error], product["engines"][i][error]) << error;

  const Json some = productOf({"--a", sample, "--a-tensor", embeddings, "--m", "5", "--b", sample, "--b-tensor", query,
                               "--transpose-b", "--n", "1000"});
  EXPECT_EQ(some["provenance"]["m"], 5);
  EXPECT_EQ(some["provenance"]["n"], 192) << "all there are";
  const Json drawn = productOf({"--b", sample, "--b-tensor", down, "--distribution", "uniform", "--seed", "3"});
  EXPECT_EQ(drawn["provenance"]["k"], 192);
  EXPECT_EQ(drawn["provenance"]["m"], 24);
  EXPECT_EQ(drawn["provenance"]["operands"], "uniform, seed 3 x " + down);
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
  const std::string sample = sourcePath("resources/samples/tiny-lm");
  const std::vector<std::string> up{"--a", sample, "--a-tensor", "model.layers.0.mlp.up_proj.weight"};
  const auto with = [&](const std::vector<std::string>& more) {
    auto arguments = up;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  refused(with({"--b", sample, "--b-tensor", "lm_head.weight"}),
          "A and B of the same K expected, found 192 (A is 512 x 192) and 91 (B is 91 x 192); B transposed would fit");
  refused({"--a", sample}, "a file with one array, or the name of a tensor");
  refused({"--b-tensor", "lm_head.weight"}, "--b expected with --b-tensor");
  refused({"--transpose-a"}, "--a expected with");
  refused(with({"--k", "64"}), "K is that of the file");
  refused(with({"--b", sample, "--b-tensor", "lm_head.weight", "--seed", "1"}), "a distribution and its seed");
  refused({"--distribution", "cauchy"}, "normal or uniform");
  refused({"--k", "0"}, "sizes from 1");
  refused({"--input-rounding", "stochastic"}, "other than stochastic");
  refused({"--dots"}, "--dots expects");
  refused({"--out", "x.npy"}, "go with --dots");
}

}  // namespace
}  // namespace ulpscope::test
