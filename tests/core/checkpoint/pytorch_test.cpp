// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's files, by the rows P7 to P11 of the checklist of untrusted checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/checkpoint/strided.h"
#include "core/checkpoint/torch/dcp.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::legacyFile;
using test::openedBy;
using test::PickleBuilder;
using test::remarkOf;
using test::torchZip;
using test::valuesOf;
using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
std::string bytesOf(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(std::data(values)), values.size() * sizeof(T)};
}

/// {"t": the tensor}, over one storage "0".
std::string one(std::string_view type, std::int64_t elements, std::int64_t offset,
                std::initializer_list<std::int64_t> size, std::initializer_list<std::int64_t> stride,
                bool legacy = false) {
  PickleBuilder pickle;
  return pickle.op('}').text("t").tensor(type, "0", elements, offset, size, stride, legacy).op('s').stop();
}

std::string remarkOfView(std::int64_t offset, std::initializer_list<std::int64_t> size,
                         std::initializer_list<std::int64_t> stride) {
  const auto checkpoint =
      openedBy("pytorch", torchZip(one("FloatStorage", 4, offset, size, stride), {bytesOf({1.F, 2.F, 3.F, 4.F})}));
  EXPECT_TRUE(checkpoint) << describe(checkpoint.error());
  return checkpoint ? remarkOf(*checkpoint, "t") : "refused";
}

TEST(PytorchP7, ListsViewsBeyondTheirStorageAsUnreadable) {
  const std::int64_t big = std::int64_t{1} << 62;
  EXPECT_EQ(remarkOfView(0, {2, 2}, {2, 1}), "");
  EXPECT_EQ(remarkOfView(3, {1}, {1}), "");
  EXPECT_EQ(remarkOfView(0, {2, 2}, {0, 0}), "");
  EXPECT_EQ(remarkOfView(4, {0}, {1}), "");
  EXPECT_THAT(remarkOfView(1, {2, 2}, {2, 1}), HasSubstr("elements up to 5 expected in storage 0, which has 4"));
  EXPECT_THAT(remarkOfView(-1, {2}, {1}), HasSubstr("of 0 or more expected"));
  EXPECT_THAT(remarkOfView(0, {-2}, {1}), HasSubstr("of 0 or more expected"));
  EXPECT_THAT(remarkOfView(3, {2}, {-1}), HasSubstr("of 0 or more expected"));
  EXPECT_THAT(remarkOfView(0, {2}, {1, 1}), HasSubstr("as many strides"));
  EXPECT_THAT(remarkOfView(big, {2, 2}, {big, big}), HasSubstr("which has 4"));
  EXPECT_THAT(remarkOfView(0, {3, 5}, {big, big}), HasSubstr("beyond 2^64"));
  EXPECT_THAT(remarkOfView(0, {big, 4}, {4, 1}), HasSubstr("more elements than 2^64"));
  EXPECT_THAT(remarkOfView(0, {big, 2}, {0, 0}), HasSubstr("more bytes than 2^64"));
}

TEST(PytorchP7, RefusesMoreDimensionsThanTheLimit) {
  for (const int rank : {64, 65}) {
    PickleBuilder pickle;
    pickle.op('}').text("t").global("torch._utils", "_rebuild_tensor").op('(').storage("FloatStorage", "0", 4).wide(0);
    for (int times = 0; times < 2; ++times) {
      pickle.op('(');
      for (int i = 0; i < rank; ++i) pickle.op('K').raw("\1");
      pickle.op('t');
    }
    const auto checkpoint =
        openedBy("pytorch", torchZip(pickle.op('t').op('R').op('s').stop(), {bytesOf({1.F, 2.F, 3.F, 4.F})}));
    ASSERT_TRUE(checkpoint);
    EXPECT_EQ(remarkOf(*checkpoint, "t").empty(), rank == 64);
  }
}

TEST(PytorchP7, ShowsARepeatedElementATrillionTimes) {
  const auto checkpoint = openedBy(
      "pytorch", torchZip(one("FloatStorage", 4, 2, {1'000'000, 1'000'000}, {0, 0}), {bytesOf({1.F, 2.F, 3.F, 4.F})}));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tensors[0].elements, 1'000'000'000'000u);
  EXPECT_EQ(checkpoint->totalBytes(), 4u);
  const auto source = checkpoint->source(0);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->valueAt(999'999'999'999), 3.0);
}

