// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/safetensors_builder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

namespace fs = std::filesystem;
using test::SafetensorsBuilder;
using test::TemporaryFolder;
using testing::HasSubstr;

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
  EXPECT_FALSE((*checkpoint)->config);

  const auto weight = (*checkpoint)->source(*(*checkpoint)->find("layer.weight"));
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->matrix(), (MatrixShape{2, 2}));
  EXPECT_EQ(*weight->valueAt(2), 3.0);
  const auto bias = (*checkpoint)->source(*(*checkpoint)->find("layer.bias"));
  ASSERT_TRUE(bias);
  EXPECT_EQ(*bias->codeAt(0), 0xC1D9u);
  EXPECT_EQ(*bias->valueAt(0), -27.125);  // 0xC1D9: -1.1011001b * 2^4
  EXPECT_EQ((*checkpoint)->find("layer").error().code, Errc::NotFound);
}

TEST(OpenCheckpoint, GoesByContentNotByName) {
  const TemporaryFolder folder;
  EXPECT_TRUE(openCheckpoint(folder.write("weights.bin", twoTensors())));
  // A header of 123 bytes: the file begins with "{", as an index does.
  const std::string header = SafetensorsBuilder().entry("t", "U8", "[0]", 0, 0).header();
  const std::string bytes = SafetensorsBuilder::file(header + std::string(123 - header.size(), ' '));
  ASSERT_EQ(bytes[0], '{');
  EXPECT_TRUE(openCheckpoint(folder.write("x", bytes)));
}

TEST(OpenCheckpoint, SaysWhatAFileIsAndWhatToDo) {
  const TemporaryFolder folder;
  const auto message = [&](std::string_view name, std::string_view bytes) {
    const auto checkpoint = openCheckpoint(folder.write(name, bytes));
    EXPECT_FALSE(checkpoint) << bytes;
    return checkpoint ? std::string() : checkpoint.error().message;
  };
  EXPECT_THAT(message("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"),
              HasSubstr("run `git lfs pull`"));
  EXPECT_THAT(message("model.safetensors", "\n<!DOCTYPE html><html>"), HasSubstr("web page"));
  EXPECT_THAT(message("model.safetensors", "<HTML><body>404"), HasSubstr("web page"));
  EXPECT_THAT(message("model.safetensors", ""), HasSubstr("an empty file found"));
  EXPECT_THAT(message("model.safetensors", "abc"), HasSubstr("at least 8 bytes expected, 3 found"));
  EXPECT_THAT(message("model.safetensors", std::string(4096, '\0')),
              HasSubstr("a header expected, an empty one found"));
  EXPECT_THAT(message("model.bin", "tjgg\3aaaaaaaaaaa"), HasSubstr("not GGUF"));
  EXPECT_THAT(message("pytorch_model.bin", "PK\3\4aaaaaaaaaaaaaa"), HasSubstr("ZIP archive"));
  EXPECT_THAT(message("model.h5", "\x89HDF\r\n\x1A\n"), HasSubstr("HDF5"));
  EXPECT_THAT(message("script.py", "import torch\n"), HasSubstr("begins with \"import torch\\x0A\""));
  EXPECT_THAT(message("config.json", R"({"hidden_size": 64})"), HasSubstr("a weight_map expected, none found"));
}

TEST(OpenCheckpoint, RefusesWhatIsNoFileWithoutWaiting) {
  const TemporaryFolder folder;
  const fs::path fifo = folder / "fifo.safetensors";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(openCheckpoint(fifo).error().code, Errc::Unsupported);
  EXPECT_EQ(openCheckpoint("/dev/zero").error().code, Errc::Unsupported);
  EXPECT_EQ(openCheckpoint(folder / "none.safetensors").error().code, Errc::NotFound);
  EXPECT_EQ(openCheckpoint("").error().code, Errc::NotFound);
}

