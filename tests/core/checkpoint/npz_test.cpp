// SPDX-License-Identifier: Apache-2.0
//
// N7: archives of NumPy arrays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/npy_builder.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/zip_builder.h"

namespace ulpscope {
namespace {

using namespace std::string_literals;
using test::npyDictionary;
using test::npyFile;
using test::openedBy;
using test::valuesOf;
using test::ZipBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Checkpoint> openNpz(const ZipBuilder& builder) { return openedBy("npz", builder.bytes()); }

TEST(NpzN7, ArraysAreReadStoredAndDeflated) {
  for (const std::uint16_t method : std::initializer_list<std::uint16_t>{0, 8}) {
    const auto checkpoint =
        openNpz(ZipBuilder()
                    .add("layer/kernel.npy", npyFile(npyDictionary("'<f4'", "(2,)"), "\0\0\x80\x3F\0\0\0\x40"s), method)
                    .add("turned.npy", npyFile(npyDictionary("'>i2'", "(2, 2)", true), "\0\1\0\2\0\3\0\4"s), method)
                    .add("empty.npy", npyFile(npyDictionary("'<f4'", "(0, 3)"), ""), method)
                    .add("complex.npy", npyFile(npyDictionary("'<c8'", "(1,)"), "12345678"), method));
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_THAT(checkpoint->warnings, IsEmpty());
    ASSERT_EQ(checkpoint->tensors.size(), 4u);
    EXPECT_EQ(checkpoint->tensors[0].name, "layer/kernel");
    EXPECT_EQ(checkpoint->tensors[0].storage != nullptr, method == 8);
    EXPECT_THAT(valuesOf(*checkpoint, checkpoint->tensors[0].name), ElementsAre(1, 2));
    EXPECT_THAT(valuesOf(*checkpoint, checkpoint->tensors[1].name), ElementsAre(1, 3, 2, 4));
    EXPECT_FALSE(checkpoint->source(3));
  }
}

TEST(NpzN7, Zip64IsReadAsNumPyWritesIt) {
  const std::string array = npyFile(npyDictionary("'|u1'", "(2,)"), "\1\2");
  const auto checkpoint = openedBy("npz", ZipBuilder()
                                              .add({.name = "a.npy", .data = array, .zip64 = true})
                                              .add({.name = "b.npy", .data = array, .method = 8, .zip64 = true})
                                              .bytes64());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint->warnings, IsEmpty());
  EXPECT_THAT(valuesOf(*checkpoint, checkpoint->tensors[0].name), ElementsAre(1, 2));
  EXPECT_THAT(valuesOf(*checkpoint, checkpoint->tensors[1].name), ElementsAre(1, 2));
}

TEST(NpzN7, WhatIsWrongWithAMemberIsSaidOfThatMember) {
  const std::string good = npyFile(npyDictionary("'|u1'", "(2,)"), "\1\2");
  const std::string pickled = npyFile(npyDictionary("'|O'", "()"), "\x80\x04N.");
  const auto checkpoint = openNpz(ZipBuilder()
                                      .add("good.npy", good)
                                      .add("good.npy", good)
                                      .add("no_suffix", good)
                                      .add("readme.txt", "hello")
                                      .add("folder/", "")
                                      .add("objects.npy", pickled)
                                      .add("broken.npy", "not an array")
                                      .add("pickle.npy", "\x80\x04N.")
                                      .add("short.npy", good.substr(0, good.size() - 1))
                                      .add("long.npy", good + "x", 8)
                                      .add({.name = "secret.npy", .data = good, .flags = 1})
                                      .add({.name = "method.npy", .data = good, .method = 93})
                                      .add({.name = "bomb.npy", .data = good, .method = 8, .size = 100'000'000})
                                      .add({.name = "damaged.npy", .data = good, .method = 8, .compressed = "\xFF\xFF"})
                                      .add({.name = "away.npy", .data = good, .headerOffset = 1'000'000}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  std::vector<std::string> names, objects;
  for (const TensorInfo& tensor : checkpoint->tensors) names.push_back(tensor.name);
  for (const InertObject& object : checkpoint->objects) {
    objects.push_back(object.name);
    EXPECT_FALSE(object.remark.empty());
  }
  EXPECT_THAT(names, ElementsAre("good", "good (2)", "no_suffix", "objects", "short", "long"));
  EXPECT_THAT(objects, ElementsAre("readme.txt", "broken", "pickle", "secret", "method", "bomb", "damaged", "away"));
  EXPECT_THAT(checkpoint->tensors[3].remark, HasSubstr("never loaded"));
  EXPECT_THAT(checkpoint->tensors[4].remark, HasSubstr("2 bytes of its elements expected, 1 bytes found"));
  EXPECT_THAT(valuesOf(*checkpoint, checkpoint->tensors[5].name), ElementsAre(1, 2));
  EXPECT_THAT(checkpoint->warnings, testing::Contains(HasSubstr("number behind it: \"good\"")));
  EXPECT_THAT(checkpoint->warnings,
              testing::Contains(HasSubstr("Bytes follow the array in its member of the archive: \"long\"")));
}

TEST(NpzN7, AnArrayThatDeflatesToNothingIsStreamed) {
  // 1 GiB of zeros that are declared but not there: found out at the end, with no memory for them.
  const std::string begin = npyFile(npyDictionary("'<f4'", "(268435456,)"), std::string(3 << 20, '\0'));
  const std::string compressed = test::deflated(begin + std::string(3 << 20, '\0'));
  const auto checkpoint =
      openNpz(ZipBuilder().add({.name = "z.npy", .data = begin, .method = 8, .compressed = compressed}));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT(checkpoint->tensors[0].remark, HasSubstr("1073741824 bytes of its elements expected"));
}

TEST(NpzN7, ArchivesOfOthersAreNotTaken) {
  const auto& npz = *findCheckpointReader("npz");
  const std::string array = npyFile(npyDictionary("'|u1'", "(1,)"), "1");
  const auto recognized = [&](const std::string& bytes) {
    return npz.recognizes(*memorySource("a", test::asBytes(bytes)));
  };
  EXPECT_TRUE(recognized(ZipBuilder().add("a.npy", array).bytes()));
  EXPECT_TRUE(recognized(ZipBuilder().add("a.npy", array).bytes64()));
  EXPECT_FALSE(recognized(ZipBuilder().add("a.txt", array).bytes()));
  EXPECT_FALSE(recognized(ZipBuilder().add("archive/data.pkl", "").add("archive/a.npy", array).bytes()));
  EXPECT_FALSE(recognized(ZipBuilder().add("model.weights.h5", "").add("a.npy", array).bytes()));
  EXPECT_FALSE(recognized(ZipBuilder().bytes()));
  EXPECT_FALSE(recognized(ZipBuilder().add("a.npy", array).bytes() + "x"));
}

}  // namespace
}  // namespace ulpscope