TEST(PytorchP7, ChecksStoragesAgainstTheirRecords) {
  const auto remark = [](const std::string& pickle, const std::vector<std::string>& storages) {
    const auto checkpoint = openedBy("pytorch", torchZip(pickle, storages));
    EXPECT_TRUE(checkpoint);
    return checkpoint ? remarkOf(*checkpoint, "t") : "";
  };
  EXPECT_THAT(remark(one("FloatStorage", 4, 0, {2}, {1}), {std::string(12, 'a')}), HasSubstr("12 bytes found"));
  EXPECT_THAT(remark(one("FloatStorage", 4, 0, {2}, {1}), {std::string(20, 'a')}), HasSubstr("20 bytes found"));
  EXPECT_THAT(remark(one("FloatStorage", std::int64_t{1} << 62, 0, {2}, {1}), {""}), HasSubstr("0 bytes found"));
  EXPECT_THAT(remark(one("FloatStorage", -1, 0, {2}, {1}), {""}), HasSubstr("number of elements"));
  EXPECT_THAT(remark(one("FloatStorage", 4, 0, {2}, {1}), {}), HasSubstr("none found"));
  EXPECT_THAT(remark(one("SecretStorage", 4, 0, {2}, {1}), {std::string(16, 'a')}), HasSubstr("a known type"));
  PickleBuilder outside;
  outside.op('}').text("t").tensor("FloatStorage", "../../etc/passwd", 4, 0, {2}, {1}).op('s');
  EXPECT_THAT(remark(outside.stop(), {}), HasSubstr("none found"));
  PickleBuilder both;
  both.op('}')
      .text("a")
      .tensor("FloatStorage", "0", 2, 0, {2}, {1})
      .op('s')
      .text("t")
      .tensor("LongStorage", "0", 1, 0, {1}, {1})
      .op('s');
  EXPECT_THAT(remark(both.stop(), {bytesOf({1.F, 2.F})}), HasSubstr("of another type"));
}

TEST(PytorchP7, CountsStoragesOnceHoweverManyTensorsShowThem) {
  PickleBuilder pickle;
  pickle.op('}');
  pickle.text("base").tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1}).op('s');
  pickle.text("tied").tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1}).op('s');
  pickle.text("turned").tensor("FloatStorage", "0", 6, 0, {3, 2}, {1, 3}).op('s');
  pickle.text("row").tensor("FloatStorage", "0", 6, 3, {3}, {1}).op('s');
  const auto checkpoint = openedBy("pytorch", torchZip(pickle.stop(), {bytesOf({0.F, 1.F, 2.F, 3.F, 4.F, 5.F})}));
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tensors[1].sharesWith, 0u);
  EXPECT_EQ(checkpoint->totalBytes(), 24u);
  EXPECT_THAT(valuesOf(*checkpoint, "turned"), ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(valuesOf(*checkpoint, "row"), ElementsAre(3, 4, 5));
}

TEST(PytorchP7, GathersAnyViewAsItsDefinitionSays) {
  std::vector<std::byte> bytes(2 * 400);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i % 251);
  const auto storage = memorySource("storage", bytes);
  const std::vector<StridedView> views{{0, {20, 20}, {1, 20}},     {5, {3, 4, 5}, {7, 1, 31}},
                                       {0, {7, 3}, {0, 11}},       {9, {2, 1, 6}, {100, 5, 0}},
                                       {1, {4, 5, 6}, {30, 6, 1}}, {399, {}, {}},
                                       {3, {50, 2}, {2, 2}},       {0, {3, 2, 3, 2}, {1, 100, 0, 3}}};
  for (const StridedView& view : views) {
    const auto gather = gathered(storage, 2, view);
    std::vector<std::byte> expected;
    std::vector<std::uint64_t> index(view.size.size());
    for (std::uint64_t i = 0; i < gather->size() / 2; ++i) {
      std::uint64_t at = view.offset, rest = i;
      for (std::size_t d = view.size.size(); d-- > 0; rest /= view.size[d]) at += rest % view.size[d] * view.stride[d];
      expected.insert(expected.end(), bytes.begin() + static_cast<std::ptrdiff_t>(2 * at),
                      bytes.begin() + static_cast<std::ptrdiff_t>(2 * at + 2));
    }
    for (const std::size_t begin : {0u, 1u, 3u})
      for (std::size_t size = 0; begin + size <= expected.size(); size += 1 + size / 3) {
        std::vector<std::byte> read(size);
        ASSERT_TRUE(gather->read(begin, read));
        ASSERT_TRUE(std::equal(read.begin(), read.end(), expected.begin() + static_cast<std::ptrdiff_t>(begin)));
      }
  }
}

