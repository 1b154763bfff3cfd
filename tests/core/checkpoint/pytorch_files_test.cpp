// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's files of all ages: P9 to P11, and the archives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::bytesOf;
using test::legacyFile;
using test::oneTensor;
using test::openedBy;
using test::PickleBuilder;
using test::remarkOf;
using test::torchZip;
using test::valuesOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(PytorchP9, TurnsBigEndianStorages) {
  const std::string bytes("\x3F\x80\0\0\xC0\0\0\0", 8);
  const auto big = openedBy("pytorch", torchZip(oneTensor("FloatStorage", 2, 0, {2}, {1}), {bytes}, "big"));
  ASSERT_TRUE(big);
  EXPECT_THAT(valuesOf(*big, "t"), ElementsAre(1, -2));
  const auto neither = openedBy("pytorch", torchZip(oneTensor("FloatStorage", 2, 0, {2}, {1}), {bytes}, "middle"));
  ASSERT_FALSE(neither);
  EXPECT_THAT(neither.error().message, HasSubstr("\"little\" or \"big\""));
}

TEST(PytorchP9, ReadsOldFilesOfBigEndianMachinesAsTorchDoes) {
  const auto old = openedBy("pytorch_legacy", legacyFile(oneTensor("FloatStorage", 2, 0, {2}, {1}, true),
                                                         {{"0", 2, bytesOf({1.F, -2.F})}}, false));
  ASSERT_TRUE(old) << describe(old.error());
  EXPECT_THAT(valuesOf(*old, "t"), ElementsAre(1, -2));
  EXPECT_THAT(test::joined(old->warnings), HasSubstr("big-endian machine"));
}

TEST(PytorchP10, RefusesOldFilesWhoseStoragesDoNotFit) {
  const std::string object = oneTensor("FloatStorage", 2, 0, {2}, {1}, true);
  const std::string values = bytesOf({1.F, -2.F});
  const auto error = [&](const std::string& file, const OpenOptions& options = {}) {
    const auto checkpoint = openedBy("pytorch_legacy", file, options);
    return checkpoint ? "" : checkpoint.error().message;
  };
  EXPECT_EQ(error(legacyFile(object, {{"0", 2, values}})), "");
  EXPECT_THAT(error(legacyFile(object, {{"0", -2, values}})), HasSubstr("2 elements expected, -2 found"));
  EXPECT_THAT(error(legacyFile(object, {{"0", std::int64_t{1} << 62, values}})),
              HasSubstr("4611686018427387904 found"));
  EXPECT_THAT(error(legacyFile(object, {{"1", 2, values}})), HasSubstr("the key \"1\" found"));
  EXPECT_THAT(error(legacyFile(object, {{"0", 2, values}, {"0", 2, values}})), HasSubstr("found again"));
  const std::string cut = legacyFile(object, {{"0", 2, values.substr(1)}});
  EXPECT_THAT(error(cut), HasSubstr("an unfinished download?"));
  EXPECT_EQ(error(cut, {.allowDamaged = true}), "");
  const auto without = openedBy("pytorch_legacy", legacyFile(object, {}));
  ASSERT_TRUE(without);
  EXPECT_THAT(remarkOf(*without, "t"), HasSubstr("none found"));
}

TEST(PytorchP10, RefusesTarArchivesWhoseMembersDoNotFit) {
  PickleBuilder pickle;
  const std::string object = pickle.op('}').text("w").op('K').raw("\x09").op('Q').op('s').stop();
  const auto members = test::tarMembers(object);
  const auto sound = openedBy("pytorch_tar", test::tarFile(members));
  ASSERT_TRUE(sound) << describe(sound.error());
  EXPECT_EQ(valuesOf(*sound, "w").size(), 4u);
  const auto error = [&](auto change) {
    auto changed = members;
    change(changed);
    const auto checkpoint = openedBy("pytorch_tar", test::tarFile(changed));
    return checkpoint ? "" : checkpoint.error().message;
  };
  EXPECT_THAT(error([](auto& m) { m[0].size = "77777777777"; }), HasSubstr("8589934591 found"));
  EXPECT_THAT(error([](auto& m) { m[0].size = "\x80\0\0\xFF\0\0\0\0\0\0\0"s; }), HasSubstr("none found"));
  EXPECT_THAT(error([](auto& m) { m[0].size = "9zzzzzzzzzz"; }), HasSubstr("none found"));
  EXPECT_THAT(error([](auto& m) { m[1] = {"tensors", "", '2'}; }), HasSubstr("a member of kind \"2\""));
  EXPECT_THAT(error([](auto& m) { m[1].kind = 'S'; }), HasSubstr("a member of kind \"S\""));
  EXPECT_THAT(error([](auto& m) { m.pop_back(); }), HasSubstr("a member \"pickle\" expected"));
  EXPECT_THAT(error([](auto& m) { m[0].content.resize(60); }), HasSubstr("expected"));
  EXPECT_THAT(error([](auto& m) { m[1].content.resize(m[1].content.size() - 1); }), HasSubstr("bytes left"));
}

