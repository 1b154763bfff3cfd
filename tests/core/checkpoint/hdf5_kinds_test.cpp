// SPDX-License-Identifier: Apache-2.0
//
// HDF5 datasets of kinds and sizes that models do not have: H4 to H6, beside those in hdf5_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/hdf5_builder.h"
#include "tests/core/checkpoint/opened.h"

namespace ulpscope {
namespace {

using Builder = test::Hdf5Builder;
using test::openedBy;
using test::remarkOf;
using testing::HasSubstr;

TEST(Hdf5H4, NamesEveryFilterThatIsNotSupported) {
  for (const auto& [id, name] : std::vector<std::pair<std::uint16_t, std::string>>{
           {4, "szip"}, {305, "lzo"}, {32000, "lzf"}, {32001, "blosc"}, {32004, "lz4"}, {32008, "bitshuffle"}}) {
    Builder file;
    const auto at = file.data(std::string(16, 'x'));
    const auto dataset = file.object({Builder::space({4}), Builder::type(Builder::floatType(4)),
                                      Builder::filters({{id, {}, id < 256 ? "" : "called otherwise"}}),
                                      Builder::oneChunk({4}, 4, at, 16)});
    const auto checkpoint = openedBy("hdf5", file.bytes(file.group({Builder::hardLink("x", dataset)})));
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_EQ(checkpoint->tensors.at(0).remark, "filter " + std::to_string(id) + " (" + name + ") is not supported");
  }
}

TEST(Hdf5H5, AMillionChunksOfOneByteAreListedAndMoreRefused) {
  const std::uint64_t many = 1'000'000;
  Builder file;
  const auto at = file.data(std::string(many, '\7'));
  const auto listed = file.object(
      {Builder::space({many}), Builder::type(Builder::integerType(1, false)), Builder::chunksInARow({1}, 1, at)});
  const auto tooMany = file.object(
      {Builder::space({3 * many}), Builder::type(Builder::integerType(1, false)), Builder::chunksInARow({1}, 1, at)});
  const auto checkpoint = openedBy(
      "hdf5", file.bytes(file.group({Builder::hardLink("listed", listed), Builder::hardLink("many", tooMany)})));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(checkpoint->source(*checkpoint->find("listed"))->valueAt(many - 1).value(), 7);
  EXPECT_THAT(remarkOf(*checkpoint, "many"), HasSubstr("more than 2,000,000 chunks"));
}

TEST(Hdf5H6, ListsEveryKindThatIsNoNumber) {
  Builder file;
  std::vector<Builder::Message> links;
  const std::vector<std::pair<std::string, std::string>> types{
      {"compound", Builder::compoundType(4, Builder::floatType(4))},
      {"reference", Builder::referenceType(false)},
      {"list of varying length", Builder::sequenceType(Builder::floatType(4))},
      {"bit field", Builder::bitfieldType()},
      {"array", Builder::arrayType(2, 4, Builder::floatType(4))},
      {"opaque", Builder::opaqueType(3)},
  };
  for (const auto& [name, type] : types)
    links.push_back(Builder::hardLink(name, file.dataset(type, {1}, std::string(16, '\0'))));
  const auto checkpoint = openedBy("hdf5", file.bytes(file.group(links)));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_EQ(checkpoint->tensors.size(), types.size());
  for (const auto& [name, type] : types) EXPECT_THAT(remarkOf(*checkpoint, name), HasSubstr(name)) << name;
}

TEST(Hdf5H6, ReadsTheNumbersOfAnEnumeration) {
  Builder file;
  const auto colours = file.dataset(Builder::enumType("RED", "BLUE"), {3}, std::string("\0\1\7", 3));
  const auto checkpoint = openedBy("hdf5", file.bytes(file.group({Builder::hardLink("x", colours)})));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(test::valuesOf(*checkpoint, "x"), (std::vector<double>{0, 1, 7}));
}

}  // namespace
}  // namespace ulpscope
