// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TensorInfo tensor(std::string name, std::string type, std::vector<std::uint64_t> shape) {
  TensorInfo info;
  info.name = std::move(name);
  info.storedType = std::move(type);
  info.type = findElementType(info.storedType);
  info.elements = 1;
  for (const std::uint64_t side : shape) info.elements *= side;
  info.shape = std::move(shape);
  return info;
}

class TensorFilterTest : public testing::Test {
 protected:
  TensorFilterTest() {
    m_checkpoint.tensors = {
        tensor("model.layers.0.self_attn.q_proj.weight", "BF16", {4096, 4096}),
        tensor("model.layers.1.self_attn.K_PROJ.weight", "BF16", {1024, 4096}),
        tensor("model.layers.10.mlp.down_proj.weight", "F16", {4096, 11008}),
        tensor("model.layers.10.mlp.down_proj.bias", "F32", {4096}),
        tensor("model.embed_tokens.weight", "Q4_9", {0, 4096}),
    };
    m_checkpoint.tensors[1].packing =
        std::make_shared<const Packing>(Packing{"gptq", "GPTQ v1, 4 bits, groups of 128", {}});
    m_checkpoint.tensors[3].sharesWith = 0;
    m_checkpoint.objects = {{"hook", "os.system", "", true}, {"args", "argparse.Namespace", "", false}};
    m_flags.resize(m_checkpoint.tensors.size());
  }

  std::vector<std::size_t> matching(std::string_view text) const {
    const auto query = TensorQuery::parse(text);
    EXPECT_TRUE(query) << text << ": " << query.error().message;
    return query ? TensorFilter(m_checkpoint).matches(*query, m_flags) : std::vector<std::size_t>{99};
  }
  std::vector<std::size_t> matchingObjects(std::string_view text) const {
    return TensorFilter(m_checkpoint).matchingObjects(TensorQuery::parse(text).value());
  }

  Checkpoint m_checkpoint;
  std::vector<TensorFlags> m_flags;
};

