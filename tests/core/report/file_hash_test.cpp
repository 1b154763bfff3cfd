// SPDX-License-Identifier: Apache-2.0
// Oracle: the examples of FIPS 180-4, and sha256sum.
#include "core/report/file_hash.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/source_path.h"

namespace ulpscope {
namespace {

std::string hashOf(const std::string& text) {
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return sha256(*memorySource("text", bytes), {}).value_or("");
}

TEST(FileHash, IsThatOfTheStandard) {
  EXPECT_EQ(hashOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hashOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hashOf(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hashOf(std::string(3'000'000, 'b')).size(), 64u);
}

TEST(FileHash, NamesEveryFileOfACheckpoint) {
  const auto checkpoint = openCheckpoint(sourcePath("resources/samples/tiny-lm"));
  ASSERT_TRUE(checkpoint);
  Progress progress;
  const auto files = hashFiles(**checkpoint, {{}, &progress});
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(files->front().name, "tiny-lm.safetensors");
  EXPECT_EQ(files->front().sha256, "168e31b84316a30e572edaf98e8f2a6963553b0c81478063016c608d92a3d06b");
  EXPECT_EQ(progress.done(), files->front().bytes);
  EXPECT_EQ(progress.total(), files->front().bytes);
}

TEST(FileHash, StopsWhenItIsAskedTo) {
  std::stop_source stop;
  stop.request_stop();
  const auto hash = sha256(*memorySource("text", std::vector<std::byte>(10)), {stop.get_token()});
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
