// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/tensorflow/sorted_table.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/sorted_table_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::bundleEntry;
using test::bundleHeader;
using test::bundleSlice;
using test::Proto;
using test::rawBytes;
using test::SortedTable;
using Values = std::vector<double>;

constexpr int kFloat = 1, kInt32 = 3, kString = 7, kBfloat16 = 14, kInt4 = 29;

Result<Checkpoint> opened(const std::string& index, const std::string& data, bool allowDamaged = false) {
  return findCheckpointReader("tensorflow")
      ->open(memorySource("m.index", test::asBytes(index)),
             {.options = {.allowDamaged = allowDamaged},
              .folder = memoryFolder({{"m.data-00000-of-00001", test::asBytes(data)}})});
}

Result<Checkpoint> of(SortedTable::Entries entries, const std::string& data, std::int64_t order = 0) {
  entries.insert(entries.begin(), {"", bundleHeader(1, order)});
  return opened(SortedTable::of(entries), data);
}

Values valuesOf(const Result<Checkpoint>& checkpoint, std::string_view name) {
  if (!checkpoint || !checkpoint->find(name)) return {NAN, NAN, NAN};
  const auto source = checkpoint->source(*checkpoint->find(name));
  if (!source) return {NAN, NAN};
  Values values(source->info().elements);
  return source->readDoubles(0, values) ? values : Values{NAN};
}

std::string remarkOf(const Proto& entry) {
  const auto checkpoint = of({{"t", entry.str()}}, "12345678");
  if (!checkpoint) return describe(checkpoint.error());
  return checkpoint->tensors.at(0).remark;
}