TEST_F(TensorFilterTest, MatchesEveryWordInNameTypePackingOrShapeWithoutCase) {
  EXPECT_THAT(matching("Q_proj"), ElementsAre(0));
  EXPECT_THAT(matching("bf16 1024x4096 k_Proj"), ElementsAre(1));
  EXPECT_THAT(matching("groups 128"), ElementsAre(1));
  EXPECT_THAT(matching("  "), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(matching("q_proj k_proj"), IsEmpty());
}

TEST_F(TensorFilterTest, DoesNotMatchAcrossFields) { EXPECT_THAT(matching("weightbf16"), IsEmpty()); }

TEST_F(TensorFilterTest, LeavesOutWhatAWordWithAMinusSignFinds) {
  EXPECT_THAT(matching("proj -bias"), ElementsAre(0, 1, 2));
  EXPECT_THAT(matching("-type:bf16"), ElementsAre(2, 3, 4));
  EXPECT_THAT(matching("- "), IsEmpty()) << "a minus sign alone is a word";
}

TEST_F(TensorFilterTest, SearchesNamesWithARegularExpression) {
  EXPECT_THAT(matching(R"(/layers\.\d\./)"), ElementsAre(0, 1));
  EXPECT_THAT(matching("/(q|k)_proj/ 4096x4096"), ElementsAre(0));
  EXPECT_THAT(matching("/^MODEL.*bias$/"), ElementsAre(3));
  EXPECT_THAT(matching("-/layers/"), ElementsAre(4));
  EXPECT_THAT(matching("/down_pr"), ElementsAre(2, 3)) << "while it is being typed";
}

TEST_F(TensorFilterTest, KeepsSpacesAndSlashesInsideAnExpression) {
  m_checkpoint.tensors[0].name = "a b/c";
  EXPECT_THAT(matching("/a b/"), ElementsAre(0));
  EXPECT_THAT(matching("/b/c/"), ElementsAre(0));
}

TEST_F(TensorFilterTest, MatchesTypesShapesRolesAndLayersByKey) {
  EXPECT_THAT(matching("type:gptq"), ElementsAre(1));
  EXPECT_THAT(matching("shape:4096x*"), ElementsAre(0, 2));
  EXPECT_THAT(matching("shape:*"), ElementsAre(3)) << "the whole shape";
  EXPECT_THAT(matching("role:down"), ElementsAre(2, 3));
  EXPECT_THAT(matching("role:query"), ElementsAre(0));
  EXPECT_THAT(matching("layer:1"), ElementsAre(1));
  EXPECT_THAT(matching("layer:1-10 type:f16"), ElementsAre(2)) << "not bf16";
}

TEST_F(TensorFilterTest, MatchesFlagsOfHeadersAndOfValues) {
  m_flags[2].set(TensorFlag::NotANumber);
  m_flags[3].set(TensorFlag::Outliers);
  m_flags[3].set(TensorFlag::NotANumber);
  EXPECT_THAT(matching("flag:unreadable"), ElementsAre(4));
  EXPECT_THAT(matching("flag:packed"), ElementsAre(1));
  EXPECT_THAT(matching("flag:shared"), ElementsAre(3));
  EXPECT_THAT(matching("flag:empty"), ElementsAre(4));
  EXPECT_THAT(matching("flag:NaN"), ElementsAre(2, 3));
  EXPECT_THAT(matching("flag:nan -flag:outliers"), ElementsAre(2));
  EXPECT_THAT(matching("flag:finding"), IsEmpty());
}

TEST_F(TensorFilterTest, KnowsWhichQueriesNeedValues) {
  EXPECT_TRUE(TensorQuery::parse("flag:inf")->needsValues());
  EXPECT_FALSE(TensorQuery::parse("flag:packed type:bf16")->needsValues());
}

TEST_F(TensorFilterTest, HasNoFlagsOfValuesBeforeTheyAreRead) {
  EXPECT_THAT(TensorFilter(m_checkpoint).matches(TensorQuery::parse("flag:nan").value()), IsEmpty());
}

TEST_F(TensorFilterTest, MatchesObjectsByNameAndTypeOnly) {
  EXPECT_THAT(matching("system"), IsEmpty());
  EXPECT_THAT(matchingObjects("OS.system hook"), ElementsAre(0));
  EXPECT_THAT(matchingObjects("type:argparse"), ElementsAre(1));
  EXPECT_THAT(matchingObjects("type:system"), IsEmpty()) << "no word of its own";
  EXPECT_THAT(matchingObjects("/^h/"), ElementsAre(0));
  EXPECT_THAT(matchingObjects("-hook"), ElementsAre(1));
  EXPECT_THAT(matchingObjects("layer:0"), IsEmpty());
  EXPECT_THAT(matchingObjects("-role:query"), IsEmpty());
  EXPECT_THAT(matchingObjects(""), ElementsAre(0, 1));
}

TEST(TensorQuery, SaysWhatItExpected) {
  const auto complaint = [](std::string_view text) {
    const auto query = TensorQuery::parse(text);
    return query ? std::string("none") : query.error().message;
  };
  EXPECT_THAT(complaint("/(/"), HasSubstr("a regular expression expected between slashes, \"(\" found: missing )"));
  EXPECT_THAT(complaint("shape:4096xy"), HasSubstr("a shape as in 4096x* or *x*x3 expected, \"4096xy\" found"));
  EXPECT_THAT(complaint("shape:"), HasSubstr("expected, nothing found"));
  EXPECT_THAT(complaint("layer:two"), HasSubstr("or a range as in 0-5, expected, \"two\" found"));
  EXPECT_THAT(complaint("flag:Nun"), HasSubstr("one of the flags unreadable, packed"));
  EXPECT_EQ(complaint("model:layers role: type:"), "none");
}

// RE2 promises time linear in the text; a backtracking matcher would not return from this one.
TEST(TensorQuery, IsNotHeldUpByAHostileExpression) {
  const auto regex = Regex::compile("(a*)*(a*)*(a*)*b");
  ASSERT_TRUE(regex);
  EXPECT_FALSE((*regex)->isFoundIn(std::string(60'000, 'a')));
}

}  // namespace
}  // namespace ulpscope
