// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's types of tensors and what makes them: P8.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::bytesOf;
using test::oneTensor;
using test::openedBy;
using test::PickleBuilder;
using test::remarkOf;
using test::torchZip;
using test::valuesOf;
using testing::ElementsAre;
using testing::HasSubstr;

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

TEST(PytorchP8, ReadsOrListsEveryStorageClass) {
  struct Row {
    std::string_view storage;
    std::string element;
    std::string_view type;
    std::optional<double> value = {};  ///< none: listed only
  };
  for (const Row& row : std::vector<Row>{{"DoubleStorage", bytesOf({1.5}), "F64", 1.5},
                                         {"FloatStorage", bytesOf({1.5F}), "F32", 1.5},
                                         {"HalfStorage", "\0\x3E"s, "F16", 1.5},
                                         {"BFloat16Storage", "\xC0\x3F", "BF16", 1.5},
                                         {"LongStorage", bytesOf<std::int64_t>({-7}), "I64", -7},
                                         {"IntStorage", bytesOf<std::int32_t>({-7}), "I32", -7},
                                         {"ShortStorage", bytesOf<std::int16_t>({-7}), "I16", -7},
                                         {"CharStorage", "\xF9", "I8", -7},
                                         {"ByteStorage", "\xF9", "U8", 249},
                                         {"BoolStorage", "\1", "BOOL", 1},
                                         {"ComplexFloatStorage", std::string(8, '\1'), "C64"},
                                         {"ComplexDoubleStorage", std::string(16, '\1'), "complex128"},
                                         {"QInt32Storage", std::string(4, '\1'), "qint32"},
                                         {"SecretStorage", std::string(4, '\1'), ""}}) {
    const auto checkpoint = openedBy("pytorch", torchZip(oneTensor(row.storage, 1, 0, {1}, {1}), {row.element}));
    ASSERT_TRUE(checkpoint) << row.storage;
    ASSERT_EQ(checkpoint->tensors.size(), 1u) << row.storage;
    EXPECT_EQ(checkpoint->source(0).has_value(), row.value.has_value()) << row.storage;
    if (row.value) {
      EXPECT_THAT(valuesOf(*checkpoint, "t"), ElementsAre(*row.value)) << row.storage;
    }
    if (!row.type.empty()) {
      EXPECT_EQ(checkpoint->tensors[0].storedType, row.type);
    }
  }
}

TEST(PytorchP8, ListsSparseNestedAndDistributedTensorsBesideTheirParts) {
  const std::vector<std::string> storages{bytesOf({1.F, 2.F}), bytesOf<std::int64_t>({0, 2})};
  const auto expectParts = [](const Result<Checkpoint>& checkpoint, std::string_view why,
                              std::initializer_list<std::string_view> parts) {
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_THAT(remarkOf(*checkpoint, "t"), HasSubstr(why));
    EXPECT_EQ(checkpoint->tensors.size(), parts.size() + 1);
    for (const std::string_view part : parts) EXPECT_EQ(remarkOf(*checkpoint, part), "") << part;
  };
  const auto floats = [](PickleBuilder& p) -> PickleBuilder& { return p.tensor("FloatStorage", "0", 2, 0, {2}, {1}); };
  const auto whole = [](PickleBuilder& p) -> PickleBuilder& { return p.tensor("LongStorage", "1", 2, 0, {2}, {1}); };
  const auto sparse = [&](PickleBuilder& p) {
    p.global("torch.serialization", "_get_layout").text("torch.sparse_coo").op('\x85').op('R').op('(');
    p.tensor("LongStorage", "1", 2, 0, {1, 2}, {2, 1});
    floats(p).tuple({3}).op('t');
  };
  expectParts(rebuilt("_rebuild_sparse_tensor", sparse, storages), "it is sparse", {"t.indices", "t.values"});
  const auto nested = [&](PickleBuilder& p) { whole(whole(whole(floats(p)))); };
  expectParts(rebuilt("_rebuild_nested_tensor", nested, storages), "nested tensor",
              {"t.buffer", "t.sizes", "t.strides", "t.offsets"});
  PickleBuilder p;
  p.op('}').text("t").global("torch._tensor", "_rebuild_from_type_v2").op('(');
  p.global("torch._utils", "_rebuild_wrapper_subclass").global("torch.distributed.tensor", "DTensor").op('(');
  p.global("torch.distributed.tensor", "DTensor").global("torch", "float32").tuple({4}).tuple({1}).wide(0).op('t');
  floats(p.op('}').text("_local_tensor")).op('s').op('t').op('R').op('s');
  expectParts(openedBy("pytorch", torchZip(p.stop(), storages)), "torch.distributed.tensor.DTensor",
              {"t._local_tensor"});
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

}  // namespace
}  // namespace ulpscope