std::string errorOf(const Result<Checkpoint>& checkpoint) {
  return checkpoint ? "opened" : describe(checkpoint.error());
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST(TensorflowCheckpoint, ReadsVariablesFromTheDataFile) {
  const auto checkpoint = of({{"a", bundleEntry(kFloat, {2}, 0, 8).str()},
                              {"ab", bundleEntry(kBfloat16, {}, 8, 2).str()},
                              {"b", bundleEntry(kInt4, {2}, 10, 2).str()}},
                             rawBytes({1.0F, 2.0F}) + "\x80\x3F\xFF\x07");
  ASSERT_TRUE(checkpoint) << errorOf(checkpoint);
  EXPECT_EQ(valuesOf(checkpoint, "a"), (Values{1, 2}));
  EXPECT_EQ(valuesOf(checkpoint, "ab"), Values{1});
  EXPECT_EQ(valuesOf(checkpoint, "b"), (Values{-1, 7}));
}

TEST(TensorflowCheckpoint, TurnsTheBytesOfBigEndianFiles) {
  EXPECT_EQ(
      valuesOf(of({{"a", bundleEntry(kInt32, {2}, 0, 8).str()}}, std::string("\0\0\0\1\xFF\xFF\xFF\xFE", 8), 1), "a"),
      (Values{1, -2}));
}

TEST(TensorflowCheckpoint, PutsPartitionedVariablesTogether) {
  const auto key = [](std::string dims) { return std::string("\0p\0\1", 4) + std::move(dims); };
  const std::string first = key({"\1\2\x80\x7F\x80\x81", 6});   // all of dimension 0, [0, 1) of dimension 1
  const std::string second = key({"\1\2\x80\x7F\x81\x82", 6});  // and [1, 3)
  const auto whole = [](std::initializer_list<Proto> slices) {
    Proto entry = bundleEntry(kFloat, {2, 3}, 0, 0);
    for (const Proto& slice : slices) entry.message(7, slice);
    return entry.str();
  };
  const Proto left = bundleSlice({{0, -1}, {0, 1}});
  const Proto right = bundleSlice({{0, -1}, {1, 2}});
  const SortedTable::Entries parts{{first, bundleEntry(kFloat, {2, 1}, 0, 8).str()},
                                   {second, bundleEntry(kFloat, {2, 2}, 8, 16).str()}};
  const auto with = [&](const std::string& entry) {
    SortedTable::Entries entries = parts;
    entries.emplace_back("p", entry);
    return of(entries, rawBytes({1.0F, 4.0F, 2.0F, 3.0F, 5.0F, 6.0F}));
  };
  const auto checkpoint = with(whole({left, right}));
  ASSERT_TRUE(checkpoint) << errorOf(checkpoint);
  EXPECT_EQ(valuesOf(checkpoint, "p"), (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(checkpoint->tensors.size(), 1u);
  EXPECT_EQ(*checkpoint->source(0)->valueAt(4), 5);
  EXPECT_CONTAINS(with(whole({left}))->tensors[0].remark, "a hole found");
  EXPECT_CONTAINS(with(whole({left, left, right}))->tensors[0].remark, "an overlap found");
  EXPECT_CONTAINS(with(whole({left, bundleSlice({{0, -1}, {1, 1}})}))->tensors[0].remark, "one is missing");
  EXPECT_CONTAINS(with(whole({left, bundleSlice({{0, 1}, {1, 2}})}))->tensors[0].remark,
                  "cut along several dimensions");
  EXPECT_CONTAINS(with(whole({bundleSlice({{0, -1}, {2, 2}})}))->tensors[0].remark, "slices within a shape of [2, 3]");
}

TEST(TensorflowCheckpoint, ListsTextAsSuch) {
  const auto checkpoint = of({{"_CHECKPOINTABLE_OBJECT_GRAPH", bundleEntry(kString, {}, 0, 4).str()},
                              {"t", bundleEntry(kString, {1}, 0, 4).str()}},
                             "1234");
  ASSERT_TRUE(checkpoint);
  ASSERT_EQ(checkpoint->tensors.size(), 2u);
  for (const TensorInfo& info : checkpoint->tensors) EXPECT_EQ(info.remark, "it holds text, not numbers");
}

TEST(TensorflowCheckpoint, ListsEntriesThatDoNotFit) {
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {2}, 0, 7)), "8 bytes of data expected, 7 found");
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {2}, 1, 8)), "an unfinished download?");
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {2}, -1, 8)), "which has 8 bytes");
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {2}, 0, 8, 1)), "one of 1 data file expected, number 1 found");
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {-1}, 0, 8)), "a shape of fewer elements");
  EXPECT_CONTAINS(remarkOf(bundleEntry(kFloat, {1LL << 40, 1LL << 40}, 0, 8)), "a shape of fewer elements");
  EXPECT_CONTAINS(remarkOf(bundleEntry(99, {1}, 0, 1)), "number 99, is unknown");
}

TEST(TensorflowCheckpoint, ListsTensorsWhoseDataFileIsMissing) {
  const auto checkpoint =
      findCheckpointReader("tensorflow")
          ->open(memorySource("m.index", test::asBytes(SortedTable::of(
                                             {{"", bundleHeader(2)}, {"t", bundleEntry(kFloat, {1}, 0, 4, 1).str()}}))),
                 {});
  ASSERT_TRUE(checkpoint);
  EXPECT_CONTAINS(checkpoint->tensors[0].remark, "in the file \"m.data-00001-of-00002\", which is not there");
}

TEST(TensorflowCheckpoint, AWrongChecksumIsDamageThatCanBePassedOver) {
  std::string index = SortedTable::of({{"", bundleHeader(1)}, {"t", bundleEntry(kFloat, {1}, 0, 4).str()}});
  EXPECT_EQ(crc32c(std::as_bytes(std::span("123456789", 9))), 0xE3069283U) << "the check value of CRC-32C";
  index[index.find("\x08\x01")] = '\x10';  // of the header
  const auto strict = opened(index, "1234");
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Errc::Damaged);
  EXPECT_CONTAINS(errorOf(opened(index, "1234", true)), "");
}

