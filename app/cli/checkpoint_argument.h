// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/options.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// PATH and how it may be opened, the same in every command that reads a checkpoint.
class CheckpointArgument {
 public:
  void declare(Options& options);
  const std::string& path() const { return m_path; }

  /// A Damaged error names the option that opens what is sound.
  Result<std::shared_ptr<const Checkpoint>> open() const;

 private:
  std::string m_path;
  bool m_followLinks = false;
  bool m_allowDamaged = false;
};

/// Every file that opening and reading the checkpoint may read: its shards, and the index and config beside them.
std::vector<std::string> filesReadBy(const Checkpoint& checkpoint);

/// Indices of the tensors whose name matches, in file order; an empty pattern matches all. NotFound if there is none.
Result<std::vector<std::size_t>> tensorsMatching(const Checkpoint& checkpoint, std::string_view pattern);

/// The tensor of that name, ready to be read.
Result<TensorSource> tensorOf(const Checkpoint& checkpoint, std::string_view name);

}  // namespace ulpscope