/// {"t": torch._utils.NAME(...)}: `fill` writes the arguments.
template <class Fill>
Result<Checkpoint> rebuilt(std::string_view name, Fill fill, const std::vector<std::string>& storages) {
  PickleBuilder pickle;
  pickle.op('}').text("t").global("torch._utils", name).op('(');
  fill(pickle);
  return openedBy("pytorch", torchZip(pickle.op('t').op('R').op('s').stop(), storages));
}

TEST(PytorchP8, ReadsTypesThatHaveNoStorageClass) {
  const auto checkpoint = rebuilt("_rebuild_tensor_v3",
                                  [](PickleBuilder& p) {
                                    p.op('(')
                                        .text("storage")
                                        .global("torch.storage", "UntypedStorage")
                                        .text("0")
                                        .text("cpu")
                                        .wide(2)
                                        .op('t')
                                        .op('Q');
                                    p.wide(0).tuple({2}).tuple({1}).op('\x89').hooks().global("torch", "float8_e4m3fn");
                                  },
                                  {"\x38\xB8"});
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->tensors[0].storedType, "F8_E4M3");
  EXPECT_THAT(valuesOf(*checkpoint, "t"), ElementsAre(1, -1));
}

TEST(PytorchP8, ListsWhatHasNoValuesBesideTheRest) {
  const auto none = [](PickleBuilder&) {};
  EXPECT_TRUE(rebuilt("_rebuild_tensor_v2", none, {}));
  const auto meta =
      rebuilt("_rebuild_meta_tensor_no_storage",
              [](PickleBuilder& p) { p.global("torch", "float32").tuple({2, 3}).tuple({3, 1}).op('\x89'); }, {});
  ASSERT_TRUE(meta);
  EXPECT_THAT(remarkOf(*meta, "t"), HasSubstr("meta tensor"));
  EXPECT_EQ(meta->tensors[0].elements, 6u);
  const auto unknown = rebuilt(
      "_rebuild_tensor_v3",
      [](PickleBuilder& p) {
        p.storage("FloatStorage", "0", 1).wide(0).tuple({1}).tuple({1}).op('\x89').hooks().global("torch", "uint3");
      },
      {bytesOf({1.F})});
  ASSERT_TRUE(unknown);
  EXPECT_THAT(remarkOf(*unknown, "t"), HasSubstr("its type uint3 is not known"));
  const auto conjugate = rebuilt("_rebuild_tensor_v2",
                                 [](PickleBuilder& p) {
                                   p.storage("ComplexFloatStorage", "0", 1)
                                       .wide(0)
                                       .tuple({1})
                                       .tuple({1})
                                       .op('\x89')
                                       .hooks()
                                       .op('}')
                                       .text("conj")
                                       .op('\x88')
                                       .op('s');
                                 },
                                 {bytesOf({1.F, 2.F})});
  ASSERT_TRUE(conjugate);
  EXPECT_THAT(remarkOf(*conjugate, "t"), HasSubstr("conjugate"));
  const auto subclass = rebuilt(
      "_rebuild_wrapper_subclass",
      [](PickleBuilder& p) {
        p.global("mine", "Wrapped").global("torch", "float32").tuple({2}).tuple({1}).wide(0).op('N').op('N').op('\x89');
      },
      {});
  ASSERT_TRUE(subclass);
  EXPECT_THAT(remarkOf(*subclass, "t"), HasSubstr("mine.Wrapped"));
}

TEST(PytorchP8, GivesQuantizedCodesTheirValues) {
  const auto perTensor = rebuilt("_rebuild_qtensor",
                                 [](PickleBuilder& p) {
                                   p.storage("QUInt8Storage", "0", 3).wide(0).tuple({3}).tuple({1});
                                   p.op('(')
                                       .global("torch", "per_tensor_affine")
                                       .op('G')
                                       .raw("\x3F\xB9\x99\x99\x99\x99\x99\x9A")
                                       .op('K')
                                       .raw("\x80")
                                       .op('t')
                                       .op('\x89')
                                       .hooks();
                                 },
                                 {"\0\x80\xFF"s});
  ASSERT_TRUE(perTensor);
  EXPECT_THAT(valuesOf(*perTensor, "t"), ElementsAre(-128 * 0.1F, 0, 127 * 0.1F));
  EXPECT_EQ(perTensor->tensors[0].storedType, "quint8");
  EXPECT_EQ(perTensor->tensors[0].packing->id, "torch_quint8");
  const auto channels = rebuilt("_rebuild_qtensor",
                                [](PickleBuilder& p) {
                                  p.storage("QInt8Storage", "0", 4)
                                      .wide(0)
                                      .tuple({2, 2})
                                      .tuple({2, 1})
                                      .op('(')
                                      .global("torch", "per_channel_affine");
                                  p.tensor("DoubleStorage", "1", 2, 0, {2}, {1})
                                      .tensor("LongStorage", "2", 2, 0, {2}, {1})
                                      .op('K')
                                      .raw("\0"s)
                                      .op('t')
                                      .op('\x89')
                                      .hooks();
                                },
                                {"\1\2\xFF\x80", bytesOf({0.5, 0.1}), bytesOf<std::int64_t>({1, -1})});
  ASSERT_TRUE(channels);
  EXPECT_THAT(valuesOf(*channels, "t"), ElementsAre(0, 0.5, 0, -127 * 0.1F));
  EXPECT_EQ(channels->tensors.size(), 3u);
  EXPECT_EQ(channels->tensors[1].partOf, 0u);
}

