// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::SafetensorsBuilder;
using test::TemporaryFolder;

std::string twoTensors() {
  return SafetensorsBuilder()
      .add("layer.weight", "F32", {2, 2}, std::string_view("\0\0\x80\x3F\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16))
      .add("layer.bias", "BF16", {1}, std::string_view("\xD9\xC1", 2))
      .bytes();
}

TEST(OpenCheckpoint, ListsTheTensorsOfAFileAndReadsTheirValues) {
  const TemporaryFolder folder;
  const auto checkpoint = openCheckpoint(folder.write("model.safetensors", twoTensors()));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ((*checkpoint)->container, "safetensors");
  EXPECT_EQ((*checkpoint)->totalElements(), 5u);
  EXPECT_EQ((*checkpoint)->totalBytes(), 18u);
  EXPECT_TRUE((*checkpoint)->warnings.empty());

  const auto weight = (*checkpoint)->source(*(*checkpoint)->find("layer.weight"));
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->matrix(), (MatrixShape{2, 2}));
  EXPECT_EQ(*weight->valueAt(2), 3.0);
  const auto bias = (*checkpoint)->source(*(*checkpoint)->find("layer.bias"));
  ASSERT_TRUE(bias);
  EXPECT_EQ(*bias->codeAt(0), 0xC1D9u);
  EXPECT_EQ(*bias->valueAt(0), -27.125);  // 0xC1D9: -1.1011001b * 2^4
}

}  // namespace
}  // namespace ulpscope
