// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/checkpoint/folder.h"

namespace ulpscope::test {

using FolderFiles = std::map<std::string, std::vector<std::byte>>;

/// The read with index `readsThatWork` over all files, and every later one, fails.
inline std::shared_ptr<const Folder> failingFolder(const FolderFiles& files, int readsThatWork) {
  struct FailingSource final : ByteSource {
    FailingSource(std::shared_ptr<const ByteSource> from, std::shared_ptr<int> left)
        : source(std::move(from)), readsLeft(std::move(left)) {}
    const std::string& name() const override { return source->name(); }
    std::uint64_t size() const override { return source->size(); }
    Result<> read(std::uint64_t offset, std::span<std::byte> out) const override {
      if (--*readsLeft < 0) return fail(Errc::Io, "the disk failed", name(), offset);
      return source->read(offset, out);
    }
    Result<> verifyUnchanged() const override { return {}; }
    std::shared_ptr<const ByteSource> source;
    std::shared_ptr<int> readsLeft;
  };
  struct FailingFolder final : Folder {
    Result<std::shared_ptr<const ByteSource>> open(const std::string& name, HardLinks hardLinks) const override {
      auto file = folder->open(name, hardLinks);
      if (!file) return file;
      return std::make_shared<const FailingSource>(std::move(*file), readsLeft);
    }
    Result<std::vector<std::string>> list(std::uint64_t most) const override { return folder->list(most); }
    bool hasFolder(const std::string& name) const override { return folder->hasFolder(name); }
    std::shared_ptr<const Folder> folder;
    std::shared_ptr<int> readsLeft;
  };
  auto failing = std::make_shared<FailingFolder>();
  failing->folder = memoryFolder(files);
  failing->readsLeft = std::make_shared<int>(readsThatWork);
  return failing;
}

}  // namespace ulpscope::test
