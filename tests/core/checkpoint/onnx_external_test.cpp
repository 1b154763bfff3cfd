// SPDX-License-Identifier: Apache-2.0
//
// Data of ONNX models in files beside them: O4 to O6.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/onnx_builder.h"
#include "tests/core/checkpoint/onnx_checks.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::onnxEntry;
using test::onnxExternal;
using test::onnxModelOf;
using test::onnxTensor;
using test::openedOnnx;
using test::rawBytes;
using test::remarkOf;
using test::valuesOf;
using Values = std::vector<double>;

TEST(OnnxO4, ReadsExternalDataInTheModelsFolder) {
  const auto checkpoint =
      openedOnnx(onnxModelOf({onnxExternal("t", 1, {1}, "sub/w.bin").message(13, onnxEntry("offset", "4")),
                              onnxExternal("u", 1, {1}, "sub/w.bin").message(13, onnxEntry("offset", "4")),
                              onnxExternal("v", 1, {1}, "sub/w.bin").message(13, onnxEntry("offset", "1"))}),
                 {{"sub/w.bin", test::asBytes("...." + rawBytes(3.0F))}});
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(valuesOf(*checkpoint, "t"), Values{3});
  EXPECT_EQ(checkpoint->files.size(), 2u);
  const TensorInfo& shared = checkpoint->tensors[*checkpoint->find("u")];
  EXPECT_EQ(shared.sharesWith, *checkpoint->find("t"));
  EXPECT_EQ(valuesOf(*checkpoint, "v").size(), 1u) << "overlapping and unaligned";
}

TEST(OnnxO4, NamesThatLeaveTheFolderAreListedAsSuch) {
  const std::vector<std::string> names{"",          "/etc/hostname", "..",
                                       "../w.bin",  "a/../../b",     "..\\b",
                                       "C:\\w.bin", "\\\\server\\w", std::string("w\0.bin", 6)};
  for (const std::string& name : names)
    EXPECT_CONTAINS(remarkOf(onnxExternal("t", 1, {1}, name)), "outside the model's folder") << name;
  EXPECT_CONTAINS(remarkOf(onnxExternal("t", 1, {1}, "https://example.org/w")), "which is not there");
  EXPECT_CONTAINS(remarkOf(onnxExternal("t", 1, {1}, std::string(1 << 20, 'a'))), "at most 4096 bytes of text");
  EXPECT_CONTAINS(remarkOf(onnxTensor("t", 1, {1}).number(14, 1)), "the location of its external data expected");
  EXPECT_CONTAINS(remarkOf(onnxExternal("t", 1, {1}, "a").message(13, onnxEntry("location", "b"))), "several found");
}

/// A model on disk beside what `make` puts there, whose tensor "t" lies in `location`.
std::string remarkOnDisk(std::string_view location, const std::function<void(const test::TemporaryFolder&)>& make,
                         bool followLinks = false) {
  const test::TemporaryFolder folder;
  make(folder);
  const auto path = folder.write("model/m.onnx", onnxModelOf({onnxExternal("t", 1, {1}, location)}));
  const auto checkpoint = openCheckpoint(path, {.followLinks = followLinks});
  if (!checkpoint)
    return (checkpoint.error().code == Errc::OutsideLink ? "OutsideLink: " : "") + describe(checkpoint.error());
  const TensorInfo& info = (*checkpoint)->tensors[0];
  return info.type ? "readable" : info.remark;
}

TEST(OnnxO4, OnDiskOnlyRegularFilesInsideTheFolderAreOpened) {
  namespace fs = std::filesystem;
  const std::string data = rawBytes(1.0F);
  EXPECT_EQ(remarkOnDisk("w.bin", [&](const auto& folder) { folder.write("model/w.bin", data); }), "readable");
  EXPECT_CONTAINS(remarkOnDisk("w.bin", [](const auto&) {}), "which is not there");
  EXPECT_CONTAINS(remarkOnDisk("W.BIN", [&](const auto& folder) { folder.write("model/w.bin", data); }),
                  "which is not there");
  EXPECT_CONTAINS(remarkOnDisk(".", [](const auto&) {}), "a regular file expected, a folder found");
  EXPECT_CONTAINS(remarkOnDisk("sub", [&](const auto& folder) { folder.write("model/sub/x", data); }),
                  "a folder found");
  EXPECT_CONTAINS(remarkOnDisk("pipe",
                               [](const auto& folder) {
                                 fs::create_directories(folder / "model");
                                 ASSERT_EQ(::mkfifo((folder / "model/pipe").c_str(), 0600), 0);
                               }),
                  "a FIFO found");
  EXPECT_CONTAINS(remarkOnDisk("../w.bin", [&](const auto& folder) { folder.write("w.bin", data); }),
                  "outside the model's folder");
  EXPECT_CONTAINS(remarkOnDisk("/dev/zero", [](const auto&) {}), "outside the model's folder");
  EXPECT_CONTAINS(remarkOnDisk("/proc/self/mem", [](const auto&) {}), "outside the model's folder");
}

