// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/folder.h"

namespace ulpscope {

/// Files beside a checkpoint in which data of its tensors lie, each opened once.
class DataFiles {
 public:
  DataFiles(Checkpoint& checkpoint, const OpenContext& context, Folder::HardLinks hardLinks = Folder::HardLinks::Allow)
      : m_checkpoint(checkpoint), m_context(context), m_hardLinks(hardLinks) {}

  /// The file of that name in the context's folder, by its index among the checkpoint's files; the same answer each
  /// time. Errors are about the tensor that asks, NotFound among them; but OutsideLink asks the user.
  Result<std::uint32_t> open(const std::string& name);

 private:
  Checkpoint& m_checkpoint;
  const OpenContext& m_context;
  Folder::HardLinks m_hardLinks;
  std::map<std::string, Result<std::uint32_t>> m_files;
};

}  // namespace ulpscope
