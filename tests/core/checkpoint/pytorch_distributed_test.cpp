// SPDX-License-Identifier: Apache-2.0
//
// PyTorch's distributed checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/checkpoint/torch/dcp.h"
#include "tests/core/checkpoint/opened.h"
#include "tests/core/checkpoint/pickle_builder.h"
#include "tests/core/checkpoint/torch_files.h"

namespace ulpscope {
namespace {

using test::bytesOf;
using test::PickleBuilder;
using test::torchZip;
using test::valuesOf;
using testing::ElementsAre;
using testing::HasSubstr;

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