TEST(OnnxO4, LinksOutOfTheFolderAreAskedAbout) {
  namespace fs = std::filesystem;
  const std::string data = rawBytes(1.0F);
  const auto linkTo = [](const fs::path& target) {
    return [target](const test::TemporaryFolder& folder) {
      folder.write("w.bin", rawBytes(1.0F));
      fs::create_directories(folder / "model");
      fs::create_symlink(target, folder / "model/link");
    };
  };
  EXPECT_CONTAINS(remarkOnDisk("link", linkTo("../w.bin")), "OutsideLink: ");
  EXPECT_EQ(remarkOnDisk("link", linkTo("../w.bin"), true), "readable");
  EXPECT_CONTAINS(remarkOnDisk("link/w.bin", linkTo("..")), "OutsideLink: ");
  EXPECT_CONTAINS(remarkOnDisk("link", linkTo("/etc/hostname")), "OutsideLink: ");
  EXPECT_CONTAINS(remarkOnDisk("link", linkTo("/dev/zero"), true), "a device found");
  const auto hardLink = [&](const test::TemporaryFolder& folder) {
    folder.write("w.bin", data);
    fs::create_directories(folder / "model");
    fs::create_hard_link(folder / "w.bin", folder / "model/w.bin");
  };
  EXPECT_CONTAINS(remarkOnDisk("w.bin", hardLink), "OutsideLink: ");
  EXPECT_EQ(remarkOnDisk("w.bin", hardLink, true), "readable");
}

TEST(OnnxO5, OffsetsAndLengthsAreDecimalNumbersWithinTheFile) {
  const std::map<std::string, std::vector<std::byte>> files{{"w", test::asBytes("12345678")}};
  const auto with = [&](std::string_view key, std::string_view value) {
    return remarkOf(onnxExternal("t", 1, {1}, "w").message(13, onnxEntry(key, value)), files);
  };
  for (const std::string_view text : {"-1", "abc", "1e9", "18446744073709551616", "", " 1", "1 ", "+1", "0x1"}) {
    EXPECT_CONTAINS(with("offset", text), "its offset expected as a number of bytes") << text;
    EXPECT_CONTAINS(with("length", text), "its length expected as a number of bytes") << text;
  }
  EXPECT_EQ(with("offset", "4"), "readable") << "an offset without a length";
  EXPECT_EQ(with("offset", "3"), "readable") << "at any address";
  EXPECT_EQ(with("length", "4"), "readable");
  EXPECT_CONTAINS(with("length", "5"), "4 bytes of external data expected, 5 found");
  for (const std::string_view beyond : {"5", "8", "9", "18446744073709551615"})
    EXPECT_CONTAINS(with("offset", beyond), "which has 8 bytes") << beyond;
}

TEST(OnnxO5, KeysThatTheStandardDoesNotKnowArePassedOver) {
  const auto checkpoint =
      openedOnnx(onnxModelOf({onnxExternal("t", 1, {1}, "w").message(13, onnxEntry("__class__", "os"))}),
                 {{"w", test::asBytes("1234")}});
  ASSERT_TRUE(checkpoint);
  EXPECT_TRUE(checkpoint->tensors[0].type);
  ASSERT_EQ(checkpoint->warnings.size(), 1u);
  EXPECT_CONTAINS(checkpoint->warnings[0], "1 key of external data");
}

TEST(OnnxO6, AnExternalFileThatWasReplacedIsNoticed) {
  const test::TemporaryFolder folder;
  folder.write("w.bin", rawBytes(1.0F));
  const auto path = folder.write("m.onnx", onnxModelOf({onnxExternal("t", 1, {1}, "w.bin")}));
  const auto checkpoint = openCheckpoint(path);
  ASSERT_TRUE(checkpoint);
  const auto source = (*checkpoint)->source(0);
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->verifyUnchanged());
  folder.write("other.bin", rawBytes(2.0F));
  std::filesystem::rename(folder / "other.bin", folder / "w.bin");
  const auto same = source->verifyUnchanged();
  ASSERT_FALSE(same);
  EXPECT_EQ(same.error().code, Errc::Changed);
  EXPECT_FALSE((*checkpoint)->verifyUnchanged());
}

}  // namespace
}  // namespace ulpscope