TEST(OpenCheckpoint, AFolderWithoutAnIndexGivesAllItsFilesByName) {
  const TemporaryFolder folder;
  EXPECT_EQ(openCheckpoint(folder.path()).error().code, Errc::NotFound);
  folder.write("b.safetensors", SafetensorsBuilder().add("x", "U8", {1}, 1).add("y", "U8", {1}, 1).bytes());
  folder.write("a.safetensors", SafetensorsBuilder().add("x", "U8", {2}, 2).bytes());
  folder.write("notes.txt", "not a checkpoint");
  const auto checkpoint = openCheckpoint(folder.path());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  ASSERT_EQ((*checkpoint)->tensors.size(), 3u);
  EXPECT_EQ((*checkpoint)->find("x").value(), 0u) << "among equal names the first";
  EXPECT_EQ((*checkpoint)->tensors[0].bytes, 2u);
  EXPECT_THAT((*checkpoint)->warnings, testing::ElementsAre(HasSubstr("same name: \"x\".")));
}

TEST(OpenCheckpoint, AFolderSaysWhatOfItWasNotOpened) {
  const TemporaryFolder folder;
  folder.write("1.safetensors", SafetensorsBuilder().add("a", "U8", {1}, 1).bytes());
  folder.write("consolidated.safetensors", SafetensorsBuilder().add("a", "U8", {1}, 1).bytes());
  folder.write("model.fp16.safetensors.index.json", R"({"weight_map":{"a":"gone.safetensors"}})");
  folder.write("model.safetensors.index.json", R"({"weight_map":{"a":"1.safetensors"}})");
  const auto checkpoint = openCheckpoint(folder.path());
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_THAT((*checkpoint)->warnings,
              testing::UnorderedElementsAre(HasSubstr("has 2 indexes; model.safetensors.index.json was opened"),
                                            HasSubstr("1 of the folder's 2 safetensors files")));
}

TEST(OpenCheckpoint, KeepsTheConfigBesideTheFile) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("model.safetensors", twoTensors());
  folder.write("config.json", R"({"model_type":"bert"})");
  EXPECT_EQ((*openCheckpoint(path))->config, R"({"model_type":"bert"})");
  EXPECT_EQ((*openCheckpoint(folder.path()))->config, R"({"model_type":"bert"})");

  const TemporaryFolder elsewhere;
  fs::rename(folder / "config.json", elsewhere / "config.json");
  fs::create_symlink(elsewhere / "config.json", folder / "config.json");
  const auto checkpoint = openCheckpoint(path);
  ASSERT_TRUE(checkpoint);
  EXPECT_FALSE((*checkpoint)->config);
  EXPECT_THAT((*checkpoint)->warnings, testing::ElementsAre(HasSubstr("a link to")));
  EXPECT_TRUE((*openCheckpoint(path, {.followLinks = true}))->config);
}

TEST(OpenCheckpoint, NamesInErrorsAndWarningsAreEscaped) {
  const TemporaryFolder folder;
  const fs::path path = folder.write("\x1B[2J\xFF.safetensors", "garbage!");
  const auto checkpoint = openCheckpoint(path);
  ASSERT_FALSE(checkpoint);
  const std::string text = describe(checkpoint.error());
  EXPECT_THAT(text, HasSubstr("\\x1B[2J\\xFF.safetensors"));
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
}

TEST(SafetensorsS15, AFileThatGrowsShrinksOrIsReplacedWhileOpenIsNoticed) {
  const TemporaryFolder folder;
  const auto openAnd = [&](auto change) {
    const fs::path path = folder.write("model.safetensors", twoTensors());
    const auto checkpoint = openCheckpoint(path);
    EXPECT_TRUE((*checkpoint)->verifyUnchanged());
    change(path);
    const auto source = (*checkpoint)->source(1);
    const auto verified = source->verifyUnchanged();
    EXPECT_FALSE(verified);
    EXPECT_EQ(verified.error().code, Errc::Changed);
    EXPECT_EQ((*checkpoint)->verifyUnchanged().error().code, Errc::Changed);
    return source->valueAt(0);
  };
  EXPECT_TRUE(openAnd([](const fs::path& path) { fs::resize_file(path, fs::file_size(path) + 1); }));
  const auto shrunk = openAnd([](const fs::path& path) { fs::resize_file(path, 20); });
  ASSERT_FALSE(shrunk);
  EXPECT_EQ(shrunk.error().code, Errc::Changed);
  EXPECT_TRUE(openAnd([&](const fs::path& path) { fs::rename(folder.write("new", twoTensors()), path); }));
  EXPECT_TRUE(openAnd([](const fs::path& path) { fs::remove(path); }));
}

}  // namespace
}  // namespace ulpscope
