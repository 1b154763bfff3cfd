// SPDX-License-Identifier: Apache-2.0
//
// What must hold of every container's reader, exhaustively rather than by luck: every truncation, every change of one
// byte, every length replaced by those that overflow, every read and every allocation failing.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/allocation_failure.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/failing_folder.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope {
namespace {

using test::ContainerSample;
using Files = std::map<std::string, std::vector<std::byte>>;

class EveryContainer : public testing::TestWithParam<ContainerSample> {
 protected:
  const ContainerSample& sample() const { return GetParam(); }
  const CheckpointReader& reader() const {
    const CheckpointReader* const reader = findCheckpointReader(sample().reader);
    if (!reader) throw std::runtime_error("no reader " + sample().reader);
    return *reader;
  }

  Result<Checkpoint> open(const std::shared_ptr<const Folder>& folder, bool allowDamaged = false) const {
    auto file = folder->open(sample().main);
    if (!file) return tl::unexpected(file.error());
    return reader().open(std::move(*file), {.options = {.allowDamaged = allowDamaged}, .folder = folder});
  }

  /// Opens `files` strictly and leniently, with every reader asked whether it knows them; what is accepted must hold
  /// together, and its tensors must be readable.
  void check(const Files& files) const {
    const auto folder = memoryFolder(files);
    const auto file = folder->open(sample().main);
    ASSERT_TRUE(file);
    for (const CheckpointReader* each : checkpointReaders()) each->recognizes(**file);
    for (const bool allowDamaged : {false, true}) {
      const auto checkpoint = open(folder, allowDamaged);
      if (checkpoint)
        ASSERT_EQ(test::brokenInvariant(*checkpoint, allowDamaged), "");
      else
        ASSERT_FALSE(checkpoint.error().message.empty());
    }
  }

  /// Calls change(bytes) on a copy of each file of the sample, and checks what comes of it.
  template <class Change>
  void checkChanged(const std::string& name, Change change) const {
    Files files = sample().files;
    change(files.at(name));
    check(files);
  }
};

TEST_P(EveryContainer, IsRecognizedByItsReaderAndByNoOther) {
  const auto file = memoryFolder(sample().files)->open(sample().main);
  ASSERT_TRUE(file);
  for (const CheckpointReader* each : checkpointReaders())
    EXPECT_EQ(each->recognizes(**file), each->id() == sample().reader) << each->id();
}

TEST_P(EveryContainer, OpensItsSample) {
  const auto checkpoint = open(memoryFolder(sample().files));
  ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
  EXPECT_EQ(checkpoint->tensors.size(), sample().tensors);
  EXPECT_EQ(checkpoint->container, sample().reader);
  EXPECT_EQ(test::brokenInvariant(*checkpoint, false), "");
}

TEST_P(EveryContainer, SurvivesEveryTruncation) {
  for (const auto& [name, bytes] : sample().files)
    for (std::size_t size = 0; size < bytes.size(); size += sample().stride)
      checkChanged(name, [&](std::vector<std::byte>& file) { file.resize(size); });
}

TEST_P(EveryContainer, SurvivesEveryChangeOfOneByte) {
  for (const auto& [name, bytes] : sample().files)
    for (std::size_t at = 0; at < bytes.size(); at += sample().stride) {
      const auto original = static_cast<unsigned>(bytes[at]);
      for (const unsigned value : {original ^ 0xFF, original + 1, 0u, 255u, original ^ 0x80})
        checkChanged(name, [&](std::vector<std::byte>& file) { file[at] = static_cast<std::byte>(value); });
    }
}

TEST_P(EveryContainer, SurvivesEveryLengthThatOverflows) {
  for (const auto& [name, bytes] : sample().files)
    for (std::size_t at = 0; at < bytes.size(); at += sample().stride) {
      const std::size_t left = bytes.size() - at;
      for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1} << 31, (std::uint64_t{1} << 32) - 1,
                                        std::uint64_t{1} << 63, ~std::uint64_t{0}, std::uint64_t{left} + 1})
        for (const std::size_t width : {4u, 8u})
          if (width <= left)
            checkChanged(name, [&](std::vector<std::byte>& file) { std::memcpy(file.data() + at, &value, width); });
    }
}

TEST_P(EveryContainer, ReportsEveryReadThatFails) {
  bool opened = false;
  for (int reads = 0; !opened; ++reads) {
    ASSERT_LT(reads, 10'000);
    const auto folder = test::failingFolder(sample().files, reads);
    for (const CheckpointReader* each : checkpointReaders()) each->recognizes(**folder->open(sample().main));
    const auto checkpoint = open(test::failingFolder(sample().files, reads));
    opened = checkpoint.has_value();
    if (!opened) {
      EXPECT_EQ(checkpoint.error().code, Errc::Io) << describe(checkpoint.error());
    }
  }
}

TEST_P(EveryContainer, LosesNothingWhenAnAllocationFails) {
  const auto folder = memoryFolder(sample().files);
  const auto file = folder->open(sample().main);
  const OpenContext context{.folder = folder};
  bool opened = false;
  for (int allocations = 0; !opened; allocations += allocations < 2000 ? 1 : 97) {
    ASSERT_LT(allocations, 1'000'000);
    std::optional<Result<Checkpoint>> checkpoint;
    try {
      const test::FailingAllocations failing(allocations);
      checkpoint = reader().open(*file, context);
    } catch (const std::bad_alloc&) {
      continue;  // what openCheckpoint makes an OutOfMemory error of; the sanitizers see that nothing is lost
    }
    opened = checkpoint->has_value();
    if (!opened) {
      EXPECT_EQ(checkpoint->error().code, Errc::OutOfMemory);
    }
  }
}

// S15, N6 and O6, for every container: the file of a tensor that grew, shrank or was replaced by another one.
TEST_P(EveryContainer, NoticesThatAFileOfATensorChanged) {
  namespace fs = std::filesystem;
  const auto text = [](const std::vector<std::byte>& bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const std::vector<std::function<void(const fs::path&)>> changes{
      [](const fs::path& path) { fs::resize_file(path, fs::file_size(path) + 1); },
      [](const fs::path& path) { fs::resize_file(path, 0); },
      [](const fs::path& path) {
        const fs::path copy = path.string() + ".copy";
        fs::copy_file(path, copy);
        fs::rename(copy, path);
      }};
  for (const auto& change : changes) {
    const test::TemporaryFolder folder;
    for (const auto& [name, bytes] : sample().files) folder.write(name, text(bytes));
    const auto checkpoint = open(diskFolder(folder.path(), false));
    ASSERT_TRUE(checkpoint) << describe(checkpoint.error());
    EXPECT_TRUE(checkpoint->verifyUnchanged());
    for (const auto& [name, bytes] : sample().files) change(folder / name);
    EXPECT_EQ(checkpoint->verifyUnchanged().error().code, Errc::Changed);
    for (std::size_t i = 0; i < checkpoint->tensors.size(); ++i) {
      const auto source = checkpoint->source(i);
      if (!source) continue;
      const auto same = source->verifyUnchanged();
      ASSERT_FALSE(same) << checkpoint->tensors[i].name;
      EXPECT_EQ(same.error().code, Errc::Changed);
      if (source->info().elements == 0) continue;
      const auto value = source->valueAt(0);
      EXPECT_TRUE(value || value.error().code == Errc::Changed) << describe(value.error());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, EveryContainer, testing::ValuesIn(test::containerSamples()),
                         [](const auto& sample) { return sample.param.name; });

}  // namespace
}  // namespace ulpscope
