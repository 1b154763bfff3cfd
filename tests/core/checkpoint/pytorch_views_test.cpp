// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's tensors as views of storages: P7.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/checkpoint/strided.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using test::bytesOf;
using test::oneTensor;
using test::openedBy;
using test::PickleBuilder;
using test::remarkOf;
using test::torchZip;
using test::valuesOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string remarkOfView(std::int64_t offset, std::initializer_list<std::int64_t> size,
                         std::initializer_list<std::int64_t> stride) {
  const auto checkpoint = openedBy(
      "pytorch", torchZip(oneTensor("FloatStorage", 4, offset, size, stride), {bytesOf({1.F, 2.F, 3.F, 4.F})}));
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
  const auto checkpoint = openedBy("pytorch", torchZip(oneTensor("FloatStorage", 4, 2, {1'000'000, 1'000'000}, {0, 0}),
                                                       {bytesOf({1.F, 2.F, 3.F, 4.F})}));
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
  EXPECT_THAT(remark(oneTensor("FloatStorage", 4, 0, {2}, {1}), {std::string(12, 'a')}), HasSubstr("12 bytes found"));
  EXPECT_THAT(remark(oneTensor("FloatStorage", 4, 0, {2}, {1}), {std::string(20, 'a')}), HasSubstr("20 bytes found"));
  EXPECT_THAT(remark(oneTensor("FloatStorage", std::int64_t{1} << 62, 0, {2}, {1}), {""}), HasSubstr("0 bytes found"));
  EXPECT_THAT(remark(oneTensor("FloatStorage", -1, 0, {2}, {1}), {""}), HasSubstr("number of elements"));
  EXPECT_THAT(remark(oneTensor("FloatStorage", 4, 0, {2}, {1}), {}), HasSubstr("none found"));
  EXPECT_THAT(remark(oneTensor("SecretStorage", 4, 0, {2}, {1}), {std::string(16, 'a')}), HasSubstr("a known type"));
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

}  // namespace
}  // namespace ulpscope