TEST(TensorflowCheckpoint, RefusesTablesThatBreakTheirRules) {
  const std::string header = bundleHeader(1);
  const std::string entry = bundleEntry(kFloat, {1}, 0, 4).str();
  const auto table = [&](const std::string& contents, char compression = 0) {
    SortedTable made;
    const std::string handle = made.block(contents, compression);
    return errorOf(opened(made.finish({{"z", handle}}), "1234"));
  };
  EXPECT_EQ(table(SortedTable::contents({{"", header}, {"t", entry}})), "opened");
  EXPECT_CONTAINS(table(SortedTable::contents({{"t", entry}})), "an index with a header expected");
  EXPECT_CONTAINS(table(SortedTable::contents({{"", header}, {"b", entry}, {"a", entry}})), "keys in ascending order");
  EXPECT_CONTAINS(table(SortedTable::contents({{"", header}, {"b", entry}, {"b", entry}})), "keys in ascending order");
  EXPECT_CONTAINS(table("\5\1\1ab" + rawBytes({std::uint32_t{0}, std::uint32_t{1}})), "a key of 5 shared");
  EXPECT_CONTAINS(table("ab"), "number of restarts");
  EXPECT_CONTAINS(table(rawBytes(0xFFFFFFFFu)), "4294967295 restarts within a block of 4 bytes");
  EXPECT_CONTAINS(table("x", 7), "kind 7 found");
  EXPECT_CONTAINS(table("\xFF\xFF\xFF\xFF\x0F", 1), "compressed with Snappy expected");
  EXPECT_CONTAINS(table("", 1), "compressed with Snappy expected");
  SortedTable twice;
  const std::string handle = twice.block(SortedTable::contents({{"", header}}));
  EXPECT_CONTAINS(errorOf(opened(twice.finish({{"a", handle}, {"b", handle}}), "")), "blocks behind each other");
  SortedTable beyond;
  EXPECT_CONTAINS(errorOf(opened(beyond.finish({{"a", test::varint(~std::uint64_t{0}) + test::varint(1)}}), "")),
                  "before the footer expected");
}

TEST(TensorflowSavedModel, OpensItsVariablesFromTheFolderOrTheFile) {
  const test::TemporaryFolder folder;
  const std::string model = Proto().number(1, 1).message(2, Proto().message(1, Proto().bytes(4, "serve"))).str();
  const auto file = folder.write("saved_model.pb", model);
  const auto missing = openCheckpoint(file);
  ASSERT_FALSE(missing);
  EXPECT_CONTAINS(describe(missing.error()), "variables/variables.index");
  folder.write("variables/variables.index",
               SortedTable::of({{"", bundleHeader(1)}, {"v", bundleEntry(kFloat, {1}, 0, 4).str()}}));
  folder.write("variables/variables.data-00000-of-00001", rawBytes(3.0F));
  for (const auto& path : {file, folder.path(), folder / "variables/variables.index"}) {
    const auto checkpoint = openCheckpoint(path);
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    ASSERT_EQ((*checkpoint)->tensors.size(), 1u) << path;
    EXPECT_EQ(*(*checkpoint)->source(0)->valueAt(0), 3);
  }
}

TEST(TensorflowCheckpoint, ALinkedDataFileOutsideIsAskedAbout) {
  const test::TemporaryFolder folder;
  folder.write("blob", rawBytes(3.0F));
  const auto path = folder.write("model/m.index",
                                 SortedTable::of({{"", bundleHeader(1)}, {"v", bundleEntry(kFloat, {1}, 0, 4).str()}}));
  std::filesystem::create_symlink("../blob", folder / "model/m.data-00000-of-00001");
  const auto refused = openCheckpoint(path);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::OutsideLink);
  EXPECT_TRUE(openCheckpoint(path, {.followLinks = true}));
}

}  // namespace
}  // namespace ulpscope