TEST(PytorchP11, ListsTorchScriptWithoutLookingAtItsCode) {
  PickleBuilder module;
  module.global("__torch__", "Net")
      .op(')')
      .op('\x81')
      .op('}')
      .text("weight")
      .tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .op('s');
  module.text("training")
      .op('\x89')
      .op('s')
      .text("sizes")
      .global("torch.jit._pickle", "build_intlist")
      .op(']')
      .op('K')
      .raw("\5")
      .op('a')
      .op('\x85')
      .op('R')
      .op('s')
      .op('b');
  PickleBuilder constants;
  constants.tensor("LongStorage", "0", 1, 0, {1}, {1}).op('\x85');
  test::ZipBuilder zip;
  zip.add("n/code/__torch__.py", "import os; os.system('id')")
      .add("n/data.pkl", module.stop())
      .add("n/data/0", bytesOf({1.F, 2.F}));
  zip.add("n/constants.pkl", constants.stop()).add("n/constants/0", bytesOf<std::int64_t>({7}));
  const auto checkpoint = openedBy("pytorch", zip.bytes());
  ASSERT_TRUE(checkpoint);
  EXPECT_THAT(valuesOf(*checkpoint, "weight"), ElementsAre(1, 2));
  EXPECT_THAT(valuesOf(*checkpoint, "constants.0"), ElementsAre(7));
  EXPECT_EQ(test::metadataOf(*checkpoint, "sizes"), "[5]");
  EXPECT_THAT(checkpoint->objects, testing::Contains(testing::Field(&InertObject::type, "TorchScript")));
  EXPECT_EQ(test::joined(checkpoint->warnings), "");
}

TEST(PytorchZip, WarnsOfChecksumsThatDoNotFitAndShowsTheData) {  // Z4
  test::ZipBuilder zip;
  zip.add({.name = "r/data.pkl", .data = oneTensor("FloatStorage", 1, 0, {1}, {1}), .crc = 1});
  zip.add({.name = "r/data/0", .data = bytesOf({5.F}), .crc = 1});
  const auto checkpoint = openedBy("pytorch", zip.bytes());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(test::joined(checkpoint->warnings), HasSubstr("checksum in the archive's directory does not fit"));
  EXPECT_THAT(test::joined(checkpoint->warnings), HasSubstr("\"r/data.pkl\" and 1 more"));
  EXPECT_THAT(valuesOf(*checkpoint, "t"), ElementsAre(5));
}

TEST(PytorchZip, TakesTheRootOfTheFirstMemberAndNamesOtherPickles) {
  test::ZipBuilder zip;
  zip.add("a/version", "3").add("b/data.pkl", PickleBuilder().op('}').text("b").op('N').op('s').stop());
  zip.add("a/data.pkl", PickleBuilder().op('}').text("a").op('N').op('s').stop());
  const auto checkpoint = openedBy("pytorch", zip.bytes());
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->metadata.front().first, "a");
  EXPECT_THAT(test::joined(checkpoint->warnings), HasSubstr("\"b/data.pkl\""));
}

TEST(PytorchZip, NamesALoneTensorAfterItsFile) {
  PickleBuilder pickle;
  const auto checkpoint =
      openedBy("pytorch", torchZip(pickle.tensor("FloatStorage", "0", 1, 0, {1}, {1}).stop(), {bytesOf({5.F})}));
  ASSERT_TRUE(checkpoint);
  EXPECT_THAT(valuesOf(*checkpoint, "file"), ElementsAre(5));
}

TEST(PytorchZip, GivesTensorsOfOneNameNumbers) {
  PickleBuilder pickle;
  pickle.op('}')
      .text("a")
      .tensor("FloatStorage", "0", 1, 0, {1}, {1})
      .op('s')
      .text("a")
      .tensor("FloatStorage", "1", 1, 0, {1}, {1})
      .op('s');
  const auto checkpoint = openedBy("pytorch", torchZip(pickle.stop(), {bytesOf({5.F}), bytesOf({6.F})}));
  ASSERT_TRUE(checkpoint);
  EXPECT_THAT(valuesOf(*checkpoint, "a (2)"), ElementsAre(6));
  EXPECT_THAT(test::joined(checkpoint->warnings), HasSubstr("same name"));
}

}  // namespace
}  // namespace ulpscope