TEST(PytorchP8, SaysWhereAQuantizedTensorIsNotSound) {
  const auto remark = [](std::initializer_list<std::int64_t> size, std::int64_t axis) {
    const auto checkpoint = rebuilt("_rebuild_qtensor",
                                    [&](PickleBuilder& p) {
                                      p.storage("QInt8Storage", "0", 4)
                                          .wide(0)
                                          .tuple(size)
                                          .tuple({2, 1})
                                          .op('(')
                                          .global("torch", "per_channel_affine");
                                      p.tensor("DoubleStorage", "1", 2, 0, {2}, {1})
                                          .tensor("DoubleStorage", "1", 2, 0, {2}, {1})
                                          .wide(axis)
                                          .op('t')
                                          .op('\x89')
                                          .hooks();
                                    },
                                    {"\1\2\3\4", bytesOf({0.5, 0.1})});
    EXPECT_TRUE(checkpoint);
    return checkpoint ? remarkOf(*checkpoint, "t") : "";
  };
  EXPECT_EQ(remark({2, 2}, 0), "");
  EXPECT_THAT(remark({1, 2}, 0), HasSubstr("1 scales and zero points expected"));
  EXPECT_THAT(remark({2, 2}, 2), HasSubstr("a scale and a zero point"));
  EXPECT_THAT(remark({2, 2}, -1), HasSubstr("a scale and a zero point"));
  EXPECT_THAT(remark({9, 2}, 0), HasSubstr("which has 4"));
}

TEST(PytorchP8, ReadsNumpysArraysInsidePickles) {
  PickleBuilder pickle;
  pickle.op('}')
      .text("f")
      .global("numpy.core.multiarray", "_reconstruct")
      .op(')')
      .op('R')
      .op('(')
      .op('K')
      .raw("\1")
      .op('K')
      .raw("\2")
      .op('K')
      .raw("\3")
      .op('\x86');
  pickle.global("numpy", "dtype")
      .text("i2")
      .op('\x85')
      .op('R')
      .op('(')
      .op('K')
      .raw("\3")
      .text(">")
      .op('t')
      .op('b')
      .op('\x88');
  pickle.global("_codecs", "encode")
      .text("\0\1\0\2\0\3\0\4\0\5\0\xC3\xBF"s)
      .text("latin1")
      .op('\x86')
      .op('R')
      .op('t')
      .op('b')
      .op('s');
  pickle.text("n")
      .global("numpy.core.multiarray", "scalar")
      .global("numpy", "dtype")
      .text("f8")
      .op('\x85')
      .op('R')
      .bytes(bytesOf({0.1}))
      .op('\x86')
      .op('R')
      .op('s');
  const auto checkpoint = openedBy("pickle", pickle.stop());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(valuesOf(*checkpoint, "f"), ElementsAre(1, 3, 5, 2, 4, 255));
  EXPECT_EQ(test::metadataOf(*checkpoint, "n"), "0.1");
}

TEST(PytorchP9, TurnsBigEndianStorages) {
  const std::string bytes("\x3F\x80\0\0\xC0\0\0\0", 8);
  const auto big = openedBy("pytorch", torchZip(one("FloatStorage", 2, 0, {2}, {1}), {bytes}, "big"));
  ASSERT_TRUE(big);
  EXPECT_THAT(valuesOf(*big, "t"), ElementsAre(1, -2));
  const auto neither = openedBy("pytorch", torchZip(one("FloatStorage", 2, 0, {2}, {1}), {bytes}, "middle"));
  ASSERT_FALSE(neither);
  EXPECT_THAT(neither.error().message, HasSubstr("\"little\" or \"big\""));
}

TEST(PytorchP9, ReadsOldFilesOfBigEndianMachinesAsTorchDoes) {
  const auto old = openedBy(
      "pytorch_legacy", legacyFile(one("FloatStorage", 2, 0, {2}, {1}, true), {{"0", 2, bytesOf({1.F, -2.F})}}, false));
  ASSERT_TRUE(old) << describe(old.error());
  EXPECT_THAT(valuesOf(*old, "t"), ElementsAre(1, -2));
  EXPECT_THAT(test::joined(old->warnings), HasSubstr("big-endian machine"));
}

TEST(PytorchP10, RefusesOldFilesWhoseStoragesDoNotFit) {
  const std::string object = one("FloatStorage", 2, 0, {2}, {1}, true);
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

/// A distributed checkpoint of one tensor [3, 2] in chunks of two rows and one, each an archive of its own.
test::ContainerSample distributed(std::int64_t secondRow, std::string_view path = "__1_0.distcp") {
  const auto archive = [](std::initializer_list<float> values, std::int64_t rows) {
    PickleBuilder pickle;
    pickle.tensor("FloatStorage", "0", rows * 2, 0, {rows, 2}, {2, 1});
    return torchZip(pickle.stop(), {bytesOf(values)});
  };
  const std::string first = archive({1.F, 2.F, 3.F, 4.F}, 2), second = "??" + archive({5.F, 6.F}, 1);
  const auto object = [](PickleBuilder& p, std::string_view name) -> PickleBuilder& {
    return p.global("torch.distributed.checkpoint.metadata", name).op(')').op('\x81').op('}').op('(');
  };
  PickleBuilder p;
  object(p, "Metadata").text("state_dict_metadata").op('}').text("w");
  object(p, "TensorStorageMetadata")
      .text("size")
      .tuple({3, 2})
      .op('u')
      .op('b')
      .op('s')
      .text("storage_data")
      .op('}')
      .op('(');
  object(p, "MetadataIndex").text("fqn").text("w").text("offset").tuple({0, 0}).op('u').op('b');
  object(p, "_StorageInfo")
      .text("relative_path")
      .text("__0_0.distcp")
      .text("offset")
      .wide(0)
      .text("length")
      .wide(static_cast<std::int64_t>(first.size()))
      .op('u')
      .op('b');
  object(p, "MetadataIndex").text("fqn").text("w").text("offset").tuple({secondRow, 0}).op('u').op('b');
  object(p, "_StorageInfo")
      .text("relative_path")
      .text(path)
      .text("offset")
      .wide(2)
      .text("length")
      .wide(static_cast<std::int64_t>(second.size() - 2))
      .op('u')
      .op('b');
  p.op('u').op('u').op('b');
  return {.name = "dcp",
          .reader = "",
          .main = ".metadata",
          .files = {{".metadata", test::asBytes(p.stop())},
                    {"__0_0.distcp", test::asBytes(first)},
                    {"__1_0.distcp", test::asBytes(second)}}};
}

TEST(PytorchDistributed, PutsTheChunksOfATensorTogether) {
  const auto checkpoint = openDistributed({.folder = memoryFolder(distributed(2).files)});
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(test::brokenInvariant(*checkpoint, false), "");
  EXPECT_THAT(valuesOf(*checkpoint, "w"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(checkpoint->totalBytes(), 24u);
}

TEST(PytorchDistributed, ListsTensorsWhoseChunksDoNotFit) {
  const auto outside = openDistributed({.folder = memoryFolder(distributed(3).files)});
  ASSERT_TRUE(outside);
  EXPECT_THAT(outside->tensors.at(0).remark, HasSubstr("a chunk inside [3, 2] expected"));
  const auto missing = openDistributed({.folder = memoryFolder(distributed(2, "none.distcp").files)});
  ASSERT_TRUE(missing);
  EXPECT_NE(missing->tensors.at(0).remark, "");
  const auto escape = openDistributed({.folder = memoryFolder(distributed(2, "../x").files)});
  ASSERT_TRUE(escape);
  EXPECT_NE(escape->tensors.at(0).remark, "");
}

TEST(PytorchDistributed, SurvivesEveryChangeOfItsDescription) {
  const auto sample = distributed(2);
  for (std::size_t at = 0; at < sample.files.at(".metadata").size(); ++at)
    for (const unsigned change : {0x01u, 0x80u, 0xFFu}) {
      auto files = sample.files;
      files.at(".metadata")[at] ^= static_cast<std::byte>(change);
      const auto checkpoint = openDistributed({.folder = memoryFolder(files)});
      ASSERT_EQ(checkpoint ? test::brokenInvariant(*checkpoint, false) : "", "") << at;
    }
}

}  // namespace
}  // namespace ulpscope
